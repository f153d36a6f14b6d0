"""Wishes for another time over HTTP: whoever leads the meeting says yes or no (B5, Q1)."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from services.cases.api.models import Nothing
from services.cases.api.office import Doer, TheDoer
from services.cases.api.shapes import meeting_json
from services.cases.handlers import counters
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.showing import shown_meetings

router = APIRouter(tags=["meetings"])


@router.post(
    "/meetings/{meeting_id}/counters/{counter_id}/accept",
    summary="The meeting moves to the time that was wished for (Q1)",
)
def accept(
    meeting_id: UUID, counter_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return _settled(meeting_id, doer, lambda desk: counters.accept(meeting_id, counter_id, desk))


@router.post(
    "/meetings/{meeting_id}/counters/{counter_id}/decline",
    summary="The meeting stays as it is (B5)",
)
def decline(
    meeting_id: UUID, counter_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return _settled(meeting_id, doer, lambda desk: counters.decline(meeting_id, counter_id, desk))


def _settled(meeting_id: UUID, doer: Doer, handler: Callable[[Desk], None]) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        handler(desk)
        file = desk.take_by_meeting(meeting_id)
        attendance = views.attendance([file.id])
        return next(
            meeting_json(one, attendance)
            for one in shown_meetings(file.facts, file.procedure, views)
            if one["id"] == meeting_id
        )

    return doer.do(work)
