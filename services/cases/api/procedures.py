"""The procedures over HTTP: what outside programs need to know to open a case and to end it."""

from typing import Any

from fastapi import APIRouter

from services.cases.api.office import TheOffice, TheReader
from services.cases.domain.closing import EVALUATIONS, OUTCOMES
from shared.domain.codes import ORGANISATIONS, ROLES
from shared.domain.days import local_date
from shared.domain.procedure import Eligibility, Procedure, Step

router = APIRouter(tags=["lists"])


@router.get("/procedures", summary="The procedures of today, with their codes in words (X9)")
def procedures(reader: TheReader, office: TheOffice) -> list[dict[str, Any]]:
    today = reader.read("procedures", lambda _, now: local_date(now))
    names = office.procedures.names(today)
    return [procedure_json(office.procedures.get(name, today)) for name in names]


def procedure_json(procedure: Procedure) -> dict[str, Any]:
    """Codes, each with the words that people see."""
    consent = procedure.consent
    return {
        "name": procedure.name,
        "title": procedure.title,
        "version": procedure.version,
        "valid_from": procedure.valid_from,
        "openers": _words(procedure.roles.openers, ROLES),
        "openers_rule": procedure.roles.openers_rule,
        "leader": procedure.roles.leader,
        "organisations": _words(procedure.organisations, ORGANISATIONS),
        "optional_organisations": _words(procedure.optional_organisations, ORGANISATIONS),
        "eligibility": _eligibility(procedure.eligibility),
        "steps": [_step(step) for step in procedure.steps],
        "waiver_reasons": _said(consent.waiver_reasons),
        "outcomes": _said({str(code): words for code, words in OUTCOMES.items()}),
        "evaluations": _said({str(code): words for code, words in EVALUATIONS.items()}),
        "rules": procedure.rules,
    }


def _step(step: Step) -> dict[str, Any]:
    limit, target = step.within, step.target
    return {
        "name": step.name,
        "title": step.title,
        "rule": step.rule,
        "within_days": None if limit is None else limit.days,
        "within_counted_from": None if limit is None else limit.counted_from,
        "target_days": None if target is None else target.days,
        "waits_for": step.waits_for,
        "minutes": step.minutes,
        "plan": step.plan,
        "sought": step.seeks,
    }


def _eligibility(asked: Eligibility | None) -> dict[str, Any] | None:
    """What is asked at the opening; null: nothing."""
    if asked is None:
        return None
    return {
        "rule": asked.rule,
        "age_from": asked.age_from,
        "age_to": asked.age_to,
        "grade_from": asked.grade_from,
        "grade_to": asked.grade_to,
        "residents_only": asked.residents_only,
        "reason_needed": asked.reason_needed,
        "reason_rule": asked.reason_rule,
        "reasons": _said(asked.reasons),
        "elsewhere": _said(asked.elsewhere),
    }


def _words(codes: tuple[str, ...], words: dict[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "words": words[code]} for code in codes]


def _said(words: dict[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "words": text} for code, text in words.items()]
