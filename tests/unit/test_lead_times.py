"""How long things take (S10): measured against a target, and never about fewer than five."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.domain.facts import CaseFacts
from shared.domain.lead_times import LeadTime, lead_times, spreads
from shared.procedures import load_procedures
from tests.unit.builders import CHILD, FATHER, MOTHER, SAMVERKANSMOTE, case, consent, day, meeting

SPINDEL = load_procedures(None).get("spindelmote", date(2027, 1, 1))
TODAY = day("2027-04-01")


def of(facts: CaseFacts, step: str, since: str = "known", today: date = TODAY) -> LeadTime:
    found = lead_times(facts, SPINDEL, today)
    return next(one for one in found if (one.step, one.since) == (step, since))


def a_case(*held: tuple[str, str], known: str = "2027-03-01") -> CaseFacts:
    return case(
        known=known,
        participants=(CHILD, MOTHER, FATHER),
        consents=(consent("mother", on="2027-03-02"), consent("father", on="2027-03-05")),
        meetings=[meeting(step, on, "held") for step, on in held],
    )


BOTH = a_case(("preparation", "2027-03-10"), ("family", "2027-03-19"))


@pytest.mark.parametrize(
    ("step", "since", "days", "state"),
    [
        ("consent", "known", 4, "met"),  # the day the last one signed
        ("first-meeting", "known", 9, "met"),
        ("preparation", "known", 9, "met"),
        ("family", "known", 18, "met"),  # the target is 21 days
        ("family", "preparation", 9, "met"),
        ("follow-up", "known", None, "open"),
    ],
)
def test_S10_what_is_measured_of_a_case(step: str, since: str, days: int, state: str) -> None:
    measured = of(BOTH, step, since)
    assert (measured.days, measured.state) == (days, state)


@pytest.mark.parametrize(
    ("held", "today", "state"),
    [
        ("2027-03-22", "2027-04-01", "met"),  # the 21st day
        ("2027-03-23", "2027-04-01", "passed"),
        (None, "2027-03-22", "open"),
        (None, "2027-03-23", "passed"),
    ],
)
def test_S10_a_target_is_met_open_or_passed(held: str | None, today: str, state: str) -> None:
    facts = a_case(*([("family", held)] if held else []))
    measured = of(facts, "family", today=day(today))
    assert (measured.target_days, measured.due_on) == (21, day("2027-03-22"))
    assert measured.state == state


def test_a_limit_is_measured_as_a_target_is() -> None:
    facts = a_case(("first", "2027-03-09"))
    times = {(one.step, one.since): one for one in lead_times(facts, SAMVERKANSMOTE, TODAY)}
    assert times["first", "known"].target_days == 14
    assert times["second", "first"].due_on == day("2027-03-23")
    assert times["second", "first"].state == "passed"


def test_after_the_closing_nothing_grows_late() -> None:
    closed = replace(a_case(), state="closed", closed_on=day("2027-03-10"))
    assert of(closed, "family").state == "open"


def test_S10_the_spread_over_cases_tells_nothing_about_fewer_than_five() -> None:
    days = [5, 7, 9, 12, 30]
    known = day("2027-03-01")
    cases = [
        lead_times(a_case(("family", (known + timedelta(days=n)).isoformat())), SPINDEL, TODAY)
        for n in days
    ]
    found = {(one.step, one.since): one for one in spreads(cases)}
    family = found["family", "known"]
    assert (family.count, family.median_days, family.p90_days) == (5, 9.0, 30)
    assert family.within_target == 0.8
    few = {(one.step, one.since): one for one in spreads(cases[:4])}["family", "known"]
    assert (few.count, few.median_days, few.p90_days, few.within_target) == (None,) * 4
    assert found["follow-up", "known"].count is None
