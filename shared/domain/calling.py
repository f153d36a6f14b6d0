"""Who is called to a meeting, and who has to be called but isn't there (R6, R7, S1, S3, P4)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from shared.domain.consent import (
    ages_that_count,
    birthday_in,
    covered_organisations,
    has_turned,
)
from shared.domain.facts import CaseFacts, Meeting, Participant
from shared.domain.procedure import AlwaysCalled, Function, Procedure, Step

_DAY = timedelta(days=1)


class Led(Protocol):
    """Of a case, what says who leads it."""

    @property
    def process_owner(self) -> UUID: ...
    @property
    def initiator(self) -> UUID | None: ...
    @property
    def coordinator(self) -> UUID | None: ...
    @property
    def participants(self) -> tuple[Participant, ...]: ...


def called(facts: CaseFacts, procedure: Procedure, step: Step, on: date) -> frozenset[UUID]:
    """The persons on the case to call to a meeting of the step on this day.

    Of the parties that the step calls: guardians with custody (R6) until the child is of age, and
    then those whom the youth wants there (R7); staff of the organisations that the consent names
    (S1), and of the organisation of whoever is in charge. A step that needs no consent calls
    single functions, of whatever organisation (P4). To a matter of the staff's own come all who
    take part in it.
    """
    if facts.about != "child":
        return frozenset(who.person_id for who in facts.participants if who.party in step.calls)
    covered = covered_organisations(facts, procedure, on) | _own_organisations(facts)
    functions = _called_by_function(facts, step)
    return called_guardians(facts, procedure, step, on) | frozenset(
        who.person_id
        for who in facts.participants
        if who.party != "guardian"
        and (
            (who.party in step.calls and (who.party != "staff" or who.organisation in covered))
            or (
                who.person_id in functions
                and (step.grounds == "none" or who.organisation in covered)
            )
        )
    )


def called_guardians(
    facts: CaseFacts, procedure: Procedure, step: Step, on: date
) -> frozenset[UUID]:
    """R6, R7: the guardians that a meeting of the step on this day calls."""
    if "guardian" not in step.calls:
        return frozenset()
    youth_says = _guardians_excused(facts, procedure, on)
    return frozenset(
        who.person_id
        for who in facts.participants
        if who.party == "guardian" and (who.wanted_by_youth if youth_says else who.custody)
    )


def are_enough(
    meetings: Iterable[Meeting], facts: CaseFacts, procedure: Procedure, step: Step, on: date
) -> bool:
    """Whether these meetings are all that the step needs: one; of guardians who never meet, one
    with each whom a meeting on this day calls (X12).
    """
    each = [meeting.person_ids for meeting in meetings]
    if not facts.never_together:
        return bool(each)
    return bool(each) and called_guardians(facts, procedure, step, on) <= frozenset().union(*each)


def has_a_time(facts: CaseFacts, procedure: Procedure, step: Step, on: date, now: datetime) -> bool:
    """Whether the step needs no time on that day: it has one, or one with each guardian (X12).

    One that was only proposed lapses when it has passed.
    """
    standing = (
        meeting
        for meeting in facts.meetings
        if meeting.step == step.name
        and (
            meeting.state in ("booked", "held")
            or (meeting.state == "proposed" and meeting.starts_at > now)
        )
    )
    return are_enough(standing, facts, procedure, step, on)


def days_that_turn(facts: CaseFacts, procedure: Procedure) -> tuple[date, ...]:
    """The days, in order, from which on others decide, are covered or are called than before.

    From one of them to the next every day has the same answer to all that is asked here and in
    `consent`: only birthdays, signatures and the last days of consents change it.
    """
    until = (needed.until_age for needed in procedure.always_called)
    ages = {*ages_that_count(procedure), *(age for age in until if age is not None)}
    turns = {birthday_in(facts.born_on, facts.born_on.year + age) for age in ages}
    turns |= {form.signed_on for form in facts.consents if form.signed_on is not None}
    turns |= {form.valid_until + _DAY for form in facts.consents if form.valid_until is not None}
    return tuple(sorted(turns))


def missing_parties(
    facts: CaseFacts, procedure: Procedure, step: Step, on: date
) -> tuple[str, ...]:
    """The parties that no meeting goes without (R6, S8) and that nobody on the case stands for."""
    needed = needed_at(facts, procedure, step, on)
    return tuple(
        one.name for one in needed if not any(_stands_for(who, one) for who in facts.participants)
    )


def needed_at(
    facts: CaseFacts, procedure: Procedure, step: Step, on: date
) -> tuple[AlwaysCalled, ...]:
    """The parties that a meeting of the step on this day doesn't go without (R6, R7, S8)."""
    return tuple(one for one in _needed(procedure, step) if not _excused(facts, one, on))


def those_for(facts: CaseFacts, needed: AlwaysCalled) -> frozenset[UUID]:
    """The persons on the case who stand for a party."""
    return frozenset(who.person_id for who in facts.participants if _stands_for(who, needed))


def missing_on_case(facts: CaseFacts, procedure: Procedure, on: date) -> tuple[str, ...]:
    """The parties that any of the procedure's meetings will miss, in the procedure's order."""
    missing = {
        name
        for step in procedure.steps_of(facts.about)
        for name in missing_parties(facts, procedure, step, on)
    }
    return tuple(one.name for one in procedure.always_called if one.name in missing)


def uncovered_organisations(
    facts: CaseFacts, procedure: Procedure, step: Step, on: date
) -> tuple[str, ...]:
    """The organisations of those who are always called that the consent leaves out (S1, R6)."""
    covered = covered_organisations(facts, procedure, on)
    staff = [always for always in _needed(procedure, step) if always.party == "staff"]
    needed = {
        who.organisation
        for who in facts.participants
        if who.organisation is not None and any(_stands_for(who, always) for always in staff)
    }
    return tuple(sorted(needed - covered))


def in_charge(facts: Led, procedure: Procedure, step: Step | None = None) -> UUID:
    """Who calls and chairs (R8, S5, P5), or has the step's first word (P14).

    A coordinator who isn't there yet, or an initiator who has left, is stood in for by the process
    owner.
    """
    function = (step.leader if step is not None else None) or procedure.roles.leader
    return _in_function(facts, function)


def who_asks(facts: CaseFacts, procedure: Procedure) -> UUID:
    """Who asks for the consents (R3, S2, P5), stood in for like whoever is in charge."""
    return _in_function(facts, procedure.consent.asked_by)


def _in_function(facts: Led, function: Function) -> UUID:
    on_case = {who.person_id for who in facts.participants}
    person = {"koordinator": facts.coordinator, "initiator": facts.initiator}.get(function)
    return person if person is not None and person in on_case else facts.process_owner


def calling_rule(procedure: Procedure, name: str) -> str:
    """The rule by which a party is always called."""
    return next(one.rule for one in procedure.always_called if one.name == name)


def _needed(procedure: Procedure, step: Step) -> tuple[AlwaysCalled, ...]:
    return tuple(needed for needed in procedure.always_called if needed.holds_for(step))


def _called_by_function(facts: CaseFacts, step: Step) -> tuple[UUID | None, ...]:
    functions = {"koordinator": facts.coordinator, "initiator": facts.initiator}
    return tuple(functions[one] for one in step.calls if one in functions)


def _own_organisations(facts: CaseFacts) -> frozenset[str]:
    """Those in which the case is known anyway: of its process owner and its coordinator."""
    own = {facts.process_owner, facts.coordinator}
    return frozenset(
        who.organisation
        for who in facts.participants
        if who.person_id in own and who.organisation is not None
    )


def _guardians_excused(facts: CaseFacts, procedure: Procedure, on: date) -> bool:
    return any(
        _excused(facts, needed, on)
        for needed in procedure.always_called
        if needed.party == "guardian"
    )


def _excused(facts: CaseFacts, needed: AlwaysCalled, on: date) -> bool:
    return needed.until_age is not None and has_turned(facts.born_on, needed.until_age, on)


def _stands_for(who: Participant, needed: AlwaysCalled) -> bool:
    if who.party != needed.party:
        return False
    if who.party == "guardian":
        return who.custody
    return (needed.role is None or who.role == needed.role) and (
        needed.organisation is None or who.organisation == needed.organisation
    )
