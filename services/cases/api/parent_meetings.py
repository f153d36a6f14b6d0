"""Parent meetings over HTTP: the ledger, an invitation to IFO, a substitute (R26, R27)."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from services.cases.api.fields import CodeText, Day, Id, Instant, Minutes
from services.cases.api.meeting_models import Place
from services.cases.api.models import Strict
from services.cases.api.office import TheDoer, TheReader
from services.cases.api.shapes import instant_json
from services.cases.domain.parent_meetings import ShownCohort
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.year import parents
from services.cases.handlers.year.parents import Invite, Noted, Replace

router = APIRouter(tags=["the year"])
_FIRST, _LAST = 2000, 2100


def _each_once(items: Sequence[Any]) -> Sequence[Any]:
    if len(set(items)) < len(items):
        raise PydanticCustomError("twice_named", "names something twice")
    return items


YearNumber = Annotated[int, Field(ge=_FIRST, le=_LAST)]
Cohorts = Annotated[
    list[YearNumber],
    Field(min_length=1, max_length=6, description="The years in which they began the stage."),
    AfterValidator(_each_once),
]


class NewParentMeeting(Strict):
    unit: CodeText = Field(examples=["bjorkskolan"])
    stage: CodeText = Field(examples=["lagstadiet"])
    cohorts: Cohorts
    starts_at: Instant = Field(description="When IFO's part of the meeting begins.")
    minutes: Minutes | None = Field(None, description="Left out: as long as IFO's part usually is.")
    place: Place = None
    invite: Annotated[list[Id], Field(max_length=20), AfterValidator(_each_once)] = Field(
        [], description="Of the social services; left out: avdelningschef IFO."
    )
    by: Id | None = None

    def command(self) -> Invite:
        return Invite(
            self.unit, self.stage, tuple(self.cohorts), self.starts_at, self.minutes, self.place,
            tuple(self.invite), self.by,
        )  # fmt: skip


class HeldParentMeeting(Strict):
    """One that was held without Samspel."""

    unit: CodeText
    stage: CodeText
    cohorts: Cohorts
    on: Day
    by: Id | None = None

    def command(self) -> Noted:
        return Noted(self.unit, self.stage, tuple(self.cohorts), self.on, self.by)


class Replacement(Strict):
    for_: Id = Field(alias="for", description="Who was invited and doesn't come.")
    person: Id = Field(description="Who of the social services comes instead.")
    by: Id | None = None


class LedgerQuery(Strict):
    unit: CodeText | None = None
    year: Annotated[int, Field(ge=_FIRST, le=_LAST, strict=False)] | None = Field(
        None, description="The autumn of a school year; left out: this one."
    )


@router.get("/parent-meetings", summary="Which cohorts have had their parent meeting (R26)")
def list_cohorts(query: Annotated[LedgerQuery, Query()], reader: TheReader) -> list[dict[str, Any]]:
    found = reader.consult(
        "parent-meetings", lambda desk, _: parents.shown(query.unit, query.year, desk)
    )
    return [cohort_json(one) for one in found]


@router.post("/parent-meetings", status_code=201, summary="IFO is invited to a meeting (R26)")
def invite(body: NewParentMeeting, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        return _meeting_json(parents.invite(body.command(), desk), desk, views)

    return doer.do(work, 201)


@router.post("/parent-meetings/held", summary="One was held without Samspel (R26)")
def note_held(body: HeldParentMeeting, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, _: Views) -> list[dict[str, Any]]:
        return [cohort_json(one) for one in parents.note_held(body.command(), desk)]

    return doer.do(work)


@router.post("/parent-meetings/{meeting}/replace", summary="Somebody else comes (R27)")
def replace(meeting: UUID, body: Replacement, doer: TheDoer) -> JSONResponse:
    command = Replace(meeting, body.for_, body.person, body.by)

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        parents.replace(command, desk)
        return _meeting_json(meeting, desk, views)

    return doer.do(work)


def cohort_json(one: ShownCohort) -> dict[str, Any]:
    """A cohort as it stands. `last_day`: until when it is in the stage."""
    kept = one.kept
    return asdict(one.cohort) | {
        "state": one.state,
        "held_on": None if kept is None else kept.held_on,
        "meeting": None if kept is None else kept.meeting,
        "starts_at": None if kept is None else instant_json(kept.starts_at),
        "last_day": one.last_day,
        "running_out": one.running_out,
    }


def _meeting_json(meeting_id: UUID, desk: Desk, views: Views) -> dict[str, Any]:
    file, meeting, cohorts = parents.of_meeting(meeting_id, desk)
    of = cohorts[0].cohort
    return {
        "id": meeting.id,
        "unit": of.unit,
        "stage": of.stage,
        "cohorts": [one.cohort.cohort for one in cohorts],
        "process_owner": file.facts.process_owner,
        "starts_at": instant_json(meeting.starts_at),
        "ends_at": instant_json(meeting.ends_at),
        "place": desk.meetings.place(meeting.id),
        "state": meeting.state,
        "sequence": meeting.sequence,
        "rule": file.procedure.step(meeting.step).rule,
        "attendance": [
            {"person": one["person_id"], "answer": one["answer"]}
            for one in views.attendance([file.id])
        ],
    }
