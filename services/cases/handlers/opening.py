"""Opening a case, and who is on it (R2, R4, R5, R6, S1)."""

from dataclasses import dataclass, replace
from operator import attrgetter
from uuid import UUID

from services.cases.domain import booking_refusals, case_refusals, wrong_values
from services.cases.domain.eligibility import Applying, check_eligibility
from services.cases.domain.meetings import coming
from services.cases.domain.opening import (
    COORDINATOR,
    Colleagues,
    StaffOfCase,
    check_dates,
    check_somebody_decides,
    has_coordinator,
    posts_named,
    staff_of_case,
    taking_part,
)
from services.cases.domain.ownership import PERSONAL
from services.cases.domain.refused import NotFound, codes_in_words
from services.cases.domain.tasks import participants_missing
from services.cases.handlers.answers import called_anew
from services.cases.handlers.commands import AddParticipant, OpenCase
from services.cases.handlers.consents import ask_everybody
from services.cases.handlers.placing import check_place
from services.cases.handlers.ports import CaseFile, Desk, Opened
from services.cases.handlers.register_ports import Unasked
from shared.bus.events import CaseOpened, ParticipantsChanged
from shared.domain.calling import (
    called,
    calling_rule,
    in_charge,
    missing_on_case,
    missing_parties,
)
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Participant
from shared.domain.procedure import Procedure
from shared.procedures import UnknownProcedure

_person_id = attrgetter("person_id")
_NOT_THE_FAMILY = ("staff", "external")


@dataclass(frozen=True, slots=True)
class Ready:
    """What an opening goes by that nothing stands in the way of."""

    procedure: Procedure
    staff: StaffOfCase


def open_case(command: OpenCase, desk: Desk, held_back_for: str | None = None) -> UUID:
    """A new case: its people, a consent for each who decides, and the first tasks.

    Nobody is asked while it is held back for something that comes first (X11).
    """
    case, held_back = ready(command, desk), held_back_for is not None
    with desk.together():
        opened = desk.cases.add(command, case.staff, desk.today)
        if held_back_for is not None:
            desk.ownership.hold_back(opened.case_id, held_back_for)
        facts = facts_of_new(command, case.staff, opened, desk, held_back=held_back)
        file = desk.take_opened(as_read(facts))
        if not held_back:
            ask_everybody(file, desk)
        _somebody_is_missing(file, desk)
        desk.audit.note(file.id, "case.open", case.procedure.roles.openers_rule, {})
        desk.publish(CaseOpened(case_id=file.id))
    return file.id


def facts_of_new(
    command: OpenCase, staff: StaffOfCase, opened: Opened, desk: Desk, *, held_back: bool
) -> CaseFacts:
    """A new case before anybody is asked for anything; its people in the order of the command."""
    guardians = zip(opened.guardians, command.guardians, strict=True)
    people = (
        Participant(opened.child, "child", None, None, custody=False),
        *(Participant(who, "guardian", None, None, custody=one.custody) for who, one in guardians),
        *(
            Participant(who.person_id, "staff", who.role, who.organisation, custody=False)
            for who in staff.people
        ),
    )
    return CaseFacts(
        id=opened.case_id,
        reference=opened.reference,
        procedure=command.procedure,
        procedure_on=desk.today,
        state="open",
        known_on=command.known_on,
        opened_at=desk.now,
        birth_date=command.child.birth_date,
        process_owner=command.initiator,
        unit=command.child.unit,
        participants=people,
        consents=(),
        meetings=(),
        initiator=command.initiator,
        coordinator=staff.coordinator,
        held_back=held_back,
    )


def as_read(facts: CaseFacts) -> CaseFacts:
    """The same as the database tells it: with people by their ids."""
    return replace(facts, participants=tuple(sorted(facts.participants, key=_person_id)))


def ready(command: OpenCase, desk: Desk) -> Ready:
    """Every check of an opening, by R2, R3, R5, R6, R9, P1 and S9. Raises Refused."""
    procedure = procedure_of(command.procedure, desk)
    check_dates(command.known_on, command.child.birth_date, desk.today)
    if not desk.register.is_school(command.child.unit):
        raise wrong_values.UnknownUnit("child.unit")
    check_place(command.place, desk)
    check_eligibility(procedure, _applying(command), desk.municipality, desk.today)
    custody = (guardian.custody for guardian in command.guardians)
    check_somebody_decides(procedure, command.child.birth_date, custody, desk.today)
    initiator, named = command.initiator, command.participants
    colleagues = colleagues_of(procedure, initiator, named, command.child.unit, desk)
    return Ready(procedure, staff_of_case(procedure, initiator, named, colleagues))


def add_participant(command: AddParticipant, desk: Desk) -> None:
    """R5, S8: somebody of the staff comes to the case and to its coming meetings."""
    file = open_file(command.case_id, desk)
    staff = desk.register.staff([command.person], desk.today)
    if command.person not in staff:
        raise wrong_values.UnknownPerson("person")
    if _is_on(file, command.person):
        raise case_refusals.AlreadyOnCase
    who = taking_part(file.procedure, staff[command.person], "person")
    desk.cases.add_participant(file.id, who)
    if command.replaces is not None:
        take_off(file, command.replaces, desk, to=command.person)
    if who.role == COORDINATOR and file.facts.coordinator in (None, command.replaces):
        _coordinates(file, who.person_id, desk)
    changed = desk.reread(file)
    call_to_coming(changed, command.person, desk)
    after_change(changed, desk)
    details = {"person": str(command.person), "replaces": _text(command.replaces)}
    desk.audit.note(file.id, "participant.add", "R5", details)


def remove_participant(case_id: UUID, person: UUID, desk: Desk) -> None:
    """Q3: somebody of the staff leaves the case and its coming meetings."""
    file = open_file(case_id, desk)
    take_off(file, person, desk)
    after_change(desk.reread(file), desk)
    desk.audit.note(file.id, "participant.remove", "R5", {"person": str(person)})


def look_for_missing(file: CaseFile, desk: Desk) -> None:
    """R6: a task says who is missing; it is done once nobody is."""
    if not _somebody_is_missing(file, desk):
        desk.tasks.finish(file.id, ["participants-missing"])


def _somebody_is_missing(file: CaseFile, desk: Desk) -> bool:
    """R6: whether so, and then there is a task that says who."""
    missing = missing_on_case(file.facts, file.procedure, desk.today)
    if not missing:
        return False
    owner, rule = in_charge(file.facts, file.procedure), calling_rule(file.procedure, missing[0])
    desk.tasks.add(file.id, participants_missing(file.id, owner, missing, rule, desk.today))
    return True


def procedure_of(name: str, desk: Desk) -> Procedure:
    """The version that a case opened today has. Raises UnknownProcedureName."""
    try:
        return desk.procedures.for_cases(name, desk.today)
    except UnknownProcedure:
        known = ", ".join(desk.procedures.names(desk.today))
        raise wrong_values.UnknownProcedureName("procedure", known=known) from None


def _coordinates(file: CaseFile, person: UUID, desk: Desk) -> None:
    """S5, P5: a coordinator who comes to a case without one is its coordinator."""
    if has_coordinator(file.procedure):
        desk.ownership.coordinate(file.id, person)


def _applying(command: OpenCase) -> Applying:
    return Applying(command.child.birth_date, command.grade, command.residence, command.reason)


def colleagues_of(
    procedure: Procedure, initiator: UUID, named: tuple[UUID, ...], unit: str, desk: Desk
) -> Colleagues:
    """The staff that an opening has to know: those it names, and those who may come unasked."""
    roles = {needed.role for needed in procedure.always_called if needed.role is not None}
    if has_coordinator(procedure):
        roles.add(COORDINATOR)
    unasked = Unasked(frozenset(roles), posts_named(procedure))
    return desk.register.colleagues({initiator, *named}, unasked, unit, desk.today)


def open_file(case_id: UUID, desk: Desk) -> CaseFile:
    file = desk.take(case_id)
    if file.facts.state == "closed":
        raise case_refusals.CaseIsClosed
    return file


def _is_on(file: CaseFile, person: UUID) -> bool:
    return any(who.person_id == person for who in file.facts.participants)


def take_off(file: CaseFile, person: UUID, desk: Desk, to: UUID | None = None) -> None:
    """Their open tasks go to `to`, or else to who answers for the case: they see it no more."""
    if not _is_on(file, person):
        raise NotFound
    may_go = {one.person_id for one in file.facts.participants if one.party in _NOT_THE_FAMILY}
    if person not in may_go or person == file.facts.process_owner:
        raise case_refusals.MustStay
    desk.cases.remove_participant(file.id, person)
    if person == file.facts.coordinator:
        desk.ownership.coordinate(file.id, None)
    if person == desk.ownership.contact_person(file.id):
        desk.ownership.contact(file.id, None)
    desk.tasks.finish(file.id, ["replace-participant"], about=person)
    desk.ownership.pass_on(file.id, to or file.facts.process_owner, of=person, apart_from=PERSONAL)
    for meeting in coming(file.facts, desk.now):
        desk.meetings.uncall(meeting.id, person)
        if person in meeting.person_ids:
            called_anew(file, meeting, [person], desk)


def call_to_coming(file: CaseFile, person: UUID, desk: Desk) -> None:
    """Q4: called to what is still to come, as far as the consent covers their organisation (S1)."""
    for meeting in coming(file.facts, desk.now):
        step = file.procedure.step(meeting.step)
        if person in called(file.facts, file.procedure, step, local_date(meeting.starts_at)):
            desk.meetings.call(meeting, person)
            called_anew(file, meeting, [person], desk)


def after_change(file: CaseFile, desk: Desk) -> None:
    """R6 holds for every meeting that stands; without one, a task says who is missing."""
    for meeting in coming(file.facts, desk.now):
        step, day = file.procedure.step(meeting.step), local_date(meeting.starts_at)
        if missing := missing_parties(file.facts, file.procedure, step, day):
            raise booking_refusals.ParticipantsMissing(missing=codes_in_words(missing))
    look_for_missing(file, desk)
    desk.publish(ParticipantsChanged(case_id=file.id))


def _text(person: UUID | None) -> str | None:
    return None if person is None else str(person)
