"""When a case is looked at again without any event: the plan changes by itself."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from services.scheduler.domain.falling_due import SEASON, birthday_at, newest_held
from shared.domain.consent import ages_that_turn
from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure, Step
from shared.domain.windows import Window

_DAY = timedelta(days=1)
_MIDNIGHT = time(0, 0)


def next_change(
    facts: CaseFacts,
    procedure: Procedure,
    limits: tuple[Window, ...],
    days: WorkingDays,
    now: datetime,
) -> datetime | None:
    """The next instant at which the plan changes without any event."""
    today = local_date(now)
    birthdays = [birthday_at(facts, age) for age in ages_that_turn(procedure)]
    turns = birthdays + [day - SEASON for day in birthdays]
    turns += [form.valid_until + _DAY for form in facts.consents if form.valid_until is not None]
    turns += _next_turns_of_chores(facts, procedure, today)
    turns += [window.closes_on + _DAY for window in limits if window.closes_on is not None]
    turns += [
        _too_late_from(window.last_bookable_on, procedure.step(window.step), days)
        for window in limits
        if window.state == "open" and window.last_bookable_on is not None
    ]
    next_day = min((day for day in turns if day > today), default=None)
    instants = [one.starts_at for one in facts.meetings if one.state == "proposed"]
    if next_day is not None:
        instants.append(at(next_day, _MIDNIGHT))
    return min((instant for instant in instants if instant > now), default=None)


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
