"""The page of a case: its time, what there is to do, consents, people, papers."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.closing import EVALUATIONS, OUTCOMES, Evaluation
from services.cases.domain.meetings import Outcome as HowItEnded
from services.cases.domain.refused import NotFound, Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers import closing
from services.cases.handlers.overviews import tell
from services.cases.handlers.ports import Desk
from services.cases.web.staff.case_acting import carry_out, notices
from services.cases.web.staff.case_showing import OneCase, in_templates, read_case
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit
from shared.domain.consent import consent_stands

_OUTCOMES: Mapping[str, str] = {
    HowItEnded.COMPLETED: "The work is completed",
    HowItEnded.DECLINED: "The family declined",
    HowItEnded.MOVED: "The child has moved",
    HowItEnded.NOT_NEEDED: "The need is no longer there",
    HowItEnded.OTHER: "Something else",
}
_EVALUATIONS: Mapping[str, str] = {
    Evaluation.REACHED: "The goals are reached",
    Evaluation.PARTLY: "The goals are partly reached",
    Evaluation.NOT_REACHED: "The goals are not reached",
    Evaluation.NOT_ASSESSED: "Not assessed",
}


def make_case_pages(room: Room) -> APIRouter:
    """The case itself, its history, and its tasks."""
    router = APIRouter(include_in_schema=False, prefix="/arenden/{case_id}")
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("")
    def case_page(case_id: UUID, visit: Seen) -> Response:
        return show_page(case_id, visit)

    @router.get("/historik")
    def history(case_id: UUID, visit: Seen) -> Response:
        return _history(case_id, visit)

    @router.post("/uppgifter/{task_id}/klar")
    def task_done(case_id: UUID, task_id: UUID, visit: Acting) -> Response:
        return _tick(case_id, task_id, visit, closing.task_done, "klar")

    @router.post("/uppgifter/{task_id}/inte-klar")
    def task_not_done(case_id: UUID, task_id: UUID, visit: Acting) -> Response:
        return _tick(case_id, task_id, visit, closing.task_not_done, "inte-klar")

    return router


def show_page(
    case_id: UUID,
    visit: Visit,
    *,
    refused: Refused | None = None,
    wrong: Mapping[str, Words] | None = None,
) -> Response:
    """The case, also with what a button on it was refused. Raises NotFound."""
    case = read_case(case_id, visit)
    said = notices(case_id, visit)
    if consent_stands(case.facts, case.procedure, case.today):
        del said["nytt-samtycke"]  # of an address that is opened anew after the signatures
    return visit.page(
        "staff/case.html",
        refused=refused,
        wrong=wrong,
        notices=said,
        **in_templates(case, visit),
        **choices(visit),
        goals=_goals(case, visit),
    )


def press(
    case_id: UUID,
    visit: Visit,
    work: Callable[[Desk], Mapping[str, Any] | None],
    notice: str,
    *,
    part: str = "",
    about: object = None,
) -> Response:
    """A button of the case's page: do it, and back to the part where it is seen."""
    return carry_out(
        case_id,
        visit,
        work,
        lambda refused: show_page(case_id, visit, refused=refused),
        notice,
        part=part,
        about=about,
    )


def choices(visit: Visit) -> dict[str, Any]:
    """The codes of closing with their words."""
    swedish = visit.language == "sv"
    return {
        "outcomes": [
            (code, words if swedish else _OUTCOMES[code]) for code, words in OUTCOMES.items()
        ],
        "evaluations": [
            (code, words if swedish else _EVALUATIONS[code]) for code, words in EVALUATIONS.items()
        ],
    }


def _goals(case: OneCase, visit: Visit) -> str:
    """What was said of the goals, in words."""
    said = dict(choices(visit)["evaluations"])
    return str(said.get(case.row["evaluation"], ""))


def _history(case_id: UUID, visit: Visit) -> Response:
    office = visit.room.office
    told = visit.look(
        "case.timeline",
        lambda views, now, _: tell(case_id, views, office.procedures, office.times.days, now),
        case=case_id,
    )
    return visit.page("staff/case_history.html", told=told, case_id=case_id)


def _tick(
    case_id: UUID, task_id: UUID, visit: Visit, do: Callable[[UUID, Desk], None], notice: str
) -> Response:
    def work(desk: Desk) -> None:
        if desk.cases.case_of_task(task_id) != case_id:  # a task of another case
            raise NotFound
        do(task_id, desk)

    return press(case_id, visit, work, notice, part="att-gora", about=task_id)
