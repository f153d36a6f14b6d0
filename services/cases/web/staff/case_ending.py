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
from services.cases.web.staff.case_page import choices, show_page
from services.cases.web.staff.case_showing import in_templates, read_case
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit


def make_case_ending(room: Room) -> APIRouter:
    """Closing has a page of its own, which says what stops."""
    router = APIRouter(include_in_schema=False, prefix="/arenden/{case_id}")

    @router.get("/avsluta")
    def ask_how(
        case_id: UUID, visit: Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    ) -> Response:
        return _closing_page(case_id, visit)

    @router.post("/avsluta")
    def close(
        case_id: UUID, visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]
    ) -> Response:
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

    @router.post("/oppna-igen")
    def open_again(
        case_id: UUID, visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]
    ) -> Response:
        return carry_out(
            case_id,
            visit,
            lambda desk: closing.open_again(case_id, desk),
            lambda refused: show_page(case_id, visit, refused=refused),
            "oppnat",
        )

    @router.post("/utvardera")
    def evaluate(
        case_id: UUID, visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]
    ) -> Response:
        fields = Fields(visit.form)
        said = fields.choice("goals", list(Evaluation))
        if fields.wrong or said is None:
            return show_page(case_id, visit, wrong=fields.wrong)
        return carry_out(
            case_id,
            visit,
            lambda desk: evaluation.evaluate(case_id, Evaluation(said), desk),
            lambda refused: show_page(case_id, visit, refused=refused),
            "utvarderat",
            part="ansvar",
        )

    return router


def _closing_page(case_id: UUID, visit: Visit, **said: Any) -> Response:
    case = read_case(case_id, visit)
    return visit.page(
        "staff/case_close.html", **said, **in_templates(case, visit.language), **choices(visit)
    )
