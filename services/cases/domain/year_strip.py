"""A school year as a strip of twelve months: where the terms and the breaks lie."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from shared.school_years import SchoolYear, Span

WIDE, NARROW = 960, 320
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """From where to where, in the strip's own units, and which span it is."""

    x: float
    width: float
    span: Span


@dataclass(frozen=True, slots=True)
class Month:
    x: float
    width: float
    first: date


@dataclass(frozen=True, slots=True)
class Strip:
    """`today` is None outside the strip."""

    width: int
    months: tuple[Month, ...]
    terms: tuple[Bar, ...]
    breaks: tuple[Bar, ...]
    today: float | None


def strip(year: SchoolYear, today: date, width: int = WIDE) -> Strip:
    """From the month in which the first term begins, twelve months on; so many units wide."""
    begins = min(term.first for term in year.terms).replace(day=1)
    ends = begins.replace(year=begins.year + 1)
    scale = width / (ends - begins).days

    def at(day: date) -> float:
        return round(max(0, min((day - begins).days, (ends - begins).days)) * scale, 1)

    def bar(span: Span) -> Bar:
        return Bar(at(span.first), round(at(span.last + _DAY) - at(span.first), 1), span)

    firsts = [_month(begins, number) for number in range(13)]
    return Strip(
        width,
        tuple(
            Month(at(first), round(at(after) - at(first), 1), first)
            for first, after in pairwise(firsts)
        ),
        tuple(bar(one) for one in year.terms),
        tuple(bar(one) for one in year.breaks),
        at(today) if begins <= today < ends else None,
    )


def _month(begins: date, number: int) -> date:
    months = begins.month - 1 + number
    return date(begins.year + months // 12, months % 12 + 1, 1)
