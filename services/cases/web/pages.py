"""The pages over HTTP: the start page and the clock of demo mode, and the list of API calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.handlers.clock import Clock, later, move_clock
from services.cases.handlers.reading import Views
from services.cases.web.start import start
from services.cases.web.templating import templates
from shared.db import Database
from shared.domain.days import WorkingDays
from shared.procedures import Procedures

STATIC = Path(__file__).parent / "static"
_STEPS = {"day": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages are made from; there is a clock to move in demo mode only."""

    database: Database
    views_for: Callable[[Connection[DictRow], datetime], Views]
    procedures: Procedures
    days: WorkingDays
    municipality: str
    mailbox_url: str | None
    clock: Clock | None


def make_pages(pages: Pages) -> APIRouter:
    """The routes; the start page shows cases in demo mode only, since there is no login yet."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    environment = templates()
    common: dict[str, Any] = {
        "municipality": pages.municipality,
        "mailbox_url": pages.mailbox_url,
    }

    def page(name: str, **values: Any) -> HTMLResponse:
        return HTMLResponse(environment.get_template(name).render(**common, **values))

    @router.get("/")
    def start_page(sida: Annotated[int, Query(ge=1, le=100_000)] = 1) -> HTMLResponse:
        if pages.clock is None:
            return page("closed.html")
        with pages.database.unit() as unit:
            views = pages.views_for(unit.connection, unit.now)
            shown = start(views, pages.procedures, pages.days, unit.now, sida)
        return page("start.html", start=shown)

    @router.post("/demo/clock")
    def move_the_clock(request: Request, step: Annotated[str, Form()]) -> RedirectResponse:
        if pages.clock is None or not _from_our_own_page(request):
            raise HTTPException(403)
        if step not in _STEPS:
            raise HTTPException(422)
        move_clock(pages.clock, later(pages.clock.now(), _STEPS[step]))
        return RedirectResponse("/", 303)

    @router.get("/docs")
    def docs(request: Request) -> HTMLResponse:
        return page("docs.html", calls=_calls(request.app.openapi()))

    return router


def _from_our_own_page(request: Request) -> bool:
    """No other site's form may move the clock; programs without these headers use the API."""
    return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"


def _calls(schema: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"method": method.upper(), "path": path, "summary": call.get("summary", "")}
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
    ]
