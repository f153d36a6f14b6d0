"""What becomes of a meeting that stands when who decides or takes part has changed (P7, S1, X8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.cases.domain.whom import guardians
from shared.domain.calling import called, uncovered_organisations
from shared.domain.consent import consent_stands, shown_state
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure, Step
from shared.domain.sight import seeing_organisations


@dataclass(frozen=True, slots=True)
class Stays:
    """It takes place; who is called besides, and who no longer is."""

    called: frozenset[UUID]
    uncalled: frozenset[UUID]

    def changes_who_comes(self, facts: CaseFacts) -> bool:
        """S6: whether guardians are to be told; of one another they learn nothing (X12)."""
        return bool((self.called | self.uncalled) - guardians(facts))


@dataclass(frozen=True, slots=True)
class IsOff:
    """It can't take place as it was booked."""

    because: Literal["consent", "by-hand"]


Change = Stays | IsOff


def what_becomes_of(meeting: Meeting, facts: CaseFacts, procedure: Procedure) -> Change:
    """What the facts mean now for a meeting that hasn't begun.

    Whom a person has left out stays out. Guardians who never meet aren't called to one another's
    meeting (X12): a person arranges it.
    """
    step, day = procedure.step(meeting.step), local_date(meeting.starts_at)
    if step.grounds == "consent" and not _is_carried(meeting, facts, procedure, step, day):
        return IsOff("consent")
    now = called(facts, procedure, step, day)
    staying, new = meeting.person_ids & now, now - meeting.person_ids - meeting.left_out
    if facts.never_together:
        if len(staying & guardians(facts)) > 1:
            return IsOff("by-hand")
        if staying & guardians(facts) or len(new & guardians(facts)) > 1:
            new -= guardians(facts)
    return Stays(called=new, uncalled=meeting.person_ids - now)


def pointless_requests(facts: CaseFacts, procedure: Procedure, today: date) -> Iterator[UUID]:
    """Requests to somebody who has no say any more: nobody need ask for them."""
    for form in facts.consents:
        if form.state == "requested" and shown_state(facts, procedure, form, today) == "lapsed":
            yield form.id


def lost_sight(
    before: CaseFacts, after: CaseFacts, procedure: Procedure, today: date
) -> tuple[str, ...]:
    """P8: the organisations on the case that saw it until now and don't any more."""
    on_case = {who.organisation for who in after.participants if who.organisation is not None}
    saw = seeing_organisations(before, procedure, today)
    return tuple(sorted(on_case & saw - seeing_organisations(after, procedure, today)))


def _is_carried(
    meeting: Meeting, facts: CaseFacts, procedure: Procedure, step: Step, day: date
) -> bool:
    """R3, S1: the consent stands and leaves out nobody on it without whom there is no meeting."""
    left_out = uncovered_organisations(facts, procedure, step, day)
    on_it = (who for who in facts.participants if who.person_id in meeting.person_ids)
    return consent_stands(facts, procedure, day) and not any(
        who.organisation in left_out for who in on_it
    )
