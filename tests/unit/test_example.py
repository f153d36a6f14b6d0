"""The example lives its three weeks whatever time of the day it is started at."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest

from samspel.example import _Weeks
from shared.domain.days import local_date
from shared.register import read_register
from tests.conftest import EXAMPLE


class Office:
    """Takes every call; a case must not have become known after the day that it is."""

    def __init__(self, stands_at: datetime) -> None:
        self.now = stands_at
        self.known: list[date] = []
        self.places: list[str | None] = []

    def get(self, path: str) -> Any:
        if path == "people":
            return _Anybody()
        return {"consents": [{"id": uuid4()}, {"id": uuid4()}], "meetings": [], "tasks": []}

    def post(self, path: str, body: Any = None, **_: Any) -> Any:
        if path == "clock":
            moved = datetime.fromisoformat(body["now"])
            assert moved >= self.now, "the clock goes forwards only"
            self.now = moved
        if path == "cases":
            known_on = date.fromisoformat(body["known_on"])
            assert known_on <= local_date(self.now)
            self.known.append(known_on)
            self.places.append(body["place"])
        return {"id": uuid4(), "left": {}}


class _Anybody(list[Any]):
    """Whoever is asked for is there."""

    def __iter__(self) -> Any:
        codes = (
            "eva-lindstrom", "mattias-gran", "anna-lindqvist", "asa-hallberg", "magnus-akerlund",
            "emelie-strand", "stefan-norrby", "nadia-karim", "peter-hedman", "ingrid-sjodin",
            "pernilla-stenberg",
        )  # fmt: skip
        return iter({"code": code, "id": str(uuid4())} for code in codes)


@pytest.mark.parametrize("time", ["00:00", "00:30", "08:00", "08:29", "08:30", "13:00", "23:59"])
def test_the_last_case_is_opened_on_the_day_it_is(time: str) -> None:
    end = datetime.fromisoformat(f"2027-03-01T{time}:00+01:00")
    office = Office(datetime.fromisoformat(f"2027-02-08T{time}:00+01:00"))
    _Weeks(office, end).pass_by()  # type: ignore[arg-type]
    assert office.now == end
    assert office.known[-1] == date(2027, 3, 1)


def test_its_cases_meet_at_a_place_that_there_is_and_one_has_it_chosen_for_each_meeting() -> None:
    end = datetime.fromisoformat("2027-03-01T08:00:00+01:00")
    office = Office(datetime.fromisoformat("2027-02-08T08:00:00+01:00"))
    _Weeks(office, end).pass_by()  # type: ignore[arg-type]
    assert office.places.count(None) == 1
    assert set(office.places) - {None} <= {one.code for one in read_register(EXAMPLE).places}
