"""Who can answer for a case after it was opened (R2, R14, S5, P5), and by which version (X9)."""

from datetime import date
from uuid import UUID

from services.cases.domain.opening import OnCase, Staff, as_coordinator, has_coordinator
from services.cases.domain.refused import Invalid, Refused, Words, codes_in_words
from services.cases.domain.support import Support
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure
from shared.domain.sight import seeing_organisations

# What was given to a person by name stays with that person.
PERSONAL = frozenset(str(kind) for kind in Support)
CONTACT_RULE = "R14"


class NoCoordinator(Refused):
    """The procedure knows no coordinator."""

    code = "no-coordinator"
    title = Words("Rutinen har ingen koordinator", "The procedure has no coordinator")
    detail = Words(
        "I den här rutinen kallar och leder processbäraren. Lämna över ärendet i stället.",
        "Under this procedure the process owner calls and chairs. Hand the case over instead.",
    )


class NotACoordinator(Refused):
    """Only who is a coordinator today coordinates a case."""

    code = "not-a-coordinator"
    title = Words("Är inte koordinator", "Is not a coordinator")
    detail = Words(
        "Personen är inte koordinator i dag. Välj någon som är det.",
        "This person is not a coordinator today. Choose someone who is.",
    )


class OutsideTheConsent(Refused):
    """Who takes over would see the case, and no consent says that their organisation may."""

    code = "outside-the-consent"
    rule = "X10"
    title = Words("Samtycket omfattar inte organisationen", "The consent leaves that out")
    detail = Words(
        "Inget samtycke omfattar {organisation} i dag. Be om samtycket först,"
        " eller lämna över inom organisationen.",
        "No consent covers {organisation} today. Ask for the consent first, or"
        " hand over within the organisation.",
    )


class NotInForce(Invalid):
    """Nobody works by rules that don't hold yet (X9)."""

    code = "not-in-force"
    rule = "X9"
    detail = Words(
        "Ange i dag, {today}, eller en tidigare dag.", "Give today, {today}, or an earlier day."
    )


class StepIsGone(Refused):
    """A meeting that stands has no place in the other version."""

    code = "step-is-gone"
    rule = "X9"
    title = Words("Ett möte passar inte in", "A meeting does not fit in")
    detail = Words(
        "Den versionen har inget steg «{step}», men ärendet har ett sådant möte. Ställ in det"
        " först; är det hållet fortsätter ärendet som det är.",
        "That version has no step “{step}”, but the case has such a meeting. Cancel it first; if"
        " it has been held, the case goes on as it is.",
    )


def coordinating(procedure: Procedure, staff: Staff) -> OnCase:
    """Somebody of the staff as the coordinator. Raises Refused."""
    rule = procedure.roles.leader_rule
    if not has_coordinator(procedure):
        raise NoCoordinator(rule=rule)
    who = as_coordinator(staff)
    if who is None:
        raise NotACoordinator(rule=rule)
    return who


def check_taking_over(facts: CaseFacts, procedure: Procedure, who: OnCase, today: date) -> None:
    """X10: a handover brings the case to no organisation that doesn't see it. Raises Refused."""
    on_case = {one.person_id: one.organisation for one in facts.participants}
    organisation = on_case.get(who.person_id) or who.organisation
    if organisation not in seeing_organisations(facts, procedure, today):
        raise OutsideTheConsent(organisation=codes_in_words((organisation,)))


def keeps_tasks(facts: CaseFacts, procedure: Procedure) -> bool:
    """Whether a process owner who hands over goes on as the one who is in charge (S5, P5)."""
    leads = procedure.roles.leader == "koordinator"
    return leads and facts.process_owner == facts.coordinator


def stays_with_who_coordinated(procedure: Procedure) -> frozenset[str]:
    """The kinds of task that another coordinator doesn't take over: others may ask (S2)."""
    asks = procedure.consent.asked_by == procedure.roles.leader
    return PERSONAL if asks else PERSONAL | frozenset(procedure.consent.tasks)


def check_version(facts: CaseFacts, other: Procedure, on: date, today: date) -> None:
    """X9: a running case can go over to a version that is in force. Raises Refused."""
    if on > today:
        raise NotInForce("on", today=today)
    known = {step.name for step in other.steps}
    for meeting in facts.meetings:
        if meeting.state != "cancelled" and meeting.step not in known:
            raise StepIsGone(step=meeting.step)


def leaves(facts: CaseFacts, person: UUID) -> bool:
    """Whether a coordinator who is followed by another has nothing else to do on the case."""
    return person != facts.process_owner
