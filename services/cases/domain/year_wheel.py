"""The year as a wheel: its months, weeks, school terms and obligations as angles and lanes.

Angles are degrees from the top, clockwise: 1 January begins at 0, 31 December ends at 360.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from services.cases.domain.year_meetings import ShownMeeting
from services.cases.domain.year_shown import ShownDispatch, ShownYear
from shared.domain.days import SchoolYears, local_date

LANES = 4
_APART = 11.0  # degrees that a mark takes at each end, so that its number can be read
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One obligation of the year, with its days; the list beside the wheel has the same ones.

    `kind` is meeting, evaluation, dispatch, confirmation or parents. `name` tells which one: the
    step, the dispatch; `title` its own words, where it has any. `count`: of how many parent
    meetings in a month it tells.
    """

    number: int
    kind: str
    name: str
    state: str
    first: date
    last: date
    rule: str
    title: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Arc:
    """From one angle to another; `name` is a month, a term, a break."""

    name: str
    begins: float
    ends: float

    @property
    def middle(self) -> float:
        return (self.begins + self.ends) / 2


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the year, at the angle at which its Monday begins."""

    number: int
    begins: float


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry on the wheel: in which lane (0 is the outermost), from where to where."""

    entry: Entry
    lane: int
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Wheel:
    """The whole drawing as data; `today` is None in another year."""

    year: int
    months: tuple[Arc, ...]
    weeks: tuple[Week, ...]
    terms: tuple[Arc, ...]
    breaks: tuple[Arc, ...]
    marks: tuple[Mark, ...]
    today: float | None


def wheel(shown: ShownYear, school: SchoolYears, today: date) -> Wheel:
    """The year's drawing. Breaks that are for some units only are left out."""
    year = shown.year
    free = [(one.name, one.first, one.last) for one in school.breaks if not one.units]
    return Wheel(
        year=year,
        months=tuple(_months(year)),
        weeks=tuple(_weeks(year)),
        terms=tuple(_arcs(((one.name, one.first, one.last) for one in school.terms), year)),
        breaks=tuple(_arcs(free, year)),
        marks=tuple(_marks(entries(shown), year)),
        today=_angle(today, year) if today.year == year else None,
    )


def entries(shown: ShownYear) -> tuple[Entry, ...]:
    """Every obligation of the year in the order of its first day, numbered from 1."""
    found = sorted(_entries(shown), key=lambda one: (one.first, one.last, one.kind, one.name))
    return tuple(replace(one, number=number) for number, one in enumerate(found, 1))


def _entries(shown: ShownYear) -> Iterator[Entry]:
    yield from (_meeting(one) for one in shown.meetings)
    one = shown.evaluation
    yield Entry(0, "evaluation", "evaluation", one.state, one.opens_on, one.due_on, one.rule)
    yield from (_dispatch("dispatch", one) for one in shown.dispatches)
    yield from (_dispatch("confirmation", one) for one in shown.confirmations)
    yield from _parents(shown)


def _meeting(one: ShownMeeting) -> Entry:
    """One without a time has its whole month."""
    first, last = one.window.opens_on, one.window.closes_on
    if one.starts_at is not None:
        first = last = local_date(one.starts_at)
    return Entry(0, "meeting", one.step.name, one.state, first, last, one.rule, one.step.title)


def _dispatch(kind: str, one: ShownDispatch) -> Entry:
    return Entry(0, kind, one.kind, one.state, one.starts_on, one.due_on, one.rule, one.title)


def _parents(shown: ShownYear) -> Iterator[Entry]:
    """Parent meetings, those of a month together; none can be told from another."""
    rule = next((stage.rule for stage in shown.stages), "")
    planned = sorted(day for stage in shown.stages for day in stage.planned_on)
    held = sorted(day for stage in shown.stages for day in stage.held_on)
    for state, days in (("planned", planned), ("held", held)):
        for _, of_month in groupby(days, key=lambda day: day.month):
            its = list(of_month)
            yield Entry(0, "parents", "parents", state, its[0], its[-1], rule, count=len(its))


def _months(year: int) -> Iterator[Arc]:
    firsts = [date(year, month, 1) for month in range(1, 13)]
    ends = [*(_angle(first, year) for first in firsts[1:]), 360.0]
    for first, end in zip(firsts, ends, strict=True):
        yield Arc(first.isoformat(), _angle(first, year), end)


def _weeks(year: int) -> Iterator[Week]:
    """The Mondays of the year; their weeks are numbered as Swedes number them (ISO 8601)."""
    day = date(year, 1, 1)
    day += timedelta(days=-day.weekday() % 7)
    while day.year == year:
        yield Week(day.isocalendar().week, _angle(day, year))
        day += 7 * _DAY


def _arcs(spans: Iterable[tuple[str, date, date]], year: int) -> Iterator[Arc]:
    """The part of each that lies in the year; a span ends with its last day."""
    for name, first, last in spans:
        if first.year <= year <= last.year:
            begins = _angle(max(first, date(year, 1, 1)), year)
            yield Arc(name, begins, _angle(min(last, date(year, 12, 31)), year, days=1))


def _marks(numbered: Sequence[Entry], year: int) -> Iterator[Mark]:
    """Each in the outermost lane where nothing is in its way; where all are full, the innermost."""
    taken: list[list[tuple[float, float]]] = [[] for _ in range(LANES)]
    for entry in numbered:
        begins, ends = _of_entry(entry, year)
        lane = next((at for at, its in enumerate(taken) if _is_free(its, begins, ends)), LANES - 1)
        taken[lane].append((begins, ends))
        yield Mark(entry, lane, begins, ends)


def _of_entry(entry: Entry, year: int) -> tuple[float, float]:
    """From the middle of its first day to the middle of its last, within the year."""
    first = max(entry.first, date(year, 1, 1))
    last = max(first, min(entry.last, date(year, 12, 31)))
    half = 180 / _length(year)
    return _angle(first, year) + half, _angle(last, year) + half


def _is_free(taken: Iterable[tuple[float, float]], begins: float, ends: float) -> bool:
    """Also over New Year, where the wheel closes."""
    return not any(
        begins - _APART + turn < its_end + _APART and its_begin - _APART < ends + _APART + turn
        for its_begin, its_end in taken
        for turn in (-360, 0, 360)
    )


def _angle(day: date, year: int, days: int = 0) -> float:
    """Where the day begins; `days` on."""
    return ((day - date(year, 1, 1)).days + days) * 360 / _length(year)


def _length(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days
