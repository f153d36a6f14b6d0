"""The calendar's months and weeks: each day once, weeks as Swedes number them, days with names."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.month import Day, Entry, View, Week, days_of, span, weeks
from services.cases.domain.refused import Words
from shared.domain.days import STOCKHOLM, Break, SchoolYears, WorkingDays

TODAY = date(2027, 3, 9)
SCHOOL = SchoolYears(
    (
        Break("Sportlov", date(2027, 3, 1), date(2027, 3, 5)),
        Break("Lovdag", date(2027, 3, 19), date(2027, 3, 19), frozenset({"almskolan"})),
    )
)
IN_OUR_YEARS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def shown(view: View, on: date, *entries: Entry, units: tuple[str, ...] = ()) -> tuple[Week, ...]:
    return weeks(span(view, on), entries, TODAY, WorkingDays(), SCHOOL, units)


def the_day(on: date, *entries: Entry, units: tuple[str, ...] = ()) -> Day:
    return shown("day", on, *entries, units=units)[0].days[0]


def entry(starts_at: str, minutes: int = 60) -> Entry:
    begins = datetime.fromisoformat(starts_at).replace(tzinfo=STOCKHOLM)
    ends = begins + timedelta(minutes=minutes)
    first, last = days_of(begins, ends)
    return Entry("meeting", first, last, "booked", Words("Möte", "Meeting"), begins, ends)


def limit(on: date) -> Entry:
    return Entry("limit", on, on, "coming", Words("Gräns", "Limit"))


@given(IN_OUR_YEARS)
def test_a_month_has_each_of_its_days_once_in_whole_weeks_from_monday(on: date) -> None:
    found = shown("month", on)
    days = [day.on for week in found for day in week.days]
    assert all(after - before == timedelta(days=1) for before, after in pairwise(days))
    assert all(len(week.days) == 7 and week.days[0].on.weekday() == 0 for week in found)
    of_month = [day.on for week in found for day in week.days if not day.beside]
    assert of_month[0] == on.replace(day=1)
    assert (of_month[-1] + timedelta(days=1)).day == 1
    assert on in of_month
    assert all(any(not day.beside for day in week.days) for week in found)


@given(IN_OUR_YEARS, st.sampled_from(["month", "week", "day"]))
def test_weeks_are_numbered_by_iso_8601(on: date, view: View) -> None:
    for week in shown(view, on):
        assert {day.on.isocalendar()[:2] for day in week.days} == {(week.year, week.number)}


@given(IN_OUR_YEARS, st.sampled_from(["month", "week", "day"]))
def test_what_comes_before_and_after_leads_back(on: date, view: View) -> None:
    here = span(view, on)
    for there in (here.before, here.after):
        if there is not None:
            other = span(view, there)
            assert on in (other.before, other.after) or here.first in (
                span(view, other.before or on).first,
                span(view, other.after or on).first,
            )


@pytest.mark.parametrize(
    ("on", "numbers"),
    [
        (date(2026, 12, 1), [49, 50, 51, 52, 53]),  # 2026 has 53 weeks
        (date(2027, 1, 15), [53, 1, 2, 3, 4]),  # 1 January 2027 is a Friday
        (date(2024, 12, 31), [48, 49, 50, 51, 52, 1]),  # 30 December is of 2025's first week
        (date(2027, 2, 1), [5, 6, 7, 8]),  # 28 days from a Monday
    ],
)
def test_the_weeks_around_a_new_year(on: date, numbers: list[int]) -> None:
    assert [week.number for week in shown("month", on)] == numbers


def test_the_years_end_where_the_calendar_does() -> None:
    assert span("month", date(2000, 1, 9)).before is None
    assert span("month", date(2100, 12, 9)).after is None
    assert span("day", date(1, 1, 1)).first == date(2000, 1, 1)
    assert span("week", date.max).last == date(2101, 1, 2)


@pytest.mark.parametrize(
    ("on", "name", "is_free"),
    [
        (date(2027, 3, 25), Words("Skärtorsdagen", "Maundy Thursday"), False),
        (date(2027, 3, 26), Words("Långfredagen", "Good Friday"), True),
        (date(2027, 4, 30), Words("Valborgsmässoafton", "Walpurgis Night"), False),
        (date(2027, 6, 25), Words("Midsommarafton", "Midsummer Eve"), True),
        (date(2027, 12, 24), Words("Julafton", "Christmas Eve"), True),
        (date(2027, 3, 13), None, True),
        (date(2027, 3, 9), None, False),
    ],
)
def test_a_holiday_and_its_eve_have_their_names(
    on: date, name: Words | None, is_free: bool
) -> None:
    day = the_day(on)
    assert (day.name, day.is_free) == (name, is_free)


def test_a_break_of_some_units_stands_for_who_is_of_one_of_them() -> None:
    assert the_day(date(2027, 3, 5)).breaks == ("Sportlov",)
    assert the_day(date(2027, 3, 19)).breaks == ()
    assert the_day(date(2027, 3, 19), units=("almskolan",)).breaks == ("Lovdag",)


def test_a_day_has_its_limits_first_and_then_its_meetings_by_the_clock() -> None:
    late, early = entry("2027-03-09T13:00"), entry("2027-03-09T09:00")
    day = the_day(date(2027, 3, 9), late, limit(date(2027, 3, 9)), early)
    assert [one.starts_at for one in day.entries] == [None, early.starts_at, late.starts_at]
    assert day.is_today


def test_what_lasts_over_midnight_is_on_both_days_and_what_ends_there_is_not() -> None:
    over, until = entry("2027-03-09T23:30"), entry("2027-03-09T23:00")
    found = {day.on: len(day.entries) for day in shown("week", TODAY, over, until)[0].days}
    assert (found[date(2027, 3, 9)], found[date(2027, 3, 10)]) == (2, 1)


@given(st.lists(IN_OUR_YEARS, max_size=20), IN_OUR_YEARS)
def test_nothing_is_lost_and_nothing_stands_twice(limits: list[date], on: date) -> None:
    here = span("month", on)
    found = [
        day.on
        for week in shown("month", on, *map(limit, limits))
        for day in week.days
        for _ in range(len(day.entries) + day.left)
    ]
    assert sorted(found) == sorted(day for day in limits if here.first <= day <= here.last)


@pytest.mark.parametrize(
    ("view", "count", "stand", "left"),
    [
        ("month", 6, 6, 0), ("month", 7, 5, 2), ("month", 40, 5, 35),
        ("week", 24, 24, 0), ("week", 25, 23, 2), ("day", 200, 200, 0),
    ],
)  # fmt: skip
def test_a_crowded_day_has_its_first_and_says_how_many_are_left(
    view: View, count: int, stand: int, left: int
) -> None:
    many = [entry(f"2027-03-09T{8 + n // 60:02}:{n % 60:02}") for n in range(count)]
    weeks = shown(view, TODAY, *reversed(many))
    (day,) = [day for week in weeks for day in week.days if day.on == TODAY]
    assert (len(day.entries), day.left) == (stand, left)
    assert list(day.entries) == many[:stand]
