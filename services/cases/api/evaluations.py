"""The yearly evaluation over HTTP: put together, answered, done, as PDF (R24, R25)."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from services.cases.api.fields import CodeText, Day, FileReference, Id
from services.cases.api.models import Strict
from services.cases.api.office import TheDoer, TheOffice, TheReader
from services.cases.api.papers import PDF, printed
from services.cases.api.problems import language_of
from services.cases.domain.evaluating import YearEvaluation
from services.cases.domain.evaluation_summary import OfProcedure, Represented, Result, Summary
from services.cases.domain.refused import Language
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.year import evaluation
from services.cases.handlers.year.evaluation_summary import summary, write_evaluation
from shared.domain.procedure import Group

router = APIRouter(tags=["the year"])
TheYear = Annotated[int, Path(ge=1900, le=2199, description="A calendar year.")]


class NewAnswers(Strict):
    """One post's answers, in place of those it gave before (R25)."""

    post: CodeText = Field(description="The post that is answered for, see /api/v1/posts.")
    by: Id = Field(description="Who acts for the post today.")
    answers: dict[str, Any] = Field(
        description="By the name of the question: 1 to 5, true or false, or a text without names.",
        examples=[{"works": 4, "routine_known": True, "good": "Mötena blir av i tid."}],
    )


class Done(Strict):
    on: Day | None = Field(None, description="Left out: today.")
    by: Id | None = Field(None, description="Left out: who sits before the calling system.")
    reference: FileReference | None = Field(None, description="Where the evaluation is filed.")


@router.get("/years/{year}/evaluation", summary="The evaluation put together (R24, R25)")
def show(year: TheYear, reader: TheReader, request: Request) -> dict[str, Any]:
    found, today = reader.consult(
        "evaluation", lambda desk, views: (summary(year, desk, views), desk.today)
    )
    return _summary_json(found, today, language_of(request))


@router.get("/years/{year}/evaluation.pdf", summary="The evaluation as a report", **PDF)
def paper(year: TheYear, reader: TheReader, office: TheOffice) -> Response:
    written = reader.consult(
        "evaluation.paper",
        lambda desk, views: write_evaluation(year, office.press.house, desk, views),
    )
    return printed(written, "utvardering", office)


@router.post("/years/{year}/evaluation/answers", summary="A post answers, also anew (R25)")
def answer(year: TheYear, body: NewAnswers, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, _: Views) -> dict[str, Any]:
        evaluation.answer(year, body.post, body.by, body.answers, desk)
        kept = evaluation.answered(year, body.post, desk)
        return {"year": year, "post": body.post, "by": body.by, "answers": kept}

    return doer.do(work)


@router.post("/years/{year}/evaluation/done", summary="The year has been evaluated (R24)")
def done(year: TheYear, doer: TheDoer, body: Annotated[Done | None, Body()] = None) -> JSONResponse:
    said = body or Done()

    def work(desk: Desk, _: Views) -> dict[str, Any]:
        found = evaluation.mark_done(year, said.on, said.by, said.reference, desk)
        return evaluation_json(found, desk.today)

    return doer.do(work)


def evaluation_json(one: YearEvaluation, today: date) -> dict[str, Any]:
    """How far it has come. `overdue`: it wasn't done by its limit, or still isn't (X2)."""
    return {
        "year": one.year,
        "rule": "R24",
        "state": "open" if one.is_open else "done",
        "opened_on": one.opened_on,
        "answers_by": one.answers_by,
        "due_on": one.due_on,
        "overdue": (one.done_on or today) > one.due_on,
        "done_on": one.done_on,
        "done_by": one.done_by,
        "reference": one.reference,
    }


def _summary_json(found: Summary, today: date, language: Language) -> dict[str, Any]:
    return evaluation_json(found.evaluation, today) | {
        "progress": {
            "asked": len(found.asked),
            "answered": len(found.asked) - len(found.waiting),
            "waiting": [
                {"post": post.code, "role": post.role, "unit": post.unit} for post in found.waiting
            ],
        },
        "questions": [_result_json(result, language) for result in found.results],
        "figures": {
            "from": found.first,
            "to": found.last,
            "cases": [_cases_json(one) for one in found.cases],
            "meetings": [_meeting_json(one, language) for one in found.meetings],
        },
    }


def _result_json(result: Result, language: Language) -> dict[str, Any]:
    question = result.question
    return {
        "name": question.name,
        "text": question.text if language == "sv" else question.text_en,
        "kind": question.kind,
        "count": result.count,
        "mean": result.mean,
        "distribution": dict(result.distribution),
        "quotes": [
            {"group": quote.group and quote.group.said(language, {}), "text": quote.text}
            for quote in result.quotes
        ],
    }


def _cases_json(one: OfProcedure) -> dict[str, Any]:
    """null where they are fewer than five."""
    return {
        "procedure": one.procedure.name,
        "title": one.procedure.title,
        "count": one.cases,
        "limits": [asdict(kept) for kept in one.limits],
        "lead_times": [asdict(spread) for spread in one.lead_times],
    }


def _meeting_json(one: Represented, language: Language) -> dict[str, Any]:
    """`present` and `absent` are null until somebody has said who was there."""
    noted = one.meeting.roles is not None
    return {
        "step": one.meeting.step,
        "title": one.title,
        "on": one.meeting.on,
        "state": one.meeting.state,
        "present": [_group(group, language) for group in one.present] if noted else None,
        "absent": [_group(group, language) for group in one.absent] if noted else None,
    }


def _group(group: Group, language: Language) -> str:
    return group.title_in(language)
