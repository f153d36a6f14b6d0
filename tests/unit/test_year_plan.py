"""What should stand for a year (R20, R21): its windows, its times, its calls."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduler.domain.plan import Plan, desired_plan
from services.scheduler.domain.seeking import Wanting
from services.scheduler.handlers import Mode, Municipal, look
from shared.bus.events import CallDue, Event, MeetingProposed, SlotMissing
from shared.domain.call_time import called_at, is_called
from shared.domain.days import Break, SchoolYears, WorkingDays
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.hours import OfficeHours
from shared.domain.slots import Interval
from shared.domain.year_days import will_do
from tests.support.matters import (
    ARSHJUL,
    ELEVHALSOCHEF,
    ENHETSCHEF,
    a_year,
    in_month,
    morning,
)
from tests.support.store import FakeStore

DAYS = WorkingDays()
NONE = SchoolYears()


def off(first: str, last: str) -> SchoolYears:
    return SchoolYears((Break("lov", date.fromisoformat(first), date.fromisoformat(last)),))


def plan(facts: CaseFacts, now: str, breaks: SchoolYears = NONE) -> Plan:
    return desired_plan(facts, ARSHJUL, DAYS, morning(now), breaks=breaks)


def proposed(
    facts: CaseFacts, now: str, *busy: Interval, breaks: SchoolYears = NONE, mode: Mode = "auto"
) -> list[Event]:
    """What the scheduler says when it looks; no calendar is known so far ahead."""
    told: list[Event] = []
    store = FakeStore(morning(now), busy=lambda *_: busy, knows_calendars=False)
    municipal = Municipal(DAYS, OfficeHours(), breaks, mode)
    look(facts, ARSHJUL, municipal, store, told.append, morning(now))
    assert store.looks_at is None or store.looks_at > morning(now)
    return [one for one in told if isinstance(one, MeetingProposed | SlotMissing)]


def the_time(told: list[Event]) -> str:
    (one,) = told
    assert isinstance(one, MeetingProposed)
    assert one.mode == "book"
    return f"{one.step} {one.starts_at:%Y-%m-%d %H:%M}"


def hour(day: str, begins: str, ends: str) -> Interval:
    start = morning(day).replace(hour=int(begins))
    return start, start.replace(hour=int(ends))


def test_R20_the_limits_are_the_two_months() -> None:
    """R20: April and October, and the last day in each that will do."""
    april, october = plan(a_year(2027), "2026-11-02", off("2027-04-26", "2027-04-30")).windows
    assert (april.opens_on, april.closes_on) == (date(2027, 4, 1), date(2027, 4, 30))
    assert april.last_bookable_on == date(2027, 4, 23)
    assert (october.closes_on, october.last_bookable_on) == (date(2027, 10, 31), date(2027, 10, 29))
    assert (april.state, april.rule) == ("open", "R20")


@pytest.mark.parametrize(
    ("opened", "today", "states"),
    [
        ("2026-11-22", "2027-01-04", ["open", "open"]),
        ("2026-11-22", "2027-05-01", ["missed", "open"]),
        ("2027-04-30", "2027-05-01", ["missed", "open"]),
        ("2027-05-03", "2027-05-03", ["cancelled", "open"]),  # it had been when Samspel came
        ("2027-11-22", "2027-11-22", ["cancelled", "cancelled"]),
    ],
)
def test_R20_a_month_that_had_ended_when_the_year_was_opened_is_nobody_s_failing(
    opened: str, today: str, states: list[str]
) -> None:
    """R20: it is cancelled and never missed."""
    facts = a_year(2027, opened=opened)
    assert [window.state for window in plan(facts, today).windows] == states


def test_R20_a_month_with_a_held_meeting_is_met() -> None:
    """R20: exactly one meeting in each."""
    held = in_month("april", "2027-04-14", state="held")
    found = plan(a_year(2027, held), "2027-04-15")
    assert [window.state for window in found.windows] == ["met", "open"]
    assert found.search is not None
    assert found.search.step == "october"


def test_R20_a_year_is_booked_at_once_years_ahead() -> None:
    """R20: the second Wednesday at 13.00, whether or not calendars are known so far ahead."""
    for mode in ("auto", "book", "propose"):
        told = proposed(a_year(2028), "2026-11-23", mode=mode)
        assert the_time(told) == "april 2028-04-12 13:00"
    booked = a_year(2028, in_month("april", "2028-04-12"))
    assert the_time(proposed(booked, "2026-11-23")) == "october 2028-10-11 13:00"
    both = replace(booked, meetings=(*booked.meetings, in_month("october", "2028-10-11")))
    assert proposed(both, "2026-11-23") == []


@pytest.mark.parametrize(
    ("busy", "expected"),
    [
        ([], "april 2027-04-14 13:00"),
        ([("2027-04-14", "14", "15")], "april 2027-04-21 13:00"),
        ([("2027-04-14", "8", "9")], "april 2027-04-14 13:00"),
        (
            [(f"2027-04-{day:02}", "13", "15") for day in range(1, 31)],
            "april 2027-04-14 09:00",  # at no day at that time: then at another
        ),
    ],
)
def test_R21_the_time_is_where_both_callers_are_free(
    busy: list[tuple[str, str, str]], expected: str
) -> None:
    """R21: at its hour first, on the next best day; only then at another hour."""
    taken = [hour(*one) for one in busy]
    assert the_time(proposed(a_year(2027), "2026-11-23", *taken)) == expected


def test_R21_only_the_callers_must_be_free() -> None:
    """R21: everybody else is told weeks ahead, and answers for themselves."""
    search = plan(a_year(2027), "2026-11-23").search
    assert search is not None
    assert search.person_ids == {ELEVHALSOCHEF, ENHETSCHEF}
    alone = replace(a_year(2027), coordinator=None)
    found = plan(alone, "2026-11-23").search
    assert found is not None
    assert found.person_ids == {ELEVHALSOCHEF}


def test_R20_late_in_the_month_only_days_after_the_notice_are_left() -> None:
    """R20, X1: five working days from Thursday 15 April are Thursday the 22nd."""
    assert the_time(proposed(a_year(2027), "2027-04-15")) == "april 2027-04-28 13:00"
    gone = plan(a_year(2027), "2027-04-26")
    assert gone.wanting == Wanting("april", "R20", "no-day-left", date(2027, 4, 29))
    assert gone.search is not None, "October has its own"
    assert gone.search.step == "october"


def test_R20_without_a_free_hour_in_april_october_is_sought_all_the_same() -> None:
    """R20: one month never waits for the other."""
    full = [hour(f"2027-04-{day:02}", "7", "20") for day in range(1, 31)]
    assert the_time(proposed(a_year(2027), "2026-11-23", *full)) == "october 2027-10-13 13:00"
    booked = a_year(2027, in_month("october", "2027-10-13"))
    (told,) = proposed(booked, "2026-11-23", *full)
    assert isinstance(told, SlotMissing)
    assert (told.step, told.reason) == ("april", "no-free-time")


def test_R20_a_meeting_that_a_person_cancelled_is_not_sought_anew_unasked() -> None:
    """R20: they have reasons; October isn't touched by it."""
    facts = a_year(2027, in_month("april", "2027-04-14", state="cancelled"))
    found = plan(facts, "2027-01-04")
    assert found.wanting is not None
    assert (found.wanting.step, found.wanting.reason) == ("april", "cancelled")
    assert found.search is not None
    assert found.search.step == "october"


def test_R20_a_break_that_was_moved_moves_the_meeting() -> None:
    """R20: to the best day that is left; when none is, a person is told once."""
    meeting = in_month("april", "2027-04-14")
    facts = a_year(2027, meeting, in_month("october", "2027-10-13"))
    assert proposed(facts, "2026-11-23") == []
    (told,) = proposed(facts, "2026-11-23", breaks=off("2027-04-12", "2027-04-16"))
    assert isinstance(told, MeetingProposed)
    assert (told.moves, f"{told.starts_at:%m-%d %H:%M}") == (meeting.id, "04-21 13:00")
    (missing,) = proposed(facts, "2026-11-23", breaks=off("2027-04-01", "2027-04-30"))
    assert isinstance(missing, SlotMissing)
    assert (missing.step, missing.reason, missing.rule) == ("april", "no-day-left", "R20")


def test_R20_where_a_person_has_put_it_it_stays_as_long_as_the_day_will_do() -> None:
    """R20: any day of the month that will do is theirs to choose."""
    by_hand = in_month("april", "2027-04-06", "09:00", sequence=1)
    facts = a_year(2027, by_hand, in_month("october", "2027-10-13"))
    assert plan(facts, "2027-03-01").search is None
    (told,) = proposed(facts, "2027-03-01", breaks=off("2027-04-05", "2027-04-09"))
    assert isinstance(told, MeetingProposed)


def test_R20_what_has_begun_is_not_moved() -> None:
    """R20: and it's a person who says that it was held."""
    facts = a_year(2027, in_month("april", "2027-04-14"), in_month("october", "2027-10-13"))
    found = plan(facts, "2027-04-15", off("2027-04-12", "2027-04-16"))
    assert (found.search, found.wanting) == (None, None)
    assert "marking.due" in {due.event.type for due in found.dues.values()}


@pytest.mark.parametrize(
    ("day", "changed", "called"),
    [
        ("2027-04-14", "2026-11-23", "2027-03-17 09:00"),  # four weeks before
        ("2027-04-27", "2026-11-23", "2027-03-30 09:00"),
        ("2027-04-23", "2026-11-23", "2027-03-25 09:00"),  # 26 March is Good Friday: the day before
        ("2028-04-27", "2026-11-23", "2028-03-30 09:00"),  # over the change to summer time
        ("2027-04-14", "2027-03-22", "2027-03-22 08:00"),  # never before it got its time
    ],
)
def test_R20_everybody_is_called_four_weeks_ahead_on_a_working_day(
    day: str, changed: str, called: str
) -> None:
    """R20: at nine, on the last working day on or before."""
    meeting, step = in_month("april", day, changed=changed), ARSHJUL.step("april")
    at_nine = called_at(step, meeting, DAYS)
    assert f"{at_nine:%Y-%m-%d %H:%M}" == called
    assert not is_called(step, meeting, DAYS, at_nine - timedelta(seconds=1))
    assert is_called(step, meeting, DAYS, at_nine)


def test_R20_what_was_called_to_once_is_told_of_at_once() -> None:
    """R20, Q1: moved to a later day of the month it isn't hidden again."""
    step = ARSHJUL.step("april")
    moved = in_month("april", "2027-04-29", changed="2027-03-22", sequence=1)
    assert not is_called(step, moved, DAYS, morning("2027-03-22"))
    assert is_called(step, replace(moved, called=True), DAYS, morning("2027-03-22"))
    cancelled = in_month("april", "2027-04-14", state="cancelled")
    assert not is_called(step, cancelled, DAYS, morning("2027-04-13"))
    assert is_called(step, replace(cancelled, called=True), DAYS, morning("2027-04-13"))


def call_of(found: Plan) -> list[tuple[str, datetime, datetime]]:
    dues = [due for due in found.dues.values() if isinstance(due.event, CallDue)]
    return [(due.key.split("/", 1)[1], due.due_at, due.useful_until) for due in dues]


def test_R20_the_call_falls_due_once_and_is_of_use_until_the_meeting() -> None:
    """R20: a beat that was dead for a week delivers it late, not never; a move makes it anew."""
    meeting = in_month("april", "2027-04-14")
    ((key, due_at, useful_until),) = call_of(plan(a_year(2027, meeting), "2026-11-23"))
    assert (key, f"{due_at:%Y-%m-%d %H:%M}") == ("R20/call/0/4", "2027-03-17 09:00")
    assert useful_until == meeting.starts_at
    moved = in_month("april", "2027-04-21", sequence=1)
    ((key, due_at, _),) = call_of(plan(a_year(2027, moved), "2026-11-23"))
    assert (key, f"{due_at:%Y-%m-%d}") == ("R20/call/1/4", "2027-03-24")


def test_R20_one_that_is_booked_late_is_called_to_at_once() -> None:
    """R20: there is no second call."""
    late = in_month("april", "2027-04-28", changed="2027-04-15")
    assert call_of(plan(a_year(2027, late, opened="2027-04-15"), "2027-04-15")) == []


def test_R22_reminders_and_nudges_count_from_the_call() -> None:
    """R22: nobody is reminded of what they haven't been called to."""
    facts = a_year(2027, in_month("april", "2027-04-14"))
    due = {key.split("/")[2]: one for key, one in plan(facts, "2026-11-23").dues.items()}
    assert f"{due['answers'].due_at:%Y-%m-%d}" == "2027-04-02"  # eight working days before
    assert f"{due['before-meeting'].due_at:%Y-%m-%d}" == "2027-04-12"
    # called on 1 April: five working days later is the 9th, the last day for a nudge the 20th
    late = in_month("april", "2027-04-27", changed="2027-04-01")
    due = {
        key.split("/")[2]: one for key, one in plan(a_year(2027, late), "2027-04-01").dues.items()
    }
    assert f"{due['answers'].due_at:%Y-%m-%d}" == "2027-04-15"


def test_R20_a_matter_without_a_step_that_seeks_gets_no_time() -> None:
    """R26: a person says when parent meetings are."""
    parents = replace(a_year(2027), about="parents")
    found = plan(parents, "2027-01-04")
    assert (found.windows, found.search, found.wanting, found.dues) == ((), None, None, {})


meetings = st.lists(
    st.builds(
        in_month,
        st.sampled_from(["april", "october"]),
        st.dates(date(2027, 1, 1), date(2027, 12, 31)).map(str),
        state=st.sampled_from(["booked", "cancelled", "held"]),
        sequence=st.integers(0, 3),
    ),
    max_size=3,
    unique_by=lambda one: one.id,
)


@settings(max_examples=150, deadline=None)
@given(
    meetings=meetings,
    now=st.dates(date(2026, 11, 1), date(2027, 12, 31)).map(str),
    first=st.dates(date(2027, 3, 1), date(2027, 11, 1)),
    length=st.integers(0, 40),
)
def test_R20_the_laws_hold_for_a_year(
    meetings: list[Meeting], now: str, first: date, length: int
) -> None:
    """R20: a second look changes nothing, in no order of the facts, and a time is on a day that
    will do within its month and after the notice.
    """
    breaks = SchoolYears((Break("lov", first, first + timedelta(days=length)),))
    facts = a_year(2027, *meetings)
    wanted = plan(facts, now, breaks)
    for order in permutations(meetings):
        turned = replace(facts, meetings=order, participants=facts.participants[::-1])
        assert plan(turned, now, breaks) == wanted
    told: list[Event] = []
    store = FakeStore(morning(now))
    municipal = Municipal(DAYS, OfficeHours(), breaks, "book")
    look(facts, ARSHJUL, municipal, store, told.append, morning(now))
    said = len(told)
    before = (store.plan, dict(store.planned), store.looks_at)
    look(facts, ARSHJUL, municipal, store, told.append, morning(now))
    assert (len(told), before) == (said, (store.plan, store.planned, store.looks_at))
    for event in told:
        if isinstance(event, MeetingProposed):
            day = event.starts_at.date()
            month = ARSHJUL.step(event.step).in_month
            assert month is not None
            assert will_do(day, DAYS, breaks)
            assert day.month == month.month
            assert day >= DAYS.plus(date.fromisoformat(now), 5)
