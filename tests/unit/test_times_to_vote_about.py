"""Where a time is only proposed, the next best days go with it, for a vote."""

from datetime import date
from pathlib import Path

import pytest

from services.scheduler.handlers import Mode, Municipal, look
from shared.bus.events import Event, MeetingProposed
from shared.domain.days import WorkingDays, local_date
from shared.municipality import load_municipality
from shared.procedures import load_procedures
from tests.support.cases import case, noon
from tests.support.store import FakeStore

EXAMPLE = load_municipality(Path(__file__).parents[2] / "examples" / "exempelkommun")
SAMVERKANSMOTE = load_procedures(None).get("samverkansmote", date(2027, 1, 1))


def proposed(mode: Mode, known_on: str = "2027-03-08") -> MeetingProposed:
    """What is found for a case that is signed the day it becomes known."""
    told: list[Event] = []
    now, hours = noon(known_on), EXAMPLE.booking.hours
    municipal = Municipal(WorkingDays(), hours, EXAMPLE.school_years, mode)
    facts = case(known_on, signed_on=known_on)
    look(facts, SAMVERKANSMOTE, municipal, FakeStore(now), told.append, now)
    (found,) = (event for event in told if isinstance(event, MeetingProposed))
    return found


def test_three_times_on_the_first_three_days_are_proposed() -> None:
    found = proposed("propose")
    days = [local_date(one).isoformat() for one in (found.starts_at, *found.alternatives)]
    assert days == ["2027-03-11", "2027-03-12", "2027-03-15"]  # over the weekend


@pytest.mark.parametrize("mode", ["book", "propose"])
def test_the_best_time_is_the_same_whether_it_is_booked_or_proposed(mode: Mode) -> None:
    assert local_date(proposed(mode).starts_at) == date(2027, 3, 11)


def test_what_is_booked_at_once_has_no_alternatives() -> None:
    assert proposed("book").alternatives == ()
