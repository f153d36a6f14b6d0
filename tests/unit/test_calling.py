"""Who is called to which meeting, and who is in charge of it, under each procedure."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from shared.domain.calling import called, in_charge, missing_on_case, missing_parties
from shared.domain.facts import CaseFacts, Participant
from shared.domain.procedure import Procedure
from shared.procedures import load_procedures
from tests.support.cases import CHILD, FATHER, MOTHER, case

DAY = date(2027, 3, 10)
TEACHER, COORDINATOR = UUID(int=31), UUID(int=32)
POLICE, LEISURE, SOCIAL = UUID(int=33), UUID(int=34), UUID(int=35)
FAMILY = {CHILD, MOTHER, FATHER}
STAFF = {
    TEACHER: ("larare", "school"),
    COORDINATOR: ("koordinator", "social_services"),
    SOCIAL: ("socialsekreterare", "social_services"),
    POLICE: ("kommunpolis", "police"),
    LEISURE: ("fritidsledare", "leisure"),
}


def procedure(name: str) -> Procedure:
    return load_procedures(None).get(name, DAY)


def a_case(name: str, *, signed_on: str | None = "2027-03-02") -> CaseFacts:
    """Opened by a teacher, with a coordinator, the four organisations and two guardians."""
    facts = case("2027-03-01", signed_on=signed_on)
    four = frozenset({"school", "social_services", "police", "leisure"})
    staff = (Participant(who, "staff", *of, custody=False) for who, of in STAFF.items())
    family = (one for one in facts.participants if one.party != "staff")
    return replace(
        facts,
        procedure=name,
        process_owner=TEACHER,
        initiator=TEACHER,
        coordinator=COORDINATOR,
        participants=(*family, *staff),
        consents=tuple(replace(form, organisations=four) for form in facts.consents),
    )


def people_at(name: str, step: str, **more: str | None) -> frozenset[UUID]:
    rules = procedure(name)
    return called(a_case(name, **more), rules, rules.step(step), DAY)


def test_S3_the_family_is_not_on_the_preparation_of_the_actors() -> None:
    assert people_at("spindelmote", "preparation") == set(STAFF)


def test_S11_the_family_is_called_to_its_own_meeting_with_the_four() -> None:
    assert people_at("spindelmote", "family") == FAMILY | set(STAFF)


def test_P4_coordinator_initiator_and_family_meet_without_a_consent() -> None:
    met = people_at("sspf", "information", signed_on=None)
    assert met == FAMILY | {TEACHER, COORDINATOR}


def test_P5_the_network_is_called_as_far_as_the_consent_reaches() -> None:
    rules, facts = procedure("sspf"), a_case("sspf")
    narrower = replace(
        facts,
        consents=tuple(
            replace(form, organisations=form.organisations - {"police"}) for form in facts.consents
        ),
    )
    assert called(facts, rules, rules.step("network"), DAY) == FAMILY | set(STAFF)
    assert POLICE not in called(narrower, rules, rules.step("network"), DAY)


@pytest.mark.parametrize(
    ("name", "step", "who"),
    [
        ("sspf", "information", TEACHER),  # P14: the initiator invites
        ("sspf", "network", COORDINATOR),  # P5
        ("spindelmote", "preparation", COORDINATOR),  # S5
        ("spindelmote", "family", COORDINATOR),
        ("samverkansmote", "first", TEACHER),  # R8
    ],
)
def test_P14_S5_R8_who_calls_and_chairs(name: str, step: str, who: UUID) -> None:
    rules = procedure(name)
    assert in_charge(a_case(name), rules, rules.step(step)) == who


@pytest.mark.parametrize("gone", sorted(FAMILY - {FATHER}))
def test_P15_no_network_meeting_without_the_child_and_a_guardian(gone: UUID) -> None:
    rules, facts = procedure("sspf"), a_case("sspf")
    left = {gone, FATHER} if gone == MOTHER else {gone}
    without = replace(
        facts, participants=tuple(one for one in facts.participants if one.person_id not in left)
    )
    party = "child" if gone == CHILD else "guardian"
    assert missing_parties(without, rules, rules.step("network"), DAY) == (party,)


def test_S8_each_of_the_four_is_missed() -> None:
    rules, facts = procedure("spindelmote"), a_case("spindelmote")
    without = replace(
        facts, participants=tuple(o for o in facts.participants if o.person_id not in STAFF)
    )
    four = ("school", "social_services", "police", "leisure")
    assert missing_on_case(without, rules, DAY) == ("koordinator", *four)


def test_R6_before_eighteen_only_custodians_are_called_and_stand_for_the_guardians() -> None:
    rules, facts = procedure("samverkansmote"), a_case("samverkansmote")
    first = rules.step("first")

    def without_custody(*people: UUID) -> CaseFacts:
        return replace(
            facts,
            participants=tuple(
                replace(one, custody=False) if one.person_id in people else one
                for one in facts.participants
            ),
        )

    one = without_custody(FATHER)
    assert called(one, rules, first, DAY) & FAMILY == {CHILD, MOTHER}
    assert "guardian" not in missing_parties(one, rules, first, DAY)
    assert "guardian" in missing_parties(without_custody(MOTHER, FATHER), rules, first, DAY)


def test_P4_who_is_called_by_function_comes_from_whatever_organisation() -> None:
    rules, facts = procedure("sspf"), a_case("sspf", signed_on=None)
    handed_over = replace(facts, process_owner=SOCIAL)  # the initiator is of no own organisation
    met = called(handed_over, rules, rules.step("information"), DAY)
    assert met == FAMILY | {TEACHER, COORDINATOR}
