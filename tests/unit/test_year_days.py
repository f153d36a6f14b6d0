"""R20: on which day of its month a year's meeting is, as dates written for people."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.days import Break, SchoolYears, WorkingDays
from shared.domain.procedure import MonthRule
from shared.domain.year_days import ranked_days, will_do
from tests.support.matters import ARSHJUL

DAYS = WorkingDays()
APRIL, OCTOBER = (ARSHJUL.step(name).in_month for name in ("april", "october"))
# The week after Easter Sunday, and week 44.
EASTER_WEEKS = (
    "2026-04-06", "2027-03-29", "2028-04-17", "2029-04-02", "2030-04-22", "2031-04-14",
    "2032-03-29", "2033-04-18", "2034-04-10", "2035-03-26",
)  # fmt: skip
WEEKS_44 = (
    "2026-10-26", "2027-11-01", "2028-10-30", "2029-10-29", "2030-10-28", "2031-10-27",
    "2032-10-25", "2033-10-31", "2034-10-30", "2035-10-29",
)  # fmt: skip


def weeks_off(mondays: Iterable[str]) -> SchoolYears:
    firsts = map(date.fromisoformat, mondays)
    return SchoolYears(tuple(Break("lov", day, day + timedelta(days=4)) for day in firsts))


BREAKS = weeks_off((*EASTER_WEEKS, *WEEKS_44))


def best(rule: MonthRule | None, year: int, breaks: SchoolYears = BREAKS) -> str:
    assert rule is not None
    return ranked_days(rule, year, DAYS, breaks)[0].isoformat()


def a_rule(month: int, nth: int, weekday: str) -> MonthRule:
    assert APRIL is not None
    return APRIL.model_copy(update={"month": month, "nth": nth, "weekday": weekday})


@pytest.mark.parametrize(
    ("year", "april", "october"),
    [
        (2026, "2026-04-15", "2026-10-14"),  # 8 April is in the break of Easter
        (2027, "2027-04-14", "2027-10-13"),
        (2028, "2028-04-12", "2028-10-11"),  # the Wednesday of Holy Week is worked
        (2029, "2029-04-11", "2029-10-10"),
        (2030, "2030-04-10", "2030-10-09"),
        (2031, "2031-04-09", "2031-10-08"),
        (2032, "2032-04-14", "2032-10-13"),
        (2033, "2033-04-13", "2033-10-12"),
        (2034, "2034-04-19", "2034-10-11"),  # 12 April is in the break of Easter
        (2035, "2035-04-11", "2035-10-10"),
    ],
)
def test_R20_a_day_for_each_april_and_october_of_ten_years(
    year: int, april: str, october: str
) -> None:
    """R20: the second Wednesday, or the next one that is no holiday, eve or school break."""
    assert (best(APRIL, year), best(OCTOBER, year)) == (april, october)


@pytest.mark.parametrize(
    ("rule", "year", "day"),
    [
        # the fourth Wednesday, 28 October, is in week 44 and none comes after it: the week before
        (a_rule(10, 4, "wednesday"), 2026, "2026-10-21"),
        # the first Thursday, 2 April, is Maundy Thursday, the 9th in the break: the 16th
        (a_rule(4, 1, "thursday"), 2026, "2026-04-16"),
        # the first Friday, 3 April, is Good Friday
        (a_rule(4, 1, "friday"), 2026, "2026-04-17"),
        # the first Friday of May 2026 is May Day
        (a_rule(5, 1, "friday"), 2026, "2026-05-08"),
        (a_rule(4, 4, "monday"), 2027, "2027-04-26"),
    ],
)
def test_R20_it_steps_aside_within_its_month(rule: MonthRule, year: int, day: str) -> None:
    """R20: the same weekday in later weeks first, then in earlier ones."""
    assert best(rule, year) == day


def test_R20_without_its_weekday_the_nearest_day_is_taken() -> None:
    """R20: then the other days of the month, by nearness to the wanted one."""
    wednesdays = [f"2027-04-{number:02}" for number in (7, 14, 21, 28)]
    off = SchoolYears(tuple(Break("", day, day) for day in map(date.fromisoformat, wednesdays)))
    assert APRIL is not None
    found = [f"{day:%d}" for day in ranked_days(APRIL, 2027, DAYS, off)]
    assert found[:4] == ["15", "13", "16", "12"]
    assert "30" not in found


def test_R20_a_month_without_a_day_has_none() -> None:
    """R20: never outside of the month."""
    all_of_it = SchoolYears((Break("", date(2027, 3, 20), date(2027, 5, 2)),))
    assert APRIL is not None
    assert ranked_days(APRIL, 2027, DAYS, all_of_it) == ()


@pytest.mark.parametrize(
    ("day", "does"),
    [
        ("2026-04-02", False),  # Maundy Thursday
        ("2026-04-03", False),  # Good Friday
        ("2026-04-07", True),  # the Tuesday after Easter
        ("2026-04-30", False),  # Walpurgis Night
        ("2026-05-13", False),  # the day before Ascension
        ("2026-05-15", True),  # the day after it
        ("2026-06-05", False),  # the day before the national day
        ("2026-06-19", False),  # midsommarafton
        ("2026-10-30", False),  # the Friday before alla helgons dag
        ("2026-10-16", True),  # an ordinary Friday
        ("2026-10-17", False),  # a Saturday
        ("2026-12-24", False),
        ("2027-01-05", False),  # trettondagsafton
    ],
)
def test_R20_which_days_do(day: str, does: bool) -> None:
    """R20: no holiday and no eve; the day before an ordinary Sunday or Saturday is none."""
    assert will_do(date.fromisoformat(day), DAYS, SchoolYears()) is does


def test_R20_a_break_of_single_units_binds_nobody_else() -> None:
    """R20: a day off of one school is a day for the meeting of all."""
    day = date(2027, 4, 14)
    single = SchoolYears((Break("Lovdag", day, day, frozenset({"norrviksskolan"})),))
    assert will_do(day, DAYS, single)
    assert not will_do(day, DAYS, SchoolYears((Break("Lovdag", day, day),)))


spans = st.tuples(
    st.dates(date(2026, 1, 1), date(2045, 12, 31)), st.integers(min_value=0, max_value=40)
)


@settings(max_examples=200, deadline=None)
@given(
    year=st.integers(2026, 2045),
    month=st.integers(1, 12),
    nth=st.integers(1, 4),
    weekday=st.sampled_from(["monday", "tuesday", "wednesday", "thursday", "friday"]),
    found=st.lists(spans, max_size=6),
)
def test_R20_every_day_of_the_month_that_will_do_is_ranked_once_and_no_other(
    year: int, month: int, nth: int, weekday: str, found: list[tuple[date, int]]
) -> None:
    """R20: in any year with any breaks: in the month, on a day that will do, always the same."""
    breaks = SchoolYears(
        tuple(Break("", first, first + timedelta(days=length)) for first, length in found)
    )
    rule = a_rule(month, nth, weekday)
    ranked = ranked_days(rule, year, DAYS, breaks)
    first = date(year, month, 1)
    whole = [first + timedelta(days=number) for number in range(31)]
    does = {day for day in whole if day.month == month and will_do(day, DAYS, breaks)}
    assert set(ranked) == does
    assert len(ranked) == len(does)
    wanted = [day for day in whole if day.weekday() == rule.weekday_number][nth - 1]
    assert wanted not in does or ranked[0] == wanted
    assert ranked == ranked_days(rule, year, DAYS, SchoolYears(breaks.breaks[::-1]))
