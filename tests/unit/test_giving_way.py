"""What gives way to a meeting that goes first, and to when (R46)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.cases.domain.giving_way import Taken, Way, nearest, other_times, way_of
from shared.domain.facts import Meeting
from shared.domain.slots import Slot
from shared.procedures import load_procedures
from tests.unit.builders import case

PROCEDURES = load_procedures(None)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-03-{text}:00+01:00")


NOW = moment("01T08:00")


@pytest.mark.parametrize(
    ("procedure", "step", "about", "state", "starts", "way"),
    [
        ("samverkansmote", "first", "child", "booked", "09T13:00", Way.GIVES),
        ("sspf", "network", "child", "booked", "09T13:00", Way.GIVES),
        ("anmalan", "consultation", "consultation", "booked", "09T13:00", Way.GIVES),
        ("anmalan", "report-meeting", "report", "booked", "09T13:00", Way.CANT),
        ("arshjul", "april", "year", "booked", "09T13:00", Way.STANDS),
        ("arshjul", "parent-meeting", "parents", "booked", "09T18:00", Way.STANDS),
        ("samverkansmote", "first", "child", "held", "09T13:00", Way.CANT),
        ("samverkansmote", "first", "child", "booked", "01T08:00", Way.CANT),  # it has begun
    ],
)
def test_R46_a_meeting_that_is_to_come_gives_way_but_one_that_goes_first_or_calls_many(
    procedure: str, step: str, about: Any, state: Any, starts: str, way: Way
) -> None:
    """R46: the year's meetings and parent meetings stand (R20, R26)."""
    starts_at = moment(starts)
    meeting = Meeting(
        id=UUID(int=5), step=step, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1),
        state=state, sequence=0, changed_at=NOW, person_ids=frozenset(),
    )  # fmt: skip
    of = PROCEDURES.get(procedure, NOW.date()).step(step)
    assert way_of(replace(case(), about=about), of, meeting, NOW) is way


def test_R46_it_goes_to_the_best_time_that_keeps_its_notice_and_leaves_the_other_alone() -> None:
    """R46: with the gap between them; the end of one may be the beginning of the other."""
    free = [(slot("02T09:00"), True), *((slot(one), False) for one in (
        "09T13:00", "09T12:30", "09T14:10", "09T14:15", "09T11:30", "10T09:00"))]  # fmt: skip
    taken = Taken(moment("09T13:00"), moment("09T14:00"), timedelta(minutes=15))
    expected = ["09T14:15", "09T11:30", "10T09:00"]
    assert list(other_times(free, taken)) == [moment(one) for one in expected]


def test_R46_the_times_that_are_offered_are_the_nearest_on_both_sides() -> None:
    """R46: in their order in time."""
    free = [slot(one) for one in ("08T09:00", "09T11:00", "09T14:00", "09T15:00", "12T09:00")]
    offered = nearest(free, moment("09T13:00"), 3)
    assert offered == tuple(moment(one) for one in ("09T11:00", "09T14:00", "09T15:00"))


def slot(starts: str) -> Slot:
    return Slot(moment(starts), moment(starts) + timedelta(hours=1), in_break=False)
