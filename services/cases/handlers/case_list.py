"""Somebody's own cases as a list: what presses first, with the next limit and the next meeting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain.meetings import coming
from shared.domain.consent import shown_state
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts, CaseState, Meeting
from shared.domain.procedure import Procedure
from shared.domain.windows import Window, windows
from shared.procedures import Procedures

Row = Mapping[str, Any]
A_PAGE = 25


@dataclass(frozen=True, slots=True)
class SoughtCases:
    """Which cases; `reference` is how it begins. `offset`: how many were passed before."""

    state: CaseState = "open"
    procedure: str | None = None
    reference: str | None = None
    offset: int = 0


class CaseViews(Protocol):
    """What is read of one's own cases, and of the people on one case."""

    def own_cases(
        self, sought: SoughtCases, limit: int
    ) -> tuple[Sequence[tuple[Row, CaseFacts]], int | None]:
        """Those that are seen, what presses first, and the offset of what follows."""

    def mails_gone_wrong(self, case_id: UUID) -> int:
        """How many mails of a case couldn't be sent, or are held back."""

    def contacts_of(self, case_id: UUID) -> Sequence[Row]:
        """Everybody on a case by name, with how to reach them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the list; `limit` is the nearest that is open or has passed."""

    facts: CaseFacts
    procedure: Procedure
    closed_on: date | None
    limit: Window | None
    meeting: Meeting | None
    signed: int
    asked: int


def own_cases(
    sought: SoughtCases,
    views: CaseViews,
    procedures: Procedures,
    days: WorkingDays,
    now: datetime,
) -> tuple[list[Line], int | None]:
    """A page of them, and the offset of the next page; None: there is none."""
    found, following = views.own_cases(sought, A_PAGE)
    return [_line(facts, procedures, days, now) for _, facts in found], following


def _line(facts: CaseFacts, procedures: Procedures, days: WorkingDays, now: datetime) -> Line:
    procedure, today = procedures.get(facts.procedure, facts.procedure_on), local_date(now)
    pressing = [
        one
        for one in windows(facts, procedure, days, today)
        if one.state in ("open", "missed") and one.closes_on is not None
    ]
    to_come = sorted(coming(facts, now), key=lambda one: one.starts_at)
    states = [shown_state(facts, procedure, form, today) for form in facts.consents]
    return Line(
        facts=facts,
        procedure=procedure,
        closed_on=facts.closed_on,
        limit=min(pressing, key=lambda one: one.closes_on or today, default=None),
        meeting=to_come[0] if to_come else None,
        signed=states.count("signed"),
        asked=states.count("signed") + states.count("requested"),
    )
