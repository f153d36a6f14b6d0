"""The papers of a case as PDF: the consent form, letters, the agenda (R4, R12, R15, X7)."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.rights import Right
from services.cases.handlers.papers import (
    Paper,
    PaperDesk,
    PaperViews,
    write_agenda,
    write_form,
    write_letter,
    write_minutes,
)
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit

_MEETING_PAPERS: dict[str, tuple[str, str, Callable[[UUID, UUID, PaperDesk], Paper]]] = {
    "dagordning": ("meeting.agenda", "dagordning", write_agenda),
    "minnesanteckningar": ("meeting.minutes", "minnesanteckningar", write_minutes),
}


def make_paper_pages(room: Room) -> APIRouter:
    """A paper is a reading of the case, and a file's name says its reference alone (X3)."""
    router = APIRouter(include_in_schema=False, prefix="/arenden/{case_id}/papper")
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]

    @router.get("/blankett/{consent_id}.pdf")
    def form(case_id: UUID, consent_id: UUID, visit: Seen) -> Response:
        return _form(case_id, consent_id, visit)

    @router.get("/brev/{meeting_id}/{person_id}.pdf")
    def letter(case_id: UUID, meeting_id: UUID, person_id: UUID, visit: Seen) -> Response:
        return _letter(case_id, meeting_id, person_id, visit)

    @router.get("/dagordning/{meeting_id}.pdf")
    def agenda(case_id: UUID, meeting_id: UUID, visit: Seen) -> Response:
        return _of_meeting("dagordning", case_id, meeting_id, visit)

    @router.get("/minnesanteckningar/{meeting_id}.pdf")
    def minutes(case_id: UUID, meeting_id: UUID, visit: Seen) -> Response:
        return _of_meeting("minnesanteckningar", case_id, meeting_id, visit)

    return router


def _form(case_id: UUID, consent_id: UUID, visit: Visit) -> Response:
    paper = visit.draw(
        "consent.form",
        lambda _: case_id,
        lambda case, desk: write_form(case, consent_id, desk),
    )
    return _printed(paper, "blankett", visit)


def _letter(case_id: UUID, meeting_id: UUID, person_id: UUID, visit: Visit) -> Response:
    """The one that is true now."""
    paper = visit.draw(
        "meeting.letter",
        lambda views: _of_case(case_id, meeting_id, views),
        lambda case, desk: write_letter(case, meeting_id, person_id, None, desk),
    )
    return _printed(paper, "brev", visit)


def _of_meeting(kind: str, case_id: UUID, meeting_id: UUID, visit: Visit) -> Response:
    what, name, write = _MEETING_PAPERS[kind]
    paper = visit.draw(
        what,
        lambda views: _of_case(case_id, meeting_id, views),
        lambda case, desk: write(case, meeting_id, desk),
    )
    return _printed(paper, name, visit)


def _of_case(case_id: UUID, meeting_id: UUID, views: PaperViews) -> UUID | None:
    """None for a meeting of another case."""
    return case_id if views.case_of_meeting(meeting_id) == case_id else None


def _printed(paper: Paper, name: str, visit: Visit) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}-{paper.sheet.reference}.pdf"'}
    printed = visit.room.office.press.render(paper)
    return Response(printed, media_type="application/pdf", headers=headers)
