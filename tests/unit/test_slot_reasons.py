"""Why a free time stands where it does: in words, by what ranks it (X1)."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.slot_reasons import Offered, is_kind, reasons
from shared.domain.days import STOCKHOLM, local_date
from shared.domain.hours import OfficeHours
from shared.domain.slots import Slot

HOURS = OfficeHours()
_QUARTER = timedelta(minutes=15)


def _offered(day: int, quarter: int, *, in_break: bool, soon: bool, known: bool) -> Offered:
    starts_at = datetime.combine(date(2027, 3, day), time(7), STOCKHOLM) + quarter * _QUARTER
    return Offered(Slot(starts_at, starts_at + 4 * _QUARTER, in_break), soon, known)


offered = st.builds(
    _offered, st.integers(1, 26), st.integers(0, 40), in_break=st.booleans(), soon=st.booleans(),
    known=st.booleans(),
)  # fmt: skip


def _rank(one: Offered) -> tuple[object, ...]:
    """As free times are ranked where the same people are called on all days."""
    day = local_date(one.slot.starts_at)
    return (
        one.short_notice,
        one.slot.in_break,
        day,
        not is_kind(one.slot, HOURS),
        one.slot.starts_at,
    )


@given(offered, offered)
def test_X1_what_speaks_for_a_time_is_said_by_what_ranks_it(one: Offered, other: Offered) -> None:
    """Of the same day, what ranks before another without an earlier start differs in a reason."""
    first, second = sorted((one, other), key=_rank)
    same_day = first.slot.starts_at.date() == second.slot.starts_at.date()
    if same_day and first.slot.starts_at > second.slot.starts_at:
        assert reasons(first, HOURS)[:-1] != reasons(second, HOURS)[:-1]


@given(offered)
def test_X1_a_break_and_short_notice_are_always_said(one: Offered) -> None:
    said = [words.sv for words in reasons(one, HOURS)]
    assert ("På lovet" in said) == one.slot.in_break
    assert ("Kort varsel" in said) == one.short_notice
    assert ("Alla som kallas är lediga" in said) == one.calendars_known


def test_the_hours_that_are_kind_to_families_are_those_of_the_municipality() -> None:
    for start, kind in (
        (time(8, 30), False),
        (time(9), True),
        (time(14), True),
        (time(14, 30), False),
    ):
        starts_at = datetime.combine(date(2027, 3, 9), start, STOCKHOLM)
        assert is_kind(Slot(starts_at, starts_at + 4 * _QUARTER, False), HOURS) == kind
