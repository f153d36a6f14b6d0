"""Consents over HTTP: asked for, signed, refused, withdrawn, done without (R3, R4, P6, P7)."""

from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse
from pydantic import Field

from services.cases.api.fields import CodeText, Day, FileReference, Id
from services.cases.api.models import Strict
from services.cases.api.office import Doer, TheDoer
from services.cases.api.shapes import consent_json
from services.cases.domain.consents import Terms
from services.cases.handlers import consent_answers, consents
from services.cases.handlers.consents_shown import show_consent
from services.cases.handlers.ledger import AnswerConsent, AskConsent, SignConsent, WaiveConsent
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views

router = APIRouter(tags=["consents"])

Organisations = Annotated[list[CodeText], Field(min_length=1, max_length=10)]
_ON = "The day it happened; left out: today."
_UNTIL = "The last day it carries; left out: until it is withdrawn."


class ConsentRequest(Strict):
    person: Id
    organisations: Organisations | None = Field(
        None, description="Left out: those of the procedure, without the optional ones (S1, S14)."
    )
    until: Day | None = Field(None, description=_UNTIL)
    party: Literal["guardian", "child", "youth"] | None = Field(
        None,
        description="As what, where a child near its coming of age can be asked in two ways (X8).",
    )


class ConsentSignature(Strict):
    """What the signed form says; what is left out is as it was asked for."""

    on: Day | None = Field(None, description=_ON)
    organisations: Organisations | None = Field(None, description="As signed (S1).")
    until: Day | None = Field(None, description=_UNTIL)
    method: Literal["paper", "digital"] | None = Field(
        None, description="A consent is given in writing (S1, R4)."
    )
    form_reference: FileReference | None = Field(
        None, description="Where the signed form is kept, as a code."
    )

    def terms(self) -> Terms:
        named = None if self.organisations is None else frozenset(self.organisations)
        return Terms(named, self.until, self.method, self.form_reference)


class ConsentAnswer(Strict):
    on: Day | None = Field(None, description=_ON)


class ConsentWaiver(Strict):
    reason: CodeText = Field(description="One of the procedure's codes, see /api/v1/procedures.")
    on: Day | None = Field(None, description=_ON)


@router.post("/cases/{case_id}/consents", status_code=201, summary="Ask for a consent anew (R4)")
def ask(case_id: UUID, body: ConsentRequest, doer: TheDoer) -> JSONResponse:
    named = None if body.organisations is None else frozenset(body.organisations)
    command = AskConsent(case_id, body.person, named, body.until, body.party)

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        return _shown(case_id, consents.ask(command, desk), doer, desk, views)

    return doer.do(work, 201)


@router.post("/cases/{case_id}/consents/{consent_id}/sign", summary="It was signed (R3, S1)")
def sign(
    case_id: UUID,
    consent_id: UUID,
    doer: TheDoer,
    body: Annotated[ConsentSignature | None, Body()] = None,
) -> JSONResponse:
    said = body or ConsentSignature()
    command = SignConsent(case_id, consent_id, said.on, said.terms())
    return _answered(case_id, consent_id, doer, lambda desk: consent_answers.sign(command, desk))


@router.post("/cases/{case_id}/consents/{consent_id}/refuse", summary="It was refused (P11)")
def refuse(
    case_id: UUID,
    consent_id: UUID,
    doer: TheDoer,
    body: Annotated[ConsentAnswer | None, Body()] = None,
) -> JSONResponse:
    command = _answer(case_id, consent_id, body)
    return _answered(case_id, consent_id, doer, lambda desk: consent_answers.refuse(command, desk))


@router.post(
    "/cases/{case_id}/consents/{consent_id}/waive", summary="On without the child's own word (P6)"
)
def waive(case_id: UUID, consent_id: UUID, body: ConsentWaiver, doer: TheDoer) -> JSONResponse:
    command = WaiveConsent(case_id, consent_id, body.reason, body.on)
    return _answered(case_id, consent_id, doer, lambda desk: consent_answers.waive(command, desk))


@router.post(
    "/cases/{case_id}/consents/{consent_id}/withdraw",
    summary="It was withdrawn: ends all that rests on it (P7, P8, X5)",
)
def withdraw(
    case_id: UUID,
    consent_id: UUID,
    doer: TheDoer,
    body: Annotated[ConsentAnswer | None, Body()] = None,
) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        effect = consent_answers.withdraw(_answer(case_id, consent_id, body), desk)
        return {"consent": _shown(case_id, consent_id, doer, desk, views), **effect}

    return doer.do(work)


def _answer(case_id: UUID, consent_id: UUID, body: ConsentAnswer | None) -> AnswerConsent:
    return AnswerConsent(case_id, consent_id, body.on if body else None)


def _answered(
    case_id: UUID, consent_id: UUID, doer: Doer, answer: Callable[[Desk], None]
) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        answer(desk)
        return _shown(case_id, consent_id, doer, desk, views)

    return doer.do(work)


def _shown(case_id: UUID, consent_id: UUID, doer: Doer, desk: Desk, views: Views) -> dict[str, Any]:
    procedures = doer.office.procedures
    return consent_json(show_consent(case_id, consent_id, views, procedures, desk.today))
