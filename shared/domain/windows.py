"""The windows of a case: from when until when each step's meeting is to be held (R9, R10, X1)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure, Step, WindowRule

WindowState = Literal["waiting", "open", "met", "missed", "cancelled"]


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
    facts: CaseFacts, procedure: Procedure, days: WorkingDays, today: date
) -> tuple[Window, ...]:
    """One window for each step that has a limit, in the order of the steps."""
    return tuple(
        _window(facts, step, step.within, days, today)
        for step in procedure.steps
        if step.within is not None
    )


def _window(
    facts: CaseFacts, step: Step, within: WindowRule, days: WorkingDays, today: date
) -> Window:
    opens_on = _base(facts, within)
    if opens_on is None:
        state: WindowState = "waiting" if facts.state == "open" else "cancelled"
        return Window(step.name, None, None, None, state, within.rule)
    closes_on = opens_on + timedelta(days=within.days)
    return Window(
        step=step.name,
        opens_on=opens_on,
        closes_on=closes_on,
        last_bookable_on=_last_bookable(opens_on, closes_on, days),
        state=_state(facts, step, (opens_on, closes_on), today),
        rule=within.rule,
    )


def _base(facts: CaseFacts, within: WindowRule) -> date | None:
    """The day a limit is counted from.

    R9: the day the case became known, not the day of registration. R10: the day in Stockholm on
    which the earlier step was really held, so it follows that meeting when it moves; the first
    one, should there be several.
    """
    if within.counted_from_step is None:
        return facts.known_on
    held = _days(facts.meetings_of(within.counted_from_step), "held")
    return min(held, default=None)


def _last_bookable(opens_on: date, closes_on: date, days: WorkingDays) -> date | None:
    """X1: the last working day on or before the limit, never one after it."""
    last = days.last_on_or_before(closes_on)
    return last if last >= opens_on else None


def _state(facts: CaseFacts, step: Step, window: tuple[date, date], today: date) -> WindowState:
    """What has become of the limit; what has been met or missed stays so (X2).

    A meeting held in time meets it, one held late doesn't, whatever is held afterwards. A meeting
    booked in time and not yet marked as held keeps it open past its end: it has probably taken
    place. Closing the case settles it as of that day and cancels what was still undecided.
    """
    opens_on, closes_on = window
    meetings = facts.meetings_of(step.name)
    held = _days(meetings, "held")
    if any(day <= closes_on for day in held):
        return "met"
    in_time = any(opens_on <= day <= closes_on for day in _days(meetings, "booked"))
    decided_on = min(today, facts.closed_on or today)
    if held or (decided_on > closes_on and not in_time):
        return "missed"
    return "cancelled" if facts.state == "closed" else "open"


def _days(meetings: tuple[Meeting, ...], state: str) -> list[date]:
    return [local_date(meeting.starts_at) for meeting in meetings if meeting.state == state]
