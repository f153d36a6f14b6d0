"""Another time that somebody called wishes for: kept, shown, and answered by a person (B5, Q1)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from services.cases.domain.counters import (
    Counter,
    CounterSettled,
    Via,
    answer_counter,
    check_settling,
    check_wished_time,
    task_key,
)
from services.cases.domain.meeting_refusals import NotBooked
from services.cases.domain.meetings import check_changeable
from services.cases.domain.refused import NotFound, codes_in_words
from services.cases.handlers.answers import NotCalledTo
from services.cases.handlers.commands import Move
from services.cases.handlers.leading import check_leads
from services.cases.handlers.meetings import move
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.year.callers import ask, is_done
from shared.bus.events import CounterDeclined, CounterReceived
from shared.domain.calling import in_charge
from shared.domain.facts import Meeting


@dataclass(frozen=True, slots=True)
class AskForTime:
    """Somebody wishes by their link for another time, as long as the meeting is."""

    meeting_id: UUID
    person: UUID
    starts_at: datetime


def ask_for_time(command: AskForTime, desk: Desk) -> None:
    """The newest wish of a person stands; the same again changes nothing. Raises Refused."""
    file = desk.take_by_meeting(command.meeting_id)
    meeting = file.meeting(command.meeting_id)
    rule = file.procedure.step(meeting.step).rule
    check_changeable(file.facts, meeting, rule)
    if meeting.state != "booked" or meeting.starts_at <= desk.now:
        raise NotBooked(rule=rule, state=codes_in_words((meeting.state,)))
    if command.person not in meeting.person_ids:
        raise NotCalledTo("person")
    ends_at = check_wished_time(meeting, command.starts_at, desk.days, desk.hours, desk.now)
    _keep(file, meeting, command.person, command.starts_at, ends_at, "link", desk)


def counter_received(event: CounterReceived, desk: Desk) -> None:
    """B5: by mail. What is about the meeting as it was before, or about the past, is left."""
    file = desk.take(event.case_id)
    meeting = file.meeting(event.meeting_id)
    current = meeting.state == "booked" and event.sequence == meeting.sequence
    ahead = desk.now < min(event.starts_at, meeting.starts_at)
    times = (event.starts_at, event.ends_at)
    another = times != (meeting.starts_at, meeting.ends_at) and event.starts_at < event.ends_at
    if current and ahead and another and event.person_id in meeting.person_ids:
        _keep(file, meeting, event.person_id, event.starts_at, event.ends_at, "mail", desk)


def accept(meeting_id: UUID, counter_id: UUID, desk: Desk) -> None:
    """Q1: the meeting moves there, by all the rules of booking; else nothing changes.

    Accepting twice changes nothing. Raises Refused.
    """
    file, counter = _counter(meeting_id, counter_id, desk)
    if not check_settling(counter, "accepted"):
        return
    if counter.person_id not in file.meeting(meeting_id).person_ids:
        raise CounterSettled(state=codes_in_words(("stale",)))
    desk.counters.settle(counter.id, "accepted")
    _settled(file, counter, "counter.accept", desk)
    move(Move(meeting_id, starts_at=counter.starts_at, minutes=counter.minutes), desk)


def decline(meeting_id: UUID, counter_id: UUID, desk: Desk) -> None:
    """The meeting stays as it is; whoever wished by mail is told by mail. Twice is once."""
    file, counter = _counter(meeting_id, counter_id, desk)
    if not check_settling(counter, "declined"):
        return
    desk.counters.settle(counter.id, "declined")
    _settled(file, counter, "counter.decline", desk)
    if counter.via == "mail":
        desk.publish(
            CounterDeclined(
                case_id=file.id,
                meeting_id=meeting_id,
                person_id=counter.person_id,
                counter_id=counter.id,
                starts_at=counter.starts_at,
                ends_at=counter.ends_at,
            )
        )


def _keep(
    file: CaseFile,
    meeting: Meeting,
    person: UUID,
    starts_at: datetime,
    ends_at: datetime,
    via: Via,
    desk: Desk,
) -> None:
    before = desk.counters.newest_of(meeting.id, person)
    rule = file.procedure.step(meeting.step).rule
    if before is not None and before.state == "asked":
        if (before.starts_at, before.ends_at) == (starts_at, ends_at):
            return
        desk.counters.settle(before.id, "stale")
        is_done(file, desk, task_key(before.id, rule))
    counter = Counter(uuid4(), meeting.id, person, meeting.sequence, starts_at, ends_at, via)
    desk.counters.add(counter)
    owner = in_charge(file.facts, file.procedure, file.procedure.step(meeting.step))
    task = answer_counter(counter.id, meeting.id, owner, rule, desk.next_working_day)
    ask(file, task, desk)
    details = {"meeting": str(meeting.id), "person": str(person), "counter": str(counter.id)}
    desk.audit.note(file.id, "counter.ask", rule, details)


def _counter(meeting_id: UUID, counter_id: UUID, desk: Desk) -> tuple[CaseFile, Counter]:
    file = desk.take_by_meeting(meeting_id)
    check_leads(file, desk)
    counter = desk.counters.find(meeting_id, counter_id)
    if counter is None:
        raise NotFound
    return file, counter


def _settled(file: CaseFile, counter: Counter, action: str, desk: Desk) -> None:
    meeting = file.meeting(counter.meeting_id)
    rule = file.procedure.step(meeting.step).rule
    is_done(file, desk, task_key(counter.id, rule))
    details = {"meeting": str(counter.meeting_id), "person": str(counter.person_id)}
    desk.audit.note(file.id, action, rule, details)
