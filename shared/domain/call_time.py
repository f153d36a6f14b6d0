"""When everybody is called to a meeting: at once, or some weeks before it (R20, R21)."""

from datetime import datetime, time, timedelta

from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import Step

_CALLED_AT = time(9, 0)


def called_at(step: Step, meeting: Meeting, days: WorkingDays) -> datetime:
    """The instant from which everybody is told of the meeting at the time it has.

    What is planned long ahead is called to some weeks before, on the last working day on or before;
    never before it got its time. What has been called to once is told of at once.
    """
    if step.in_month is None or meeting.called:
        return meeting.changed_at
    weeks = timedelta(weeks=step.in_month.call_weeks_before)
    day = days.last_on_or_before(local_date(meeting.starts_at) - weeks)
    return max(at(day, _CALLED_AT), meeting.changed_at)


def is_called(step: Step, meeting: Meeting, days: WorkingDays, now: datetime) -> bool:
    """Whether others than the callers know of the meeting, or knew of it before it was off."""
    if step.in_month is None or meeting.called:
        return True
    return meeting.state != "cancelled" and called_at(step, meeting, days) <= now
