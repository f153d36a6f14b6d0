"""Cases over HTTP: open, read, close; who is on them; their consents, free times and tasks."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query
from fastapi.responses import JSONResponse

from services.cases.api.models import (
    CasesQuery,
    Closing,
    ConsentAnswer,
    ConsentRequest,
    NewCase,
    NewParticipant,
    Nothing,
    SlotsQuery,
)
from services.cases.api.office import Office, TheDoer, TheOffice, TheReader
from services.cases.api.shapes import (
    case_json,
    case_line_json,
    consent_json,
    slot_json,
    task_json,
)
from services.cases.domain import refusals
from services.cases.domain.refused import NotFound
from services.cases.handlers import closing, consents, opening
from services.cases.handlers.commands import AddParticipant, AnswerConsent, AskConsent, Close
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views, free_times, show_case
from shared.domain.days import local_date

router = APIRouter(tags=["cases"])


@router.post("/cases", status_code=201, summary="Open a case (R1, R2, R9)")
def open_case(new: NewCase, doer: TheDoer, office: TheOffice) -> JSONResponse:
    for field in ("grade", "residence", "reason"):
        if getattr(new, field) is not None:
            raise refusals.NotAsked(field)

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        return _shown(opening.open_case(new.command(), desk), desk.now, views, office)

    return doer.do(work, 201)


@router.get("/cases", summary="Cases in the order they were opened, page by page")
def list_cases(query: Annotated[CasesQuery, Query()], reader: TheReader) -> dict[str, Any]:
    cases = reader.read(
        "cases.list", lambda views, _: views.cases(query.after, query.state, query.limit)
    )
    following = cases[-1]["id"] if len(cases) == query.limit else None
    return {"cases": [case_line_json(case) for case in cases], "next": following}


@router.get("/cases/{case_id}", summary="A case with its windows, consents, meetings and tasks")
def get_case(case_id: UUID, reader: TheReader, office: TheOffice) -> dict[str, Any]:
    return reader.read("case", lambda views, now: _shown(case_id, now, views, office), case=case_id)


@router.post("/cases/{case_id}/close", summary="Close a case with its outcome (R16)")
def close_case(case_id: UUID, body: Closing, doer: TheDoer, office: TheOffice) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        closing.close(Close(case_id, body.outcome), desk)
        return _shown(case_id, desk.now, views, office)

    return doer.do(work)


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
def add_participant(
    case_id: UUID, body: NewParticipant, doer: TheDoer, office: TheOffice
) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        opening.add_participant(AddParticipant(case_id, body.person, body.replaces), desk)
        return _shown(case_id, desk.now, views, office)

    return doer.do(work, 201)


@router.post("/cases/{case_id}/participants/{person_id}/remove", summary="Remove staff (Q3)")
def remove_participant(
    case_id: UUID,
    person_id: UUID,
    doer: TheDoer,
    office: TheOffice,
    _: Annotated[Nothing | None, Body()] = None,
) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        opening.remove_participant(case_id, person_id, desk)
        return _shown(case_id, desk.now, views, office)

    return doer.do(work)


@router.post("/cases/{case_id}/consents", status_code=201, summary="Ask for a consent anew (R4)")
def ask_consent(case_id: UUID, body: ConsentRequest, doer: TheDoer) -> JSONResponse:
    named = None if body.organisations is None else frozenset(body.organisations)

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        consent = consents.ask(AskConsent(case_id, body.person, named), desk)
        return _consent(views, case_id, consent)

    return doer.do(work, 201)


@router.post("/cases/{case_id}/consents/{consent_id}/sign", summary="It was signed (R3)")
def sign_consent(
    case_id: UUID,
    consent_id: UUID,
    doer: TheDoer,
    body: Annotated[ConsentAnswer | None, Body()] = None,
) -> JSONResponse:
    return _answered(case_id, consent_id, body, doer, consents.sign)


@router.post("/cases/{case_id}/consents/{consent_id}/refuse", summary="It was refused (P11)")
def refuse_consent(
    case_id: UUID,
    consent_id: UUID,
    doer: TheDoer,
    body: Annotated[ConsentAnswer | None, Body()] = None,
) -> JSONResponse:
    return _answered(case_id, consent_id, body, doer, consents.refuse)


@router.post(
    "/cases/{case_id}/consents/{consent_id}/withdraw",
    summary="It was withdrawn: cancels and stops what rests on it (P7, X5)",
)
def withdraw_consent(
    case_id: UUID,
    consent_id: UUID,
    doer: TheDoer,
    body: Annotated[ConsentAnswer | None, Body()] = None,
) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        effect = consents.withdraw(_answer(case_id, consent_id, body), desk)
        return {"consent": _consent(views, case_id, consent_id), **effect}

    return doer.do(work)


@router.post("/tasks/{task_id}/done", summary="A task is done")
def task_done(
    task_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        case_id = closing.task_done(task_id, desk)
        return next(task_json(task) for task in views.tasks([case_id]) if task["id"] == task_id)

    return doer.do(work)


def _answered(
    case_id: UUID,
    consent_id: UUID,
    body: ConsentAnswer | None,
    doer: TheDoer,
    handler: Callable[[AnswerConsent, Desk], None],
) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        handler(_answer(case_id, consent_id, body), desk)
        return _consent(views, case_id, consent_id)

    return doer.do(work)


def _answer(case_id: UUID, consent_id: UUID, body: ConsentAnswer | None) -> AnswerConsent:
    return AnswerConsent(case_id, consent_id, body.on if body else None)


def _consent(views: Views, case_id: UUID, consent_id: UUID) -> dict[str, Any]:
    for consent in views.consents([case_id]):
        if consent["id"] == consent_id:
            return consent_json(consent)
    raise NotFound


def _shown(case_id: UUID, now: datetime, views: Views, office: Office) -> dict[str, Any]:
    days, today = office.times.days, local_date(now)
    return case_json(show_case(case_id, views, office.procedures, days, today))
