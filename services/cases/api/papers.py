"""Papers over HTTP, as PDF: the consent form, letters, the agenda, the minutes template."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.cases.api.models import Strict
from services.cases.api.office import TheOffice, TheReader
from services.cases.domain.letters import LetterKind
from services.cases.handlers.papers import (
    Paper,
    PaperViews,
    write_agenda,
    write_form,
    write_letter,
    write_minutes,
)
from services.cases.office import Office

PDF: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": {"application/pdf": {}}, "description": "PDF/UA-1"}},
}
router = APIRouter(tags=["papers"])


class LetterQuery(Strict):
    kind: LetterKind | None = Field(None, description="Left out: the one that is true now.")


@router.get(
    "/cases/{case_id}/consents/{consent_id}/form.pdf", summary="The consent form (R4)", **PDF
)
def form(case_id: UUID, consent_id: UUID, reader: TheReader, office: TheOffice) -> Response:
    paper = reader.draw(
        "consent.form",
        lambda _: case_id,
        lambda case, desk: write_form(case, consent_id, desk),
    )
    return printed(paper, "blankett", office)


@router.get(
    "/meetings/{meeting_id}/letters/{person_id}.pdf",
    summary="A letter to one who gets no mail (X7): the one that is true now, or a wanted one",
    **PDF,
)
def letter(
    meeting_id: UUID,
    person_id: UUID,
    query: Annotated[LetterQuery, Query()],
    reader: TheReader,
    office: TheOffice,
) -> Response:
    paper = reader.draw(
        "meeting.letter",
        partial(_case_of, meeting_id),
        lambda case, desk: write_letter(case, meeting_id, person_id, query.kind, desk),
    )
    return printed(paper, "brev", office)


@router.get("/meetings/{meeting_id}/agenda.pdf", summary="The agenda (R12)", **PDF)
def agenda(meeting_id: UUID, reader: TheReader, office: TheOffice) -> Response:
    paper = reader.draw(
        "meeting.agenda",
        partial(_case_of, meeting_id),
        lambda case, desk: write_agenda(case, meeting_id, desk),
    )
    return printed(paper, "mote", office)


@router.get(
    "/meetings/{meeting_id}/minutes.pdf",
    summary="The template for minutes and plan (R15)",
    **PDF,
)
def minutes(meeting_id: UUID, reader: TheReader, office: TheOffice) -> Response:
    paper = reader.draw(
        "meeting.minutes",
        partial(_case_of, meeting_id),
        lambda case, desk: write_minutes(case, meeting_id, desk),
    )
    return printed(paper, "mote", office)


def _case_of(meeting_id: UUID, views: PaperViews) -> UUID | None:
    return views.case_of_meeting(meeting_id)


def printed(paper: Paper, name: str, office: Office) -> Response:
    """The file's name says nothing but the reference (X3)."""
    headers = {"Content-Disposition": f'attachment; filename="{name}-{paper.sheet.reference}.pdf"'}
    return Response(office.press.render(paper), media_type="application/pdf", headers=headers)
