"""Who of a case comes to one meeting of it, by a person's choice (R6, R8, S1, X12)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from services.cases.domain.booking import Wanted, check_booking
from services.cases.domain.refused import Refused
from services.cases.domain.substitutes import has_nobody, parties_of_staff
from services.cases.domain.whom import whom_to_call
from shared.domain.days import WorkingDays
from shared.domain.facts import CaseFacts, Participant
from shared.domain.hours import OfficeHours
from tests.unit.builders import (
    CHILD,
    FATHER,
    MOTHER,
    SAMVERKANSMOTE,
    case,
    consent,
    day,
    meeting,
    uid,
)

REKTOR = Participant(uid("rektor"), "staff", "rektor", "school", custody=False)
TEACHER = Participant(uid("teacher"), "staff", "larare", "school", custody=False)
THERAPIST = Participant(
    uid("therapist"), "staff", "familjebehandlare", "social_services", custody=False
)
POLICE = Participant(uid("police"), "staff", "kommunpolis", "police", custody=False)
EVERYBODY = (CHILD, MOTHER, FATHER, REKTOR, TEACHER, THERAPIST, POLICE)
FACTS = case(participants=EVERYBODY, consents=(consent("mother"), consent("father")))
APART = replace(FACTS, never_together=True)
FIRST = SAMVERKANSMOTE.step("first")
COVERED = ("child", "mother", "father", "rektor", "teacher", "therapist")
NOW = datetime.fromisoformat("2027-03-02T08:00+01:00")


def people(*names: str) -> frozenset[UUID]:
    return frozenset(map(uid, names))


def chosen(facts: CaseFacts, *names: str) -> frozenset[UUID]:
    wanted = people(*names) if names else None
    return whom_to_call(facts, SAMVERKANSMOTE, FIRST, day("2027-03-09"), wanted)


def refusal(facts: CaseFacts, *names: str) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        chosen(facts, *names)
    return refused.value.code, refused.value.cited


def test_without_a_choice_everybody_is_called_whom_the_consent_covers() -> None:
    assert chosen(FACTS) == people(*COVERED)


def test_who_is_not_always_called_can_be_left_out() -> None:
    assert chosen(FACTS, *sorted(set(COVERED) - {"teacher"})) == people(*COVERED) - people(
        "teacher"
    )


@pytest.mark.parametrize(
    ("left_out", "rule"),
    [("child", "R6"), ("mother", "R6"), ("therapist", "R6"), ("rektor", "R8")],
)
def test_R6_R8_nobody_is_left_out_who_is_always_called_or_chairs(left_out: str, rule: str) -> None:
    names = sorted(set(COVERED) - {left_out})
    assert refusal(FACTS, *names) == ("must-be-there", rule)


@pytest.mark.parametrize("other", ["police", "somebody else"])
def test_S1_nobody_is_chosen_whom_the_consent_leaves_out_or_who_is_not_on_the_case(
    other: str,
) -> None:
    assert refusal(FACTS, *COVERED, other) == ("not-to-be-called", "S1")


def test_X12_guardians_who_never_meet_are_called_one_at_a_time() -> None:
    assert refusal(APART) == ("separate-meetings", "X12")
    assert refusal(APART, *COVERED) == ("separate-meetings", "X12")
    for other in ("mother", "father"):
        names = sorted(set(COVERED) - {other})
        assert chosen(APART, *names) == people(*names)
    neither = sorted(set(COVERED) - {"mother", "father"})
    assert refusal(APART, *neither) == ("must-be-there", "R6")


def test_X12_each_of_them_has_a_meeting_of_the_same_step() -> None:
    with_mother = replace(
        meeting("first", "2027-03-09"), person_ids=people(*COVERED) - people("father")
    )
    facts = replace(APART, meetings=(with_mother,))

    def ask(*left_out: str) -> frozenset[UUID]:
        who = people(*COVERED) - people(*left_out)
        starts_at = datetime.fromisoformat("2027-03-10T13:00+01:00")
        wanted = Wanted("first", starts_at, 60, people=who)
        return check_booking(facts, SAMVERKANSMOTE, WorkingDays(), OfficeHours(), wanted, NOW)

    assert uid("father") in ask("mother")
    with pytest.raises(Refused) as refused:
        ask("father")
    assert refused.value.code == "already-booked"


@pytest.mark.parametrize(
    ("declined", "gone"),
    [
        ((), ()),
        (("rektor",), ()),  # the teacher is of the school as well
        (("rektor", "teacher"), ("school",)),
        (("therapist",), ("familjebehandlare",)),
        (("mother", "child"), ()),  # nobody comes in a guardian's stead
    ],
)
def test_R6_a_party_of_the_staff_that_nobody_comes_for_needs_a_substitute(
    declined: tuple[str, ...], gone: tuple[str, ...]
) -> None:
    called = people(*COVERED)
    booked = replace(meeting("first", "2027-03-09"), person_ids=called)
    parties = parties_of_staff(FACTS, SAMVERKANSMOTE, booked)
    said_no = people(*declined)
    found = tuple(one.name for one in parties if has_nobody(FACTS, parties, one, called, said_no))
    assert found == gone
