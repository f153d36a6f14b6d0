"""Who answers for a case: handed over, coordinated, a contact person; its version (R2, R14, X9)."""

from datetime import date
from uuid import UUID

from services.cases.domain import wrong_values
from services.cases.domain.opening import OnCase, opening_role
from services.cases.domain.ownership import (
    CONTACT_RULE,
    PERSONAL,
    check_taking_over,
    check_version,
    coordinating,
    keeps_tasks,
    leaves,
    stays_with_who_coordinated,
)
from services.cases.domain.support import NotOnCase, is_staff_on
from services.cases.handlers.opening import after_change, open_file, take_off
from services.cases.handlers.owning import Handover, HandoverReason
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.standing import settle, tell_who_is_taken
from shared.procedures import UnknownProcedure

_LEAVES_THE_CASE = frozenset(
    {HandoverReason.LEFT, HandoverReason.LEAVE, HandoverReason.CONFLICT_OF_INTEREST}
)


def hand_over(command: Handover, desk: Desk) -> None:
    """R2, X10: who could have opened the case, and may see it, answers for it from now on.

    Their predecessor's open tasks go along; who has left, or mustn't have to do with the case,
    comes off it. Handing it to who has it already changes nothing. Raises Refused.
    """
    file = open_file(command.case_id, desk)
    old = file.facts.process_owner
    if command.to == old:
        return
    known = desk.register.staff([command.to], desk.today)
    who = opening_role(file.procedure, command.to, known, "to")
    check_taking_over(file.facts, file.procedure, who, desk.today)
    _bring_on(file, who, desk)
    desk.ownership.give_to(file.id, command.to)
    if not keeps_tasks(file.facts, file.procedure):
        desk.ownership.pass_on(file.id, command.to, of=old, apart_from=PERSONAL)
    desk.tasks.finish(file.id, ["hand-over"], about=old)
    if command.reason in _LEAVES_THE_CASE:
        take_off(desk.reread(file), old, desk)
    details = {"person": str(command.to), "from": str(old), "reason": str(command.reason)}
    desk.audit.note(file.id, "case.hand-over", file.procedure.roles.openers_rule, details)
    _settle(file, desk)


def set_coordinator(case_id: UUID, person: UUID, desk: Desk) -> None:
    """S5, P5: who calls and chairs from now on, with the open tasks of who did. Raises Refused."""
    file = open_file(case_id, desk)
    old = file.facts.coordinator
    if person == old:
        return
    known = desk.register.staff([person], desk.today)
    if person not in known:
        raise wrong_values.UnknownPerson("person")
    who = coordinating(file.procedure, known[person])
    desk.cases.add_participant(file.id, who)
    desk.ownership.coordinate(file.id, person)
    if old is not None:
        stays = stays_with_who_coordinated(file.procedure)
        desk.ownership.pass_on(file.id, person, of=old, apart_from=stays)
        if leaves(file.facts, old):
            take_off(desk.reread(file), old, desk)
    rule = file.procedure.roles.leader_rule
    desk.audit.note(file.id, "case.coordinate", rule, {"person": str(person)})
    _settle(file, desk)


def set_contact_person(case_id: UUID, person: UUID | None, desk: Desk) -> None:
    """R14: whom guardians turn to, if not the process owner; None: the process owner again."""
    file = open_file(case_id, desk)
    if person is not None and not is_staff_on(file.facts, person):
        raise NotOnCase("person", rule=CONTACT_RULE)
    if desk.ownership.contact_person(file.id) == person:
        return
    desk.ownership.contact(file.id, person)
    details = {"person": None if person is None else str(person)}
    desk.audit.note(file.id, "case.contact-person", CONTACT_RULE, details)


def follow_version(case_id: UUID, on: date, desk: Desk) -> None:
    """X9: on purpose, a running case goes over to the version that is valid on a day."""
    file = open_file(case_id, desk)
    try:
        other = desk.procedures.get(file.procedure.name, on)
    except UnknownProcedure:
        known = ", ".join(desk.procedures.names(on))
        raise wrong_values.UnknownProcedureName("on", known=known) from None
    if other.version == file.procedure.version:
        return
    check_version(file.facts, other, on, desk.today)
    desk.ownership.follow(file.id, on)
    details = {"from": file.procedure.version, "to": other.version}
    desk.audit.note(file.id, "case.follow-version", "X9", details)
    _settle(file, desk)


def _bring_on(file: CaseFile, who: OnCase, desk: Desk) -> None:
    if not is_staff_on(file.facts, who.person_id):
        desk.cases.add_participant(file.id, who)


def _settle(before: CaseFile, desk: Desk) -> None:
    """R6 holds for the meetings that stand; who is called to them is put right."""
    after_change(desk.reread(before), desk)
    tell_who_is_taken(settle(before, desk), before, desk)
