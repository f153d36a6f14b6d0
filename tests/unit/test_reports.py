"""Reports of concern: the days that count, what may be marked, what is asked of whom (R40-R45)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.refused import Refused
from services.cases.domain.report_duties import Asking, Whose
from services.cases.domain.reports import (
    Channel,
    ClearedBecause,
    Part,
    Report,
    check_answering,
    check_asking,
    check_classified,
    check_informed,
    check_on,
    may_be_asked_from,
)
from shared.domain.days import WorkingDays
from shared.procedures import load_procedures

DAYS = WorkingDays()
RULES = load_procedures(None).get("anmalan", date(2027, 3, 1)).reports
assert RULES is not None
REPORTER, RECEIVER = UUID(int=1), UUID(int=2)
REPORT = Report(
    id=UUID(int=9),
    reference="7KQ2WX3Z",
    unit="bjorkskolan",
    reporter=REPORTER,
    received_by=RECEIVER,
    received_on=date(2027, 3, 1),
    registered_at=datetime(2027, 3, 1, 8, tzinfo=UTC),
    channel=Channel.PHONE,
    suspected_abuse=False,
    wants_feedback=True,
    feedback_from=date(2027, 3, 16),
)


@pytest.mark.parametrize(
    ("received", "asked_from"),
    [
        ("2027-03-01", "2027-03-16"),  # day 14 is Monday the 15th: the Tuesday after it
        ("2026-12-10", "2026-12-28"),  # day 14 is julafton: over Christmas and a Sunday
        ("2026-12-18", "2027-01-04"),  # day 14 is New Year's Day: a Friday, and a weekend
        ("2026-12-22", "2027-01-07"),  # day 14 is the day before trettondagen, which is no day
        ("2027-03-12", "2027-03-30"),  # day 14 is Good Friday: past Easter Monday
        ("2027-03-14", "2027-03-30"),  # over the night in which the clocks go forward
        ("2027-10-17", "2027-11-01"),  # day 14 is the Sunday on which they go back
        ("2028-02-15", "2028-03-01"),  # day 14 is 29 February
        ("2027-06-11", "2027-06-28"),  # day 14 is midsommarafton
        ("2027-04-22", "2027-05-07"),  # day 14 is Ascension Day
    ],
)
def test_R44_the_reporter_may_ask_on_the_first_working_day_after_day_14(
    received: str, asked_from: str
) -> None:
    """R44: calendar days from the first receipt, then the next working day, never day 14 itself."""
    day = date.fromisoformat(received)
    assert may_be_asked_from(day, 14, DAYS).isoformat() == asked_from


@given(st.dates(date(2026, 1, 1), date(2045, 12, 31)))
def test_R44_never_before_two_weeks_are_over_and_always_on_a_working_day(received: date) -> None:
    """R44: whatever the holidays, more than 14 days and fewer than a month."""
    asked_from = may_be_asked_from(received, 14, DAYS)
    assert timedelta(days=14) < asked_from - received < timedelta(days=22)
    assert DAYS.is_working_day(asked_from)
    between = DAYS.between(received + timedelta(days=15), asked_from - timedelta(days=1))
    assert list(between) == []


CLASSIFYING = [
    # as it is, to, by, because; then whether it changes, or the refusal
    (None, True, "rektor", None, True),
    (None, False, "reporter", None, True),
    (False, True, "reporter", None, True),
    (False, True, "rektor", None, True),
    (False, False, "receiver", None, False),
    (True, True, "reporter", None, False),
    (True, False, "receiver", None, "needs-a-reason"),
    (True, False, "system", None, "needs-a-reason"),
    (True, False, "reporter", ClearedBecause.ASSESSED_ANEW, "cleared-by-social-services"),
    (True, False, "rektor", ClearedBecause.MARKED_BY_MISTAKE, "cleared-by-social-services"),
    (True, False, "receiver", ClearedBecause.ASSESSED_ANEW, True),
    (True, False, "system", ClearedBecause.MARKED_BY_MISTAKE, True),
]


@pytest.mark.parametrize(("was", "becomes", "part", "because", "outcome"), CLASSIFYING)
def test_R41_suspicion_is_always_said_and_taken_back_only_with_a_reason(
    part: Part,
    because: ClearedBecause | None,
    outcome: bool | str,
    *,
    was: bool | None,
    becomes: bool,
) -> None:
    """R41: by anybody who sees it the one, by social services the other."""
    report = replace(REPORT, suspected_abuse=was)
    if isinstance(outcome, str):
        with pytest.raises(Refused) as refused:
            check_classified(report, part, because, suspected=becomes)
        assert (refused.value.code, refused.value.cited) == (outcome, "R41")
    else:
        assert check_classified(report, part, because, suspected=becomes) is outcome


@pytest.mark.parametrize("suspected", [True, None])
def test_R41_that_nobody_may_be_told_comes_before_everything_else(
    *, suspected: bool | None
) -> None:
    """R41: whatever day is named, and though somebody was told before it was marked."""
    for told in (None, date(2027, 3, 1)):
        report = replace(
            REPORT, suspected_abuse=suspected, guardian_informed_on=told,
            guardian_informed_by=None if told is None else RECEIVER,
        )  # fmt: skip
        with pytest.raises(Refused) as refused:
            check_informed(report, date(2028, 1, 1), date(2027, 3, 1))
        assert refused.value.cited == "R41"


@pytest.mark.parametrize("suspected", [True, None])
def test_R41_no_duty_to_tell_a_guardian_can_be_made(*, suspected: bool | None) -> None:
    """R41: there is no such value, not only nobody who makes it."""
    with pytest.raises(ValueError, match="nobody of the family"):
        asking(suspected_abuse=suspected).inform_guardian(Whose(post="rektor-bjorkskolan"))


def test_R44_no_nudge_can_be_made_before_its_day() -> None:
    """R44: there is no such value."""
    with pytest.raises(ValueError, match="two weeks"):
        asking().ask_for_feedback()
    assert asking(today=date(2027, 3, 16)).ask_for_feedback().person == REPORTER


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2027-03-01", "2027-03-16"),  # nothing can be said before the two weeks are over
        ("2027-03-15", "2027-03-17"),
        ("2027-03-25", "2027-03-31"),  # over Easter
    ],
)
def test_R45_the_answer_is_due_soon_but_not_before_there_can_be_one(asked: str, due: str) -> None:
    """R45, R44: two working days, and not before the day on which the reporter may ask."""
    duty = asking(today=date.fromisoformat(asked)).give_feedback()
    assert duty.due_on is not None
    assert duty.due_on.isoformat() == due


def test_R42_both_written_duties_are_due_together_and_each_is_somebodys() -> None:
    """R42: some working days after the oral one, over a weekend."""
    mine, theirs = asking(received_on=date(2027, 3, 4), today=date(2027, 3, 4)).written()
    assert (mine.person, mine.post, mine.due_on) == (REPORTER, None, date(2027, 3, 9))
    assert (theirs.person, theirs.post, theirs.due_on) == (None, "enhetschef-ifo", mine.due_on)


@pytest.mark.parametrize("part", ["reporter", "rektor"])
def test_R45_only_social_services_answer(part: Part) -> None:
    """R45: not the one who asks, nor the school's rektor."""
    with pytest.raises(Refused):
        check_answering(part)
    check_answering("receiver")
    check_answering("system")


def test_R45_only_the_reporter_asks() -> None:
    """R45: or the calling system, for them."""
    with pytest.raises(Refused):
        check_asking("receiver", is_reporter=False)
    check_asking("rektor", is_reporter=True)  # a rektor who has made it
    check_asking("system", is_reporter=False)


def test_R42_the_written_one_doesnt_come_before_the_report_nor_in_days_to_come() -> None:
    """R42: a day between the two, both included."""
    today = date(2027, 3, 3)
    for day in (date(2027, 2, 28), date(2027, 3, 4)):
        with pytest.raises(Refused):
            check_on(REPORT, day, today)
    for day in (date(2027, 3, 1), today):
        check_on(REPORT, day, today)


def asking(today: date = date(2027, 3, 1), **changes: object) -> Asking:
    report = replace(REPORT, **changes)  # type: ignore[arg-type]  # what a test changes
    assert RULES is not None
    return Asking(report, RULES, Whose(post="enhetschef-ifo"), DAYS, today)
