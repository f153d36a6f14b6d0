"""More people whom a family wishes for: asked, then decided by whoever calls (S7)."""

from uuid import UUID

from services.cases.domain import case_refusals, tasks
from services.cases.domain.meetings import coming
from services.cases.domain.refused import NotFound
from services.cases.domain.wishes import Wish, WishState, check_settling, check_wishing
from services.cases.handlers.answers import called_anew
from services.cases.handlers.meeting_ports import Wished
from services.cases.handlers.ports import CaseFile, Desk
from shared.bus.events import ParticipantsChanged
from shared.domain.calling import called, in_charge
from shared.domain.days import local_date


def wish(case_id: UUID, wished: Wished, desk: Desk) -> UUID:
    """A guardian or the child wishes for somebody; nobody is called yet. Raises Refused."""
    file = _open(case_id, desk)
    check_wishing(file.facts, wished.by)
    made = desk.wishes.add(file.id, wished)
    owner = in_charge(file.facts, file.procedure)
    due_on = desk.next_working_day
    desk.tasks.add(file.id, tasks.decide_wish(made.id, made.person_id, owner, due_on))
    desk.audit.note(file.id, "wish.ask", "S7", {"wish": str(made.id)})
    return made.id


def accept(case_id: UUID, wish_id: UUID, desk: Desk) -> None:
    """They come to the case, and are called to what is to come. Accepting twice changes nothing."""
    file, made = _undecided(case_id, wish_id, "accepted", desk)
    if made is None:
        return
    desk.wishes.accept(file.id, made)
    _decided(file, made, "wish.accept", desk)
    _call_to_coming(desk.reread(file), made.person_id, desk)
    desk.publish(ParticipantsChanged(case_id=file.id))


def decline(case_id: UUID, wish_id: UUID, desk: Desk) -> None:
    """They don't; nothing is kept of who it was. Declining twice changes nothing."""
    file, made = _undecided(case_id, wish_id, "declined", desk)
    if made is not None:
        desk.wishes.decline(made)
        _decided(file, made, "wish.decline", desk)


def _open(case_id: UUID, desk: Desk) -> CaseFile:
    file = desk.take(case_id)
    if file.facts.state == "closed":
        raise case_refusals.CaseIsClosed
    return file


def _undecided(
    case_id: UUID, wish_id: UUID, decision: WishState, desk: Desk
) -> tuple[CaseFile, Wish | None]:
    """The wish, or None if that has been decided of it already. Raises Refused."""
    file = _open(case_id, desk)
    made = desk.wishes.find(file.id, wish_id)
    if made is None:
        raise NotFound
    return file, made if check_settling(made, decision) else None


def _decided(file: CaseFile, made: Wish, action: str, desk: Desk) -> None:
    desk.tasks.finish(file.id, ["decide-wish"], about=made.person_id)
    desk.audit.note(file.id, action, "S7", {"wish": str(made.id)})


def _call_to_coming(file: CaseFile, person: UUID, desk: Desk) -> None:
    for meeting in coming(file.facts, desk.now):
        step, day = file.procedure.step(meeting.step), local_date(meeting.starts_at)
        if person in called(file.facts, file.procedure, step, day):
            desk.meetings.call(meeting, person)
            called_anew(file, meeting, [person], desk)
