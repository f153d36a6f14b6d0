"""Who of the staff may see a case (X10, P8, X16): by being on it and by the consent."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from shared.domain.consent import covered_organisations, declined
from shared.domain.facts import CaseFacts, Participant
from shared.domain.procedure import Procedure

COORDINATOR = "koordinator"


def may_see(
    facts: CaseFacts,
    procedure: Procedure,
    person: UUID,
    today: date,
    works_for: Collection[str],
) -> bool:
    """Whether somebody may see the case today: nobody by their post alone, nor as family.

    `works_for` are the organisations in which the person has a post that day: whoever has left the
    one that they are on the case for doesn't see it any more, put off it or not.

    Until everybody who decides has signed, and again from a withdrawal on, only those who are on
    the case for the opener's or the process owner's own organisation. The coordinator who asks for
    the consent, or meets the family before it (P4, P5), sees it until somebody has said no (ours).
    """
    here = _on_the_case(facts, person)
    if here is None or has_left(facts, person, works_for):
        return False
    if facts.about != "child":
        return True
    if here.organisation in own_organisations(facts):
        return True
    coordinates = facts.coordinator == person and _coordinator_begins(procedure)
    if coordinates and not declined(facts, procedure, today):
        return True
    return here.organisation in covered_organisations(facts, procedure, today)


def has_left(facts: CaseFacts, person: UUID, works_for: Collection[str]) -> bool:
    """Whether somebody is on a case for an organisation in which they have no post any more."""
    here = _on_the_case(facts, person)
    return here is not None and here.organisation not in works_for


def own_organisations(facts: CaseFacts) -> frozenset[str]:
    """Those in which the case is known without any consent: the opener's, the process owner's."""
    people = (_on_the_case(facts, one) for one in (facts.initiator, facts.process_owner))
    return frozenset(who.organisation for who in people if who is not None and who.organisation)


def seeing_organisations(facts: CaseFacts, procedure: Procedure, today: date) -> frozenset[str]:
    """The organisations whose people on the case see it today."""
    return own_organisations(facts) | covered_organisations(facts, procedure, today)


def _on_the_case(facts: CaseFacts, person: UUID | None) -> Participant | None:
    return next(
        (who for who in facts.participants if who.person_id == person and who.party == "staff"),
        None,
    )


def _coordinator_begins(procedure: Procedure) -> bool:
    """Whether the coordinator asks for the consent, or is at a meeting that needs none."""
    return procedure.consent.asked_by == COORDINATOR or any(
        step.grounds == "none" and COORDINATOR in step.calls for step in procedure.steps
    )
