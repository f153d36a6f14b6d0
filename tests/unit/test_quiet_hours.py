"""Reminders and alerts leave in the hours for them, also in the nights when the clocks change."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.days import STOCKHOLM, WorkingDays, at, local_date
from shared.domain.quiet import USUAL_HOURS, QuietHours, fitting

DAYS = WorkingDays()
INSTANTS = st.integers(0, 20 * 365 * 24 * 60).map(
    lambda minutes: (
        at(datetime(2026, 1, 1, tzinfo=STOCKHOLM).date(), time(0, 0)) + timedelta(minutes=minutes)
    )
)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("due", "family", "staff"),
    [
        ("2027-03-09T12:00+01:00", "2027-03-09T12:00+01:00", "2027-03-09T12:00+01:00"),
        ("2027-03-09T05:00+01:00", "2027-03-09T07:00+01:00", "2027-03-09T07:00+01:00"),
        ("2027-03-09T19:00+01:00", "2027-03-09T19:00+01:00", "2027-03-10T07:00+01:00"),
        ("2027-03-09T20:00+01:00", "2027-03-10T07:00+01:00", "2027-03-10T07:00+01:00"),
        # Friday evening, Saturday; to staff on Monday
        ("2027-03-12T18:00+01:00", "2027-03-12T18:00+01:00", "2027-03-15T07:00+01:00"),
        ("2027-03-13T12:00+01:00", "2027-03-13T12:00+01:00", "2027-03-15T07:00+01:00"),
        # the night in which an hour is missing, and the one in which it comes twice
        ("2027-03-27T23:30+01:00", "2027-03-28T07:00+02:00", "2027-03-30T07:00+02:00"),  # Easter
        ("2027-10-31T02:30+02:00", "2027-10-31T07:00+01:00", "2027-11-01T07:00+01:00"),
        ("2027-10-31T02:30+01:00", "2027-10-31T07:00+01:00", "2027-11-01T07:00+01:00"),
        # midsommarafton is an eve, not a working day
        ("2027-06-25T09:00+02:00", "2027-06-25T09:00+02:00", "2027-06-28T07:00+02:00"),
    ],
)
def test_what_can_wait_leaves_at_the_next_hour_for_it(due: str, family: str, staff: str) -> None:
    assert USUAL_HOURS.next_allowed(moment(due), staff=False) == moment(family)
    assert USUAL_HOURS.next_allowed(moment(due), staff=True) == moment(staff)


@given(INSTANTS, st.booleans())
def test_it_never_leaves_in_the_night_and_never_sooner_than_it_was_due(
    due: datetime, staff: bool
) -> None:
    leaves = USUAL_HOURS.next_allowed(due, staff=staff)
    assert leaves >= due
    wall = leaves.astimezone(STOCKHOLM).time()
    assert time(7, 0) <= wall < (time(18, 0) if staff else time(20, 0))
    assert not staff or DAYS.is_working_day(local_date(leaves))
    assert USUAL_HOURS.next_allowed(leaves, staff=staff) == leaves
    assert local_date(USUAL_HOURS.first_of_next_day(due, staff=staff)) > local_date(due)


@given(INSTANTS, st.timedeltas(timedelta(minutes=1), timedelta(days=5)), st.booleans())
def test_what_would_be_of_no_use_later_leaves_before_or_not_at_all(
    due: datetime, of_use: timedelta, staff: bool
) -> None:
    until, planned = due + of_use, due - timedelta(days=5)
    leaves = fitting(due, until, planned, USUAL_HOURS, staff=staff)
    assert leaves is not None, "within five days there is always an hour"
    assert planned <= leaves < until
    assert USUAL_HOURS.next_allowed(leaves, staff=staff) == leaves
    assert leaves >= due or USUAL_HOURS.next_allowed(due, staff=staff) >= until


def test_before_it_was_known_it_cannot_leave() -> None:
    due, until = moment("2027-03-09T21:00+01:00"), moment("2027-03-10T06:00+01:00")
    assert fitting(due, until, due, USUAL_HOURS, staff=False) is None
    earlier = fitting(due, until, moment("2027-03-01T12:00+01:00"), USUAL_HOURS, staff=False)
    assert earlier == moment("2027-03-09T19:59+01:00")


def test_hours_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValidationError, match="staff_from must be before staff_until"):
        QuietHours(staff_from=time(18, 0), staff_until=time(7, 0))
