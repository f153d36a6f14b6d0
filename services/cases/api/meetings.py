"""Meetings over HTTP: book, confirm, move, cancel, held, minutes filed."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from services.cases.api.models import (
    FiledMinutes,
    HeldMeeting,
    MovedMeeting,
    NewMeeting,
    Nothing,
)
from services.cases.api.office import TheDoer
from services.cases.api.shapes import meeting_json
from services.cases.handlers import meetings
from services.cases.handlers.commands import Book, Hold, Move
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views

router = APIRouter(tags=["meetings"])


@router.post(
    "/cases/{case_id}/meetings", status_code=201, summary="Book a meeting (R3, R6, R9, R10, X1)"
)
def book(case_id: UUID, body: NewMeeting, doer: TheDoer) -> JSONResponse:
    command = Book(case_id, body.step, body.starts_at, body.minutes, body.place)

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        return _meeting(views, case_id, meetings.book(command, desk))

    return doer.do(work, 201)


@router.post("/meetings/{meeting_id}/confirm", summary="Say yes to a proposed time")
def confirm(
    meeting_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return _done(meeting_id, doer, lambda desk: meetings.confirm(meeting_id, desk))


@router.post("/meetings/{meeting_id}/move", summary="Another time or place (Q1)")
def move(meeting_id: UUID, body: MovedMeeting, doer: TheDoer) -> JSONResponse:
    command = Move(meeting_id, body.starts_at, body.minutes, body.place)
    return _done(meeting_id, doer, lambda desk: meetings.move(command, desk))


@router.post("/meetings/{meeting_id}/cancel", summary="Cancel a meeting (Q5)")
def cancel(
    meeting_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return _done(meeting_id, doer, lambda desk: meetings.cancel(meeting_id, desk))


@router.post("/meetings/{meeting_id}/held", summary="It has been held (R10, R13, R19)")
def held(
    meeting_id: UUID, doer: TheDoer, body: Annotated[HeldMeeting | None, Body()] = None
) -> JSONResponse:
    said = body or HeldMeeting()
    present = None if said.present is None else frozenset(said.present)
    command = Hold(meeting_id, present, said.secretary, said.consent_reviewed)
    return _done(meeting_id, doer, lambda desk: meetings.hold(command, desk))


@router.post("/meetings/{meeting_id}/minutes-filed", summary="The minutes are filed (R15)")
def minutes_filed(
    meeting_id: UUID, doer: TheDoer, body: Annotated[FiledMinutes | None, Body()] = None
) -> JSONResponse:
    reference = body.reference if body else None
    return _done(meeting_id, doer, lambda desk: meetings.file_minutes(meeting_id, reference, desk))


def _done(meeting_id: UUID, doer: TheDoer, handler: Callable[[Desk], None]) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        handler(desk)
        case_id = desk.cases.case_of_meeting(meeting_id)
        assert case_id is not None
        return _meeting(views, case_id, meeting_id)

    return doer.do(work)


def _meeting(views: Views, case_id: UUID, meeting_id: UUID) -> dict[str, Any]:
    attendance = views.attendance([case_id])
    return next(
        meeting_json(one, attendance)
        for one in views.meetings([case_id])
        if one["id"] == meeting_id
    )
