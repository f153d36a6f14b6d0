"""The family on a case: addresses and wishes, custody, guardians who come and go (R7, X12)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.cases.domain import case_refusals
from services.cases.domain.family import (
    NothingToTakeBack,
    can_be_taken_back,
    check_custody,
    check_others_decide,
    check_wanting,
    of_family,
)
from services.cases.domain.inquiries import TalkWithTheChildFirst
from services.cases.domain.refused import NotFound
from services.cases.handlers.consents import (
    ask_who_decides,
    ask_youth_about_guardians,
    asking_goes_on,
)
from services.cases.handlers.ledger import AddGuardian, ChangeFamily, FamilyChanged
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.standing import settle, tell_who_is_taken
from shared.bus.events import ParticipantsChanged


def change(command: ChangeFamily, desk: Desk) -> FamilyChanged:
    """X6, X7: what is changed counts at once; saying it twice changes nothing the second time."""
    file = _open_file(command.case_id, desk)
    who = of_family(file.facts, command.person)
    before = desk.family.change(command.person, command.values)
    fields = list(before)
    custody = command.custody
    if custody is not None and check_custody(
        file.facts, file.procedure, who, desk.today, custody=custody
    ):
        desk.family.set_custody(file.id, command.person, custody=custody)
        fields.append("custody")
    if not fields:
        return FamilyChanged(())
    kept = _keep_former(file, command.person, before, fields, desk)
    _changed(file, command.person, fields, desk)
    return FamilyChanged(fields, kept)


def take_back(case_id: UUID, person: UUID, change: UUID | None, desk: Desk) -> None:
    """This change of somebody's particulars, if it is their last, by whoever made it.

    Raises NothingToTakeBack.
    """
    file = _open_file(case_id, desk)
    of_family(file.facts, person)
    actor = desk.actor_person
    if actor is None or change is None:
        raise NothingToTakeBack
    former = desk.family.former(person, actor, change)
    if former is None or not can_be_taken_back(former, file.facts, person, desk.now):
        raise NothingToTakeBack
    fields = list(desk.family.change(person, former))
    desk.family.drop_former(person)
    _changed(file, person, fields, desk)


def add_guardian(command: AddGuardian, desk: Desk) -> UUID:
    """R3, R6: asked for consent, if they have custody; no meeting stands without them.

    Nobody new hears of the case while a child's own question is held back (X11).
    """
    file = _open_file(command.case_id, desk)
    if file.facts.held_back:
        raise TalkWithTheChildFirst
    person = desk.family.add_guardian(file.id, command.guardian)
    desk.audit.note(file.id, "guardian.add", "R6", {"person": str(person)})
    _after_change(file, desk)
    ask_youth_about_guardians(desk.reread(file), desk)
    return person


def remove_guardian(case_id: UUID, person: UUID, desk: Desk) -> None:
    """Who was put on the case by mistake; for a custody that has ended there is `change`."""
    file = _open_file(case_id, desk)
    if of_family(file.facts, person).party != "guardian":
        raise NotFound
    check_others_decide(file.facts, file.procedure, person, desk.today)
    desk.cases.remove_participant(file.id, person)
    desk.audit.note(file.id, "guardian.remove", "R6", {"person": str(person)})
    _after_change(file, desk)


def want_guardians(case_id: UUID, guardians: Sequence[UUID], desk: Desk) -> None:
    """R7, X8: the adult youth's decision; the others' invitations are taken back at once."""
    file = _open_file(case_id, desk)
    check_wanting(file.facts, file.procedure, guardians, desk.today)
    desk.tasks.finish(file.id, ["ask-about-guardians"])
    wanted = {who.person_id for who in file.facts.participants if who.wanted_by_youth}
    said_before = desk.audit.last(file.id, "guardians.wanted", str(file.id)) is not None
    if set(guardians) == wanted and said_before:
        return
    desk.family.set_wanted(file.id, guardians)
    details = {"about": str(file.id), "guardians": sorted({str(one) for one in guardians})}
    desk.audit.note(file.id, "guardians.wanted", "R7", details)
    _after_change(file, desk)


def keep_apart(case_id: UUID, *, never: bool, desk: Desk) -> None:
    """X12: guardians who never meet; a meeting that two of them are called to is off at once."""
    file = _open_file(case_id, desk)
    if never == file.facts.never_together:
        return
    desk.family.set_never_together(file.id, never=never)
    desk.audit.note(file.id, "case.never-together", "X12", {"never_together": never})
    _after_change(file, desk)


def _keep_former(
    file: CaseFile, person: UUID, before: Mapping[str, Any], fields: Collection[str], desk: Desk
) -> UUID | None:
    """What it was before, for whoever has changed it; nothing, where that wouldn't undo it."""
    if desk.actor_person is None or not can_be_taken_back(fields, file.facts, person, desk.now):
        desk.family.drop_former(person)
        return None
    return desk.family.keep_former(person, desk.actor_person, before)


def _changed(file: CaseFile, person: UUID, fields: Sequence[str], desk: Desk) -> None:
    details = {"person": str(person), "fields": fields}
    desk.audit.note(file.id, "family.change", None, details)
    _after_change(file, desk)


def _open_file(case_id: UUID, desk: Desk) -> CaseFile:
    file = desk.take(case_id)
    if file.facts.state == "closed":
        raise case_refusals.CaseIsClosed
    return file


def _after_change(before: CaseFile, desk: Desk) -> None:
    """Ask who decides now and wasn't asked, and put right what stands."""
    file = desk.reread(before)
    ask_who_decides(file, desk.today, desk)
    asking_goes_on(before, desk)
    tell_who_is_taken(settle(before, desk), before, desk)
    desk.publish(ParticipantsChanged(case_id=file.id))
