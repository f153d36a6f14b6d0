"""A school year as somebody has typed it: what is wrong with it, and what it changes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from services.cases.domain.rule_refusals import (
    NoSuchYear,
    OutsideTheYear,
    Overlap,
)
from services.cases.domain.rule_values import as_toml_text
from shared.school_years import BreakSpan, SchoolYear, Span

_NAME = re.compile(r"(20\d\d)/(\d\d)", re.ASCII)
_JULY = 7


@dataclass(frozen=True, slots=True)
class SpanChange:
    """A term or a break that is new, gone or on other days; None: it isn't there."""

    kind: Literal["term", "break"]
    before: Span | None
    after: Span | None


def checked(year: SchoolYear) -> SchoolYear:
    """The year in the order of its days. Raises Invalid: its field is named as on the page."""
    match = _NAME.fullmatch(year.name)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        raise NoSuchYear("name")
    begins = date(int(match[1]), _JULY, 1)
    ends = date(begins.year + 1, 9, 30)  # a summer break ends when the next year begins
    for kind, spans in (("term", year.terms), ("break", year.breaks)):
        for number, span in enumerate(spans):
            _check_span(f"{kind}-{number}", span, begins, ends)
    terms = tuple(sorted(year.terms, key=lambda one: one.first))
    for earlier, later in pairwise(terms):
        if later.first <= earlier.last:
            raise Overlap(f"term-{year.terms.index(later)}-first")
    breaks = tuple(sorted(year.breaks, key=lambda one: (one.first, one.units)))
    return year.model_copy(update={"terms": terms, "breaks": breaks})


def span_changes(before: SchoolYear | None, after: SchoolYear | None) -> tuple[SpanChange, ...]:
    """What is another, in the order of days; the same name on other days counts as moved. None:
    there is no such year."""
    terms = _changes("term", *([] if one is None else one.terms for one in (before, after)))
    breaks = _changes("break", *([] if one is None else one.breaks for one in (before, after)))
    return (*terms, *breaks)


def days_of(year: SchoolYear) -> tuple[date, date]:
    """The first and the last day that it says something of."""
    spans = (*year.terms, *year.breaks)
    return min(one.first for one in spans), max(one.last for one in spans)


def year_as_toml(year: SchoolYear) -> str:
    """As it would stand under [[years]], without its name."""
    return f"terms = {_table(year.terms)}\nbreaks = {_table(year.breaks)}\n"


def _check_span(field: str, span: Span, begins: date, ends: date) -> None:
    for end, day in (("first", span.first), ("last", span.last)):
        if not begins <= day <= ends:
            raise OutsideTheYear(f"{field}-{end}", first=begins, last=ends)


def _changes(
    kind: Literal["term", "break"], before: Sequence[Span], after: Sequence[Span]
) -> Iterator[SpanChange]:
    gone = [one for one in before if one not in after]
    for one in after:
        if one in before:
            continue
        was = next((old for old in gone if _is_the_same(old, one)), None)
        if was is not None:
            gone.remove(was)
        yield SpanChange(kind, was, one)
    yield from (SpanChange(kind, one, None) for one in gone)


def _is_the_same(old: Span, new: Span) -> bool:
    """Of several «Lovdag» the one that shares a day."""
    return old.name == new.name and (
        old.name.casefold() != "lovdag" or (old.first <= new.last and new.first <= old.last)
    )


def _table(spans: Sequence[Span]) -> str:
    return "[\n" + "".join(f"    {_row(one)},\n" for one in spans) + "]"


def _row(span: Span) -> str:
    units = f", units = {as_toml_text(_units(span))}" if _units(span) else ""
    first, last = span.first.isoformat(), span.last.isoformat()
    return f"{{ name = {as_toml_text(span.name)}, first = {first}, last = {last}{units} }}"


def _units(span: Span) -> tuple[str, ...]:
    return span.units if isinstance(span, BreakSpan) else ()
