"""Every page that there is, found by its links: for all eyes, hands and screens."""

import pytest
from fastapi import FastAPI

from shared.ids import staff_id
from tests.browser.crawling import Crawl, crawl, routes_of
from tests.browser.lived import lives
from tests.browser.stage import Stage, axe_says, cut_off
from tests.support.signing_in import COOKIE, begin_session
from tests.support.town import Town

# Who follows links, and where they begin besides the start page: what a mail or a form leads to.
SOMEBODY: tuple[tuple[str | None, tuple[str, ...]], ...] = (
    ("anna-lindqvist", ("/arenden/nytt/samverkansmote/granska", "/veckobrev")),
    ("jonas-ekdahl", ()),
    ("stefan-norrby", ()),
    (None, ("/installningar/lasningar",)),
)
OF_EVERYBODY = ("/logga-in", "/intresseanmalan", "/orosanmalan", "/tillganglighet")
# What other tests look at: personal links, feeds, another's login.
ELSEWHERE = ("/r/", "/u/", "/f/", "/oidc/")
# What this town hasn't lived to see, and what stands in a frame of another page.
NOT_YET = {
    "/arshjul/uppgift/{task_id}",
    "/arshjul/uppgift/{task_id}/fil/{file_id}",
    "/arshjul/utskick/{dispatch_id}",
    "/arshjul/utskick/{dispatch_id}/fil/{file_id}",
    "/arshjul/{year:int}/utvardering",
    "/arshjul/{year:int}/utvardering/rapport.pdf",
    "/arshjul/foraldramoten/ersattare/{task_id}",
    "/mallar/html",
    "/nodlage/{task_id}",
}


@pytest.fixture(scope="module")
def found(town: Town) -> Crawl:
    lives(town)
    app = town.client.app
    assert isinstance(app, FastAPI)
    cookies: dict[str, tuple[str, ...]] = {"": OF_EVERYBODY}
    for person, begin in SOMEBODY:
        roles = () if person else ("administrator",)
        session = begin_session(
            town.database_url, staff_id(person) if person else None, roles=roles
        )
        cookies[f"{COOKIE}={session}"] = begin
    return crawl(app, town.client, cookies)


def test_every_page_is_reached_by_links(town: Town, found: Crawl) -> None:
    app = town.client.app
    assert isinstance(app, FastAPI)
    routes = {path for path in routes_of(app) if not path.startswith(ELSEWHERE)}
    assert not found.broken
    missing = sorted(routes - found.pages.keys() - found.others - NOT_YET)
    assert not missing, "no link leads to:\n" + "\n".join(missing)


def test_every_page_is_for_everybody(stage: Stage, found: Crawl) -> None:
    """Names, order, targets and contrast (WCAG 2.2 AA), 320 px wide, under 150 kB."""
    said = []
    for one in found.pages.values():
        page = stage.visitor_with(one.cookie)
        said += stage.too_heavy(page, one.address)
        said += axe_says(page) + cut_off(page)
    assert not said, "\n".join(said)
