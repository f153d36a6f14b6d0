"""A municipality's school years as tables of terms and breaks, by the name of the year."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.days import Break, SchoolYears, Term
from shared.domain.procedure import Code, Many, Text


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Span(_Part):
    """A named time from its first to its last day."""

    name: Text
    first: date
    last: date

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.last < self.first:
            raise ValueError("last is before first")
        return self


class BreakSpan(Span):
    """A break; for all units, or only for those it names."""

    units: Many[Code] = ()


class SchoolYear(_Part):
    """One school year, «2026/27»."""

    name: Text
    terms: Annotated[Many[Span], Field(min_length=1)]
    breaks: Many[BreakSpan] = ()


class SchoolYearsFile(_Part):
    """school_years.toml."""

    years: Many[SchoolYear]


def laid_over(years: Iterable[SchoolYear], saved: Iterable[SchoolYear]) -> tuple[SchoolYear, ...]:
    """The years in order, with what was saved in place of the ones of the same name."""
    by_name = {year.name: year for year in (*years, *saved)}
    return tuple(sorted(by_name.values(), key=lambda year: year.terms[0].first))


def as_school_years(years: Iterable[SchoolYear]) -> SchoolYears:
    """The same as the rules of days ask for them."""
    known = tuple(years)
    return SchoolYears(
        breaks=tuple(
            Break(free.name, free.first, free.last, frozenset(free.units))
            for year in known
            for free in year.breaks
        ),
        terms=tuple(
            Term(term.name, term.first, term.last) for year in known for term in year.terms
        ),
    )
