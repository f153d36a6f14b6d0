"""Whether a time that was found is booked at once or only proposed to a person."""

from typing import Literal

import pytest

from services.scheduler.handlers import Mode, Municipal, look
from shared.bus.events import Event, MeetingProposed
from shared.domain.days import SchoolYears, WorkingDays, at
from shared.domain.facts import Participant
from shared.domain.hours import OfficeHours
from tests.support.store import FakeStore
from tests.unit.builders import CHILD, FATHER, MOTHER, SAMVERKANSMOTE, case, consent, day, uid

NOON = OfficeHours().lunch_start
REKTOR = Participant(uid("rektor"), "staff", "rektor", "school", custody=False)
THERAPIST = Participant(
    uid("therapist"), "staff", "familjebehandlare", "social_services", custody=False
)


@pytest.mark.parametrize(
    ("municipality", "step", "known", "expected"),
    [
        ("book", "book", False, "book"),
        ("book", "propose", True, "propose"),
        ("propose", "book", True, "propose"),
        ("auto", "book", True, "book"),
        ("auto", "book", False, "propose"),
        ("auto", "propose", True, "propose"),
    ],
)
def test_it_is_booked_where_municipality_and_step_say_so_or_all_the_calendars_are_known(
    municipality: Mode,
    step: Literal["book", "propose"],
    known: bool,
    expected: str,
) -> None:
    steps = tuple(
        one.model_copy(update={"booking": step}) if one.name == "first" else one
        for one in SAMVERKANSMOTE.steps
    )
    procedure = SAMVERKANSMOTE.model_copy(update={"steps": steps})
    facts = case(
        participants=(CHILD, MOTHER, FATHER, REKTOR, THERAPIST),
        consents=[consent("mother"), consent("father")],
    )
    told: list[Event] = []
    now = at(day("2027-03-02"), NOON)
    municipal = Municipal(WorkingDays(), OfficeHours(), SchoolYears(), municipality)
    look(facts, procedure, municipal, FakeStore(now, knows_calendars=known), told.append, now)
    assert [event.mode for event in told if isinstance(event, MeetingProposed)] == [expected]
