"""Cases over HTTP: open, read, close; who is on them; free times."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query
from fastapi.responses import JSONResponse

from services.cases.api.models import (
    CasesQuery,
    Closing,
    NewCase,
    NewParticipant,
    Nothing,
    SlotsQuery,
)
from services.cases.api.office import TheDoer, TheOffice, TheReader
from services.cases.api.shapes import (
    case_line_json,
    slot_json,
)
from services.cases.api.shown import answered_case, case_again, changed_case, shown_case
from services.cases.handlers import closing, opening
from services.cases.handlers.commands import AddParticipant, Close
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views, free_times
from services.cases.handlers.sight import OpenedForAnother

router = APIRouter(tags=["cases"])


@router.post("/cases", status_code=201, summary="Open a case (R1, R2, R9)")
def open_case(new: NewCase, doer: TheDoer, office: TheOffice) -> JSONResponse:
    if doer.caller.person not in (None, new.initiator):
        raise OpenedForAnother

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        case_id = opening.open_case(new.command(), desk)
        return answered_case(case_id, desk, views, office)

    return doer.do(work, 201, again=case_again(office))


@router.get("/cases", summary="Cases in the order they were opened, page by page")
def list_cases(query: Annotated[CasesQuery, Query()], reader: TheReader) -> dict[str, Any]:
    cases = reader.read(
        "cases.list", lambda views, _: views.cases(query.after, query.state, query.limit)
    )
    following = cases[-1]["id"] if len(cases) == query.limit else None
    return {"cases": [case_line_json(case) for case in cases], "next": following}


@router.get("/cases/{case_id}", summary="A case with its windows, consents, meetings and tasks")
def get_case(case_id: UUID, reader: TheReader, office: TheOffice) -> dict[str, Any]:
    return reader.read(
        "case", lambda views, now: shown_case(case_id, now, views, office), case=case_id
    )


@router.post("/cases/{case_id}/close", summary="Close a case with its outcome (R16)")
def close_case(case_id: UUID, body: Closing, doer: TheDoer) -> JSONResponse:
    command = Close(case_id, body.outcome, body.evaluation)
    return changed_case(case_id, doer, lambda desk: closing.close(command, desk))


@router.get("/cases/{case_id}/slots", summary="Free times for a step, best first")
def slots(
    case_id: UUID, query: Annotated[SlotsQuery, Query()], reader: TheReader, office: TheOffice
) -> list[dict[str, Any]]:
    found = reader.read(
        "case.slots",
        lambda views, now: free_times(
            case_id, query.step, views, office.procedures, office.times, now
        ),
        case=case_id,
    )
    return [slot_json(one) for one in found[: query.limit]]


@router.post("/cases/{case_id}/participants", status_code=201, summary="Add staff (R5, S8)")
def add_participant(case_id: UUID, body: NewParticipant, doer: TheDoer) -> JSONResponse:
    command = AddParticipant(case_id, body.person, body.replaces)
    return changed_case(case_id, doer, lambda desk: opening.add_participant(command, desk), 201)


@router.post("/cases/{case_id}/participants/{person_id}/remove", summary="Remove staff (Q3)")
def remove_participant(
    case_id: UUID,
    person_id: UUID,
    doer: TheDoer,
    _: Annotated[Nothing | None, Body()] = None,
) -> JSONResponse:
    return changed_case(
        case_id, doer, lambda desk: opening.remove_participant(case_id, person_id, desk)
    )
