"""Who of the staff sees a case (X10, P8, X16, decision 12)."""

from dataclasses import replace
from datetime import date

import pytest

from shared.domain.facts import CaseFacts, ConsentState, MatterOf, Participant
from shared.domain.procedure import Procedure
from shared.domain.sight import may_see, seeing_organisations
from shared.procedures import load_procedures
from tests.unit.builders import CHILD, FATHER, MOTHER, SAMVERKANSMOTE, case, consent, day, uid

TODAY = day("2027-03-03")
SSPF = load_procedures(None).get("sspf", date(2027, 1, 1))


def staff(name: str, organisation: str) -> Participant:
    return Participant(uid(name), "staff", "kurator", organisation, custody=False)


REKTOR = staff("rektor", "school")  # the opener and process owner
TEACHER = staff("teacher", "school")
THERAPIST = staff("therapist", "social_services")
EVERYBODY = (CHILD, MOTHER, FATHER, REKTOR, TEACHER, THERAPIST)
SIGNED = (consent("mother"), consent("father"))
SCHOOL_ONLY = tuple(replace(one, organisations=frozenset({"school"})) for one in SIGNED)


WORKS_FOR = {"teacher": "school", "rektor": "school", "therapist": "social_services"}


def sees(
    facts: CaseFacts, name: str, on: date = TODAY, procedure: Procedure = SAMVERKANSMOTE
) -> bool:
    return may_see(facts, procedure, uid(name), on, {WORKS_FOR.get(name, "school")})


def a_case(*consents: object, **changes: object) -> CaseFacts:
    made = case(participants=EVERYBODY, consents=consents)  # type: ignore[arg-type]
    return replace(made, **{"initiator": uid("rektor"), **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "seen_by"),
    [
        (a_case(), {"rektor", "teacher"}),
        (a_case(consent("mother")), {"rektor", "teacher"}),  # the father hasn't signed
        (a_case(*SIGNED), {"rektor", "teacher", "therapist"}),
        (a_case(*SCHOOL_ONLY), {"rektor", "teacher"}),
        (a_case(consent("mother", state="withdrawn"), consent("father")), {"rektor", "teacher"}),
        (a_case(process_owner=uid("therapist")), {"rektor", "teacher", "therapist"}),
        (
            replace(a_case(), participants=(CHILD, MOTHER, FATHER, REKTOR, THERAPIST)),
            {"rektor"},  # who has left the case sees it no more
        ),
    ],
)
def test_X10_P8_a_case_is_seen_by_who_is_on_it_and_by_the_consent_for_their_organisation(
    facts: CaseFacts, seen_by: set[str]
) -> None:
    everybody = ("rektor", "teacher", "therapist", "mother", "father", "child", "chief")
    assert {name for name in everybody if sees(facts, name)} == seen_by


@pytest.mark.parametrize(
    ("works_for", "seen"),
    [
        ({"school"}, True),
        ({"school", "police"}, True),
        ({"social_services"}, False),
        (set(), False),
    ],
)
@pytest.mark.parametrize("about", ["child", "year", "report"])
def test_X10_whoever_has_left_the_organisation_they_are_there_for_sees_it_no_more(
    about: MatterOf, works_for: set[str], *, seen: bool
) -> None:
    facts = a_case(*SIGNED, about=about)
    assert may_see(facts, SAMVERKANSMOTE, uid("teacher"), TODAY, works_for) is seen


def test_X8_the_sight_ends_with_the_consent_that_no_longer_carries() -> None:
    until = tuple(replace(one, valid_until=day("2027-03-10")) for one in SIGNED)
    facts = a_case(*until)
    assert sees(facts, "therapist", day("2027-03-10"))
    assert not sees(facts, "therapist", day("2027-03-11"))


@pytest.mark.parametrize(
    ("procedure", "state", "seen"),
    [
        (SSPF, "requested", True),  # P4, P5: who asks for the consent
        (SSPF, "refused", False),
        (SSPF, "withdrawn", False),
        (SAMVERKANSMOTE, "requested", False),  # there the process owner asks
    ],
)
def test_P5_the_coordinator_sees_the_case_until_somebody_says_no(
    procedure: Procedure, state: ConsentState, *, seen: bool
) -> None:
    forms = (
        replace(consent("mother"), state=state, signed_on=None, withdrawn_on=TODAY),
        consent("father"),
    )
    facts = a_case(*forms, coordinator=uid("therapist"))
    assert sees(facts, "therapist", procedure=procedure) is seen


def test_S2_X10_the_coordinator_of_a_spindelmote_sees_it_once_the_consent_says_so() -> None:
    spindelmote = load_procedures(None).get("spindelmote", TODAY)
    asked = a_case(consent("mother", state="requested"), coordinator=uid("therapist"))
    assert not sees(asked, "therapist", procedure=spindelmote)
    signed = a_case(*SIGNED, coordinator=uid("therapist"))
    assert sees(signed, "therapist", procedure=spindelmote)


def test_the_organisations_that_see_are_those_whose_people_do() -> None:
    assert seeing_organisations(a_case(), SAMVERKANSMOTE, TODAY) == {"school"}
    both = {"school", "social_services"}
    assert seeing_organisations(a_case(*SIGNED), SAMVERKANSMOTE, TODAY) == both
