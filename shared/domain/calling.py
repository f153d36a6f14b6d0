"""Who is called to a meeting, and who has to be called but isn't there (R6, R7, S1)."""

from datetime import date
from uuid import UUID

from shared.domain.consent import age_on, covered_organisations
from shared.domain.facts import CaseFacts, Participant
from shared.domain.procedure import AlwaysCalled, Procedure


def called(facts: CaseFacts, procedure: Procedure, on: date) -> frozenset[UUID]:
    """The persons to call to a meeting on this day.

    The child always; guardians until the child is of age (R7); staff of the organisations that
    the consent names (S1), and of the process owner's own.
    """
    covered = covered_organisations(facts, procedure, on) | _own_organisation(facts)
    return frozenset(
        who.person_id
        for who in facts.participants
        if who.party == "child"
        or (who.party == "guardian" and not _guardians_excused(facts, procedure, on))
        or (who.party == "staff" and who.organisation in covered)
    )


def missing_parties(facts: CaseFacts, procedure: Procedure, on: date) -> tuple[str, ...]:
    """The parties that no meeting goes without (R6) and that nobody on the case stands for."""
    return tuple(
        needed.name
        for needed in procedure.always_called
        if not _excused(facts, needed, on)
        and not any(_stands_for(who, needed) for who in facts.participants)
    )


def uncovered_organisations(facts: CaseFacts, procedure: Procedure, on: date) -> tuple[str, ...]:
    """The organisations of those who are always called that the consent leaves out (S1, R6)."""
    covered = covered_organisations(facts, procedure, on)
    needed = {
        who.organisation
        for who in facts.participants
        for always in procedure.always_called
        if always.party == "staff" and _stands_for(who, always) and who.organisation is not None
    }
    return tuple(sorted(needed - covered))


def _own_organisation(facts: CaseFacts) -> frozenset[str]:
    return frozenset(
        who.organisation
        for who in facts.participants
        if who.person_id == facts.process_owner and who.organisation is not None
    )


def _guardians_excused(facts: CaseFacts, procedure: Procedure, on: date) -> bool:
    return any(
        _excused(facts, needed, on)
        for needed in procedure.always_called
        if needed.party == "guardian"
    )


def _excused(facts: CaseFacts, needed: AlwaysCalled, on: date) -> bool:
    return needed.until_age is not None and age_on(facts.birth_date, on) >= needed.until_age


def _stands_for(who: Participant, needed: AlwaysCalled) -> bool:
    if who.party != needed.party:
        return False
    return (needed.role is None or who.role == needed.role) and (
        needed.organisation is None or who.organisation == needed.organisation
    )
