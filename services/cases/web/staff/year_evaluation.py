"""The yearly evaluation put together, and marked as done by who evaluates (R24, R25)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.duties import ANSWER_EVALUATION, EVALUATE_YEAR, Subject
from services.cases.domain.evaluation_paper import EvaluationPaper
from services.cases.domain.refused import Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.year import evaluation
from services.cases.handlers.year.evaluation_summary import write_evaluation
from services.cases.web.forms import Fields
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Visit

_NOTICES: Mapping[str, Notice] = {
    "gjord": Notice(
        Words(
            "Utvärderingen är markerad som klar.",
            "The evaluation is marked as done.",
        )
    ),
}


@dataclass(frozen=True, slots=True)
class Looked:
    """The evaluation, the day, one's own duties to answer, and whether one evaluates."""

    paper: EvaluationPaper
    today: date
    own: tuple[UUID, ...]
    evaluates: bool


def make_evaluation_pages(room: Room) -> APIRouter:
    """The page, the report, and marking it as done."""
    router = APIRouter(include_in_schema=False, prefix="/arshjul/{year:int}/utvardering")
    seen, acting = Depends(room.visits(Right.CASEWORK)), Depends(room.acts(Right.CASEWORK))

    @router.get("")
    def show(year: int, visit: Annotated[Visit, seen]) -> Response:
        return _page(year, visit)

    @router.get("/rapport.pdf")
    def report(year: int, visit: Annotated[Visit, seen]) -> Response:
        press = room.office.press
        paper = visit.consult(
            "evaluation.paper",
            lambda desk, views: write_evaluation(year, press.house, desk, views),
        )
        return as_pdf(press.render(paper), f"utvardering-{year}")

    @router.post("/klar")
    def mark(year: int, visit: Annotated[Visit, acting]) -> Response:
        fields = Fields(visit.form)
        on = fields.day("on", needed=False)
        reference = fields.code("reference", needed=False)
        if fields.wrong:
            return _page(year, visit, wrong=fields.wrong)

        def work(desk: Desk, _: Views) -> None:
            evaluation.mark_done(year, on, None, reference, desk)

        done = visit.attempt(work)
        if done.refused is not None:
            return _page(year, visit, refused=done.refused)
        return visit.back(f"/arshjul/{year}/utvardering", "gjord")

    return router


def as_pdf(content: bytes, name: str) -> Response:
    """A paper to open or keep."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _page(
    year: int,
    visit: Visit,
    *,
    refused: Refused | None = None,
    wrong: Mapping[str, Words] | None = None,
) -> Response:
    house = visit.room.office.press.house

    def show(desk: Desk, views: Overviews) -> Looked:
        return _look(year, write_evaluation(year, house, desk, views), desk)

    looked = visit.consult("evaluation", show)
    return visit.page(
        "staff/year_evaluation.html",
        refused=refused,
        wrong=wrong,
        notices=_NOTICES,
        year=year,
        paper=looked.paper,
        own=looked.own,
        evaluates=looked.evaluates,
        today=looked.today,
    )


def _look(year: int, paper: EvaluationPaper, desk: Desk) -> Looked:
    person = desk.actor_person
    of_it = [one for one in desk.duties.of(Subject(year=year)) if one.owner == person]
    return Looked(
        paper=paper,
        today=desk.today,
        own=tuple(one.id for one in of_it if one.kind == ANSWER_EVALUATION),
        evaluates=any(one.is_open and one.kind == EVALUATE_YEAR for one in of_it),
    )
