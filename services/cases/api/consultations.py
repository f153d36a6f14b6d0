"""Anonymous consultations over HTTP: a free time, and nothing about what it is for (R47)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from services.cases.api.models import Nothing
from services.cases.api.office import TheDoer, TheOffice, TheReader
from services.cases.api.report_models import NewConsultation
from services.cases.api.shapes import instant_json
from services.cases.domain.refused import NotFound
from services.cases.handlers import consultations
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.office import Again
from shared.domain.slots import Slot

router = APIRouter(tags=["reports"])


@router.get("/consultations/slots", summary="When there is somebody to talk to (R47)")
def slots(reader: TheReader, office: TheOffice) -> list[dict[str, Any]]:
    def show(views: Views, now: datetime) -> list[dict[str, Any]]:
        found = consultations.free_times(views, office.procedures, office.times, now)
        return [_slot_json(one) for one in found]

    return reader.read("consultations.slots", show)


@router.post("/consultations", status_code=201, summary="Book one of them, anonymously too (R47)")
def book(body: NewConsultation, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        return _consultation(consultations.book(body.command(), desk), desk, views)

    return (doer if body.by else doer.nameless()).do(work, 201, again=_AGAIN)


@router.post("/consultations/{matter_id}/cancel", summary="Call it off (R47)")
def call_off(
    matter_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        consultations.call_off(matter_id, desk)
        return _consultation(matter_id, desk, views)

    return doer.do(work, again=_AGAIN)


def _consultation(matter_id: UUID, desk: Desk, views: Views) -> dict[str, Any]:
    """To those who are to talk, and the calling system. Raises NotFound."""
    facts = desk.reports.matter(matter_id)
    if facts is None or facts.about != "consultation" or not desk.sees(matter_id):
        raise NotFound
    (meeting,) = views.meetings([matter_id])
    others = [who.person_id for who in facts.participants if who.person_id != facts.process_owner]
    return {
        "id": matter_id,
        "meeting": meeting["id"],
        "starts_at": instant_json(meeting["starts_at"]),
        "ends_at": instant_json(meeting["ends_at"]),
        "place": meeting["place"],
        "state": meeting["state"],
        "with": facts.process_owner,
        "by": others[0] if others else None,
    }


def _slot_json(slot: Slot) -> dict[str, Any]:
    return {"starts_at": instant_json(slot.starts_at), "ends_at": instant_json(slot.ends_at)}


_AGAIN = Again("consultation", _consultation, case=lambda _: None)
