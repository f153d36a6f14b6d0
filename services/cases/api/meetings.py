"""Meetings over HTTP: book, propose, vote, move, cancel, held, minutes and plan filed."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query
from fastapi.responses import JSONResponse

from services.cases.api.meeting_models import (
    ConfirmedTime,
    Filed,
    GivenAnswer,
    GivenVotes,
    HeldMeeting,
    MovedMeeting,
    NewMeeting,
    NewProposal,
    NewYearMeeting,
    Substitute,
    WhoComesQuery,
)
from services.cases.api.models import Nothing
from services.cases.api.office import Doer, TheDoer, TheReader
from services.cases.api.shapes import instant_json, meeting_json
from services.cases.handlers import answers, holding, meetings, reminding, votes
from services.cases.handlers.answers import GiveAnswer
from services.cases.handlers.commands import Book, Hold, Move, NextTime
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.showing import shown_meetings, who_comes
from services.cases.handlers.votes import CastVotes
from services.cases.handlers.year import cycle, groups
from services.cases.handlers.year.groups import SendSubstitute
from services.cases.handlers.year.rules import ARSHJUL

router = APIRouter(tags=["meetings"])
Year = Annotated[int, Path(ge=2000, le=2100)]
# What a keeper who doesn't see the case is told of the meeting (R15, X10).
_OF_THE_MINUTES = ("id", "state", "minutes_filed_at", "minutes_reference")


@router.post(
    "/cases/{case_id}/meetings", status_code=201, summary="Book a meeting (R3, R6, R9, R10, X1)"
)
def book(case_id: UUID, body: NewMeeting, doer: TheDoer) -> JSONResponse:
    command = Book(
        case_id, body.step, body.starts_at, body.minutes, body.place,
        participants=_people(body.participants),
    )  # fmt: skip
    return _made(doer, lambda desk: meetings.book(command, desk))


@router.post("/cases/{case_id}/proposals", status_code=201, summary="Propose times to vote about")
def propose(case_id: UUID, body: NewProposal, doer: TheDoer) -> JSONResponse:
    first, *others = body.options
    command = Book(
        case_id, body.step, first, body.minutes, body.place,
        participants=_people(body.participants), alternatives=tuple(others),
    )  # fmt: skip
    return _made(doer, lambda desk: meetings.propose(command, desk))


@router.post("/meetings/{meeting_id}/votes", summary="Who can when; the last vote books the best")
def vote(meeting_id: UUID, body: GivenVotes, doer: TheDoer) -> JSONResponse:
    command = CastVotes(meeting_id, body.person, body.votes())
    return _done(meeting_id, doer, lambda desk: votes.vote(command, desk))


@router.post("/meetings/{meeting_id}/confirm", summary="Say yes to a proposed time, or to the best")
def confirm(
    meeting_id: UUID, doer: TheDoer, body: Annotated[ConfirmedTime | None, Body()] = None
) -> JSONResponse:
    starts_at = body.starts_at if body else None
    return _done(meeting_id, doer, lambda desk: votes.confirm(meeting_id, starts_at, desk))


@router.post("/meetings/{meeting_id}/move", summary="Another time or place (Q1)")
def move(meeting_id: UUID, body: MovedMeeting, doer: TheDoer) -> JSONResponse:
    command = Move(meeting_id, body.starts_at, body.minutes, body.place)
    return _done(meeting_id, doer, lambda desk: meetings.move(command, desk))


@router.post("/meetings/{meeting_id}/cancel", summary="Cancel a meeting (Q5)")
def cancel(
    meeting_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return _done(meeting_id, doer, lambda desk: meetings.cancel(meeting_id, desk))


@router.post(
    "/meetings/{meeting_id}/remind", summary="Remind those who haven't answered, now (R8, S5)"
)
def remind(
    meeting_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return _done(meeting_id, doer, lambda desk: reminding.remind(meeting_id, desk))


@router.post("/meetings/{meeting_id}/answers", summary="Somebody has answered by phone (R6, S8)")
def answer(meeting_id: UUID, body: GivenAnswer, doer: TheDoer) -> JSONResponse:
    command = GiveAnswer(meeting_id, body.person, body.answer)
    return _done(meeting_id, doer, lambda desk: answers.give_answer(command, desk))


@router.post("/meetings/{meeting_id}/held", summary="It has been held (R10, R13, R19)")
def held(
    meeting_id: UUID, doer: TheDoer, body: Annotated[HeldMeeting | None, Body()] = None
) -> JSONResponse:
    said = body or HeldMeeting()
    following = said.next_time.command() if said.next_time else None
    command = Hold(
        meeting_id, _people(said.present), said.secretary, said.consent_reviewed, said.outcome,
        following,
    )  # fmt: skip

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        holding.hold(command, desk)
        return _meeting(desk, views, meeting_id) | _next(desk, meeting_id)

    return doer.do(work)


@router.post(
    "/meetings/{meeting_id}/substitutes",
    status_code=201,
    summary="Somebody comes in another's place to a meeting of the yearly cycle (R27)",
)
def name_substitute(meeting_id: UUID, body: Substitute, doer: TheDoer) -> JSONResponse:
    command = SendSubstitute(meeting_id, body.for_, body.person)

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        groups.name_substitute(command, desk)
        return _meeting(desk, views, meeting_id)

    return doer.do(work, 201)


@router.post(
    "/years/{year}/meetings",
    status_code=201,
    summary="Book a meeting of the yearly cycle that has no time (R20)",
)
def book_in_year(year: Year, body: NewYearMeeting, doer: TheDoer) -> JSONResponse:
    wanted = NextTime(body.starts_at, body.minutes, body.place)
    return _made(doer, lambda desk: cycle.book_in_year(year, ARSHJUL, wanted, body.step, desk))


@router.post("/meetings/{meeting_id}/minutes-filed", summary="The minutes are filed (R15)")
def minutes_filed(
    meeting_id: UUID, doer: TheDoer, body: Annotated[Filed | None, Body()] = None
) -> JSONResponse:
    reference = body.reference if body else None

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        holding.file_minutes(meeting_id, reference, desk)
        meeting = _meeting(desk, views, meeting_id)
        if desk.sees(meeting["case"]):
            return meeting
        return {one: meeting[one] for one in _OF_THE_MINUTES}

    return doer.do(work, keeps=meeting_id)


@router.post("/meetings/{meeting_id}/plan-filed", summary="Goals and plan are filed (S4)")
def plan_filed(
    meeting_id: UUID, doer: TheDoer, body: Annotated[Filed | None, Body()] = None
) -> JSONResponse:
    reference = body.reference if body else None
    return _done(meeting_id, doer, lambda desk: holding.file_plan(meeting_id, reference, desk))


@router.get(
    "/cases/{case_id}/meetings/{meeting_id}/who-comes",
    summary="Who comes, as a guardian or the child is told (S6, X12)",
)
def list_who_comes(
    case_id: UUID, meeting_id: UUID, query: Annotated[WhoComesQuery, Query()], reader: TheReader
) -> dict[str, Any]:
    asking = query.for_
    lines = reader.read(
        "meeting.who-comes",
        lambda views, _: who_comes(case_id, meeting_id, asking, views),
        case=case_id,
    )
    people = [{"name": one.name, "function": one.function} for one in lines]
    return {"meeting": meeting_id, "for": asking, "people": people}


def _people(named: list[UUID] | None) -> frozenset[UUID] | None:
    return None if named is None else frozenset(named)


def _made(doer: Doer, handler: Callable[[Desk], UUID]) -> JSONResponse:
    return doer.do(lambda desk, views: _meeting(desk, views, handler(desk)), 201)


def _done(meeting_id: UUID, doer: Doer, handler: Callable[[Desk], None]) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        handler(desk)
        return _meeting(desk, views, meeting_id)

    return doer.do(work)


def _next(desk: Desk, meeting_id: UUID) -> dict[str, Any]:
    """R23: of a year, which meeting comes after it: it stands already."""
    if desk.take_by_meeting(meeting_id).facts.about != "year":
        return {}
    after = holding.next_of_cycle(meeting_id, desk)
    shown = after and {"id": after.id, "starts_at": instant_json(after.starts_at)}
    return {"next": shown}


def _meeting(desk: Desk, views: Views, meeting_id: UUID) -> dict[str, Any]:
    file = desk.take_by_meeting(meeting_id)
    attendance = views.attendance([file.id])
    return next(
        meeting_json(one, attendance)
        for one in shown_meetings(file.facts, file.procedure, views)
        if one["id"] == meeting_id
    )
