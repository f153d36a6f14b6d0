"""Which days Swedish offices work, and what Stockholm's clocks show."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.days import Break, SchoolYears, WorkingDays, at, local_date

DAYS = WorkingDays()
DATES = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("day", "works", "why"),
    [
        ("2026-06-18", True, "Thursday before midsommar"),
        ("2026-06-19", False, "midsommarafton"),
        ("2026-06-20", False, "midsommardagen"),
        ("2026-06-22", True, "Monday after midsommar"),
        ("2026-10-30", True, "Friday before alla helgons dag"),
        ("2026-10-31", False, "alla helgons dag, a Saturday"),
        ("2026-12-23", True, "Wednesday before julafton"),
        ("2026-12-24", False, "julafton"),
        ("2026-12-25", False, "juldagen, a Friday"),
        ("2026-12-26", False, "annandag jul, a Saturday"),
        ("2026-12-28", True, "Monday between the holidays"),
        ("2026-12-31", False, "nyårsafton"),
        ("2027-01-01", False, "nyårsdagen, a Friday"),
        ("2027-01-05", True, "trettondagsafton, a Tuesday, is no eve of the statute"),
        ("2027-01-06", False, "trettondedag jul, a Wednesday"),
        ("2027-03-25", True, "skärtorsdagen"),
        ("2027-03-26", False, "långfredagen"),
        ("2027-03-28", False, "påskdagen, and the clocks go forward"),
        ("2027-03-29", False, "annandag påsk"),
        ("2027-03-30", True, "Tuesday after Easter"),
        ("2027-04-30", True, "valborgsmässoafton, a Friday"),
        ("2027-05-01", False, "första maj, a Saturday"),
        ("2027-05-06", False, "Kristi himmelsfärdsdag, a Thursday"),
        ("2027-05-07", True, "the klämdag after it"),
        ("2028-02-29", True, "the leap day, a Tuesday"),
        ("2028-06-05", True, "the klämdag before the national day"),
        ("2028-06-06", False, "the national day, a Tuesday"),
    ],
)
def test_x1_working_days_know_the_holidays_and_the_eves(day: str, works: bool, why: str) -> None:
    assert DAYS.is_working_day(date.fromisoformat(day)) is works, why


@pytest.mark.parametrize("year", range(2020, 2061))
def test_x1_working_days_are_those_of_the_statute_computed_independently(year: int) -> None:
    free = statute_1930_173(year)
    day = date(year, 1, 1)
    while day.year == year:
        assert DAYS.is_working_day(day) is (day.isoweekday() <= 5 and day not in free), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("limit", "last"),
    [
        ("2026-06-19", "2026-06-18"),  # midsommarafton: the Thursday before
        ("2026-12-27", "2026-12-23"),  # Sunday after Christmas: the Wednesday before julafton
        ("2027-01-01", "2026-12-30"),  # back over the year's end
        ("2027-03-29", "2027-03-25"),  # annandag påsk: skärtorsdagen
        ("2027-05-06", "2027-05-05"),  # Kristi himmelsfärd: the Wednesday
        ("2027-05-09", "2027-05-07"),  # the Sunday after it: the klämdag
        ("2028-02-29", "2028-02-29"),  # a working day stays
    ],
)
def test_x1_the_last_working_day_lies_on_or_before_the_limit(limit: str, last: str) -> None:
    assert DAYS.last_on_or_before(date.fromisoformat(limit)) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        ("2026-12-24", "2026-12-28"),
        ("2026-12-31", "2027-01-04"),
        ("2027-03-26", "2027-03-30"),
        ("2028-02-29", "2028-02-29"),
    ],
)
def test_x1_the_first_working_day_lies_on_or_after(day: str, first: str) -> None:
    assert DAYS.first_on_or_after(date.fromisoformat(day)) == date.fromisoformat(first)


@pytest.mark.parametrize(
    ("day", "count", "there"),
    [
        ("2026-12-23", 1, "2026-12-28"),  # over Christmas
        ("2026-12-30", 3, "2027-01-07"),  # 4 and 5 January, not the 6th, then the 7th
        ("2027-03-24", 2, "2027-03-30"),  # over Easter
        ("2028-02-28", 2, "2028-03-01"),  # over the leap day, which is worked
        ("2026-10-24", 1, "2026-10-26"),  # from a Saturday, over the change of the clocks
        ("2026-10-24", 0, "2026-10-24"),
    ],
)
def test_x1_counting_working_days_forwards_skips_the_free_ones(
    day: str, count: int, there: str
) -> None:
    assert DAYS.plus(date.fromisoformat(day), count) == date.fromisoformat(there)


@pytest.mark.parametrize(
    ("day", "count", "there"),
    [
        ("2026-12-28", 2, "2026-12-22"),
        ("2027-01-07", 2, "2027-01-04"),
        ("2027-03-30", 2, "2027-03-24"),
        ("2028-03-01", 1, "2028-02-29"),
        ("2027-03-16", 2, "2027-03-12"),  # a Tuesday's reminder goes on the Friday before
    ],
)
def test_x1_counting_working_days_backwards_skips_the_free_ones(
    day: str, count: int, there: str
) -> None:
    assert DAYS.minus(date.fromisoformat(day), count) == date.fromisoformat(there)


def test_x1_working_days_are_counted_in_one_direction_only() -> None:
    with pytest.raises(ValueError, match="backwards with minus"):
        DAYS.plus(date(2027, 3, 1), -1)


@settings(deadline=None)  # a slow machine is no failure
@given(DATES, st.integers(1, 30))
def test_x1_counting_forwards_and_back_comes_home_to_a_working_day(day: date, count: int) -> None:
    there = DAYS.plus(day, count)
    assert DAYS.is_working_day(there)
    assert DAYS.minus(there, count) == DAYS.last_on_or_before(day)


@settings(deadline=None)  # a slow machine is no failure
@given(DATES)
def test_x1_the_last_working_day_is_the_nearest_one_before(day: date) -> None:
    last = DAYS.last_on_or_before(day)
    assert last <= day
    assert DAYS.is_working_day(last)
    assert list(DAYS.between(last + timedelta(days=1), day)) == []


@pytest.mark.parametrize(
    ("day", "wall", "utc"),
    [
        ("2027-03-27", "09:00", "2027-03-27T08:00"),  # winter time
        ("2027-03-28", "01:59", "2027-03-28T00:59"),  # the minute before the gap
        ("2027-03-28", "02:00", "2027-03-28T01:00"),  # never comes: shown as 03:00
        ("2027-03-28", "02:30", "2027-03-28T01:30"),  # never comes: shown as 03:30
        ("2027-03-28", "03:00", "2027-03-28T01:00"),
        ("2027-03-30", "09:00", "2027-03-30T07:00"),  # summer time
        ("2026-10-25", "02:30", "2026-10-25T00:30"),  # comes twice: the first of the two
        ("2026-10-25", "03:00", "2026-10-25T02:00"),
        ("2026-10-26", "09:00", "2026-10-26T08:00"),  # winter time again
        ("2028-02-29", "09:00", "2028-02-29T08:00"),
    ],
)
def test_a_wall_time_in_stockholm_is_one_instant_also_when_the_clocks_change(
    day: str, wall: str, utc: str
) -> None:
    instant = at(date.fromisoformat(day), time.fromisoformat(wall))
    assert instant.astimezone(UTC) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_wall_time_that_never_comes_is_shown_an_hour_later() -> None:
    assert at(date(2027, 3, 28), time(2, 30)).isoformat() == "2027-03-28T03:30:00+02:00"


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2027-03-31T21:59:00+00:00", "2027-03-31"),
        ("2027-03-31T22:00:00+00:00", "2027-04-01"),  # midnight in summer time
        ("2026-12-31T22:59:00+00:00", "2026-12-31"),
        ("2026-12-31T23:00:00+00:00", "2027-01-01"),  # midnight in winter time, a new year
        ("2028-02-28T23:30:00+00:00", "2028-02-29"),
        ("2026-10-24T22:30:00+00:00", "2026-10-25"),  # before the clocks go back
        ("2026-10-25T23:30:00+00:00", "2026-10-26"),  # after
    ],
)
def test_an_instant_belongs_to_stockholms_day(instant: str, day: str) -> None:
    assert local_date(datetime.fromisoformat(instant)) == date.fromisoformat(day)


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        local_date(datetime.fromisoformat("2027-03-01T09:00"))


def test_x1_a_school_break_has_both_its_ends() -> None:
    years = SchoolYears((Break("Höstlov", date(2026, 10, 26), date(2026, 10, 30)),))
    days = (date(2026, 10, 25), date(2026, 10, 26), date(2026, 10, 30), date(2026, 10, 31))
    assert [years.in_break(day) for day in days] == [False, True, True, False]


def test_x1_a_units_own_break_is_no_break_for_the_others() -> None:
    day = date(2026, 11, 20)
    years = SchoolYears((Break("Lovdag", day, day, frozenset({"centralskolan"})),))
    assert years.in_break(day, "centralskolan")
    assert not years.in_break(day, "almskolan")
    assert not years.in_break(day)


def test_a_break_that_ends_before_it_begins_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        Break("Höstlov", date(2026, 10, 30), date(2026, 10, 26))


def statute_1930_173(year: int) -> set[date]:
    """Public holidays and the eves of lag (1930:173) 2 §, from the statutes alone."""
    easter = easter_sunday(year)
    fixed = [(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)]
    midsummer_eve = next(date(year, 6, d) for d in range(19, 26) if is_friday(year, 6, d))
    return {
        *(date(year, month, day) for month, day in fixed),
        *(easter + timedelta(days=offset) for offset in (-2, 0, 1, 39, 49)),
        midsummer_eve,
    }


def is_friday(year: int, month: int, day: int) -> bool:
    return date(year, month, day).isoweekday() == 5


def easter_sunday(year: int) -> date:
    """The Gregorian computus, as Oudin (1940) wrote it."""
    golden, century = year % 19, year // 100
    moon = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon -= moon // 28 * (1 - moon // 28 * (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (2024, "2024-03-31"),
        (2025, "2025-04-20"),
        (2026, "2026-04-05"),
        (2027, "2027-03-28"),
        (2028, "2028-04-16"),
        (2038, "2038-04-25"),
    ],
)
def test_the_easter_that_the_other_tests_compute_is_the_one_in_the_almanac(
    year: int, sunday: str
) -> None:
    assert easter_sunday(year) == date.fromisoformat(sunday)
