"""Meetings: booked, confirmed, moved, cancelled, held, their minutes filed (R9-R15, Q1-Q5)."""

from uuid import UUID

from services.cases.domain import refusals, tasks
from services.cases.domain.booking import Wanted, check_booking, step_of
from services.cases.domain.meetings import check_changeable, check_confirmable, check_held
from services.cases.handlers.commands import Book, Hold, Move
from services.cases.handlers.ports import CaseFile, Desk
from shared.bus.events import (
    Event,
    MeetingBooked,
    MeetingCancelled,
    MeetingHeld,
    MeetingMoved,
)
from shared.domain.days import local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import Step

_OF_ITS_TIME = ("tell-by-hand", "reach-otherwise", "mark-as-held")
_UNTIL_BOOKED = ("no-slot", "book-anew", "limit-near", "next-date")


def book(command: Book, desk: Desk) -> UUID:
    """Book a time for a step. Raises Refused."""
    return book_on(desk.take(command.case_id), command, desk)


def book_on(file: CaseFile, command: Book, desk: Desk) -> UUID:
    """Book a time; a proposed one of the same step becomes this one. Raises Refused."""
    step_of(file.procedure, command.step)
    _check_place(command.place, desk)
    proposed = _proposed(file, command.step)
    wanted = Wanted(command.step, command.starts_at, command.minutes, proposed)
    people = _check(file, wanted, desk)
    if proposed is None:
        meeting = desk.meetings.add(
            file.id, wanted, people, state="booked", place=command.place, proposal=command.proposal
        )
    else:
        desk.meetings.book(wanted, people, command.place)
        meeting = proposed
    _now_booked(file, command.step, meeting, desk)
    return meeting


def propose_on(file: CaseFile, command: Book, desk: Desk) -> UUID:
    """A time that waits for the process owner's yes; it takes nobody yet. Raises Refused.

    A proposal that nobody said yes to before its time had come gets this one.
    """
    step = step_of(file.procedure, command.step)
    lapsed = _proposed(file, command.step)
    if lapsed is not None and file.meeting(lapsed).starts_at > desk.now:
        raise refusals.AlreadyBooked(rule=step.rule)
    wanted = Wanted(command.step, command.starts_at, command.minutes, lapsed)
    people = _check(file, wanted, desk)
    if lapsed is None:
        meeting = desk.meetings.add(
            file.id, wanted, people, state="proposed", place=None, proposal=command.proposal
        )
    else:
        desk.meetings.move(wanted, people, desk.meetings.place(lapsed))
        desk.tasks.finish(file.id, ["confirm-time"], meeting=lapsed)
        meeting = lapsed
    owner = file.facts.process_owner
    desk.tasks.finish(file.id, ("no-slot", "book-anew"), step=command.step)
    desk.tasks.add(file.id, tasks.confirm_time(meeting, owner, step.rule, desk.today))
    desk.audit.note(file.id, "meeting.propose", step.rule, {"meeting": str(meeting)})
    return meeting


def confirm(meeting_id: UUID, desk: Desk) -> None:
    """The process owner says yes to a proposed time. Confirming twice changes nothing."""
    file = desk.take_by_meeting(meeting_id)
    meeting = file.meeting(meeting_id)
    if meeting.state == "booked":
        return
    check_confirmable(meeting, file.procedure.step(meeting.step).rule)
    wanted = Wanted(meeting.step, meeting.starts_at, _minutes(meeting), meeting.id)
    people = _check(file, wanted, desk)
    desk.meetings.book(wanted, people, desk.meetings.place(meeting.id))
    _now_booked(file, meeting.step, meeting.id, desk)


def move(command: Move, desk: Desk) -> None:
    """Q1: another time or place; SEQUENCE rises and everybody is asked anew. Raises Refused."""
    file = desk.take_by_meeting(command.meeting_id)
    meeting = file.meeting(command.meeting_id)
    rule = file.procedure.step(meeting.step).rule
    check_changeable(file.facts, meeting, rule)
    _check_place(command.place, desk)
    standing_place = desk.meetings.place(meeting.id)
    place = command.place or standing_place
    wanted = Wanted(
        meeting.step,
        command.starts_at or meeting.starts_at,
        command.minutes or _minutes(meeting),
        meeting.id,
    )
    standing = (meeting.starts_at, meeting.ends_at, standing_place)
    if (wanted.starts_at, wanted.ends_at, place) == standing:
        return
    people = _check(file, wanted, desk)
    sequence = desk.meetings.move(wanted, people, place)
    desk.tasks.finish(file.id, _OF_ITS_TIME, meeting=meeting.id)  # they are told anew
    desk.audit.note(file.id, "meeting.move", rule, {"meeting": str(meeting.id)})
    if meeting.state == "booked":
        desk.publish(MeetingMoved(case_id=file.id, meeting_id=meeting.id, sequence=sequence))


def cancel(meeting_id: UUID, desk: Desk) -> None:
    """Q5: a person cancels. Cancelling twice changes nothing."""
    file = desk.take_by_meeting(meeting_id)
    meeting = file.meeting(meeting_id)
    if meeting.state == "cancelled":
        return
    step = file.procedure.step(meeting.step)
    check_changeable(file.facts, meeting, step.rule)
    cancel_one(file, meeting, "by-hand", desk)
    if step.within is None:  # no limit watches over it
        _ask_for_next_date(file, meeting, desk)


def cancel_one(file: CaseFile, meeting: Meeting, because: str, desk: Desk) -> None:
    """The meeting is off: it takes nobody any more, and what was to be told about it is past."""
    sequence = desk.meetings.cancel(meeting.id, because)
    done = (*_OF_ITS_TIME, "confirm-time")
    desk.tasks.finish(file.id, done, meeting=meeting.id)
    rule = file.procedure.step(meeting.step).rule
    details = {"meeting": str(meeting.id), "because": because}
    desk.audit.note(file.id, "meeting.cancel", rule, details)
    desk.publish(MeetingCancelled(case_id=file.id, meeting_id=meeting.id, sequence=sequence))


def hold(command: Hold, desk: Desk) -> None:
    """R10, R13, R15, R19: it has been held; that is final, and saying it twice changes nothing."""
    file = desk.take_by_meeting(command.meeting_id)
    meeting = file.meeting(command.meeting_id)
    step = file.procedure.step(meeting.step)
    if meeting.state == "held" and file.facts.state == "open":
        return
    check_held(file.facts, meeting, step.rule, desk.now)
    _check_on_meeting(command, meeting)
    desk.meetings.hold(meeting.id, command.secretary, reviewed=command.consent_reviewed)
    if command.present is not None:
        desk.meetings.note_present(meeting.id, command.present)
    done = ("limit-passed", "limit-near")
    desk.tasks.finish(file.id, done, step=meeting.step)
    desk.tasks.finish(file.id, _OF_ITS_TIME, meeting=meeting.id)
    desk.tasks.add(file.id, tasks.file_minutes(meeting.id, _keeper(file)))
    if (following := _to_be_asked_for(file, step)) is not None:
        owner = file.facts.process_owner
        desk.tasks.add(file.id, tasks.next_date(meeting.id, owner, following.name))
    held_on = local_date(meeting.starts_at)
    desk.audit.note(file.id, "meeting.held", step.rule, {"meeting": str(meeting.id)})
    desk.publish(MeetingHeld(case_id=file.id, meeting_id=meeting.id, held_on=held_on))


def file_minutes(meeting_id: UUID, reference: str | None, desk: Desk) -> None:
    """R15: that they are filed, and under which reference; never what they say."""
    file = desk.take_by_meeting(meeting_id)
    meeting = file.meeting(meeting_id)
    if file.facts.state == "closed":
        raise refusals.CaseIsClosed
    if meeting.state != "held":
        raise refusals.MinutesBeforeHeld
    desk.meetings.file_minutes(meeting.id, reference)
    desk.tasks.finish(file.id, ["file-minutes"], meeting=meeting.id)
    desk.audit.note(file.id, "meeting.minutes-filed", "R15", {"meeting": str(meeting.id)})


def _check(file: CaseFile, wanted: Wanted, desk: Desk) -> frozenset[UUID]:
    """Who is called to a meeting at the wanted time. Raises Refused."""
    return check_booking(file.facts, file.procedure, desk.days, desk.hours, wanted, desk.now)


def _now_booked(file: CaseFile, step: str, meeting: UUID, desk: Desk) -> None:
    desk.tasks.finish(file.id, _UNTIL_BOOKED, step=step)
    desk.tasks.finish(file.id, ["confirm-time"], meeting=meeting)
    desk.tasks.finish(file.id, ["participants-missing"])
    rule = file.procedure.step(step).rule
    desk.audit.note(file.id, "meeting.book", rule, {"meeting": str(meeting)})
    booked: Event = MeetingBooked(
        case_id=file.id, meeting_id=meeting, sequence=_sequence(file, meeting)
    )
    desk.publish(booked)


def _sequence(file: CaseFile, meeting_id: UUID) -> int:
    """A new meeting begins at 0; a proposal keeps the number it had."""
    return next((one.sequence for one in file.facts.meetings if one.id == meeting_id), 0)


def _proposed(file: CaseFile, step: str) -> UUID | None:
    of_step = file.facts.meetings_of(step)
    return next((one.id for one in of_step if one.state == "proposed"), None)


def _minutes(meeting: Meeting) -> int:
    return int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60


def _check_place(place: str | None, desk: Desk) -> None:
    if place is not None and not desk.register.has_place(place):
        raise refusals.UnknownPlace("place")


def _check_on_meeting(command: Hold, meeting: Meeting) -> None:
    if command.present is not None and not command.present <= meeting.person_ids:
        raise refusals.NotOnMeeting("present")
    if command.secretary is not None and command.secretary not in meeting.person_ids:
        raise refusals.NotOnMeeting("secretary")


def _keeper(file: CaseFile) -> UUID:
    """R15: the elev-akt is the school's, so where the process owner isn't, the rektor files."""
    facts = file.facts
    school = [who for who in facts.participants if who.organisation == "school"]
    if any(who.person_id == facts.process_owner for who in school):
        return facts.process_owner
    by_rank = sorted(school, key=lambda who: (who.role != "rektor", str(who.person_id)))
    return by_rank[0].person_id if by_rank else facts.process_owner


def _ask_for_next_date(file: CaseFile, cancelled: Meeting, desk: Desk) -> None:
    """R11: the case has no next date any more, unless another meeting stands."""
    others = [one for one in file.facts.meetings if one.id != cancelled.id]
    held = [one for one in others if one.state == "held"]
    if held and not any(one.state in ("booked", "proposed") for one in others):
        latest = max(held, key=lambda one: one.starts_at)
        owner = file.facts.process_owner
        desk.tasks.add(file.id, tasks.next_date(latest.id, owner, cancelled.step))


def _to_be_asked_for(file: CaseFile, held: Step) -> Step | None:
    """R11: the step that comes next, if the scheduler doesn't find a time for one by itself."""
    steps = file.procedure.steps
    later = steps[steps.index(held) + 1 :]
    been = {meeting.step for meeting in file.facts.meetings if meeting.state == "held"}
    if any(step.within is not None and step.name not in been for step in later):
        return None
    return next((step for step in later if step.within is None), held)
