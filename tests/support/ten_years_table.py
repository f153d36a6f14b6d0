"""The dates of ten years as a table: `python -m tests.support.ten_years_table` writes its rows.

By the product's own rules, for a municipality whose school years follow a rule (`long_years`).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from samspel.simulate.calendar import breaks_of, school_year
from services.cases.domain.evaluating import before_summer
from shared.domain.days import Break, SchoolYears, Term, WorkingDays
from shared.domain.procedure import Procedure
from shared.domain.year_days import ranked_days
from shared.procedures import load_procedures

FIRST, LAST = 2026, 2036
HEAD = (
    "| year | April | called | October | called | answers by | limit |",
    "|---|---|---|---|---|---|---|",
)
_YEARS = tuple(school_year(begins) for begins in range(FIRST - 1, LAST + 1))
_DAYS = WorkingDays()


def school_years() -> SchoolYears:
    """Those of the table's municipality, as the product has them."""
    terms = [span for year in _YEARS for span in year.terms]
    return SchoolYears(
        breaks=tuple(Break(name, *span) for name, span in breaks_of(_YEARS, {}).items()),
        terms=tuple(Term(f"{span[0]}", *span) for span in terms),
    )


def rows() -> Iterator[str]:
    arshjul = load_procedures(None).get("arshjul", date(FIRST, 8, 1))
    assert arshjul.year is not None
    years = school_years()
    for year in range(FIRST, LAST + 1):
        rule = arshjul.year.evaluation
        answers = before_summer(rule, year, years.terms, _DAYS)
        cells = (
            str(year),
            *_meeting(arshjul, "april", year, years),
            *_meeting(arshjul, "october", year, years),
            _said(answers),
            _said(rule.due.in_year(year)),
        )
        yield f"| {' | '.join(cells)} |"


def _meeting(arshjul: Procedure, step: str, year: int, years: SchoolYears) -> tuple[str, str]:
    """The day of a meeting with its week, and the day on which everybody is called to it."""
    rule = arshjul.step(step).in_month
    assert rule is not None
    day = ranked_days(rule, year, _DAYS, years)[0]
    called = _DAYS.last_on_or_before(day - timedelta(weeks=rule.call_weeks_before))
    return f"{_said(day)}, w {day.isocalendar().week}", _said(called)


def _said(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


if __name__ == "__main__":
    print("\n".join([*HEAD, *rows()]))  # noqa: T201 — it's what it is for
