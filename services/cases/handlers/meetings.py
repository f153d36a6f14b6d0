"""Meetings: booked, proposed, moved, cancelled (R6, R9, R10, X1, X12, Q1-Q5)."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from services.cases.domain import booking_refusals, tasks
from services.cases.domain.booking import Wanted, check_booking, step_of
from services.cases.domain.counters import ANSWER_COUNTER
from services.cases.domain.meetings import (
    check_changeable,
    following,
    is_asked_for,
)
from services.cases.domain.refused import Refused
from services.cases.domain.whom import guardians
from services.cases.handlers.commands import Book, Move
from services.cases.handlers.leading import check_leads
from services.cases.handlers.placing import check_place, look_for_place, place_to_book
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.year import parent_ledger
from services.cases.handlers.year.callers import ask
from shared.bus.events import (
    MeetingBooked,
    MeetingCancelled,
    MeetingMoved,
    MeetingPutToVote,
)
from shared.domain.call_time import is_called
from shared.domain.calling import called, in_charge
from shared.domain.consent import consent_stands
from shared.domain.days import local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import Step

OF_ITS_TIME = (
    "tell-by-hand", "reach-otherwise", "mark-as-held", "find-substitute", "is-taken",
    ANSWER_COUNTER, "group-missing", "send-substitute",
)  # fmt: skip
_UNTIL_BOOKED = ("no-slot", "book-anew", "limit-near", "next-date")


def book(command: Book, desk: Desk) -> UUID:
    """Book a time for a step. Raises Refused."""
    return book_on(desk.take(command.case_id), command, desk)


def book_on(file: CaseFile, command: Book, desk: Desk) -> UUID:
    """Book a time; a proposed one of the same step becomes this one. Raises Refused."""
    step_of(file.procedure, command.step)
    check_place(command.place, desk)
    proposed = _proposed(file, command)
    wanted = _wanted(command, proposed)
    people = check(file, wanted, desk)
    standing = None if proposed is None else proposed.id
    place = place_to_book(file.id, command.place, standing, desk)
    if proposed is None:
        meeting = desk.meetings.add(
            file.id, wanted, people, state="booked", place=place, proposal=command.proposal
        )
    else:
        desk.meetings.book(wanted, people, place)
        meeting = proposed.id
    _leave_out(file, meeting, wanted, people, desk)
    _now_booked(file, wanted, meeting, people, desk)
    return meeting


def propose(command: Book, desk: Desk) -> UUID:
    """Times for those who are called to vote about, instead of what was proposed. Raises Refused.

    By hand: each of the times has to be one that can be booked.
    """
    file = desk.take(command.case_id)
    step_of(file.procedure, command.step)
    check_place(command.place, desk)
    for starts_at in command.alternatives:
        check(file, _at(starts_at, command, _proposed(file, command)), desk)
    meeting = _propose(file, command, _proposed(file, command), desk)
    desk.tasks.finish(file.id, ["book-anew"], step=command.step)
    return meeting


def propose_on(file: CaseFile, command: Book, desk: Desk) -> UUID:
    """What the scheduler found; it takes nobody yet. Raises Refused.

    Alternatives that can't be booked are left out. Whoever was to book anew still is, until
    somebody says yes.
    """
    return _propose(file, command, None, desk)


def check_nothing_proposed(file: CaseFile, name: str) -> None:
    """What stands to choose from isn't overtaken by what the scheduler finds. Raises Refused."""
    step = step_of(file.procedure, name)
    if any(one.state == "proposed" for one in file.facts.meetings_of(name)):
        raise booking_refusals.AlreadyBooked(rule=step.rule)


def book_proposed(file: CaseFile, meeting: Meeting, wanted: Wanted, desk: Desk) -> None:
    """A proposed time is booked. Raises Refused."""
    people = check(file, wanted, desk)
    desk.meetings.book(wanted, people, place_to_book(file.id, None, meeting.id, desk))
    _now_booked(file, wanted, meeting.id, people, desk)


def move(command: Move, desk: Desk) -> None:
    """Q1: another time or place; SEQUENCE rises and everybody is asked anew. Raises Refused."""
    file = desk.take_by_meeting(command.meeting_id)
    check_leads(file, desk)
    meeting = file.meeting(command.meeting_id)
    rule = file.procedure.step(meeting.step).rule
    check_changeable(file.facts, meeting, rule)
    check_place(command.place, desk)
    standing_place = desk.meetings.place(meeting.id)
    place = command.place or standing_place
    starts_at, length = command.starts_at or meeting.starts_at, command.minutes or minutes(meeting)
    wanted = Wanted(meeting.step, starts_at, length, meeting.id)
    standing = (meeting.starts_at, meeting.ends_at, standing_place)
    if (wanted.starts_at, wanted.ends_at, place) == standing:
        return
    wanted = keeping_out(file, meeting, wanted)
    people = check(file, wanted, desk)
    _note_if_called(file, meeting, desk)
    sequence = desk.meetings.move(wanted, people, place)
    if meeting.state == "proposed" and starts_at != meeting.starts_at:
        desk.votes.propose(meeting.id, [starts_at])
    desk.tasks.finish(file.id, OF_ITS_TIME, meeting=meeting.id)  # they are told anew
    desk.tasks.finish(file.id, ["no-slot"], step=meeting.step)
    if place is not None:
        desk.tasks.finish(file.id, [tasks.CHOOSE_PLACE], meeting=meeting.id)
    if file.facts.about == "parents":
        parent_ledger.look_who_comes(file, meeting, desk)
    desk.counters.make_stale(meeting.id)
    details = {"meeting": str(meeting.id), "starts_at": starts_at.isoformat()}
    desk.audit.note(file.id, "meeting.move", rule, details)
    moved = MeetingMoved if meeting.state == "booked" else MeetingPutToVote
    desk.publish(moved(case_id=file.id, meeting_id=meeting.id, sequence=sequence))


def cancel(meeting_id: UUID, desk: Desk) -> None:
    """Q5: a person cancels. Cancelling twice changes nothing. Raises Refused."""
    file = desk.take_by_meeting(meeting_id)
    check_leads(file, desk)
    meeting = file.meeting(meeting_id)
    if meeting.state == "cancelled":
        return
    step = file.procedure.step(meeting.step)
    check_changeable(file.facts, meeting, step.rule)
    cancel_one(file, meeting, "by-hand", desk)
    if not step.seeks:  # nobody seeks a new time for it
        next_date_is_off(file, meeting, desk)
    elif file.facts.never_together and _others_stand(file, meeting):
        arrange_separately(file, meeting.step, desk)


def cancel_one(file: CaseFile, meeting: Meeting, because: str, desk: Desk) -> None:
    """The meeting is off: it takes nobody any more, and what was to be told about it is past."""
    _note_if_called(file, meeting, desk)
    sequence = desk.meetings.cancel(meeting.id, because)
    finish_what_precedes(file, meeting, desk)
    desk.votes.clear(meeting.id)
    rule = file.procedure.step(meeting.step).rule
    details = {"meeting": str(meeting.id), "because": because}
    desk.audit.note(file.id, "meeting.cancel", rule, details)
    desk.publish(MeetingCancelled(case_id=file.id, meeting_id=meeting.id, sequence=sequence))
    if file.facts.about == "parents":
        parent_ledger.cancelled(file, meeting, desk)


def finish_what_precedes(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    """What was to be done before a meeting is past, once it is held or off."""
    chores = (rule.kind for rule in file.procedure.chores if rule.on == "booked")
    past = (*OF_ITS_TIME, "confirm-time", tasks.CHOOSE_PLACE, *chores)
    desk.tasks.finish(file.id, past, meeting=meeting.id)
    desk.counters.make_stale(meeting.id)


def arrange_separately(file: CaseFile, name: str, desk: Desk) -> None:
    """X12: a person books a meeting for each of the guardians who never meet."""
    owner = in_charge(file.facts, file.procedure, file.procedure.step(name))
    due_on = desk.next_working_day
    desk.tasks.add(file.id, tasks.arrange_separately(file.id, owner, name, "X12", due_on))


def ask_for_next_date(file: CaseFile, held: Meeting, step: Step, desk: Desk) -> None:
    """R11, S5: a person says when the step that follows a held meeting is."""
    owner = in_charge(file.facts, file.procedure, step)
    due_on = desk.days.plus(desk.today, tasks.DECIDED_WITHIN)
    desk.tasks.add(file.id, tasks.next_date(held.id, owner, step.name, step.rule, due_on))


def next_date_after_a_yes(before: CaseFile, desk: Desk) -> None:
    """R11: what was off when the consent ended is asked for once it stands again, unless the
    scheduler seeks it."""
    file = desk.reread(before)
    held = [one for one in file.facts.meetings if one.state == "held"]
    if not held or not consent_stands(file.facts, file.procedure, desk.today):
        return
    latest = max(held, key=lambda one: one.starts_at)
    after = following(file.facts, file.procedure, file.procedure.step(latest.step))
    if after is not None and is_asked_for(file.facts, after, latest):
        ask_for_next_date(file, latest, after, desk)


def check(file: CaseFile, wanted: Wanted, desk: Desk) -> frozenset[UUID]:
    """Who is called to a meeting at the wanted time. Raises Refused."""
    return check_booking(
        file.facts, file.procedure, desk.days, desk.hours, wanted, desk.now, desk.school_years
    )


def keeping_out(file: CaseFile, meeting: Meeting, wanted: Wanted) -> Wanted:
    """At another time those are called who are called by then, but for those left out (X12)."""
    if not meeting.left_out:
        return wanted
    step, day = file.procedure.step(meeting.step), local_date(wanted.starts_at)
    people = called(file.facts, file.procedure, step, day) - meeting.left_out
    return Wanted(wanted.step, wanted.starts_at, wanted.minutes, meeting.id, people)


def _note_if_called(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    """R20: who has been called to it hears at once what becomes of it."""
    step = file.procedure.step(meeting.step)
    if step.in_month is not None and is_called(step, meeting, desk.days, desk.now):
        desk.meetings.note_called(meeting.id)


def minutes(meeting: Meeting) -> int:
    return int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60


def _propose(file: CaseFile, command: Book, standing: Meeting | None, desk: Desk) -> UUID:
    step = step_of(file.procedure, command.step)
    wanted = _wanted(command, standing)
    people = check(file, wanted, desk)
    times = (command.starts_at, *_bookable_alternatives(file, command, standing, desk))
    if standing is None:
        meeting = desk.meetings.add(
            file.id, wanted, people, state="proposed", place=command.place,
            proposal=command.proposal,
        )  # fmt: skip
        sequence = 0
    else:
        meeting = standing.id
        place = command.place or desk.meetings.place(meeting)
        sequence = desk.meetings.move(wanted, people, place)
        desk.tasks.finish(file.id, ["confirm-time", "tell-by-hand"], meeting=meeting)
    _leave_out(file, meeting, wanted, people, desk)
    desk.votes.propose(meeting, times)
    desk.tasks.finish(file.id, ["no-slot"], step=command.step)
    first_day = local_date(min(times))
    due_on = max(desk.today, desk.days.minus(first_day, step.notice_working_days))
    owner = in_charge(file.facts, file.procedure, step)
    ask(file, tasks.confirm_time(meeting, owner, step.rule, due_on), desk)
    desk.audit.note(file.id, "meeting.propose", step.rule, {"meeting": str(meeting)})
    desk.publish(MeetingPutToVote(case_id=file.id, meeting_id=meeting, sequence=sequence))
    return meeting


def _bookable_alternatives(
    file: CaseFile, command: Book, standing: Meeting | None, desk: Desk
) -> Iterator[datetime]:
    for starts_at in command.alternatives:
        try:
            check(file, _at(starts_at, command, standing), desk)
        except Refused:
            continue
        yield starts_at


def _now_booked(
    file: CaseFile, wanted: Wanted, meeting: UUID, people: frozenset[UUID], desk: Desk
) -> None:
    step = wanted.step
    desk.tasks.finish(file.id, _UNTIL_BOOKED, step=step)
    asked_till_now = ["confirm-time", "tell-by-hand", "reach-otherwise"]
    desk.tasks.finish(file.id, asked_till_now, meeting=meeting)  # by the question which times suit
    desk.tasks.finish(file.id, ["participants-missing"])
    if _every_guardian_has_one(file, step, people, desk):
        desk.tasks.finish(file.id, ["arrange-separately"], step=step)
    desk.votes.clear(meeting)
    look_for_place(file, meeting, desk)
    rule = file.procedure.step(step).rule
    details = {"meeting": str(meeting), "starts_at": wanted.starts_at.isoformat()}
    desk.audit.note(file.id, "meeting.book", rule, details)
    sequence = _sequence(file, meeting)
    desk.publish(MeetingBooked(case_id=file.id, meeting_id=meeting, sequence=sequence))


def _every_guardian_has_one(file: CaseFile, name: str, people: frozenset[UUID], desk: Desk) -> bool:
    step = file.procedure.step(name)
    to_call = called(file.facts, file.procedure, step, desk.today) & guardians(file.facts)
    standing = (one for one in file.facts.meetings_of(name) if one.state in ("booked", "held"))
    return to_call <= people.union(*(one.person_ids for one in standing))


def _sequence(file: CaseFile, meeting_id: UUID) -> int:
    """A new meeting begins at 0; a proposal keeps the number it had."""
    return next((one.sequence for one in file.facts.meetings if one.id == meeting_id), 0)


def _proposed(file: CaseFile, command: Book) -> Meeting | None:
    """What has been proposed for the step; of guardians who never meet, for the same one (X12)."""
    own = (command.participants or frozenset()) & guardians(file.facts)
    apart = file.facts.never_together and own
    for one in file.facts.meetings_of(command.step):
        if one.state == "proposed" and (not apart or own & one.person_ids):
            return one
    return None


def _wanted(command: Book, meeting: Meeting | None) -> Wanted:
    return _at(command.starts_at, command, meeting)


def _at(starts_at: datetime, command: Book, meeting: Meeting | None) -> Wanted:
    known = None if meeting is None else meeting.id
    return Wanted(command.step, starts_at, command.minutes, known, command.participants)


def _leave_out(
    file: CaseFile, meeting: UUID, wanted: Wanted, people: frozenset[UUID], desk: Desk
) -> None:
    """Who is called by the rules but not on purpose stays off it, whatever changes."""
    step, day = file.procedure.step(wanted.step), local_date(wanted.starts_at)
    left_out = called(file.facts, file.procedure, step, day) - people
    if left_out or any(one.left_out for one in file.facts.meetings if one.id == meeting):
        desk.meetings.leave_out(meeting, left_out)


def _others_stand(file: CaseFile, meeting: Meeting) -> bool:
    return any(
        one.id != meeting.id and one.state in ("booked", "held")
        for one in file.facts.meetings_of(meeting.step)
    )


def next_date_is_off(file: CaseFile, cancelled: Meeting, desk: Desk) -> None:
    """R11: the case has no next date any more, unless another meeting stands."""
    others = [one for one in file.facts.meetings if one.id != cancelled.id]
    held = [one for one in others if one.state == "held"]
    if held and not any(one.state in ("booked", "proposed") for one in others):
        latest = max(held, key=lambda one: one.starts_at)
        ask_for_next_date(file, latest, file.procedure.step(cancelled.step), desk)
