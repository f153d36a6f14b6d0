"""The days on which a meeting that comes every year can be (R20): within its month, best first."""

import calendar
from datetime import date, datetime

from shared.domain.days import SchoolYears, WorkingDays, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import MonthRule, Step


def will_do(day: date, days: WorkingDays, breaks: SchoolYears) -> bool:
    """R20: never on a holiday, an eve or a school break; a break of single units binds nobody."""
    return days.is_working_day(day) and not days.is_eve(day) and not breaks.in_break(day)


def month_of(rule: MonthRule, year: int) -> tuple[date, date]:
    """The first and the last day of the rule's month."""
    last = calendar.monthrange(year, rule.month)[1]
    return date(year, rule.month, 1), date(year, rule.month, last)


def ranked_days(
    rule: MonthRule, year: int, days: WorkingDays, breaks: SchoolYears
) -> tuple[date, ...]:
    """Every day of the month that will do.

    The wanted one first; then the same weekday in later weeks, in earlier weeks, and then the other
    days by nearness to the wanted one, of two as near the later.
    """
    first, last = month_of(rule, year)
    wanted = _wanted(rule, first)

    def rank(day: date) -> tuple[bool, bool, int, bool]:
        of_weekday, earlier = day.weekday() == wanted.weekday(), day < wanted
        return not of_weekday, of_weekday and earlier, abs((day - wanted).days), earlier

    in_month = (first.replace(day=number) for number in range(1, last.day + 1))
    return tuple(sorted((day for day in in_month if will_do(day, days, breaks)), key=rank))


def no_longer_fits(
    facts: CaseFacts, step: Step, days: WorkingDays, breaks: SchoolYears, now: datetime
) -> Meeting | None:
    """What is booked for a day that won't do any more, since a break was moved, say."""
    for meeting in facts.meetings_of(step.name) if step.in_month is not None else ():
        coming = meeting.state == "booked" and meeting.starts_at > now
        if coming and not will_do(local_date(meeting.starts_at), days, breaks):
            return meeting
    return None


def _wanted(rule: MonthRule, first: date) -> date:
    """The n-th such weekday; every month has four of each."""
    to_first_such = (rule.weekday_number - first.weekday()) % 7
    return first.replace(day=1 + to_first_such + 7 * (rule.nth - 1))
