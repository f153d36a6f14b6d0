"""Cases and scheduler together, without Celery: each acts on what the other says."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.scheduler.adapters.store import SqlStore
from services.scheduler.handlers import Municipal
from services.scheduler.tasks import Rules, Work, handlers
from shared.bus.delivery import Deliveries
from shared.bus.subscribers import SCHEDULER
from shared.db import Database
from shared.domain.days import WorkingDays
from shared.municipality import load_municipality
from tests.integration.cases_house import THERAPIST, CasesHouse, Json


@dataclass(slots=True)
class Town:
    """Both services over one database; every call is followed by all that comes of it."""

    cases: CasesHouse
    scheduler: Work

    def settle(self) -> None:
        for _ in range(50):
            before = self._events()
            while self.scheduler.a_round():
                pass
            self.cases.worker.work()
            if self._events() == before:
                return
        raise AssertionError("they never come to rest")

    def do(self, path: str, body: Json | None = None, status: int = 200) -> Any:
        answer = self.cases.post(path, body, status)
        self.settle()
        return answer

    def at(self, instant: str) -> None:
        self.cases.set_clock(instant)
        self.settle()

    def open(self, **changes: Any) -> Json:
        case = self.cases.open_case(**changes)
        self.settle()
        return case

    def sign(self, case: Json) -> None:
        for consent in self.case(case)["consents"]:
            if consent["state"] == "requested":
                self.do(f"cases/{case['id']}/consents/{consent['id']}/sign")

    def case(self, case: Json) -> Json:
        shown: Json = self.cases.get(f"cases/{case['id']}")
        return shown

    def booked(self, case: Json) -> list[Json]:
        return [m for m in self.case(case)["meetings"] if m["state"] == "booked"]

    def open_tasks(self, case: Json) -> set[str]:
        return {task["kind"] for task in self.case(case)["tasks"] if task["state"] == "open"}

    def _events(self) -> int:
        return int(self.cases.rows("SELECT count(*) AS n FROM bus.events")[0]["n"])


@pytest.fixture
def town(cases: CasesHouse, registered_url: str, municipality: Path) -> Iterator[Town]:
    loaded = load_municipality(municipality)
    database = Database(registered_url, role="samspel_scheduler", demo=True)
    deliveries = Deliveries(database, SCHEDULER, handlers(SqlStore))
    municipal = Municipal(WorkingDays(), loaded.booking.hours, loaded.school_years, mode="book")
    rules = Rules(loaded.procedures, municipal)
    yield Town(cases, Work(database, SqlStore, deliveries, lambda _: rules))
    database.close()


def test_the_signed_consents_book_the_best_time_and_the_held_meeting_the_next(town: Town) -> None:
    case = town.open()
    assert town.booked(case) == []
    town.sign(case)
    (first,) = town.booked(case)
    assert first["starts_at"] == "2027-03-08T09:00:00+01:00"  # after the break
    town.at("2027-03-08T12:00:00+01:00")
    town.do(f"meetings/{first['id']}/held")
    (second,) = town.booked(case)
    assert (second["step"], second["starts_at"][:10]) == ("second", "2027-03-11")


def test_S1_a_consent_that_leaves_out_an_organisation_is_told_and_a_wider_one_books(
    town: Town,
) -> None:
    case = town.open()
    shown = town.case(case)
    for consent in shown["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/refuse")
        body = {"person": consent["person"], "organisations": ["school"]}
        town.do(f"cases/{case['id']}/consents", body, 201)
    town.sign(case)
    assert town.booked(case) == []
    assert "no-slot" in town.open_tasks(case)
    for consent in shown["consents"]:
        town.do(f"cases/{case['id']}/consents", {"person": consent["person"]}, 201)
    town.sign(case)
    assert len(town.booked(case)) == 1
    assert "no-slot" not in town.open_tasks(case)


def test_P7_after_a_withdrawal_a_consent_given_anew_books_a_new_meeting(town: Town) -> None:
    case = town.open()
    town.sign(case)
    (meeting,) = town.booked(case)
    consent = town.case(case)["consents"][0]
    town.do(f"cases/{case['id']}/consents/{consent['id']}/withdraw")
    assert town.booked(case) == []
    town.at("2027-03-02T08:00:00+01:00")
    town.do(f"cases/{case['id']}/consents", {"person": consent["person"]}, 201)
    assert town.booked(case) == []
    town.sign(case)
    (anew,) = town.booked(case)
    assert anew["id"] != meeting["id"]


def test_R6_who_is_missing_again_is_told_again(town: Town) -> None:
    case = town.open(participants=[])
    assert "participants-missing" in town.open_tasks(case)
    town.do(f"cases/{case['id']}/participants", {"person": THERAPIST}, 201)
    assert "participants-missing" not in town.open_tasks(case)
    town.do(f"cases/{case['id']}/participants/{THERAPIST}/remove")
    assert "participants-missing" in town.open_tasks(case)


def test_R13_a_meeting_that_nobody_marks_becomes_a_task_until_it_is_marked(town: Town) -> None:
    case = town.open()
    town.sign(case)
    (meeting,) = town.booked(case)
    town.at("2027-03-09T09:00:00+01:00")
    assert "mark-as-held" in town.open_tasks(case)
    town.do(f"meetings/{meeting['id']}/held")
    assert "mark-as-held" not in town.open_tasks(case)


def test_X8_a_birthday_in_the_window_asks_the_youth(town: Town) -> None:
    town.at("2027-03-17T08:00:00+01:00")
    case = town.open(known_on="2027-03-17", child=a_child(birth_date="2009-03-18"))
    town.sign(case)
    asked = [c["party"] for c in town.case(case)["consents"] if c["state"] == "requested"]
    assert asked == ["youth"] or town.booked(case) != []
    assert "no-slot" not in town.open_tasks(case)
    town.sign(case)
    assert len(town.booked(case)) == 1


def test_a_meeting_cancelled_by_hand_stays_cancelled_and_is_asked_about(town: Town) -> None:
    case = town.open()
    town.sign(case)
    (meeting,) = town.booked(case)
    town.do(f"meetings/{meeting['id']}/cancel")
    assert town.booked(case) == []
    assert "book-anew" in town.open_tasks(case)
    slots = town.cases.get(f"cases/{case['id']}/slots?step=first")
    body = {"step": "first", "starts_at": slots[0]["starts_at"], "minutes": 60}
    town.do(f"cases/{case['id']}/meetings", body, 201)
    assert "book-anew" not in town.open_tasks(case)


def a_child(**changes: Any) -> Json:
    child = {
        "name": "Kim Ekdahl",
        "birth_date": "2014-05-02",
        "unit": "bjorkskolan",
        "email": None,
        "protected": False,
    }
    return child | changes
