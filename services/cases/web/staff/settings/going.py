"""The page «Gallring»: what goes when by the plan, and what is held; nothing is done there."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.retention import CALLED, HELD_BECAUSE
from services.cases.domain.rights import Right
from services.cases.handlers.retention import RetentionDesk, due_matters, next_due
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit
from shared.db import Unit

# A desk over a unit's connection, for an actor.
RetentionFor = Callable[[Unit, str], RetentionDesk]
_MANY = 100_000


def make_going_page(room: Room, retention_for: RetentionFor) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/installningar/gallring")
    def show(visit: Annotated[Visit, Depends(room.visits(Right.ADMINISTER))]) -> Response:
        actor = visit.signed_in.actor
        with room.database.unit() as unit:
            room.office.views_for(unit.connection, unit.now).log(actor, None, "page.retention")
            return _page(retention_for(unit, actor), visit)

    return router


def _page(desk: RetentionDesk, visit: Visit) -> Response:
    """Of what is held, whether it is of a case or of a person; which, is asked at the server."""
    plan = desk.plan
    return visit.page(
        "staff/settings/going.html",
        plan=plan,
        terms=[(called, getattr(plan, name)) for name, called in CALLED.items() if plan],
        due=len(due_matters(desk, _MANY)),
        next_due=next_due(desk),
        today=desk.today,
        archive=desk.archive is not None,
        holds=desk.keeping.holds(),
        because=HELD_BECAUSE,
    )
