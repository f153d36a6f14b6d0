"""Months and weeks as a calendar shows them: Monday first, with week numbers, holidays and breaks.

Weeks are numbered as Swedes number them (ISO 8601), so a week can belong to the year before or
after; the number stands with its own year.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from services.cases.domain.refused import Words
from shared.domain.days import SchoolYears, WorkingDays, local_date
from shared.domain.holiday_names import eve_name, holiday_name

View = Literal["month", "week", "day"]
Kind = Literal["limit", "meeting", "busy"]
FIRST_YEAR, LAST_YEAR = 2000, 2100

# As many as are read at a glance; the rest stand on the page of their day.
_MOST: Mapping[View, int] = {"month": 6, "week": 24}
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that stands on a day: a meeting, a limit, or that somebody is taken.

    A limit is of the whole day and has no times; `told` is `what` in a whole sentence. `case_id`
    and `meeting_id` stand only for who may see the case. `person` is whose time it is, in the
    calendar of a unit. `state` is the meeting's or the limit's.
    """

    kind: Kind
    first: date
    last: date
    state: str
    what: Words
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    about: str = ""
    reference: str | None = None
    case_id: UUID | None = None
    meeting_id: UUID | None = None
    person: UUID | None = None
    rule: str | None = None
    told: Words | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A day and what stands on it. `beside`: it is of the month before or after.

    `is_free`: offices don't work. `name`: of a holiday or of the day before one. `breaks` are the
    municipality's own words. `left`: so many more stand on it than `entries`.
    """

    on: date
    beside: bool
    is_today: bool
    is_free: bool
    name: Words | None
    breaks: tuple[str, ...]
    entries: tuple[Entry, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday; `number` is the week's in its own `year`."""

    year: int
    number: int
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """What a calendar shows, from its first to its last day; `month` is the one it is of, if any.

    `before` and `after` are days in what is shown before and after it; None where that can't be.
    """

    view: View
    first: date
    last: date
    month: int | None
    before: date | None
    after: date | None


def days_of(starts_at: datetime, ends_at: datetime) -> tuple[date, date]:
    """The first and the last day of what has times; what ends at midnight isn't on the next day."""
    return local_date(starts_at), local_date(max(starts_at, ends_at - _MOMENT))


def span(view: View, on: date) -> Span:
    """What is shown for a day: its month filled up to whole weeks, its week, or the day alone."""
    on = min(max(on, date(FIRST_YEAR, 1, 1)), date(LAST_YEAR, 12, 31))
    if view == "day":
        return Span("day", on, on, None, _within(on - _DAY), _within(on + _DAY))
    if view == "week":
        monday = _monday(on)
        before, after = _within(monday - _WEEK), _within(monday + _WEEK)
        return Span("week", monday, monday + 6 * _DAY, None, before, after)
    first = on.replace(day=1)
    last = _after(first) - _DAY
    before, after = _within(first - _DAY), _within(_after(first))
    return Span(
        view="month",
        first=_monday(first),
        last=_monday(last) + 6 * _DAY,
        month=first.month,
        before=before and before.replace(day=1),
        after=after,
    )


def weeks(
    shown: Span,
    entries: Iterable[Entry],
    today: date,
    days: WorkingDays,
    school: SchoolYears,
    units: Collection[str] = (),
) -> tuple[Week, ...]:
    """The span's days, week by week. Breaks for some units only stand for who is of one of them."""
    on_days = _laid(shown, entries)
    most = _MOST.get(shown.view)
    made: list[Day] = []
    for day in _days(shown.first, shown.last):
        every = tuple(sorted(on_days.get(day, ()), key=_in_order))
        # One that is left would take no more room than the line that says so.
        entries = every if most is None or len(every) <= most else every[: most - 1]
        made.append(
            Day(
                on=day,
                beside=shown.month is not None and day.month != shown.month,
                is_today=day == today,
                is_free=not days.is_working_day(day),
                name=_name(day),
                breaks=tuple(_breaks(day, school, units)),
                entries=entries,
                left=len(every) - len(entries),
            )
        )
    found: list[Week] = []
    for start in range(0, len(made), 7):
        year, number, _ = made[start].on.isocalendar()
        found.append(Week(year, number, tuple(made[start : start + 7])))
    return tuple(found)


def _laid(shown: Span, entries: Iterable[Entry]) -> Mapping[date, list[Entry]]:
    """Each on every day of the span that it is on."""
    on_days: dict[date, list[Entry]] = {}
    for entry in entries:
        for day in _days(max(entry.first, shown.first), min(entry.last, shown.last)):
            on_days.setdefault(day, []).append(entry)
    return on_days


def _in_order(entry: Entry) -> tuple[float, str, str]:
    """What is of the whole day first, then by the clock; the same each time."""
    begins = 0.0 if entry.starts_at is None else entry.starts_at.timestamp()
    return begins, entry.reference or "", str(entry.meeting_id or entry.person or entry.case_id)


def _name(day: date) -> Words | None:
    for named in (holiday_name, eve_name):
        swedish, english = named(day, "sv"), named(day, "en")
        if swedish is not None and english is not None:
            return Words(swedish, english)
    return None


def _breaks(day: date, school: SchoolYears, units: Collection[str]) -> Iterator[str]:
    for free in school.breaks:
        if free.covers(day, None) or any(free.covers(day, unit) for unit in units):
            yield free.name


def _days(first: date, last: date) -> Iterator[date]:
    for count in range((last - first).days + 1):
        yield first + count * _DAY


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _after(first: date) -> date:
    """The first day of the month that follows."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _within(day: date) -> date | None:
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
