"""Free times, best first: X1 around holidays, breaks, the clocks' changes, other meetings."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.days import Break, SchoolYears, WorkingDays, at, local_date
from shared.domain.hours import OfficeHours
from shared.domain.slots import Interval, Slot, ranked_slots
from tests.unit.builders import day

DAYS = WorkingDays()
HOURS = OfficeHours()
BREAKS = SchoolYears(
    (
        Break("Sportlov", date(2027, 3, 1), date(2027, 3, 5)),
        Break("Lovdag", date(2027, 3, 9), date(2027, 3, 9), frozenset({"centralskolan"})),
    )
)


def slots(
    earliest: str,
    last_day: str,
    *,
    wall: str = "00:00",
    minutes: int = 60,
    busy: list[Interval] | None = None,
    hours: OfficeHours = HOURS,
    unit: str | None = None,
    limit: int = 20,
) -> list[Slot]:
    return ranked_slots(
        earliest=at(day(earliest), time.fromisoformat(wall)),
        last_day=day(last_day),
        minutes=minutes,
        busy=busy or [],
        hours=hours,
        days=DAYS,
        breaks=BREAKS,
        unit=unit,
        limit=limit,
    )


def starts(found: list[Slot]) -> list[str]:
    return [slot.starts_at.strftime("%H:%M") for slot in found]


def days_of(found: list[Slot]) -> list[str]:
    """The days in the order they come, each once."""
    return list(dict.fromkeys(local_date(slot.starts_at).isoformat() for slot in found))


def busy(on: str, start: str, end: str) -> Interval:
    return at(day(on), time.fromisoformat(start)), at(day(on), time.fromisoformat(end))


def test_the_kind_hours_of_a_day_come_first_and_none_lies_over_lunch() -> None:
    assert starts(slots("2027-03-10", "2027-03-10")) == [
        *("09:00", "09:30", "10:00", "10:30", "11:00", "13:00", "13:30", "14:00"),
        *("08:00", "08:30", "14:30", "15:00", "15:30"),
    ]


@pytest.mark.parametrize(
    ("wall", "first"), [("09:10", "09:30"), ("09:30", "09:30"), ("15:31", None), ("14:15", "14:30")]
)
def test_nothing_begins_before_the_earliest_instant(wall: str, first: str | None) -> None:
    found = starts(slots("2027-03-10", "2027-03-10", wall=wall))
    assert (found[0] if found else None) == first


@pytest.mark.parametrize(
    ("earliest", "last_day", "found"),
    [
        ("2026-06-18", "2026-06-22", ["2026-06-18", "2026-06-22"]),  # midsommar
        ("2026-12-23", "2026-12-28", ["2026-12-23", "2026-12-28"]),  # Christmas
        ("2026-12-30", "2027-01-05", ["2026-12-30", "2027-01-04", "2027-01-05"]),  # the year's end
        ("2027-03-25", "2027-03-30", ["2027-03-25", "2027-03-30"]),  # Easter
        ("2027-05-05", "2027-05-07", ["2027-05-05", "2027-05-07"]),  # Kristi himmelsfärd
        ("2028-02-28", "2028-03-01", ["2028-02-28", "2028-02-29", "2028-03-01"]),  # the leap day
        ("2026-12-24", "2026-12-27", []),  # nothing but holidays
        ("2027-03-12", "2027-03-11", []),  # the limit has passed
    ],
)
def test_x1_only_working_days_up_to_the_last_day(
    earliest: str, last_day: str, found: list[str]
) -> None:
    assert days_of(slots(earliest, last_day, limit=1000)) == found


def test_x1_a_school_break_comes_last_and_is_not_excluded() -> None:
    found = slots("2027-02-26", "2027-03-08", limit=1000)
    assert days_of(found) == [
        *("2027-02-26", "2027-03-08"),
        *("2027-03-01", "2027-03-02", "2027-03-03", "2027-03-04", "2027-03-05"),
    ]
    assert [slot.in_break for slot in found] == sorted(slot.in_break for slot in found)


def test_x1_where_everything_lies_in_a_break_the_break_is_offered() -> None:
    found = slots("2027-03-01", "2027-03-02")
    assert starts(found)[0] == "09:00"
    assert all(slot.in_break for slot in found)


def test_x1_another_units_break_matters_only_to_that_unit() -> None:
    window = ("2027-03-09", "2027-03-10")
    assert days_of(slots(*window, unit="almskolan", limit=99)) == ["2027-03-09", "2027-03-10"]
    assert days_of(slots(*window, unit="centralskolan", limit=99)) == ["2027-03-10", "2027-03-09"]


@pytest.mark.parametrize(
    ("on", "instant"),
    [
        ("2026-10-23", "2026-10-23T07:00:00+00:00"),  # the Friday before the clocks go back
        ("2026-10-26", "2026-10-26T08:00:00+00:00"),  # the Monday after
        ("2027-03-25", "2027-03-25T08:00:00+00:00"),  # before the clocks go forward
        ("2027-03-30", "2027-03-30T07:00:00+00:00"),  # after
    ],
)
def test_nine_oclock_is_nine_oclock_on_both_sides_of_the_change_of_the_clocks(
    on: str, instant: str
) -> None:
    (best,) = slots(on, on, limit=1)
    assert best.starts_at == datetime.fromisoformat(instant)
    assert best.ends_at - best.starts_at == timedelta(hours=1)


def test_a_time_that_touches_another_meeting_is_free_and_one_that_overlaps_is_not() -> None:
    taken = [busy("2027-03-10", "09:00", "10:00"), busy("2027-03-10", "11:30", "15:00")]
    assert starts(slots("2027-03-10", "2027-03-10", busy=taken)) == [
        *("10:00", "10:30"),
        *("08:00", "15:00", "15:30"),
    ]


def test_busy_times_may_overlap_each_other_and_come_in_any_order_and_offset() -> None:
    taken = [
        tuple(instant.astimezone(UTC) for instant in busy("2027-03-10", "10:00", "15:30")),
        busy("2027-03-10", "08:00", "10:30"),
        busy("2027-03-10", "12:00", "12:30"),
        busy("2027-03-10", "15:30", "15:30"),  # takes no time
    ]
    assert starts(slots("2027-03-10", "2027-03-10", busy=taken)) == ["15:30"]  # type: ignore[arg-type]


def test_a_meeting_over_several_days_takes_them_all() -> None:
    away = (at(date(2027, 3, 8), time(0)), at(date(2027, 3, 12), time(0)))
    assert days_of(slots("2027-03-08", "2027-03-12", busy=[away])) == ["2027-03-12"]


def test_a_meeting_longer_than_the_morning_begins_after_lunch_or_at_opening() -> None:
    assert starts(slots("2027-03-10", "2027-03-10", minutes=210)) == ["08:00", "08:30", "13:00"]
    assert slots("2027-03-10", "2027-03-10", minutes=300) == []


def test_hours_without_lunch_have_no_gap() -> None:
    hours = OfficeHours(lunch_start=time(12), lunch_end=time(12), grid_minutes=60)
    found = slots("2027-03-10", "2027-03-10", hours=hours)
    assert starts(found) == ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "08:00", "15:00"]


def test_no_more_than_the_limit() -> None:
    assert len(slots("2027-03-08", "2027-03-19", limit=3)) == 3


def test_a_meeting_that_takes_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="at least a minute"):
        slots("2027-03-10", "2027-03-10", minutes=0)


INSTANTS = st.datetimes(
    datetime.fromisoformat("2026-10-01"),
    datetime.fromisoformat("2027-04-30"),
    timezones=st.just(UTC),
)  # over both changes of the clocks, Christmas and Easter
LENGTHS = st.integers(1, 600).map(lambda minutes: timedelta(minutes=minutes))
BUSY = st.lists(st.builds(lambda start, length: (start, start + length), INSTANTS, LENGTHS))


@settings(deadline=None)  # a slow machine is no failure
@given(
    earliest=INSTANTS,
    window=st.integers(-1, 20),
    minutes=st.sampled_from([15, 45, 60, 90, 180]),
    taken=BUSY,
    grid=st.sampled_from([5, 15, 30, 60]),
)
def test_x1_every_slot_is_free_in_hours_in_the_window_and_in_rank(
    earliest: datetime, window: int, minutes: int, taken: list[Interval], grid: int
) -> None:
    hours = OfficeHours(grid_minutes=grid)
    last_day = local_date(earliest) + timedelta(days=window)
    found = ranked_slots(
        earliest=earliest,
        last_day=last_day,
        minutes=minutes,
        busy=taken,
        hours=hours,
        days=DAYS,
        breaks=BREAKS,
        unit=None,
        limit=1000,
    )
    for slot in found:
        on, begins, ends = slot.starts_at.date(), slot.starts_at.time(), slot.ends_at.time()
        assert earliest <= slot.starts_at
        assert on <= last_day
        assert DAYS.is_working_day(on)
        assert slot.starts_at.astimezone(UTC) + timedelta(minutes=minutes) == slot.ends_at
        assert hours.start <= begins < ends <= hours.end
        assert ends <= hours.lunch_start or begins >= hours.lunch_end
        assert (begins.hour * 60 + begins.minute - 8 * 60) % grid == 0
        assert slot.in_break is BREAKS.in_break(on)
        assert not any(start < slot.ends_at and slot.starts_at < end for start, end in taken)
    for better, worse in pairwise(found):
        assert rank(better) < rank(worse)


@settings(deadline=None)  # a slow machine is no failure
@given(taken=BUSY, grid=st.sampled_from([15, 30]))
def test_no_free_time_is_forgotten(taken: list[Interval], grid: int) -> None:
    on = date(2027, 3, 10)
    crowded = [(start.replace(year=2027, month=3, day=10), end) for start, end in taken]
    clear = [(start, end) for start, end in crowded if start < end]
    hours = OfficeHours(grid_minutes=grid)
    found = slots("2027-03-10", "2027-03-10", busy=clear, hours=hours, limit=1000)
    expected = set()
    for minute in range(8 * 60, 16 * 60 + 30, grid):
        begins = at(on, time(minute // 60, minute % 60))
        ends = begins + timedelta(hours=1)
        off = ends > at(on, time(16, 30)) or (begins < at(on, time(13)) and ends > at(on, time(12)))
        if not off and not any(start < ends and begins < end for start, end in clear):
            expected.add(begins)
    assert {slot.starts_at for slot in found} == expected


def rank(slot: Slot) -> tuple[bool, date, bool, datetime]:
    kind = HOURS.kind_from <= slot.starts_at.time() and slot.ends_at.time() <= HOURS.kind_until
    return slot.in_break, slot.starts_at.date(), not kind, slot.starts_at
