"""Until when an answer to an invitation is hoped for, and when those who haven't answered are asked
again."""

from datetime import date, datetime

from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import AnswerRule

_WORKING_DAYS_TO_ANSWER = 2


def answer_by(rule: AnswerRule, meets_on: date, called_on: date, days: WorkingDays) -> date | None:
    """The last day, in Stockholm, on which an answer is hoped for.

    Whoever is called late has two working days all the same, if that's at most one day later than
    the rule says; None if the meeting is nearer than that.
    """
    planned = days.minus(meets_on, rule.by_working_days_before)
    at_the_latest = days.minus(meets_on, max(1, rule.by_working_days_before - 1))
    last_day = max(planned, days.plus(called_on, _WORKING_DAYS_TO_ANSWER))
    return last_day if last_day <= at_the_latest else None


def nudge_at(
    rule: AnswerRule, meeting: Meeting, called_on: date, days: WorkingDays
) -> datetime | None:
    """When those who haven't answered are asked again, or None if the last day for that is past.

    Never sooner than some working days after they were called, so that they had time to answer.
    """
    meets_on = local_date(meeting.starts_at)
    planned = days.minus(meets_on, rule.nudge_working_days_before)
    day = max(planned, days.plus(called_on, rule.nudge_working_days_after_call))
    if day > days.minus(meets_on, rule.by_working_days_before):
        return None
    return at(day, rule.at)
