"""Puts the API together: its routes, its errors, its documentation without outside help."""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager

from fastapi import APIRouter, Depends, FastAPI

from services.cases.api import (
    cases,
    consents,
    consultations,
    counters,
    dispatches,
    evaluations,
    family,
    feeds,
    health,
    inquiries,
    links,
    lists,
    mails,
    meetings,
    messages,
    overviews,
    ownership,
    papers,
    parent_meetings,
    problems,
    procedures,
    register,
    reports,
    tasks,
    wishes,
    years,
)
from services.cases.api.description import PROBLEMS, describe
from services.cases.api.guard import Guard
from services.cases.api.office import known_caller
from services.cases.api.watched import Watched
from services.cases.office import Office

_DESCRIPTION = """
Keeps the calendar of the collaboration around a child: cases, consents, limits, meetings, tasks.
Times are ISO 8601 with offset; dates are Europe/Stockholm. Errors are `application/problem+json`;
`rule` names the obligation that refuses. POSTs take an `Idempotency-Key`.
"""


Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_api(
    office: Office, *, routers: Iterable[APIRouter] = (), lifespan: Lifespan | None = None
) -> FastAPI:
    """The application; `routers` are further ones that need the token too."""
    app = FastAPI(
        title="Samspel",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would lead to whatever host the request names
        lifespan=lifespan,
        responses=PROBLEMS,
    )
    app.state.office = office
    app.add_middleware(Watched)
    app.add_middleware(Guard)  # around it
    problems.install(app)
    for router in (
        cases.router,
        tasks.router,
        consents.router,
        family.router,
        ownership.router,
        inquiries.router,
        procedures.router,
        meetings.router,
        wishes.router,
        links.router,
        counters.router,
        feeds.router,
        papers.router,
        mails.router,
        messages.router,
        lists.router,
        overviews.router,
        evaluations.router,
        dispatches.router,
        parent_meetings.router,
        years.router,
        reports.router,
        consultations.router,
        register.router,
        *routers,
    ):
        app.include_router(router, prefix="/api/v1", dependencies=[Depends(known_caller)])
    app.include_router(health.router)
    describe(app)
    return app
