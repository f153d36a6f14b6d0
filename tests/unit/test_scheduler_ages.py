"""Birthdays and last days of consents as they fall due: ahead, and on the day (X8, P6)."""

from dataclasses import replace
from datetime import date

import pytest

from services.scheduler.domain.plan import desired_plan
from shared.bus.events import AgeNear, ConsentLapses
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure
from shared.procedures import load_procedures
from tests.support.cases import case, noon

DAYS = WorkingDays()
PROCEDURES = load_procedures(None)
SAMVERKANSMOTE = PROCEDURES.get("samverkansmote", date(2027, 1, 1))
SSPF = PROCEDURES.get("sspf", date(2027, 1, 1))


def ages(facts: CaseFacts, procedure: Procedure, now: str) -> list[tuple[int, str, str]]:
    """Which birthdays fall due: the age, on which day, and which birthday."""
    dues = desired_plan(facts, procedure, DAYS, noon(now)).dues.values()
    return sorted(
        (due.event.age, f"{local_date(due.due_at)}", f"{due.event.on}")
        for due in dues
        if isinstance(due.event, AgeNear)
    )


@pytest.mark.parametrize(("now", "due"), [
    ("2027-03-01", []),                                       # more than a season ahead
    ("2027-11-10", [(18, "2028-01-17", "2028-02-16")]),       # thirty days ahead
    ("2027-12-20", [(18, "2028-01-17", "2028-02-16"), (18, "2028-02-16", "2028-02-16")]),
])  # fmt: skip
def test_X8_the_18th_birthday_falls_due_ahead_and_on_the_day(
    now: str, due: list[tuple[int, str, str]]
) -> None:
    facts = case("2027-03-01", signed_on="2027-03-02", birth_date="2010-02-16")
    assert ages(facts, SAMVERKANSMOTE, now) == due


def test_X11_the_birthday_from_which_the_child_is_mailed_itself_falls_due_on_the_day() -> None:
    facts = case("2027-03-01", signed_on="2027-03-02", birth_date="2012-04-10")
    assert ages(facts, SAMVERKANSMOTE, "2027-03-03") == [(15, "2027-04-10", "2027-04-10")]


def test_P6_the_child_is_asked_on_the_14th_birthday_and_ahead_of_the_15th() -> None:
    facts = case("2027-03-01", signed_on="2027-03-02", birth_date="2013-04-10")
    assert ages(facts, SSPF, "2027-03-03") == [(14, "2027-04-10", "2027-04-10")]
    assert ages(facts, SSPF, "2028-03-01")[-2:] == [
        (15, "2028-03-11", "2028-04-10"),
        (15, "2028-04-10", "2028-04-10"),
    ]


def test_a_birthday_that_has_been_when_the_case_is_opened_is_nothing_to_tell() -> None:
    facts = case("2027-03-01", signed_on="2027-03-02", birth_date="2009-02-20")
    assert ages(facts, SAMVERKANSMOTE, "2027-03-03") == []


def test_a_birthday_soon_after_the_opening_is_told_at_once() -> None:
    facts = case("2027-03-01", signed_on="2027-03-02", birth_date="2009-03-08")
    assert ages(facts, SAMVERKANSMOTE, "2027-03-03") == [
        (18, "2027-02-06", "2027-03-08"),
        (18, "2027-03-08", "2027-03-08"),
    ]


@pytest.mark.parametrize(("until", "withdrawn", "due"), [
    (None, False, []),
    ("2027-06-30", False, ["2027-05-31"]),
    ("2027-06-30", True, []),
])  # fmt: skip
def test_a_signed_consent_that_ends_falls_due_thirty_days_ahead(
    until: str | None, *, withdrawn: bool, due: list[str]
) -> None:
    facts = case("2027-03-01", signed_on="2027-03-02")
    first, second = facts.consents
    ending = replace(
        first,
        valid_until=date.fromisoformat(until) if until else None,
        state="withdrawn" if withdrawn else "signed",
    )
    told = desired_plan(
        replace(facts, consents=(ending, second)), SAMVERKANSMOTE, DAYS, noon("2027-03-03")
    ).dues.values()
    lapses = [one for one in told if isinstance(one.event, ConsentLapses)]
    assert [f"{local_date(one.due_at)}" for one in lapses] == due
