"""Every address of the web application at which something of one case can be asked for (F11)."""

import re
from collections.abc import Iterator, Mapping
from uuid import NAMESPACE_URL, uuid5

import pytest

from services.cases.parts import Parts
from services.cases.settings import Settings
from services.cases.website import make_web
from tests.faults.wires_own import OwnCase
from tests.faults.world import World
from tests.support.everybody import Route, address, routes_of

# Streams for other systems, which hold ids alone; and what isn't a look but begins something.
_NOT_LOOKS = re.compile(r"/api/v1/(events|clock)|/(oidc|logga-in|healthz|readyz|metrics|static)")
_THINGS = """
    SELECT 'meeting_id' AS name, id::text FROM cases.meetings WHERE case_id = %s
    UNION ALL SELECT 'consent_id', id::text FROM cases.consents WHERE case_id = %s
    UNION ALL SELECT 'message_id', id::text FROM notifier.messages WHERE case_id = %s
    UNION ALL SELECT 'task_id', id::text FROM cases.tasks WHERE case_id = %s
    UNION ALL SELECT 'person_id', person_id::text FROM cases.consents WHERE case_id = %s
    ORDER BY 1, 2
"""


def table_of(world: World) -> list[Route]:
    """Each GET of the application that the world's web process serves."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.keeper.environment("web").items():
            patch.setenv(name, value)
        settings = Settings.read()
    parts = Parts(settings, connections=1)
    try:
        found = [one for one in routes_of(make_web(settings, parts)) if one.method == "GET"]
    finally:
        parts.database.close()
    return [one for one in found if not _NOT_LOOKS.match(one.path)]


def addresses(routes: list[Route], world: World, own: OwnCase, link: str) -> Iterator[str]:
    """Of each route, with the ids of this case in it; `link`: the path of a personal link."""
    ids: dict[str, str] = {"case_id": own.id, "token": link.removeprefix("/r/")}
    for row in world.rows(_THINGS, *[own.id] * 5):
        ids.setdefault(row["name"], row["id"])
    year = world.get("clock")["now"][:4]
    ids |= {"year": year, "form": "svar", "procedure": "samverkansmote", "code": own.rektor}
    for route in routes:
        yield _filled(route, ids)


def _filled(route: Route, ids: Mapping[str, str]) -> str:
    query = "?step=first" if route.path.endswith("/slots") else ""
    return address(route, {"id": str(uuid5(NAMESPACE_URL, "id")), **ids}) + query
