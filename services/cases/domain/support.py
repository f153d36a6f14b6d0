"""Tasks that a person gives by hand: support between the meetings (P16)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from services.cases.domain.refused import Invalid, Words
from services.cases.domain.tasks import Task
from shared.domain.facts import CaseFacts

SUPPORT_RULE = "P16"


class Support(StrEnum):
    """What can be asked for: a way to another support, talks, or else."""

    CONTACT = "support-contact"
    TALK = "support-talk"
    OTHER = "other-support"


class NotOnCase(Invalid):
    """Only staff on the case is given something to do about it."""

    code = "not-on-case"
    detail = Words(
        "Personen är inte med i ärendet som personal. Lägg till den som deltagare först.",
        "This person is not on the case as staff. Add them as a participant first.",
    )


class DueInPast(Invalid):
    code = "due-in-past"
    detail = Words("Ange i dag, {today}, eller en senare dag.", "Give today, {today}, or later.")


def check_given(facts: CaseFacts, owner: UUID, due_on: date | None, today: date) -> None:
    """Raises Invalid."""
    if not is_staff_on(facts, owner):
        raise NotOnCase("owner", rule=SUPPORT_RULE)
    if due_on is not None and due_on < today:
        raise DueInPast("due_on", rule=SUPPORT_RULE, today=today)


def is_staff_on(facts: CaseFacts, person: UUID) -> bool:
    return any(who.person_id == person and who.party == "staff" for who in facts.participants)


def support(case: UUID, kind: str, owner: UUID, due_on: date | None) -> Task:
    """The same kind for the same person and day is the same task."""
    key = f"{case}/{SUPPORT_RULE}/{kind}/{owner}/{due_on or 'any-day'}"
    return Task(key, kind, owner, SUPPORT_RULE, due_on)
