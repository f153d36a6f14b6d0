"""How a case ends: closed with its outcome, opened again on the same day, evaluated (R11, R16)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.closing import Evaluation
from services.cases.domain.meetings import Outcome as HowItEnded
from services.cases.domain.rights import Right
from services.cases.handlers import closing, evaluation
from services.cases.handlers.commands import Close
from services.cases.web.forms import Fields
from services.cases.web.staff.case_acting import carry_out
from services.cases.web.staff.case_page import choices, press, show_page
from services.cases.web.staff.case_showing import in_templates, read_to_change
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit


def make_case_ending(room: Room) -> APIRouter:
    """Closing has a page of its own, which says what stops."""
    router = APIRouter(include_in_schema=False, prefix="/arenden/{case_id}")
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("/avsluta")
    def ask_how(case_id: UUID, visit: Seen) -> Response:
        return _closing_page(case_id, visit)

    @router.post("/avsluta")
    def close(case_id: UUID, visit: Acting) -> Response:
        return _close(case_id, visit)

    @router.post("/oppna-igen")
    def open_again(case_id: UUID, visit: Acting) -> Response:
        return press(case_id, visit, lambda desk: closing.open_again(case_id, desk), "oppnat")

    @router.post("/utvardera")
    def evaluate(case_id: UUID, visit: Acting) -> Response:
        return _evaluate(case_id, visit)

    return router


def _close(case_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    outcome = fields.choice("outcome", list(HowItEnded))
    said = fields.choice("evaluation", list(Evaluation), needed=False)
    if fields.wrong or outcome is None:
        return _closing_page(case_id, visit, wrong=fields.wrong)
    command = Close(case_id, HowItEnded(outcome), said)
    return carry_out(
        case_id,
        visit,
        lambda desk: closing.close(command, desk),
        lambda refused: _closing_page(case_id, visit, refused=refused),
        "avslutat",
    )


def _evaluate(case_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    said = fields.choice("goals", list(Evaluation))
    if fields.wrong or said is None:
        return show_page(case_id, visit, wrong=fields.wrong)
    return press(
        case_id,
        visit,
        lambda desk: evaluation.evaluate(case_id, Evaluation(said), desk),
        "utvarderat",
        part="ansvar",
    )


def _closing_page(case_id: UUID, visit: Visit, **said: Any) -> Response:
    case = read_to_change(case_id, visit)
    return visit.page(
        "staff/case_close.html", **said, **in_templates(case, visit), **choices(visit)
    )
