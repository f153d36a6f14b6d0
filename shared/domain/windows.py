"""The windows of a case: from when until when each step's meeting is to be held (R9, R10, X1)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from shared.domain.calling import are_enough, called_guardians
from shared.domain.days import SchoolYears, WorkingDays, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import MonthRule, Procedure, Step, WindowRule
from shared.domain.year_days import month_of, ranked_days

WindowState = Literal["waiting", "open", "met", "missed", "cancelled"]
NO_BREAKS = SchoolYears()


@dataclass(frozen=True, slots=True)
class Window:
    """One step's limit; the days are None while what it is counted from isn't known.

    `last_bookable_on` is also None when the window holds no working day at all: then there is
    nothing to book, only an alert (X1).
    """

    step: str
    opens_on: date | None
    closes_on: date | None
    last_bookable_on: date | None
    state: WindowState
    rule: str

    def __post_init__(self) -> None:
        if (self.opens_on is None) != (self.closes_on is None):
            raise ValueError("a window has both ends or none")
        if self.opens_on and self.closes_on and self.closes_on < self.opens_on:
            raise ValueError("a window closes on or after the day it opens")

    def holds(self, day: date) -> bool:
        """Whether a meeting on that day lies within the window."""
        if self.opens_on is None or self.closes_on is None:
            return False
        return self.opens_on <= day <= self.closes_on


def windows(
    facts: CaseFacts,
    procedure: Procedure,
    days: WorkingDays,
    today: date,
    breaks: SchoolYears = NO_BREAKS,
) -> tuple[Window, ...]:
    """One window for each step that has a limit, in the order of the steps.

    `breaks` bind only what comes every year (R20): they tell its last bookable day.
    """
    return tuple(_windows(facts, procedure, days, today, breaks))


def is_provided(facts: CaseFacts, procedure: Procedure, window: Window) -> bool:
    """Whether what is booked or held within the window is all that its step needs (X2, X12)."""
    if window.closes_on is None:
        return False
    step = procedure.step(window.step)
    in_time = (
        meeting
        for meeting in facts.meetings_of(window.step)
        if meeting.state in ("booked", "held") and window.holds(local_date(meeting.starts_at))
    )
    return are_enough(in_time, facts, procedure, step, window.closes_on)


def _windows(
    facts: CaseFacts,
    procedure: Procedure,
    days: WorkingDays,
    today: date,
    breaks: SchoolYears,
) -> Iterator[Window]:
    for step in procedure.steps_of(facts.about):
        if step.within is not None:
            yield _window(facts, procedure, step, step.within, days, today)
        elif step.in_month is not None:
            will_do = ranked_days(step.in_month, facts.known_on.year, days, breaks)
            yield _month(facts, procedure, step, step.in_month, max(will_do, default=None), today)


def _month(
    facts: CaseFacts,
    procedure: Procedure,
    step: Step,
    rule: MonthRule,
    last_bookable_on: date | None,
    today: date,
) -> Window:
    """R20: a month of the year. One that had ended when the year was opened is nobody's failing."""
    opens_on, closes_on = month_of(rule, facts.known_on.year)
    state = _state(facts, procedure, step, (opens_on, closes_on), today)
    if state == "missed" and closes_on < local_date(facts.opened_at):
        state = "cancelled"
    return Window(step.name, opens_on, closes_on, last_bookable_on, state, rule.rule)


def _window(
    facts: CaseFacts,
    procedure: Procedure,
    step: Step,
    within: WindowRule,
    days: WorkingDays,
    today: date,
) -> Window:
    opens_on = _base(facts, procedure, within)
    if opens_on is None:
        state: WindowState = "waiting" if facts.state == "open" else "cancelled"
        return Window(step.name, None, None, None, state, within.rule)
    closes_on = opens_on + timedelta(days=within.days)
    return Window(
        step=step.name,
        opens_on=opens_on,
        closes_on=closes_on,
        last_bookable_on=_last_bookable(opens_on, closes_on, days),
        state=_state(facts, procedure, step, (opens_on, closes_on), today),
        rule=within.rule,
    )


def _base(facts: CaseFacts, procedure: Procedure, within: WindowRule) -> date | None:
    """The day a limit is counted from.

    R9: the day the case became known, not the day of registration. R10: the day in Stockholm on
    which the earlier step was really held, so it follows that meeting when it moves; the first
    one, should there be several. Of guardians who never meet it is the last one whose first
    meeting counts (X12).
    """
    if within.counted_from_step is None:
        return facts.known_on
    held = [one for one in facts.meetings_of(within.counted_from_step) if one.state == "held"]
    days = _days(held)
    if not facts.never_together or not days:
        return min(days, default=None)
    step = procedure.step(within.counted_from_step)
    apart = called_guardians(facts, procedure, step, max(days))
    own = [_days([one for one in held if who in one.person_ids]) for who in apart]
    return max((min(each) for each in own if each), default=min(days))


def _last_bookable(opens_on: date, closes_on: date, days: WorkingDays) -> date | None:
    """X1: the last working day on or before the limit, never one after it."""
    last = days.last_on_or_before(closes_on)
    return last if last >= opens_on else None


def _state(
    facts: CaseFacts, procedure: Procedure, step: Step, window: tuple[date, date], today: date
) -> WindowState:
    """What has become of the limit; what has been met or missed stays so (X2).

    A meeting held in time meets it, one held late doesn't, whatever is held afterwards. A meeting
    booked in time and not yet marked as held keeps it open past its end: it has probably taken
    place. Guardians who never meet each have one (X12). Closing the case settles it as of that day
    and cancels what was still undecided.
    """
    opens_on, closes_on = window
    meetings = facts.meetings_of(step.name)
    held = [one for one in meetings if one.state == "held"]
    in_time = [one for one in held if local_date(one.starts_at) <= closes_on]
    if are_enough(in_time, facts, procedure, step, closes_on):
        return "met"
    booked = [one for one in meetings if one.state == "booked"]
    coming = [one for one in booked if opens_on <= local_date(one.starts_at) <= closes_on]
    provided = are_enough([*in_time, *coming], facts, procedure, step, closes_on)
    decided_on = min(today, facts.closed_on or today)
    if len(held) > len(in_time) or (decided_on > closes_on and not provided):
        return "missed"
    return "cancelled" if facts.state == "closed" else "open"


def _days(meetings: Iterable[Meeting]) -> list[date]:
    return [local_date(meeting.starts_at) for meeting in meetings]
