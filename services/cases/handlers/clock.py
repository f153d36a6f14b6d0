"""Moving the clock of demo mode, as time would have passed: from due instant to due instant."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from services.cases.domain.refused import Invalid, Words
from shared.domain.days import STOCKHOLM, at, local_date

_OUR_WORK_SECONDS = 60.0  # a worker that was killed needs a while to come back
_MAIL_SECONDS = 15.0  # a mail server that is away may stay away
_SHORT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to do at the current time: events, the scheduler's rows, messages, and what
    the case service looks at once a day.
    """

    events: int
    scheduler: int
    messages: int
    daily: int = 0

    def __bool__(self) -> bool:
        return bool(self.events or self.scheduler or self.messages or self.daily)


class Clock(Protocol):
    """The clock row, and how far everybody has come at its time. Seconds are of real time."""

    def now(self) -> datetime: ...

    def next_instant(self) -> datetime | None:
        """When something falls due next, after now."""
        ...

    def stand_at(self, instant: datetime) -> None:
        """Raises ForwardsOnly if the clock has passed the instant."""

    def settle(self, seconds: float) -> Left:
        """Wait until nothing is due, undelivered or under way, but not longer than this."""
        ...


class ForwardsOnly(Invalid):
    """The clock can't be moved to an earlier time."""

    code = "forwards-only"
    detail = Words(
        "Klockan går bara framåt. Ange en tid som inte har passerat.",
        "The clock moves forwards only. Give a time that has not passed.",
    )


def move_clock(clock: Clock, target: datetime) -> Left:
    """Walk to `target` (aware) over every due instant on the way, settling at each.

    Returns what could not be settled in good time; the walk goes on all the same, as time would.
    Raises ForwardsOnly.
    """
    if target < clock.now():
        raise ForwardsOnly("now")
    patience = _Patience()
    left = patience.spend(clock.settle)
    while (instant := clock.next_instant()) is not None and instant <= target:
        clock.stand_at(instant)
        left = patience.spend(clock.settle)
    clock.stand_at(target)
    return patience.spend(clock.settle) or left


def later(now: datetime, by: timedelta) -> datetime:
    """So many days later by the wall clock of Stockholm, and the rest of `by` by the real one."""
    local = now.astimezone(STOCKHOLM)
    days_later = at(local_date(now) + timedelta(days=by.days), local.time())
    rest = timedelta(seconds=by.seconds, microseconds=by.microseconds)
    return days_later.astimezone(UTC) + rest


class _Patience:
    """Waits long for the first thing that doesn't settle, and not again for the rest."""

    def __init__(self) -> None:
        self._own, self._mail = _OUR_WORK_SECONDS, _MAIL_SECONDS

    def spend(self, settle: Callable[[float], Left]) -> Left:
        left = settle(self._mail)
        if left.events or left.scheduler or left.daily:
            left = settle(self._own - self._mail)
        if left:
            self._own = self._mail = _SHORT_SECONDS
        return left
