"""What stands is put right: whoever decides or takes part has changed (P7, S1, X8, X12)."""

from dataclasses import dataclass
from uuid import UUID

from services.cases.domain.booking_refusals import DoubleBooked
from services.cases.domain.leaving import REPLACE, is_to_be_replaced
from services.cases.domain.meetings import coming
from services.cases.domain.standing import (
    IsOff,
    Stays,
    lost_sight,
    pointless_requests,
    what_becomes_of,
)
from services.cases.domain.tasks import Task
from services.cases.handlers.chores import who_comes_changed
from services.cases.handlers.meetings import arrange_separately, cancel_one
from services.cases.handlers.ports import CaseFile, Desk
from shared.domain.calling import in_charge
from shared.domain.facts import Meeting

_TOLD = ("tell-by-hand", "reach-otherwise")


@dataclass(frozen=True, slots=True)
class Settled:
    """What was put right: meetings that are off, and whom a standing one no longer takes.

    `taken` are those who ought to be called now and have another meeting at that time.
    """

    cancelled: tuple[UUID, ...]
    uncalled: tuple[tuple[UUID, frozenset[UUID]], ...]
    taken: tuple[tuple[UUID, UUID], ...]
    lost_sight: tuple[str, ...]


def settle(before: CaseFile, desk: Desk) -> Settled:
    """Put every coming meeting right, once the facts have changed; `before` is as they were.

    A meeting stands only as long as it could be booked as far as consent goes: it is off when the
    consent no longer carries its day, or leaves out somebody without whom there is no meeting.
    Else those are called or not whom it now covers. What is off stays off when a consent is given
    anew. Doing it twice changes nothing more.
    """
    file = desk.reread(before)
    cancelled, uncalled, taken = [], [], list[tuple[UUID, UUID]]()
    for meeting in coming(file.facts, desk.now):
        change = what_becomes_of(meeting, file.facts, file.procedure)
        if isinstance(change, IsOff):
            cancel_one(file, meeting, change.because, desk)
            if change.because == "by-hand":
                arrange_separately(file, meeting.step, desk)
            cancelled.append(meeting.id)
            continue
        if change.uncalled:
            uncalled.append((meeting.id, change.uncalled))
        taken += [(meeting.id, who) for who in _put_right(file, meeting, change, desk)]
        if change.changes_who_comes(file.facts):
            who_comes_changed(file, meeting, desk)
    _nobody_replaces_who_is_not_called(file, desk)
    for consent in pointless_requests(file.facts, file.procedure, desk.today):
        desk.tasks.finish_of(file.id, consent)
    return Settled(
        cancelled=tuple(cancelled),
        uncalled=tuple(uncalled),
        taken=tuple(taken),
        lost_sight=lost_sight(before.facts, file.facts, file.procedure, desk.today),
    )


def _nobody_replaces_who_is_not_called(file: CaseFile, desk: Desk) -> None:
    """X10, P11: whoever leaves and can't be called any more needn't be replaced, until they can."""
    staff = [who.person_id for who in file.facts.participants if who.party == "staff"]
    needless = [
        person
        for person in staff
        if not is_to_be_replaced(file.facts, file.procedure, person, desk.today)
    ]
    desk.tasks.retire_about(file.id, REPLACE, needless)


def tell_who_is_taken(settled: Settled, before: CaseFile, desk: Desk) -> None:
    """R6: whoever ought to be called and can't come: another time, or somebody else."""
    for meeting_id, person in settled.taken:
        step = before.procedure.step(before.meeting(meeting_id).step)
        owner = in_charge(before.facts, before.procedure, step)
        key = f"{meeting_id}/{step.rule}/taken/{person}"
        task = Task(
            key, "is-taken", owner, step.rule, desk.next_working_day, meeting_id, about=person
        )
        desk.tasks.add(before.id, task)


def _put_right(file: CaseFile, meeting: Meeting, change: Stays, desk: Desk) -> list[UUID]:
    """Call and uncall. Those who should be called and are taken then."""
    rule, taken = file.procedure.step(meeting.step).rule, []
    for person in sorted(change.uncalled):
        desk.meetings.uncall(meeting.id, person)
        desk.tasks.finish(file.id, _TOLD, meeting=meeting.id, about=person)
        details = {"meeting": str(meeting.id), "person": str(person)}
        desk.audit.note(file.id, "meeting.uncall", rule, details)
    for person in sorted(change.called):
        try:
            desk.meetings.call(meeting, person)
        except DoubleBooked:
            taken.append(person)
            continue
        details = {"meeting": str(meeting.id), "person": str(person)}
        desk.audit.note(file.id, "meeting.call", rule, details)
    return taken
