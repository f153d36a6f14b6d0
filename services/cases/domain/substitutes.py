"""When a party that no meeting goes without has nobody left who comes (R6, R27, S8)."""

from collections.abc import Collection, Iterable
from uuid import UUID

from shared.domain.calling import needed_at, those_for
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import AlwaysCalled, Procedure


def parties_of_staff(
    facts: CaseFacts, procedure: Procedure, meeting: Meeting
) -> tuple[AlwaysCalled, ...]:
    """The parties of the staff that the meeting doesn't go without."""
    step, on = procedure.step(meeting.step), local_date(meeting.starts_at)
    needed = needed_at(facts, procedure, step, on)
    return tuple(one for one in needed if one.party == "staff")


def has_nobody(
    facts: CaseFacts,
    parties: Iterable[AlwaysCalled],
    party: AlwaysCalled,
    called: Collection[UUID],
    declined: Collection[UUID],
) -> bool:
    """Everybody called who comes for the party has said no.

    Who is called for a role of their own, as the coordinator is, comes for an organisation only
    if nobody else does.
    """
    there = those_for(facts, party) & frozenset(called)
    if party.role is None:
        in_a_role = (those_for(facts, one) for one in parties if one.role is not None)
        there = there.difference(*in_a_role) or there
    return bool(there) and there <= frozenset(declined)
