"""A meeting was held: what came of it, what is written down, and when the next is (R13-R15, S4)."""

from uuid import UUID

from services.cases.domain import tasks, wrong_values
from services.cases.domain.meetings import (
    check_filing_minutes,
    check_filing_plan,
    check_held,
    following,
    is_asked_for,
)
from services.cases.domain.refused import Invalid
from services.cases.handlers.commands import Book, Hold, NextTime
from services.cases.handlers.consents import asking_begins
from services.cases.handlers.evaluation import evaluation_task
from services.cases.handlers.leading import check_leads
from services.cases.handlers.meetings import ask_for_next_date, book_on, finish_what_precedes
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.sight import MINUTES
from services.cases.handlers.year import parent_ledger
from services.cases.handlers.year.cycle import meeting_after, put_next
from shared.bus.events import MeetingHeld, ParticipantsChanged
from shared.domain.calling import in_charge
from shared.domain.days import local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import Step

_REVIEW = "R19"


def hold(command: Hold, desk: Desk) -> None:
    """R10, R13, R19: it has been held; that is final. The next time is booked with it, or nothing.

    Saying it once more adds only what hadn't been said. Raises Refused.
    """
    file = desk.take_by_meeting(command.meeting_id)
    check_leads(file, desk)
    meeting = file.meeting(command.meeting_id)
    step = file.procedure.step(meeting.step)
    _check_on_meeting(command, meeting)
    if meeting.state == "held" and file.facts.state == "open":
        _say(command, step, file, "meeting.say-more", desk)
        return
    check_held(file.facts, meeting, step.rule, desk.now)
    _say(command, step, file, "meeting.held", desk)
    desk.tasks.finish(file.id, ("limit-passed", "limit-near"), step=meeting.step)
    finish_what_precedes(file, meeting, desk)
    held_on = local_date(meeting.starts_at)
    desk.publish(MeetingHeld(case_id=file.id, meeting_id=meeting.id, held_on=held_on))
    _what_follows(file, meeting, step, command, desk)


def file_minutes(meeting_id: UUID, reference: str | None, desk: Desk) -> None:
    """R15: that they are filed, and under which reference; never what they say. Raises Refused.

    The elev-akt outlives the case, and the consent: its keeper needn't see the case any more.
    """
    file = desk.take_to_keep(meeting_id)
    meeting = file.meeting(meeting_id)
    task_owner = desk.tasks.owner_of(meeting_id, MINUTES)
    check_filing_minutes(file.facts, meeting, desk.actor_person, task_owner)
    desk.meetings.file_minutes(meeting.id, reference)
    desk.tasks.finish(file.id, _chores_until(file, "minutes_filed"), meeting=meeting.id)
    rule = "R15" if file.facts.about == "child" else file.procedure.step(meeting.step).rule
    desk.audit.note(file.id, "meeting.minutes-filed", rule, {"meeting": str(meeting.id)})


def next_of_cycle(meeting_id: UUID, desk: Desk) -> Meeting | None:
    """R23: the one that comes after a meeting of a year, if it has its time."""
    file = desk.take_by_meeting(meeting_id)
    return meeting_after(file, file.meeting(meeting_id), desk)


def file_plan(meeting_id: UUID, reference: str | None, desk: Desk) -> None:
    """S4: that goals and plan are filed, and under which reference. Raises Refused."""
    file = desk.take_by_meeting(meeting_id)
    check_leads(file, desk)
    meeting = file.meeting(meeting_id)
    check_filing_plan(file.facts, meeting, file.procedure.step(meeting.step))
    desk.meetings.file_plan(meeting.id, reference)
    if meeting.plan_filed:
        return
    desk.tasks.finish(file.id, _chores_until(file, "plan_filed"), meeting=meeting.id)
    desk.audit.note(file.id, "meeting.plan-filed", "S4", {"meeting": str(meeting.id)})
    desk.publish(ParticipantsChanged(case_id=file.id))  # a step may have waited for the plan


def _say(command: Hold, step: Step, file: CaseFile, action: str, desk: Desk) -> None:
    """R19: what is said of it; what isn't, though the consent was its ground, is asked for."""
    meeting, reviewed = command.meeting_id, command.consent_reviewed
    new = desk.meetings.hold(meeting, command.secretary, reviewed=reviewed, outcome=command.outcome)
    if command.present is not None:
        desk.meetings.note_present(meeting, command.present)
    if reviewed is not None:
        desk.tasks.finish(file.id, ["review-consent"], meeting=meeting)
    elif new and step.grounds == "consent" and _REVIEW in file.procedure.rules:
        owner = in_charge(file.facts, file.procedure, step)
        task = tasks.review_consent(meeting, owner, desk.next_working_day)
        desk.tasks.add(file.id, task)
    if new:
        desk.audit.note(file.id, action, step.rule, {"meeting": str(meeting)})


def _what_follows(
    before: CaseFile, meeting: Meeting, step: Step, command: Hold, desk: Desk
) -> None:
    """R11, R13: of a matter of the staff's own nothing is asked: a year's next meeting stands."""
    file = desk.reread(before)
    if command.next_time is not None:
        _book_next(file, meeting, step, command.next_time, desk)
    if file.facts.about == "parents":
        parent_ledger.held(file, meeting, desk)
    if file.facts.about != "child":
        return
    asking_begins(file, step, desk)
    evaluation_task(file, desk)
    after = following(file.facts, file.procedure, step)
    if command.next_time is None and after and is_asked_for(file.facts, after, meeting):
        ask_for_next_date(file, meeting, after, desk)


def _book_next(file: CaseFile, held: Meeting, step: Step, wanted: NextTime, desk: Desk) -> None:
    """R13, R23: as any booking; what is wrong with it is said of the field it came in."""
    try:
        if file.facts.about == "year":
            put_next(file, held, wanted, desk)
        else:
            _book(file, following(file.facts, file.procedure, step) or step, wanted, desk)
    except Invalid as refused:
        refused.field = f"next_time.{refused.field}"
        raise


def _book(file: CaseFile, step: Step, wanted: NextTime, desk: Desk) -> None:
    name = wanted.step or step.name
    known = {one.name: one for one in file.procedure.steps}
    length = wanted.minutes or known.get(name, step).minutes
    book_on(file, Book(file.id, name, wanted.starts_at, length, wanted.place), desk)


def _chores_until(file: CaseFile, done: str) -> tuple[str, ...]:
    """The kinds of task that are needless once something is filed."""
    return tuple(rule.kind for rule in file.procedure.chores if rule.unless == done)


def _check_on_meeting(command: Hold, meeting: Meeting) -> None:
    if command.present is not None and not command.present <= meeting.person_ids:
        raise wrong_values.NotOnMeeting("present")
    if command.secretary is not None and command.secretary not in meeting.person_ids:
        raise wrong_values.NotOnMeeting("secretary")
