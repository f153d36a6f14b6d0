"""Facts of matters of the staff for tests of the pure rules: a year and its two meetings (R20)."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from shared.domain.days import at
from shared.domain.facts import CaseFacts, Meeting, Participant
from shared.domain.procedure import Procedure
from shared.procedures import load_procedures

YEAR = UUID(int=2)
ELEVHALSOCHEF, ENHETSCHEF, PRINCIPAL = UUID(int=31), UUID(int=32), UUID(int=33)
ARSHJUL: Procedure = load_procedures(None).get("arshjul", date(2026, 1, 1))


def morning(day: str) -> datetime:
    return at(date.fromisoformat(day), time(8, 0))


def a_year(year: int, *meetings: Meeting, opened: str = "2026-01-02") -> CaseFacts:
    """A year that two call to, and a principal comes to."""
    return CaseFacts(
        id=YEAR,
        reference="8MRT",
        procedure="arshjul",
        procedure_on=date(year, 1, 1),
        state="open",
        known_on=date(year, 1, 1),
        opened_at=morning(opened),
        birth_date=None,
        process_owner=ELEVHALSOCHEF,
        coordinator=ENHETSCHEF,
        unit="kommunen",
        participants=(
            Participant(ELEVHALSOCHEF, "staff", "elevhalsochef", "school", custody=False),
            Participant(ENHETSCHEF, "staff", "enhetschef_ifo", "social_services", custody=False),
            Participant(PRINCIPAL, "staff", "rektor", "school", custody=False),
        ),
        consents=(),
        meetings=meetings,
        about="year",
    )


def in_month(
    step: str,
    day: str,
    wall: str = "13:00",
    *,
    state: str = "booked",
    changed: str = "2026-01-02",
    sequence: int = 0,
) -> Meeting:
    """A year's meeting of two hours to which all three are called; `changed` is when it got it."""
    starts_at = at(date.fromisoformat(day), time.fromisoformat(wall))
    booked = Meeting(
        id=UUID(int=2000 + starts_at.month),
        step=step,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        state="booked",
        sequence=sequence,
        changed_at=morning(changed),
        person_ids=frozenset({ELEVHALSOCHEF, ENHETSCHEF, PRINCIPAL}),
        cancelled_because="by-hand" if state == "cancelled" else None,
    )
    return replace(booked, state=state)  # type: ignore[arg-type]
