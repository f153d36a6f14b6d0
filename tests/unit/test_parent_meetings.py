"""The ledger of parent meetings: who is in which stage when, and what is asked for (R26, R27)."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from services.cases.domain import parent_refusals as refusals
from services.cases.domain.parent_meetings import (
    Cohort,
    Kept,
    Unit,
    check_cohorts,
    check_free,
    cohorts_of,
    duties_of,
    last_day,
    ledger,
    school_year,
    stage_at,
    to_come,
)
from shared.domain.days import Term, WorkingDays, local_date
from shared.domain.procedure import ParentMeetingRule, StageRule
from shared.municipality import load_municipality
from shared.procedures import load_procedures

DAYS = WorkingDays()
UNIT = Unit("bjorkskolan", "f-6", "rektor-bjorkskolan")


@pytest.fixture(scope="module")
def terms() -> tuple[Term, ...]:
    example = Path(__file__).parents[2] / "examples" / "exempelkommun"
    return load_municipality(example).school_years.terms


def the_rule() -> ParentMeetingRule:
    procedure = load_procedures(None).get("arshjul", date(2027, 8, 20))
    assert procedure.year is not None
    assert procedure.year.parent_meetings is not None
    return procedure.year.parent_meetings


def stage(name: str) -> StageRule:
    return next(one for one in the_rule().stages if one.name == name)


@pytest.mark.parametrize(
    ("day", "year"),
    [("2027-08-19", 2026), ("2027-08-20", 2027), ("2028-02-29", 2027), ("2028-08-20", 2028)],
)
def test_R26_a_school_year_is_that_of_its_autumn(day: str, year: int) -> None:
    assert school_year(the_rule(), date.fromisoformat(day)) == year


@pytest.mark.parametrize(
    ("name", "cohorts"),
    [
        ("forskola", [2023, 2024, 2025, 2026, 2027]),
        ("lagstadiet", [2024, 2025, 2026, 2027]),  # F-3: four years
        ("mellanstadiet", [2025, 2026, 2027]),
        ("hogstadiet", [2025, 2026, 2027]),
        ("gymnasiet", [2025, 2026, 2027]),
    ],
)
def test_R26_a_stage_has_a_cohort_for_each_of_its_years(name: str, cohorts: list[int]) -> None:
    assert list(cohorts_of(stage(name), 2027)) == cohorts


@pytest.mark.parametrize(
    ("name", "cohort", "last"),
    [
        ("mellanstadiet", 2024, "2027-06-11"),
        ("lagstadiet", 2024, "2028-06-09"),
        ("forskola", 2027, "2032-05-31"),  # not decided yet: the last working day of May
        ("mellanstadiet", 2027, "2030-05-31"),
        ("gymnasiet", 2026, "2029-05-31"),
    ],
)
def test_R26_a_cohort_has_its_one_before_its_last_spring_term_ends(
    name: str, cohort: int, last: str, terms: tuple[Term, ...]
) -> None:
    assert last_day(stage(name), cohort, terms, DAYS).isoformat() == last


@pytest.mark.parametrize(
    ("today", "newest", "asked"),
    [
        # Both stages of the school: who begins, and who is in the last year.
        ("2027-08-20", True, [("l", 2024), ("l", 2027), ("m", 2025), ("m", 2027)]),
        ("2028-03-01", False, [("l", 2024), ("m", 2025)]),  # begun in spring
        ("2028-05-11", False, []),  # no time is left for a meeting
        ("2028-05-11", True, [("l", 2027), ("m", 2027)]),
        ("2028-07-15", False, []),
    ],
)
def test_R26_the_rektor_is_asked_for_who_begins_and_for_who_soon_leaves(
    today: str, newest: bool, asked: list[tuple[str, int]], terms: tuple[Term, ...]
) -> None:
    found = duties_of([UNIT], the_rule(), date.fromisoformat(today), terms, DAYS, newest=newest)
    assert [(one.stage[0], one.cohort) for one, _ in found] == asked


def test_R26_it_is_reminded_before_the_end_of_every_school_year(terms: tuple[Term, ...]) -> None:
    found = duties_of([UNIT], the_rule(), date(2027, 8, 20), terms, DAYS, newest=True)
    duty = next(duty for one, duty in found if (one.stage, one.cohort) == ("mellanstadiet", 2027))
    assert [local_date(one).isoformat() for one in duty.reminders] == [
        "2028-02-10", "2028-05-10", "2029-01-31", "2029-05-01", "2030-01-31", "2030-05-01",
    ]  # fmt: skip
    assert (duty.post, duty.kind, duty.rule) == ("rektor-bjorkskolan", "hold-parent-meeting", "R26")
    assert duty.details == {"unit": "bjorkskolan", "stage": "mellanstadiet", "cohort": 2027}
    assert duty.due_on == date(2030, 5, 31)


def test_R26_nobody_is_asked_where_no_post_invites(terms: tuple[Term, ...]) -> None:
    units = [Unit("kotten", "forskola", None), Unit("ifo", "ifo", "enhetschef-ifo")]
    assert not list(duties_of(units, the_rule(), date(2027, 8, 20), terms, DAYS, newest=True))


def test_R26_the_ledger_tells_what_is_missing_and_what_nobody_knows(
    terms: tuple[Term, ...],
) -> None:
    """Begun in autumn 2027: the cohort of 2026 is not known of until its last year."""
    of = {year: Cohort("bjorkskolan", "mellanstadiet", year) for year in (2025, 2026, 2027)}
    kept = [Kept(of[2025], "held", held_on=date(2026, 10, 1))]
    found = ledger([UNIT], the_rule(), 2027, kept, [of[2027]], date(2027, 9, 1), terms, DAYS)
    states = {one.cohort.cohort: one.state for one in found if one.cohort.stage[0] == "m"}
    assert states == {2025: "held", 2026: "unknown", 2027: "none"}
    running = [one.cohort for one in found if one.running_out]
    assert running == [Cohort("bjorkskolan", "lagstadiet", 2024)]
    ahead = ledger([UNIT], the_rule(), 2028, kept, [], date(2027, 9, 1), terms, DAYS)
    assert {one.state for one in ahead if one.cohort.cohort == 2028} == {"none"}


def test_R26_only_a_cohort_that_is_in_the_stage_has_a_meeting_there() -> None:
    middle = stage("mellanstadiet")
    check_cohorts(middle, the_rule(), [2025, 2026, 2027], date(2028, 6, 9))
    for cohort in (2024, 2028):
        with pytest.raises(refusals.NotInStage) as caught:
            check_cohorts(middle, the_rule(), [2026, cohort], date(2028, 6, 9))
        assert caught.value.field == "cohorts.1"
        assert "2025 till 2027" in caught.value.detailed("sv")
    with pytest.raises(refusals.UnknownStage):
        stage_at(UNIT, "gymnasiet", the_rule())


def test_R26_one_meeting_in_each_stage_is_enough() -> None:
    one, on = Cohort("bjorkskolan", "mellanstadiet", 2027), date(2027, 10, 5)
    with pytest.raises(refusals.IsPlanned):
        check_free([Kept(one, "planned", matter=UUID(int=1))])
    with pytest.raises(refusals.WasHeld):
        check_free([Kept(one, "held", held_on=on)])
    check_free([Kept(one, "held", held_on=on)], noted_on=on)


@pytest.mark.parametrize(
    ("due_on", "starts_on", "due", "late"),
    [
        ("2027-10-01", "2027-11-02", "2027-10-01", "2027-10-08"),
        ("2027-10-29", "2027-11-02", "2027-10-29", "2027-11-02"),
        ("2027-11-03", "2027-11-02", "2027-11-02", "2027-11-02"),
    ],
)
def test_R27_who_comes_instead_is_said_before_the_meeting(
    due_on: str, starts_on: str, due: str, late: str
) -> None:
    days = [date.fromisoformat(one) for one in (due_on, starts_on)]
    duty = to_come(UUID(int=7), the_rule(), "avdelningschef-ifo", days[0], days[1])
    assert (str(duty.due_on), str(duty.late_on), duty.rule) == (due, late, "R27")
