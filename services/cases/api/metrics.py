"""`GET /metrics`: how the machinery is, for Prometheus; nothing of any case or person (X3).

What all processes do together is asked of the database at each scrape, as the page «Drift» asks it.
What this process answered is counted in it (`api/watched.py`).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from hmac import compare_digest

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from psycopg import Connection
from psycopg.rows import DictRow
from pydantic import SecretStr

from services.cases.api.metrics_told import told
from services.cases.api.watched import ANSWERS
from services.cases.domain.operations import Kept, told_of
from services.cases.handlers.operations import OperationsViews, kept_too_long
from services.cases.handlers.retention import RetentionDesk
from shared.clock import system_now
from shared.db import Database, Unit
from shared.domain.days import local_date

ViewsFor = Callable[[Connection[DictRow]], OperationsViews]
RetentionFor = Callable[[Unit], RetentionDesk]
_MOST_MILLISECONDS = 2_000  # for one question to the database


def make_metrics_router(
    database: Database, views_for: ViewsFor, retention_for: RetentionFor, token: SecretStr | None
) -> APIRouter:
    """`token`: what Prometheus shows; None: there is no such address."""
    router = APIRouter(include_in_schema=False)
    asked = _Asked(database, views_for, retention_for)

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        if token is None:
            raise HTTPException(404)
        if not _shows(request, token):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        registry = CollectorRegistry()
        registry.register(asked)
        content = generate_latest(registry) + generate_latest(ANSWERS)
        return Response(content, headers={"content-type": CONTENT_TYPE_LATEST})

    return router


class _Asked(Collector):
    """Asks the database once, when it is collected.

    How limits are kept is counted anew on the next day: it takes longer than all the rest, and
    numbers that follow each other closely tell of single children. So is what is kept too long.
    """

    def __init__(
        self, database: Database, views_for: ViewsFor, retention_for: RetentionFor
    ) -> None:
        self._database = database
        self._views_for = views_for
        self._retention_for = retention_for
        self._kept: Mapping[str, Kept] = {}
        self._kept_too_long = 0
        self._counted_on: date | None = None

    def describe(self) -> list[Metric]:
        return []  # so that registering asks nothing yet

    def collect(self) -> Iterator[Metric]:
        with self._database.unit() as unit:
            views = self._views_for(unit.connection)
            views.hurry(_MOST_MILLISECONDS)
            seen = views.operations(unit.now, system_now())
            if self._counted_on != local_date(unit.now):
                self._kept = told_of(self._kept, views.kept(unit.now))
                self._kept_too_long = kept_too_long(self._retention_for(unit))
                self._counted_on = local_date(unit.now)
        yield from told(seen, list(self._kept.values()), self._kept_too_long)


def _shows(request: Request, token: SecretStr) -> bool:
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    wanted = token.get_secret_value().encode()
    return scheme.lower() == "bearer" and compare_digest(shown.strip().encode(), wanted)
