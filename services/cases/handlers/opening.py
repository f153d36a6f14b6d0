"""Opening a case, and who is on it (R2, R4, R5, R6, S1)."""

from uuid import UUID

from services.cases.domain import refusals
from services.cases.domain.consents import party_of_deciders
from services.cases.domain.meetings import coming
from services.cases.domain.opening import (
    Colleagues,
    check_dates,
    check_somebody_decides,
    staff_of_case,
    taking_part,
)
from services.cases.domain.refused import NotFound, codes_in_words
from services.cases.domain.tasks import consent_tasks, participants_missing
from services.cases.handlers.commands import AddParticipant, OpenCase
from services.cases.handlers.ports import CaseFile, Desk, Opened
from shared.bus.events import CaseOpened, ParticipantsChanged
from shared.domain.calling import called, missing_parties
from shared.domain.days import local_date
from shared.domain.procedure import Procedure
from shared.procedures import UnknownProcedure


def open_case(command: OpenCase, desk: Desk) -> UUID:
    """A new case: its people, a consent for each who decides, and the first tasks."""
    procedure = _procedure(command, desk)
    check_dates(command.known_on, command.child.birth_date, desk.today)
    if not desk.register.is_school(command.child.unit):
        raise refusals.UnknownUnit("child.unit")
    custody = (guardian.custody for guardian in command.guardians)
    check_somebody_decides(procedure, command.child.birth_date, custody, desk.today)
    staff = staff_of_case(
        procedure, command.initiator, command.participants, _colleagues(command, procedure, desk)
    )
    opened = desk.cases.add(command, staff, desk.today)
    _ask_for_consent(command, opened, procedure, desk)
    file = desk.take(opened.case_id)
    look_for_missing(file, desk)
    desk.audit.note(file.id, "case.open", procedure.roles.openers_rule, {})
    desk.publish(CaseOpened(case_id=file.id))
    return file.id


def add_participant(command: AddParticipant, desk: Desk) -> None:
    """R5, S8: somebody of the staff comes to the case and to its coming meetings."""
    file = _open_file(command.case_id, desk)
    staff = desk.register.staff([command.person], desk.today)
    if command.person not in staff:
        raise refusals.UnknownPerson("person")
    if _is_on(file, command.person):
        raise refusals.AlreadyOnCase
    who = taking_part(file.procedure, staff[command.person], "person")
    desk.cases.add_participant(file.id, who)
    if command.replaces is not None:
        _take_off(file, command.replaces, desk)
    changed = desk.reread(file)
    _call_to_coming(changed, command.person, desk)
    _after_change(changed, desk)
    details = {"person": str(command.person), "replaces": _text(command.replaces)}
    desk.audit.note(file.id, "participant.add", "R5", details)


def remove_participant(case_id: UUID, person: UUID, desk: Desk) -> None:
    """Q3: somebody of the staff leaves the case and its coming meetings."""
    file = _open_file(case_id, desk)
    _take_off(file, person, desk)
    _after_change(desk.reread(file), desk)
    desk.audit.note(file.id, "participant.remove", "R5", {"person": str(person)})


def look_for_missing(file: CaseFile, desk: Desk) -> None:
    """R6: a task says who is missing; it is done once nobody is."""
    missing = missing_parties(file.facts, file.procedure, desk.today)
    if not missing:
        desk.tasks.finish(file.id, ["participants-missing"])
        return
    owner = file.facts.process_owner
    desk.tasks.add(file.id, participants_missing(file.id, owner, missing, "R6", desk.today))


def _procedure(command: OpenCase, desk: Desk) -> Procedure:
    try:
        return desk.procedures.get(command.procedure, desk.today)
    except UnknownProcedure:
        known = ", ".join(desk.procedures.names(desk.today))
        raise refusals.UnknownProcedureName("procedure", known=known) from None


def _colleagues(command: OpenCase, procedure: Procedure, desk: Desk) -> Colleagues:
    roles = {needed.role for needed in procedure.always_called if needed.role is not None}
    return Colleagues(
        named=desk.register.staff({command.initiator, *command.participants}, desk.today),
        rektorer_of_unit=desk.register.holders("rektor", desk.today, command.child.unit),
        by_role={role: desk.register.holders(role, desk.today) for role in roles},
    )


def _ask_for_consent(command: OpenCase, opened: Opened, procedure: Procedure, desk: Desk) -> None:
    """R3, R4: from every custodian, or from the adult youth alone."""
    party = party_of_deciders(command.child.birth_date, procedure, desk.today)
    custodians = (
        person
        for person, guardian in zip(opened.guardians, command.guardians, strict=True)
        if guardian.custody
    )
    for person in [opened.child] if party == "youth" else custodians:
        consent = desk.cases.ask_consent(opened.case_id, person, party, procedure.organisations)
        for task in consent_tasks(consent, person, command.initiator, desk.next_working_day):
            desk.tasks.add(opened.case_id, task)


def _open_file(case_id: UUID, desk: Desk) -> CaseFile:
    file = desk.take(case_id)
    if file.facts.state == "closed":
        raise refusals.CaseIsClosed
    return file


def _is_on(file: CaseFile, person: UUID) -> bool:
    return any(who.person_id == person for who in file.facts.participants)


def _take_off(file: CaseFile, person: UUID, desk: Desk) -> None:
    if not _is_on(file, person):
        raise NotFound
    staff = {who.person_id for who in file.facts.participants if who.party == "staff"}
    if person not in staff or person == file.facts.process_owner:
        raise refusals.MustStay
    desk.cases.remove_participant(file.id, person)
    for meeting in coming(file.facts, desk.now):
        desk.meetings.uncall(meeting.id, person)


def _call_to_coming(file: CaseFile, person: UUID, desk: Desk) -> None:
    """Q4: called to what is still to come, as far as the consent covers their organisation (S1)."""
    for meeting in coming(file.facts, desk.now):
        if person in called(file.facts, file.procedure, local_date(meeting.starts_at)):
            desk.meetings.call(meeting, person)


def _after_change(file: CaseFile, desk: Desk) -> None:
    """R6 holds for every meeting that stands; without one, a task says who is missing."""
    for meeting in coming(file.facts, desk.now):
        day = local_date(meeting.starts_at)
        if missing := missing_parties(file.facts, file.procedure, day):
            raise refusals.ParticipantsMissing(missing=codes_in_words(missing))
    look_for_missing(file, desk)
    desk.publish(ParticipantsChanged(case_id=file.id))


def _text(person: UUID | None) -> str | None:
    return None if person is None else str(person)
