"""The windows of a case: R9, R10, and the last day one can book, X1."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.days import WorkingDays
from shared.domain.facts import CaseFacts, Meeting, MeetingState
from shared.domain.windows import Window, windows
from tests.unit.builders import SAMVERKANSMOTE, case, day, meeting, uid

DAYS = WorkingDays()


@pytest.mark.parametrize(
    ("known", "closes", "last_bookable"),
    [
        ("2027-03-01", "2027-03-15", "2027-03-15"),  # Monday to Monday, nothing in between
        ("2027-03-07", "2027-03-21", "2027-03-19"),  # a Sunday: the Friday before
        ("2026-06-05", "2026-06-19", "2026-06-18"),  # midsommarafton: the Thursday before
        ("2026-12-10", "2026-12-24", "2026-12-23"),  # julafton: the Wednesday before
        ("2026-12-11", "2026-12-25", "2026-12-23"),  # juldagen
        ("2026-12-12", "2026-12-26", "2026-12-23"),  # annandag jul, a Saturday
        ("2026-12-17", "2026-12-31", "2026-12-30"),  # nyårsafton
        ("2026-12-18", "2027-01-01", "2026-12-30"),  # nyårsdagen: back over the year's end
        ("2026-12-21", "2027-01-04", "2027-01-04"),  # over the year's end
        ("2026-12-23", "2027-01-06", "2027-01-05"),  # trettondedag jul: its eve is worked
        ("2027-02-15", "2027-03-01", "2027-03-01"),  # in the sportlov: a break moves nothing
        ("2027-03-11", "2027-03-25", "2027-03-25"),  # skärtorsdagen
        ("2027-03-12", "2027-03-26", "2027-03-25"),  # långfredagen
        ("2027-03-14", "2027-03-28", "2027-03-25"),  # påskdagen, and the clocks go forward
        ("2027-03-15", "2027-03-29", "2027-03-25"),  # annandag påsk
        ("2027-03-16", "2027-03-30", "2027-03-30"),  # Tuesday after Easter
        ("2027-04-17", "2027-05-01", "2027-04-30"),  # första maj, a Saturday
        ("2027-04-22", "2027-05-06", "2027-05-05"),  # Kristi himmelsfärd: the Wednesday
        ("2027-04-23", "2027-05-07", "2027-05-07"),  # the klämdag is a working day
        ("2028-05-23", "2028-06-06", "2028-06-05"),  # the national day, a Tuesday
        ("2026-10-11", "2026-10-25", "2026-10-23"),  # the Sunday on which the clocks go back
        ("2026-10-17", "2026-10-31", "2026-10-30"),  # alla helgons dag
        ("2028-02-15", "2028-02-29", "2028-02-29"),  # the leap day
        ("2028-02-16", "2028-03-01", "2028-03-01"),  # the day after it
        ("2027-02-16", "2027-03-02", "2027-03-02"),  # no leap day in 2027
        ("2028-02-29", "2028-03-14", "2028-03-14"),  # known on the leap day
    ],
)
def test_r9_and_x1_the_first_window_ends_14_days_after_the_case_became_known(
    known: str, closes: str, last_bookable: str
) -> None:
    window = first(case(known=known), today=known)
    assert (window.opens_on, window.closes_on) == (day(known), day(closes))
    assert window.last_bookable_on == day(last_bookable)
    assert (window.state, window.rule) == ("open", "R9")


@pytest.mark.parametrize(
    ("held", "wall", "closes", "last_bookable"),
    [
        ("2027-03-09", "13:00", "2027-03-23", "2027-03-23"),
        ("2027-03-12", "13:00", "2027-03-26", "2027-03-25"),  # långfredagen
        ("2026-12-10", "13:00", "2026-12-24", "2026-12-23"),  # julafton
        ("2027-03-19", "00:30", "2027-04-02", "2027-04-02"),  # still the 18th in UTC
        ("2027-04-01", "00:30", "2027-04-15", "2027-04-15"),  # still March in UTC, summer time
        ("2026-10-25", "23:30", "2026-11-08", "2026-11-06"),  # the night after the change
        ("2028-02-29", "13:00", "2028-03-14", "2028-03-14"),
    ],
)
def test_r10_the_second_window_ends_14_days_after_the_day_the_first_meeting_was_held(
    held: str, wall: str, closes: str, last_bookable: str
) -> None:
    window = second(case(meetings=[meeting("first", held, "held", wall)]), today=held)
    assert (window.opens_on, window.closes_on) == (day(held), day(closes))
    assert window.last_bookable_on == day(last_bookable)
    assert (window.state, window.rule) == ("open", "R10")


@pytest.mark.parametrize("state", ["proposed", "booked", "cancelled"])
def test_r10_the_second_window_waits_until_the_first_meeting_has_been_held(state: str) -> None:
    facts = case(meetings=[meeting("first", "2027-03-09", state)])  # type: ignore[arg-type]
    assert second(facts, today="2027-03-09") == Window("second", None, None, None, "waiting", "R10")


def test_r10_the_second_window_moves_with_the_day_the_first_meeting_was_held() -> None:
    before = second(case(meetings=[meeting("first", "2027-03-09", "held")]), today="2027-03-12")
    after = second(case(meetings=[meeting("first", "2027-03-11", "held")]), today="2027-03-12")
    assert (before.closes_on, after.closes_on) == (day("2027-03-23"), day("2027-03-25"))


def test_r10_a_first_meeting_held_late_still_opens_the_second_window() -> None:
    facts = case(meetings=[meeting("first", "2027-03-17", "held")])
    assert second(facts, today="2027-03-17").closes_on == day("2027-03-31")


def test_r10_the_first_of_several_first_meetings_counts() -> None:
    meetings = [meeting("first", "2027-03-11", "held"), meeting("first", "2027-03-09", "held")]
    assert second(case(meetings=meetings), today="2027-03-12").closes_on == day("2027-03-23")


@pytest.mark.parametrize(
    ("today", "meetings", "state"),
    [
        ("2027-03-01", [], "open"),
        ("2027-03-15", [], "open"),  # the limit itself is still in time
        ("2027-03-16", [], "missed"),
        ("2027-03-16", [("2027-03-12", "held")], "met"),
        ("2027-03-16", [("2027-03-15", "held")], "met"),  # held on the limit
        ("2027-03-17", [("2027-03-16", "held")], "missed"),  # held a day late
        ("2027-05-01", [("2027-03-16", "held")], "missed"),  # and stays missed
        ("2027-03-16", [("2027-03-15", "booked")], "open"),  # probably held, not marked yet
        ("2027-03-16", [("2027-03-17", "booked")], "missed"),  # booked after the limit
        ("2027-03-15", [("2027-03-17", "booked")], "open"),
        ("2027-03-16", [("2027-02-26", "booked")], "missed"),  # before the case became known
        ("2027-03-16", [("2027-03-12", "proposed")], "missed"),  # nobody was invited
        ("2027-03-16", [("2027-03-12", "cancelled")], "missed"),
        ("2027-03-20", [("2027-03-12", "held"), ("2027-03-18", "held")], "met"),
        ("2027-03-20", [("2027-03-12", "booked"), ("2027-03-18", "held")], "missed"),
    ],
)
def test_r9_and_x2_a_limit_is_met_in_time_or_missed_and_stays_so(
    today: str, meetings: list[tuple[str, str]], state: str
) -> None:
    facts = case(meetings=[meeting("first", on, how) for on, how in meetings])  # type: ignore[arg-type]
    assert first(facts, today=today).state == state


@pytest.mark.parametrize(
    ("closed", "meetings", "states"),
    [
        ("2027-03-10", [], ("cancelled", "cancelled")),
        ("2027-03-10", [("2027-03-09", "held")], ("met", "cancelled")),
        ("2027-03-20", [], ("missed", "cancelled")),  # closing doesn't undo what was missed (X2)
        ("2027-03-10", [("2027-03-12", "cancelled")], ("cancelled", "cancelled")),
    ],
)
def test_r16_closing_the_case_cancels_the_limits_that_were_still_undecided(
    closed: str, meetings: list[tuple[str, str]], states: tuple[str, str]
) -> None:
    facts = case(
        state="closed",
        closed=closed,
        meetings=[meeting("first", on, how) for on, how in meetings],  # type: ignore[arg-type]
    )
    for today in (closed, "2027-12-01"):
        assert tuple(window.state for window in all_windows(facts, today)) == states


def test_x1_a_window_without_a_working_day_has_no_day_to_book() -> None:
    within = SAMVERKANSMOTE.step("first").within
    assert within is not None
    short = SAMVERKANSMOTE.step("first").model_copy(
        update={"within": within.model_copy(update={"days": 2})}
    )
    procedure = SAMVERKANSMOTE.model_copy(update={"steps": (short,)})
    (window,) = windows(case(known="2026-12-25"), procedure, DAYS, day("2026-12-25"))
    assert (window.closes_on, window.last_bookable_on) == (day("2026-12-27"), None)


def test_r11_the_follow_up_has_no_limit() -> None:
    assert [window.step for window in all_windows(case(), "2027-03-01")] == ["first", "second"]


def test_the_order_of_the_facts_changes_nothing() -> None:
    meetings = [
        meeting("first", "2027-03-09", "held"),
        meeting("second", "2027-03-12", "cancelled"),
        meeting("second", "2027-03-19", "booked"),
    ]
    facts = case(meetings=meetings)
    expected = all_windows(facts, "2027-03-15")
    for order in permutations(meetings):
        assert all_windows(replace(facts, meetings=order), "2027-03-15") == expected


@settings(deadline=None)  # a slow machine is no failure
@given(known=st.dates(date(2022, 6, 2), date(2060, 1, 1)), later=st.integers(0, 40))
def test_x1_the_last_day_to_book_is_a_working_day_in_the_window_and_the_next_is_past_it(
    known: date, later: int
) -> None:
    window = first(case(known=known.isoformat()), (known + timedelta(days=later)).isoformat())
    last = window.last_bookable_on
    assert last is not None
    assert window.closes_on == known + timedelta(days=14)
    assert DAYS.is_working_day(last)
    assert window.holds(last)
    assert DAYS.plus(last, 1) > window.closes_on
    assert window.state == ("open" if later <= 14 else "missed")


@pytest.mark.parametrize(
    ("opens", "closes"),
    [("2027-03-15", "2027-03-14"), ("2027-03-15", None), (None, "2027-03-15")],
)
def test_a_window_that_ends_before_it_opens_or_has_one_end_cannot_be_built(
    opens: str | None, closes: str | None
) -> None:
    with pytest.raises(ValueError, match="a window"):
        Window("first", opens and day(opens), closes and day(closes), None, "open", "R9")  # type: ignore[arg-type]


def first(facts: CaseFacts, today: str) -> Window:
    return all_windows(facts, today)[0]


def second(facts: CaseFacts, today: str) -> Window:
    return all_windows(facts, today)[1]


def all_windows(facts: CaseFacts, today: str) -> tuple[Window, ...]:
    return windows(facts, SAMVERKANSMOTE, DAYS, day(today))


APART = ("mother", "father")


def held_with(
    on: str, *guardians: str, state: MeetingState = "held", step: str = "first"
) -> Meeting:
    return replace(meeting(step, on, state), person_ids=frozenset(map(uid, guardians)))


@pytest.mark.parametrize(
    ("today", "meetings", "state"),
    [
        ("2027-03-10", [held_with("2027-03-08", "mother")], "open"),
        ("2027-03-16", [held_with("2027-03-08", "mother")], "missed"),
        ("2027-03-16", [held_with("2027-03-08", "mother"), held_with("2027-03-09", "father")],
         "met"),
        ("2027-03-16", [held_with("2027-03-08", *APART)], "met"),  # before they were kept apart
        ("2027-03-16", [held_with("2027-03-08", "mother"),
                        held_with("2027-03-15", "father", state="booked")], "open"),
        ("2027-03-17", [held_with("2027-03-08", "mother"), held_with("2027-03-16", "father")],
         "missed"),
    ],
)  # fmt: skip
def test_X12_a_limit_is_met_when_each_guardian_has_had_a_meeting_in_time(
    today: str, meetings: list[Meeting], state: str
) -> None:
    facts = replace(case(meetings=meetings), never_together=True)
    assert first(facts, today=today).state == state


def test_X12_R10_the_second_window_counts_from_the_last_of_the_separate_first_meetings() -> None:
    with_mother, with_father = held_with("2027-03-08", "mother"), held_with("2027-03-11", "father")
    facts = replace(case(meetings=[with_mother, with_father]), never_together=True)
    assert second(facts, today="2027-03-12").closes_on == day("2027-03-25")
    one = replace(facts, meetings=(with_mother,))
    assert second(one, today="2027-03-12").closes_on == day("2027-03-22")
    again = replace(facts, meetings=(*facts.meetings, held_with("2027-03-15", "mother")))
    assert second(again, today="2027-03-16").closes_on == day("2027-03-25")


def test_X12_of_age_only_whom_the_youth_wants_needs_a_meeting() -> None:
    facts = case(born="2009-03-10", meetings=[held_with("2027-03-08", "mother")])
    assert first(replace(facts, never_together=True), today="2027-03-16").state == "met"
