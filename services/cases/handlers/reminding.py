"""A person wants a meeting to be reminded of now (R8, S5)."""

from uuid import UUID

from services.cases.domain import meeting_refusals
from services.cases.domain.meetings import check_remindable
from services.cases.handlers.leading import check_leads
from services.cases.handlers.ports import Desk
from shared.bus.events import ReminderAsked
from shared.domain.call_time import called_at, is_called
from shared.domain.days import local_date


def remind(meeting_id: UUID, desk: Desk) -> None:
    """Those who haven't answered are asked now, instead of when they would be next.

    Once all have answered, everybody who hasn't said no is reminded. Raises Refused; more than once
    a day as well.
    """
    file = desk.take_by_meeting(meeting_id)
    check_leads(file, desk)
    meeting = file.meeting(meeting_id)
    step = file.procedure.step(meeting.step)
    rule = step.rule
    check_remindable(file.facts, meeting, rule, desk.now)
    if not is_called(step, meeting, desk.days, desk.now):
        raise meeting_refusals.NotYetCalled(
            rule=rule, day=local_date(called_at(step, meeting, desk.days))
        )
    if not desk.meetings.remind(meeting.id, desk.today):
        raise meeting_refusals.RemindedToday
    desk.audit.note(file.id, "meeting.remind", rule, {"meeting": str(meeting.id)})
    desk.publish(ReminderAsked(case_id=file.id, meeting_id=meeting.id, sequence=meeting.sequence))
