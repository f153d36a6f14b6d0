"""When something that repeats takes place (RFC 5545 3.3.10), day by day within a span.

Each day is asked whether the rule holds for it, so what a rule costs is known before: a rule that
never matches, or matches every second, can't keep anybody busy.
"""

from calendar import isleap, monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import groupby, product, starmap

from shared.domain.calendars.content_lines import Property, UnreadableCalendar
from shared.domain.calendars.moments import Moment, moment

_DAY = timedelta(days=1)
_EVERY = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_WEEKDAYS = {name: number for number, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}
_MOST_TIMES_A_DAY = 96


@dataclass(slots=True)
class Budget:
    """How many more days may be looked at, over all rules of a calendar."""

    left: int = 1_000_000

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise UnreadableCalendar("too-much")


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE, from daily to yearly. An empty set says nothing; ordinal 0: every such weekday."""

    every: str
    interval: int
    count: int | None
    until: Moment | None
    months: frozenset[int]
    month_days: frozenset[int]
    year_days: frozenset[int]
    weeks: frozenset[int]
    weekdays: frozenset[tuple[int, int]]
    positions: frozenset[int]
    times: tuple[time, ...]
    week_starts: int

    def walls(
        self, start: Moment, since: datetime, until: datetime, budget: Budget
    ) -> Iterator[datetime]:
        """The wall times from `since` to `until` (both of the start's zone), in order."""
        last = min(until, self.until.wall_in(start.zone)) if self.until else until
        if self.until is not None and self.until.whole_day:
            last = min(until, self.until.wall + _DAY - timedelta(microseconds=1))
        left = self.count
        for wall in self._from(start, None if self.count else since, last, budget):
            if left is not None:
                left -= 1
                if left < 0:
                    return
            if wall >= since:
                yield wall

    def _from(
        self, start: Moment, since: datetime | None, last: datetime, budget: Budget
    ) -> Iterator[datetime]:
        """All of them until `last`; not necessarily those before `since`."""
        first = start.wall.date() if since is None else max(start.wall.date(), since.date())
        matching = self._days(
            start.wall.date(), self._begins(first), self._ends(last.date()), budget
        )
        for _, days in groupby(matching, self._period):
            walls = [datetime.combine(day, at) for day, at in product(days, self.times)]
            for wall in self._at_positions(walls):
                if wall > last:
                    return
                if wall >= start.wall:
                    yield wall

    def _days(self, start: date, first: date, last: date, budget: Budget) -> Iterator[date]:
        began = self._period(start)
        day = first
        while day <= last:
            budget.spend()
            if (self._period(day) - began) % self.interval == 0 and self._holds(day, start):
                yield day
            day += _DAY

    def _period(self, day: date) -> int:
        """The number of the year, month, week or day that repeats."""
        if self.every == "YEARLY":
            return day.year
        if self.every == "MONTHLY":
            return day.year * 12 + day.month
        if self.every == "WEEKLY":
            return (day.toordinal() - 1 - self.week_starts) // 7
        return day.toordinal()

    def _begins(self, day: date) -> date:
        """The first day of the period that `day` is in, if positions are counted from there."""
        if not self.positions or self.every == "DAILY":
            return day
        if self.every == "WEEKLY":
            return day - timedelta(days=(day.weekday() - self.week_starts) % 7)
        return day.replace(day=1) if self.every == "MONTHLY" else day.replace(month=1, day=1)

    def _ends(self, day: date) -> date:
        """Its last day, if positions are counted from there."""
        if not self.positions or self.every == "DAILY":
            return day
        if self.every == "WEEKLY":
            return self._begins(day) + 6 * _DAY
        return (
            day.replace(day=_in_month(day)[1])
            if self.every == "MONTHLY"
            else day.replace(month=12, day=31)
        )

    def _holds(self, day: date, start: date) -> bool:
        return (
            (not self.months or day.month in self.months)
            and (not self.month_days or _counted(*_in_month(day), self.month_days))
            and (not self.year_days or _counted(*_in_year(day), self.year_days))
            and (not self.weeks or _counted(day.isocalendar().week, _weeks(day), self.weeks))
            and (not self.weekdays or self._on_weekday(day))
            and (self._says_which_day or self._like_the_start(day, start))
        )

    @property
    def _says_which_day(self) -> bool:
        return bool(self.month_days or self.year_days or self.weekdays)

    def _like_the_start(self, day: date, start: date) -> bool:
        """Without any BY… for days, it's on the day that the start is on."""
        if self.every == "YEARLY" and not self.weeks:
            return day.day == start.day and (bool(self.months) or day.month == start.month)
        if self.every == "MONTHLY":
            return day.day == start.day
        return self.every == "DAILY" or day.weekday() == start.weekday()

    def _on_weekday(self, day: date) -> bool:
        weekday = day.weekday()
        ordinals = {ordinal for ordinal, on in self.weekdays if on == weekday}
        if not ordinals or 0 in ordinals or self.every in ("DAILY", "WEEKLY"):
            return bool(ordinals)
        in_year = self.every == "YEARLY" and not self.months
        place, length = _in_year(day) if in_year else _in_month(day)
        return not ordinals.isdisjoint({(place - 1) // 7 + 1, -((length - place) // 7 + 1)})

    def _at_positions(self, walls: list[datetime]) -> Iterable[datetime]:
        if not self.positions:
            return walls
        return [
            wall
            for place, wall in enumerate(walls, 1)
            if _counted(place, len(walls), self.positions)
        ]


def rule(line: Property, start: Moment) -> Rule:
    """Raises UnreadableCalendar for a broken rule, and for one that repeats within a day."""
    parts = dict(part.upper().split("=", 1) for part in line.value.split(";") if "=" in part)
    if parts.get("FREQ") in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise UnreadableCalendar("too-much")
    try:
        return _rule(parts, start)
    except (KeyError, ValueError):
        raise UnreadableCalendar("unreadable") from None


def _rule(parts: dict[str, str], start: Moment) -> Rule:
    every, interval = parts["FREQ"], int(parts.get("INTERVAL", 1))
    count = int(parts["COUNT"]) if "COUNT" in parts else None
    if every not in _EVERY or interval < 1 or (count is not None and count < 1):
        raise ValueError(every)
    return Rule(
        every=every,
        interval=interval,
        count=count,
        until=_until(parts["UNTIL"], start.zone) if "UNTIL" in parts else None,
        months=_numbers(parts, "BYMONTH"),
        month_days=_numbers(parts, "BYMONTHDAY"),
        year_days=_numbers(parts, "BYYEARDAY"),
        weeks=_numbers(parts, "BYWEEKNO"),
        weekdays=frozenset(
            (int(one[:-2] or 0), _WEEKDAYS[one[-2:]]) for one in _items(parts, "BYDAY")
        ),
        positions=_numbers(parts, "BYSETPOS"),
        times=_times(parts, start.wall),
        week_starts=_WEEKDAYS[parts.get("WKST", "MO")],
    )


def _until(text: str, zone: tzinfo) -> Moment:
    """The last moment; without a zone of its own, in that of the start."""
    until = moment(Property({}, text))
    return until if until.whole_day or until.zone is UTC else replace(until, zone=zone)


def _times(parts: dict[str, str], start: datetime) -> tuple[time, ...]:
    hours = _numbers(parts, "BYHOUR") or {start.hour}
    minutes = _numbers(parts, "BYMINUTE") or {start.minute}
    seconds = _numbers(parts, "BYSECOND") or {start.second}
    if len(hours) * len(minutes) * len(seconds) > _MOST_TIMES_A_DAY:
        raise UnreadableCalendar("too-much")
    return tuple(sorted(starmap(time, product(hours, minutes, seconds))))


def _numbers(parts: dict[str, str], name: str) -> frozenset[int]:
    return frozenset(map(int, _items(parts, name)))


def _items(parts: dict[str, str], name: str) -> list[str]:
    return [one for one in map(str.strip, parts.get(name, "").split(",")) if one]


def _counted(place: int, length: int, wanted: frozenset[int]) -> bool:
    """Whether a place is wanted, counted from the beginning or (negative) from the end."""
    return place in wanted or place - length - 1 in wanted


def _in_month(day: date) -> tuple[int, int]:
    """Which day of the month it is, of how many."""
    return day.day, monthrange(day.year, day.month)[1]


def _in_year(day: date) -> tuple[int, int]:
    return day.timetuple().tm_yday, 366 if isleap(day.year) else 365


def _weeks(day: date) -> int:
    """How many weeks the year has that the day's week belongs to (ISO 8601)."""
    return date(day.isocalendar().year, 12, 28).isocalendar().week
