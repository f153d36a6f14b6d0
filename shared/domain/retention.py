"""What a municipality has decided about what goes when (its gallringsplan)."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

# What is kept for each matter as a whole, by what the matter is about.
MATTERS = {
    "child": "cases",
    "consultation": "consultations",
    "report": "report_meetings",
    "year": "years",
    "parents": "parent_meetings",
}
Kind = Literal[
    "inquiries", "reports", "evaluations", "dispatches", "duties", "mail", "inbound", "events",
    "audit", "access_log",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
_MONTHS = 12
K = TypeVar("K")
T = TypeVar("T")
Whole = Annotated[int, Field(ge=1, le=1200)]


class Term(BaseModel):
    """How long something is kept after what it is counted from: in years or in months."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    years: Whole | None = None
    months: Whole | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.years is None) == (self.months is None):
            raise ValueError("needs either years or months")
        return self

    def before(self, today: date) -> date:
        """What it is counted from is due if it was before this day (all dates local)."""
        months = self.months or (self.years or 0) * _MONTHS
        year, month = divmod(today.year * _MONTHS + today.month - 1 - months, _MONTHS)
        if year < 1:
            return date.min
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


class MatterTerm(Term):
    """Of a case or a matter, which can be written to the archive before it goes."""

    archive: bool = True


class Retention(BaseModel):
    """The plan. Nothing goes before `valid_from`, and what it doesn't name stays.

    `decision`: where the municipality has decided it. Matters are counted from their closing,
    inquiries from their answer, reports from their registration, evaluations and duties from when
    they were done, everything else from its own time.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    decision: Annotated[str, Field(min_length=1)]
    valid_from: date
    cases: MatterTerm | None = None
    consultations: MatterTerm | None = None
    report_meetings: MatterTerm | None = None
    years: MatterTerm | None = None
    parent_meetings: MatterTerm | None = None
    inquiries: Term | None = None
    reports: Term | None = None
    evaluations: Term | None = None
    dispatches: Term | None = None
    duties: Term | None = None
    mail: Term | None = None
    inbound: Term | None = None
    events: Term | None = None
    audit: Term | None = None
    access_log: Term | None = None

    def of_matters(self, today: date) -> dict[str, MatterTerm]:
        """The terms that hold today, by what a matter is about."""
        terms = {about: getattr(self, name) for about, name in MATTERS.items()}
        return _in_force(terms) if today >= self.valid_from else {}

    def of_kinds(self, today: date) -> dict[Kind, Term]:
        """The terms that hold today for what belongs to no case."""
        terms = {kind: getattr(self, kind) for kind in KINDS}
        return _in_force(terms) if today >= self.valid_from else {}


def _in_force(terms: Mapping[K, T | None]) -> dict[K, T]:
    return {name: term for name, term in terms.items() if term is not None}
