"""When a case is looked at again without any event: the plan changes by itself."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from services.scheduler.domain.falling_due import SEASON, ages_that_count, birthday_at, newest_held
from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure, Step
from shared.domain.windows import Window

_DAY = timedelta(days=1)
_MIDNIGHT = time(0, 0)


def changes_by_itself(
    facts: CaseFacts,
    procedure: Procedure,
    limits: tuple[Window, ...],
    days: WorkingDays,
    now: datetime,
) -> Iterator[datetime]:
    """The instants at which the plan changes without any event."""
    birthdays = [birthday_at(facts, age) for age in ages_that_count(procedure)]
    turns = birthdays + [day - SEASON for day in birthdays]
    turns += [form.valid_until + _DAY for form in facts.consents if form.valid_until is not None]
    turns += _next_turns_of_chores(facts, procedure, local_date(now))
    turns += [window.closes_on + _DAY for window in limits if window.closes_on is not None]
    turns += [
        _too_late_from(window.last_bookable_on, procedure.step(window.step), days)
        for window in limits
        if window.state == "open" and window.last_bookable_on is not None
    ]
    instants = [at(day, _MIDNIGHT) for day in turns]
    instants += [meeting.starts_at for meeting in facts.meetings if meeting.state == "proposed"]
    yield from (instant for instant in instants if instant > now)


def _next_turns_of_chores(facts: CaseFacts, procedure: Procedure, today: date) -> Iterator[date]:
    """What comes again is planned one turn ahead, so there is a look on the day of each."""
    for rule in procedure.chores:
        newest = newest_held(facts, rule.steps) if rule.every_days is not None else None
        if newest is not None and rule.every_days is not None:
            since = (today - local_date(newest.starts_at)).days
            turn = max(since // rule.every_days, 0) + 1
            yield local_date(newest.starts_at) + timedelta(days=turn * rule.every_days)


def _too_late_from(last_day: date, step: Step, days: WorkingDays) -> date:
    """The first day on which the step's notice reaches past its last bookable day."""
    if step.notice_working_days == 0:
        return last_day + _DAY
    return days.minus(last_day, step.notice_working_days - 1)
