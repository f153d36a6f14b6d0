"""What is told of a case before it is opened: limits, who signs, which mails leave (R3, R9, X6)."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.cases.domain.opening import OnCase
from services.cases.domain.opening_ahead import Ahead, Contact, ahead_of, seats
from shared.domain.days import WorkingDays
from shared.domain.facts import CaseFacts, Participant
from shared.domain.procedure import Procedure
from shared.procedures import load_procedures
from tests.unit.builders import CHILD, FATHER, MOTHER, case, uid

ON = date(2027, 3, 1)
PROCEDURES = load_procedures(None)
SAMVERKANSMOTE = PROCEDURES.get("samverkansmote", ON)
SPINDELMOTE = PROCEDURES.get("spindelmote", ON)
SSPF = PROCEDURES.get("sspf", ON)


def of_staff(name: str, role: str, organisation: str) -> Participant:
    return Participant(uid(name), "staff", role, organisation, custody=False)


REKTOR = of_staff("rektor", "rektor", "school")
THERAPIST = of_staff("therapist", "familjebehandlare", "social_services")
COORDINATOR = of_staff("coordinator", "koordinator", "leisure")
EVERYBODY = (CHILD, MOTHER, FATHER, REKTOR, THERAPIST, COORDINATOR)


def opening(procedure: Procedure, **changes: Any) -> CaseFacts:
    facts = case(participants=EVERYBODY)
    usual: dict[str, Any] = {
        "procedure": procedure.name,
        "initiator": uid("rektor"),
        "coordinator": uid("coordinator"),
    }
    return replace(facts, **(usual | changes))


def contact(name: str, **changes: Any) -> Contact:
    usual: dict[str, Any] = {
        "person_id": uid(name),
        "birth_date": None,
        "email": f"{name}@hemma.example",
        "protected": False,
    }
    return Contact(**(usual | changes))


def ahead(procedure: Procedure, *family: Contact, today: date = ON, **changes: Any) -> Ahead:
    return ahead_of(opening(procedure, **changes), procedure, family, WorkingDays(), today)


def waiting(found: Ahead) -> list[tuple[str, str]]:
    return [(one.step.name, one.waits) for one in found.steps]


def test_R3_under_a_samverkansmote_no_mail_goes_before_the_consents() -> None:
    found = ahead(SAMVERKANSMOTE)
    assert waiting(found) == [
        ("first", "consent"), ("second", "earlier-step"), ("follow-up", "person"),
    ]  # fmt: skip
    assert found.at_once == ()
    assert {(one.person_id, one.party) for one in found.signings} == {
        (uid("mother"), "guardian"),
        (uid("father"), "guardian"),
    }


def test_R9_X1_the_first_limit_and_the_last_day_to_book_are_told() -> None:
    first, second, _ = ahead(
        SAMVERKANSMOTE, known_on=date(2026, 12, 11), today=date(2026, 12, 11)
    ).steps
    assert first.window is not None
    assert first.window.closes_on == date(2026, 12, 25)
    assert first.window.last_bookable_on == date(2026, 12, 23)  # the last working day before
    assert second.window is not None
    assert second.window.closes_on is None  # counted from the first, when it has been held


def test_P4_P5_sspf_calls_to_the_information_at_once_and_asks_for_consent_after_it() -> None:
    found = ahead(SSPF)
    assert waiting(found)[:2] == [("information", "nothing"), ("network", "earlier-step")]
    assert [step.name for step in found.at_once] == ["information"]
    assert {one.after.name for one in found.signings if one.after is not None} == {"information"}
    assert found.steps[0].target == date(2027, 3, 15)


def test_R6_nothing_is_called_while_somebody_is_missing_who_always_comes() -> None:
    without = tuple(who for who in EVERYBODY if who is not COORDINATOR)
    found = ahead(SSPF, participants=without, coordinator=None)
    assert waiting(found)[0] == ("information", "missing-party")
    assert [one.name for one in found.missing] == ["koordinator"]


def test_X11_if_the_child_asked_by_itself_nothing_happens_before_the_talk() -> None:
    found = ahead(SSPF, held_back=True)
    assert waiting(found)[0] == ("information", "talk")
    assert found.signings == ()


def test_R3_an_adult_youth_alone_signs() -> None:
    found = ahead(SAMVERKANSMOTE, birth_date=date(2009, 3, 1))
    assert [(one.person_id, one.party) for one in found.signings] == [(uid("child"), "youth")]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, None),
        ({"protected": None}, "X6"),  # nobody has said: counts as protected
        ({"protected": True}, "X6"),
        ({"email": None}, "X7"),
        ({"no_mail": True}, "X7"),
        ({"birth_date": date(2014, 5, 2)}, "X11"),
        ({"birth_date": date(2011, 5, 2)}, None),  # fifteen, at an address of its own
        ({"birth_date": date(2011, 5, 2), "email": None}, "X11"),
    ],
)
def test_X6_X7_X11_who_gets_no_mail_is_told_with_the_rule(
    changes: dict[str, Any], rule: str | None
) -> None:
    found = ahead(SAMVERKANSMOTE, contact("kim", **changes))
    assert dict(found.by_hand) == ({} if rule is None else {uid("kim"): rule})


def test_X6_a_mailbox_that_somebody_protected_shares_is_closed() -> None:
    kim = contact("kim", email="hemma@familjen.example")
    robin = contact("robin", email="Hemma@familjen.example", protected=None)
    found = ahead(SAMVERKANSMOTE, kim, robin)
    assert dict(found.by_hand) == {uid("kim"): "X6", uid("robin"): "X6"}


def on_case(name: str, role: str, organisation: str) -> OnCase:
    return OnCase(uid(name), role, organisation)


def seated(procedure: Procedure, *people: OnCase) -> dict[str, list[UUID]]:
    return {
        one.needed.name: [who.person_id for who in one.people] for one in seats(procedure, people)
    }


def test_S8_a_coordinator_stands_for_no_organisation_but_coordinates() -> None:
    people = (on_case("a", "larare", "school"), on_case("b", "koordinator", "leisure"))
    assert seated(SPINDELMOTE, *people) == {
        "koordinator": [uid("b")],
        "school": [uid("a")],
        "social_services": [],
        "police": [],
        "leisure": [],
    }


def test_R6_only_staff_have_a_seat_to_fill() -> None:
    assert seated(SAMVERKANSMOTE, on_case("a", "rektor", "school")) == {
        "school": [uid("a")],
        "familjebehandlare": [],
    }
