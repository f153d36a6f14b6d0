"""Tasks that follow from meetings, each by its day (S4, S6, S12, P12, R15)."""

from datetime import date
from uuid import UUID

from services.cases.domain.meetings import keeper
from services.cases.domain.tasks import Task
from services.cases.handlers.ports import CaseFile, Desk
from shared.bus.events import ChoreDue
from shared.domain.calling import in_charge
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Chore

_TELL_WHO_COMES = "tell-who-comes"
# So ends what an earlier scheduler asked about a task that was late; now the task knows by itself.
_LATE = "/late"


def chore_due(event: ChoreDue, desk: Desk) -> None:
    """A task by its day; what is no longer true of the meeting, or of the procedure, asks for
    nothing."""
    if event.key.endswith(_LATE):
        return
    file = desk.take(event.case_id)
    meeting = file.meeting(event.meeting_id)
    rule = next((one for one in file.procedure.chores if one.name == event.chore), None)
    if rule is None or not _is_needed(event, rule, file.facts, meeting):
        return
    _ask_for(file, rule, meeting, _key(event, rule), event.due_on, desk)


def who_comes_changed(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    """S6: whoever was told who comes is told of the change."""
    if meeting.state != "booked" or meeting.starts_at <= desk.now:
        return
    for rule in file.procedure.chores:
        if rule.kind == _TELL_WHO_COMES and meeting.step in rule.steps:
            due_on = desk.days.minus(local_date(meeting.starts_at), rule.working_days)
            _ask_for(file, rule, meeting, _key_of(meeting.id, rule), due_on, desk)


def _ask_for(
    file: CaseFile, rule: Chore, meeting: Meeting, key: str, due_on: date, desk: Desk
) -> None:
    """One task, which follows its meeting when that moves; never due on a day that has been.

    The procedure says how long after its day it is late (X2).
    """
    day = max(due_on, desk.today)
    task = Task(
        key=key,
        kind=rule.kind,
        owner=_owner(file, rule, meeting),
        rule=rule.rule,
        due_on=day,
        meeting_id=meeting.id,
        late_on=_late_on(rule, day, desk),
    )
    desk.tasks.add(file.id, task)
    desk.tasks.put_off(task)


def _late_on(rule: Chore, due_on: date, desk: Desk) -> date | None:
    late = rule.late_working_days
    return None if late is None else desk.days.plus(due_on, late)


def _is_needed(event: ChoreDue, rule: Chore, facts: CaseFacts, meeting: Meeting) -> bool:
    if facts.state == "closed" or meeting.state != rule.on:
        return False
    if rule.unless is not None and getattr(meeting, rule.unless):
        return False
    return meeting.sequence == event.sequence


def _key(event: ChoreDue, rule: Chore) -> str:
    """What comes again and again is a task of its own each time."""
    if rule.every_days is not None:
        return event.key
    return _key_of(event.meeting_id, rule)


def _key_of(meeting: UUID, rule: Chore) -> str:
    return f"{meeting}/{rule.rule}/{rule.kind}"


def _owner(file: CaseFile, rule: Chore, meeting: Meeting) -> UUID:
    match rule.owner:
        case "keeper":
            return keeper(file.facts)
        case "process_owner":
            return file.facts.process_owner
        case "leader":
            step = file.procedure.step(meeting.step)
            return in_charge(file.facts, file.procedure, step)
