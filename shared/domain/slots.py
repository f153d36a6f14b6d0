"""Free times for a meeting, best first."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, islice

from shared.domain.days import STOCKHOLM, SchoolYears, WorkingDays, at, local_date
from shared.domain.hours import OfficeHours

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time, in Stockholm's offset; `in_break` says that it lies in a school break."""

    starts_at: datetime
    ends_at: datetime
    in_break: bool


def ranked_slots(
    *,
    earliest: datetime,
    last_day: date,
    minutes: int,
    busy: Sequence[Interval],
    hours: OfficeHours,
    days: WorkingDays,
    breaks: SchoolYears,
    unit: str | None,
    limit: int = 20,
) -> list[Slot]:
    """The best free times from `earliest` to the end of `last_day`, at most `limit` of them.

    Only on working days, in office hours, not over lunch, and clear of every interval in `busy`.
    Days in a school break come last but are not excluded (X1); then the earliest day is best, and
    on a day the hours that are kind to families, then the earlier time.
    """
    working_days = list(days.between(local_date(earliest), last_day))
    in_break = {day for day in working_days if breaks.in_break(day, unit)}
    by_rank = sorted(working_days, key=lambda day: (day in in_break, day))
    taken = _Taken(busy)
    slots = (
        Slot(starts_at, ends_at, day in in_break)
        for day in by_rank
        for starts_at, ends_at in _times_on(day, hours, minutes)
        if starts_at >= earliest and taken.is_clear(starts_at, ends_at)
    )
    return list(islice(slots, limit))


def slots_on(
    ranked: Sequence[date],
    first_at: time,
    *,
    minutes: int,
    busy: Sequence[Interval],
    hours: OfficeHours,
) -> Iterator[Slot]:
    """Free times on days that are ranked already: at one time on each, then at any other."""
    taken, length = _Taken(busy), timedelta(minutes=minutes)
    at_first = [at(day, first_at) for day in ranked]
    times = chain(
        ((starts_at, starts_at + length) for starts_at in at_first),
        (span for day in ranked for span in _times_on(day, hours, minutes)),
    )
    for starts_at, ends_at in times:
        if taken.is_clear(starts_at, ends_at):
            yield Slot(starts_at, ends_at, in_break=False)


def _times_on(day: date, hours: OfficeHours, minutes: int) -> Iterator[Interval]:
    # Clocks change on Sunday nights, so a working day's office hours have a single offset.
    for start, end in _times_of_a_day(hours, minutes):
        yield (
            datetime.combine(day, start, tzinfo=STOCKHOLM),
            datetime.combine(day, end, tzinfo=STOCKHOLM),
        )


@lru_cache(maxsize=128)
def _times_of_a_day(hours: OfficeHours, minutes: int) -> tuple[tuple[time, time], ...]:
    """Every start and end that fits into the office hours, the kind ones first."""
    if minutes <= 0:
        raise ValueError("a meeting takes at least a minute")
    opens, closes = _minute(hours.start), _minute(hours.end)
    lunch_start, lunch_end = _minute(hours.lunch_start), _minute(hours.lunch_end)
    kind_from, kind_until = _minute(hours.kind_from), _minute(hours.kind_until)
    fitting = [
        (start, start + minutes)
        for start in range(opens, closes - minutes + 1, hours.grid_minutes)
        if start + minutes <= lunch_start or start >= lunch_end or lunch_start == lunch_end
    ]
    fitting.sort(key=lambda span: (not kind_from <= span[0] <= span[1] <= kind_until, span[0]))
    return tuple((_wall(start), _wall(end)) for start, end in fitting)


class _Taken:
    """Busy times, merged and in order, so that one bisection tells whether a time is clear."""

    def __init__(self, busy: Sequence[Interval]) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        for start, end in sorted((s.astimezone(UTC), e.astimezone(UTC)) for s, e in busy if s < e):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def is_clear(self, start: datetime, end: datetime) -> bool:
        """Whether nothing overlaps; a meeting may begin the moment another ends."""
        before = bisect_right(self._starts, start) - 1
        if before >= 0 and self._ends[before] > start:
            return False
        following = before + 1
        return following == len(self._starts) or self._starts[following] >= end


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _wall(minute: int) -> time:
    return time(*divmod(minute, 60))
