"""Consents on their pages: asked for, signed, refused, withdrawn, done without (R3, R4, P6, P7)."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.booking_refusals import ParticipantsMissing
from services.cases.domain.consent_refusals import OrganisationNotCovered
from services.cases.domain.consents import Terms
from services.cases.domain.refused import NotFound, Words
from services.cases.domain.rights import Right
from services.cases.handlers import consent_answers, consents
from services.cases.handlers.ledger import AnswerConsent, AskConsent, SignConsent, WaiveConsent
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Row
from services.cases.web.forms import Fields
from services.cases.web.staff.booking_shown import what_stops
from services.cases.web.staff.case_acting import carry_out
from services.cases.web.staff.case_showing import OneCase, in_templates, read_case
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit
from shared.domain.consent import consent_stands
from shared.domain.days import local_date

_TEMPLATE = "staff/case_consent.html"
_METHODS = ("paper", "digital")
_PART = "samtycken"


def make_consent_pages(room: Room) -> APIRouter:
    """A page for each answer; a withdrawal says first what it stops, and then what it did."""
    router = APIRouter(include_in_schema=False, prefix="/arenden/{case_id}/samtycken")
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("/nytt")
    def ask_whom(case_id: UUID, visit: Seen) -> Response:
        return _page(case_id, visit, "ask")

    @router.post("/nytt")
    def ask(case_id: UUID, visit: Acting) -> Response:
        return _ask(case_id, visit)

    @router.get("/{consent_id}/{answer}")
    def answer_page(case_id: UUID, consent_id: UUID, answer: str, visit: Seen) -> Response:
        if answer not in _ANSWERS:
            raise NotFound
        return _page(case_id, visit, answer, consent_id)

    @router.post("/{consent_id}/{answer}")
    def give_answer(case_id: UUID, consent_id: UUID, answer: str, visit: Acting) -> Response:
        if answer not in _ANSWERS:
            raise NotFound
        return _ANSWERS[answer](case_id, consent_id, visit)

    return router


def _ask(case_id: UUID, visit: Visit) -> Response:
    case, fields = read_case(case_id, visit), Fields(visit.form)
    known = case.procedure.all_organisations
    person, until = fields.ident("person"), fields.day("until", needed=False)
    named = fields.choices("organisations", known)
    party = fields.choice("party", ("guardian", "child", "youth"), needed=False)
    if not named:
        fields.wrong.setdefault("organisations", _NAME_ONE)
    if fields.wrong or person is None:
        return _page(case_id, visit, "ask", wrong=fields.wrong)
    asked = AskConsent(case_id, person, frozenset(named), until, party)  # type: ignore[arg-type]

    def work(desk: Desk) -> None:
        consents.ask(asked, desk)

    return carry_out(
        case_id,
        visit,
        work,
        lambda refused: _page(case_id, visit, "ask", refused=refused),
        "fragat",
        part=_PART,
    )


def _sign(case_id: UUID, consent_id: UUID, visit: Visit) -> Response:
    case, fields = read_case(case_id, visit), Fields(visit.form)
    on, until = fields.day("on"), fields.day("until", needed=False)
    named = fields.choices("organisations", case.procedure.all_organisations)
    method = fields.choice("method", _METHODS, needed=False)
    reference = fields.code("reference", needed=False)
    if not named:
        fields.wrong.setdefault("organisations", _NAME_ONE)
    if fields.wrong:
        return _page(case_id, visit, "underskrift", consent_id, wrong=fields.wrong)
    command = SignConsent(
        case_id, consent_id, on, Terms(frozenset(named), until, method, reference)
    )

    def work(desk: Desk) -> dict[str, str]:
        consent_answers.sign(command, desk)
        file = desk.take(case_id)
        if not consent_stands(file.facts, file.procedure, desk.today):
            return {}
        stops = what_stops(file.facts, file.procedure, desk.today)
        somebody_missing = isinstance(stops, (ParticipantsMissing, OrganisationNotCovered))
        return {"notice": "alla-men" if somebody_missing else "alla-skrivit"}

    return carry_out(
        case_id,
        visit,
        work,
        lambda refused: _page(case_id, visit, "underskrift", consent_id, refused=refused),
        "skrivet",
        part=_PART,
    )


def _refuse(case_id: UUID, consent_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    on = fields.day("on")
    if fields.wrong:
        return _page(case_id, visit, "nej", consent_id, wrong=fields.wrong)
    command = AnswerConsent(case_id, consent_id, on)
    return carry_out(
        case_id,
        visit,
        lambda desk: consent_answers.refuse(command, desk),
        lambda refused: _page(case_id, visit, "nej", consent_id, refused=refused),
        "nej",
        part=_PART,
    )


def _withdraw(case_id: UUID, consent_id: UUID, visit: Visit) -> Response:
    """Then the same page says what it did, and what had begun to leave (P7, X5)."""
    fields = Fields(visit.form)
    on = fields.day("on")
    if fields.wrong:
        return _page(case_id, visit, "aterta", consent_id, wrong=fields.wrong)
    command = AnswerConsent(case_id, consent_id, on)

    def work(desk: Desk) -> None:
        consent_answers.withdraw(command, desk)

    return carry_out(
        case_id,
        visit,
        work,
        lambda refused: _page(case_id, visit, "aterta", consent_id, refused=refused),
        "",
        to=f"/arenden/{case_id}/samtycken/{consent_id}/aterta",
    )


def _waive(case_id: UUID, consent_id: UUID, visit: Visit) -> Response:
    case, fields = read_case(case_id, visit), Fields(visit.form)
    reason = fields.choice("reason", list(case.procedure.consent.waiver_reasons))
    on = fields.day("on")
    if fields.wrong or reason is None:
        return _page(case_id, visit, "utan", consent_id, wrong=fields.wrong)
    command = WaiveConsent(case_id, consent_id, reason, on)
    return carry_out(
        case_id,
        visit,
        lambda desk: consent_answers.waive(command, desk),
        lambda refused: _page(case_id, visit, "utan", consent_id, refused=refused),
        "utan",
        part=_PART,
    )


_ANSWERS: Mapping[str, Callable[[UUID, UUID, Visit], Response]] = {
    "underskrift": _sign,
    "nej": _refuse,
    "aterta": _withdraw,
    "utan": _waive,
}
_NAME_ONE = Words(
    "Välj minst en organisation. Samtycket gäller bara dem som det nämner.",
    "Choose at least one organisation. A consent holds for those it names.",
)


def _page(
    case_id: UUID, visit: Visit, mode: str, consent_id: UUID | None = None, **said: Any
) -> Response:
    case = read_case(case_id, visit)
    consent = None if consent_id is None else _consent(case, consent_id)
    effect: Mapping[str, Any] | None = None
    if mode == "aterta" and consent is not None and consent["withdrawn_on"] is not None:
        effect = _effect(case_id, str(consent_id), visit)
    else:
        visit.check_may_change()
    return visit.page(
        _TEMPLATE,
        **said,
        **in_templates(case, visit),
        mode=mode,
        consent=consent,
        effect=effect,
        coming=[
            one
            for one in case.shown.meetings
            if one["state"] in ("booked", "proposed")
            and one["starts_at"] > case.now
            and case.procedure.step(one["step"]).waits_for_consent
        ],
        chosen=visit.request.query_params.get("person", ""),
    )


def _consent(case: OneCase, consent_id: UUID) -> Row:
    for consent in case.shown.consents:
        if consent["id"] == consent_id:
            return consent
    raise NotFound


def _effect(case_id: UUID, consent_id: str, visit: Visit) -> Mapping[str, Any] | None:
    """What a withdrawal did, as it was noted; None for one by another form of the person."""

    def show(views: Overviews, *_: object) -> Mapping[str, Any] | None:
        notes = (one for one in views.notes(case_id) if one.action == "consent.withdraw")
        found = [one for one in notes if one.details.get("about") == consent_id]
        if not found:
            return None
        return {**found[-1].details["effect"], "on": local_date(found[-1].at)}

    return visit.look("case.withdrawal", show, case=case_id)
