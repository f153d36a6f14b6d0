"""What should have been sent and wasn't is seen, also where a message was made."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.faults.examples import (
    BOOKED,
    MEETING,
    NOW,
    OTHER,
    STAFF,
    STAFFS,
    STARTS,
    changed,
    message,
    register,
)
from tests.faults.expected import untold
from tests.faults.families import Json


def test_R8_a_reminder_that_nobody_got_is_seen() -> None:
    calls = message() | message("<s@x.example>", mailbox=STAFFS, person_id=STAFF)
    reminders = message("<c@x.example>", kind="reminder") | message(
        "<d@x.example>", kind="reminder", mailbox=STAFFS, person_id=STAFF
    )
    assert len(list(untold(list(calls.values()), (), register()))) == 2
    assert list(untold(list((calls | reminders).values()), (), register())) == []
    leap = [(NOW, STARTS)]  # nobody was at work until it had begun
    assert list(untold(list(calls.values()), (), register(), leap)) == []
    too_soon = changed("clock", now=datetime(2027, 3, 4, 7, 59, tzinfo=UTC))
    assert list(untold(list(calls.values()), (), too_soon)) == []


TOLD_NOBODY: list[Json] = [
    {"state": "suppressed", "reason": "no-consent"},  # which there is
    {"state": "suppressed", "reason": "any-word"},
    {"state": "failed", "reason": "550"},  # and nobody's task
    {"state": "due", "is_due": True},
    {"state": "retry", "is_due": False, "due_at": STARTS},  # when it is of no use any more
]
TOLD: list[Json] = [
    {"state": "held"},
    {"state": "retry", "is_due": False, "due_at": NOW},
    {"state": "suppressed", "reason": "said-no"},
]


@pytest.mark.parametrize("ended", [*TOLD_NOBODY, *TOLD])
def test_what_was_made_and_told_nobody_is_no_reminder_alert_or_word_of_a_duty(ended: Json) -> None:
    known = changed("attendance", answered_at=BOOKED)
    known = replace(known, attendance=known.attendance[:1])
    breaches = int(ended in TOLD_NOBODY)
    reminder = message("<c@x.example>", kind="reminder", **ended)
    assert len(list(untold(list((message() | reminder).values()), (), known))) == breaches
    asked = [(MEETING, BOOKED)]
    early = replace(known, clock=[{"now": BOOKED}])
    assert len(list(untold(list(reminder.values()), asked, early))) == breaches
    if "said-no" not in ended.values():  # a reason for reminders alone
        assert breaches == len(list(_alert_and_duty(ended))) / 2


def _alert_and_duty(ended: Json) -> Iterator[str]:
    case = changed("clock", now=datetime(2027, 3, 9, 12, tzinfo=UTC))
    case = replace(case, meetings=[], attendance=[])
    said = {"limit_on": "2027-03-15", "to": "process_owner"}
    alert = message(kind="alert", person_id=STAFF, payload=said, **ended)
    yield from untold(list(alert.values()), (), case)
    duty = {"id": OTHER, "case_id": None, "owner": STAFF, "state": "open", "about": None,
            "meeting_id": None, "created_at": BOOKED}  # fmt: skip
    row = message(kind="task", task_id=OTHER, case_id=None, meeting_id=None, person_id=STAFF,
                  **ended)  # fmt: skip
    known = replace(register(), tasks=[duty], meetings=[], attendance=[])
    yield from untold(list(row.values()), (), known)


def test_R8_a_reminder_of_the_time_before_is_none_of_the_new_one() -> None:
    known = changed("meetings", sequence=1)
    known = replace(known, attendance=known.attendance[:1])
    old = message() | message("<c@x.example>", kind="reminder")
    new = message("<d@x.example>", kind="reminder", told=1)
    assert list(untold(list(old.values()), (), known))
    assert list(untold(list((old | new).values()), (), known)) == []


def test_a_reminder_that_was_asked_for_and_didnt_come_is_seen() -> None:
    asked, early = [(MEETING, NOW)], changed("clock", now=BOOKED)
    came = message("<c@x.example>", kind="nudge", created_at=NOW)
    assert list(untold([], asked, early))
    assert list(untold(list(came.values()), asked, early)) == []


def test_X2_an_alert_about_a_limit_that_nobody_got_is_seen() -> None:
    case = replace(
        changed("clock", now=datetime(2027, 3, 9, 12, tzinfo=UTC)), meetings=[], attendance=[]
    )
    alert = message(kind="alert", person_id=STAFF, payload={"limit_on": "2027-03-15"})
    assert list(untold([], (), case))
    assert list(untold(list(alert.values()), (), case)) == []


def test_X2_a_duty_of_which_nobody_was_told_is_seen() -> None:
    duty = {"id": OTHER, "case_id": None, "owner": STAFF, "state": "open"}
    known = replace(register(), tasks=[duty], meetings=[], attendance=[])
    assert list(untold([], (), known))
    assert list(untold(list(message(task_id=OTHER, person_id=STAFF).values()), (), known)) == []
