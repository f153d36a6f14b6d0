"""Days and instants in Sweden: working days, school breaks and Stockholm's wall clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays

STOCKHOLM = ZoneInfo("Europe/Stockholm")

_DAY = timedelta(days=1)
_SATURDAY = 5


def local_date(instant: datetime) -> date:
    """The calendar day of an aware instant in Stockholm."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(STOCKHOLM).date()


def at(day: date, wall: time) -> datetime:
    """The instant when Stockholm's clocks show `wall` on `day`.

    A time that comes twice (the last Sunday of October) is the first of the two; one that never
    comes (the last Sunday of March, 02:00-03:00) is moved forward by the hour that is skipped.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time has no offset of its own")
    return _shown(day, wall)


@lru_cache(maxsize=2**14)  # the same days and hours are asked for again and again
def _shown(day: date, wall: time) -> datetime:
    shown = datetime.combine(day, wall.replace(fold=0), tzinfo=STOCKHOLM)
    # A round trip over UTC leaves every real time as it is and carries one in the gap across it.
    return shown.astimezone(UTC).astimezone(STOCKHOLM).replace(fold=0)


class WorkingDays:
    """The days on which Swedish offices work.

    Not among them: Saturdays, Sundays, public holidays and the eves that count as Sundays by
    lag (1930:173) 2 § (midsommarafton, julafton, nyårsafton). A "klämdag" is a working day.
    """

    def is_working_day(self, day: date) -> bool:
        return _is_worked(day)

    def is_holiday(self, day: date) -> bool:
        """A public holiday; an ordinary Sunday isn't one, nor is an eve."""
        return day in _holidays(day.year)

    def is_eve(self, day: date) -> bool:
        """Whether the next day is a public holiday; an ordinary Sunday isn't one."""
        return self.is_holiday(day + _DAY)

    def last_on_or_before(self, day: date) -> date:
        while not self.is_working_day(day):
            day -= _DAY
        return day

    def first_on_or_after(self, day: date) -> date:
        while not self.is_working_day(day):
            day += _DAY
        return day

    def plus(self, day: date, working_days: int) -> date:
        """The n-th working day after `day`; 0 gives `day` itself, whatever day it is."""
        return _counted(day, working_days, _DAY)

    def minus(self, day: date, working_days: int) -> date:
        """The n-th working day before `day`; 0 gives `day` itself, whatever day it is."""
        return _counted(day, working_days, -_DAY)

    def between(self, first: date, last: date) -> Iterator[date]:
        """The working days from `first` to `last`, both included."""
        day = first
        while day <= last:
            if self.is_working_day(day):
                yield day
            day += _DAY


@dataclass(frozen=True, slots=True)
class Break:
    """A school break (lov) from its first to its last day; for some units only, or for all."""

    name: str
    first: date
    last: date
    units: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.name} ends before it begins")

    def covers(self, day: date, unit: str | None) -> bool:
        """Whether `day` is in the break for this unit; without a unit, only if it is for all."""
        return self.first <= day <= self.last and (not self.units or unit in self.units)


@dataclass(frozen=True, slots=True)
class Term:
    """A school term from its first to its last day."""

    name: str
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.name} ends before it begins")


@dataclass(frozen=True, slots=True)
class SchoolYears:
    """A municipality's terms and school breaks; weekends inside a break belong to it."""

    breaks: tuple[Break, ...] = ()
    terms: tuple[Term, ...] = ()

    def in_break(self, day: date, unit: str | None = None) -> bool:
        return any(free.covers(day, unit) for free in self.breaks)


@lru_cache(maxsize=2**14)
def _counted(day: date, count: int, towards: timedelta) -> date:
    if count < 0:
        raise ValueError("count working days forwards with plus, backwards with minus")
    for _ in range(count):
        day += towards
        while not _is_worked(day):
            day += towards
    return day


def _is_worked(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in _free_days(day.year)


@cache
def _holidays(year: int) -> frozenset[date]:
    public = ("public",)
    return frozenset(holidays.country_holidays("SE", years=year, language="sv", categories=public))


@cache
def _free_days(year: int) -> frozenset[date]:
    return frozenset(
        holidays.country_holidays(
            "SE", years=year, language="sv", categories=("public", "de_facto")
        )
    )
