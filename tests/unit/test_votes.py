"""Times to choose from: which is the best, and which are out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from services.cases.domain.refused import Refused
from services.cases.domain.votes import (
    Option,
    OptionPassed,
    UnknownOption,
    Vote,
    ahead,
    all_have_voted,
    best_first,
    check_ahead,
    option_at,
)
from shared.domain.facts import Participant
from tests.unit.builders import (
    CHILD,
    FATHER,
    MOTHER,
    SAMVERKANSMOTE,
    case,
    consent,
    meeting,
    uid,
)

REKTOR = Participant(uid("rektor"), "staff", "rektor", "school", custody=False)
THERAPIST = Participant(
    uid("therapist"), "staff", "familjebehandlare", "social_services", custody=False
)
OTHER_THERAPIST = replace(THERAPIST, person_id=uid("other therapist"))
EVERYBODY = (CHILD, MOTHER, FATHER, REKTOR, THERAPIST, OTHER_THERAPIST)
FACTS = case(participants=EVERYBODY, consents=(consent("mother"), consent("father")))
PROPOSED = replace(
    meeting("first", "2027-03-09", "proposed"),
    person_ids=frozenset(who.person_id for who in EVERYBODY),
)


def time(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+01:00")


def option(starts_at: str, **votes: Vote) -> Option:
    named = {uid(name.replace("_", " ")): vote for name, vote in votes.items()}
    return Option(time(starts_at), named)


def best(*options: Option) -> list[str]:
    found = best_first(FACTS, SAMVERKANSMOTE, PROPOSED, options)
    return [f"{one.starts_at:%d}" for one in found]


def test_before_any_vote_the_times_stand_as_they_were_found() -> None:
    assert best(option("2027-03-11T09:00"), option("2027-03-09T09:00")) == ["11", "09"]


@pytest.mark.parametrize(
    ("ninth", "tenth", "order"),
    [
        ({"mother": "yes"}, {"mother": "yes", "father": "yes"}, ["10", "09"]),  # most yes
        ({"mother": "yes"}, {"mother": "yes"}, ["09", "10"]),  # the earlier
        ({"mother": "if-need-be"}, {"mother": "yes"}, ["10", "09"]),
        ({"mother": "no", "father": "yes"}, {"father": "if-need-be"}, ["10"]),  # a guardian's no
        ({"child": "no"}, {"child": "yes"}, ["10"]),
        ({"rektor": "no"}, {"rektor": "yes"}, ["10"]),  # chairs, and is the school
        ({"therapist": "no"}, {"therapist": "if-need-be"}, ["10", "09"]),  # the other comes
        ({"therapist": "no", "other_therapist": "no"}, {}, ["10"]),  # R6: nobody of theirs
        ({"mother": "no"}, {"father": "no"}, []),
    ],
)
def test_R6_the_best_time_has_no_no_of_a_party_that_is_needed_and_the_most_yes(
    ninth: Mapping[str, Vote], tenth: Mapping[str, Vote], order: list[str]
) -> None:
    options = (option("2027-03-09T09:00", **ninth), option("2027-03-10T09:00", **tenth))
    assert best(*options) == order


def test_R6_what_has_passed_is_neither_offered_nor_chosen() -> None:
    options = (option("2027-03-09T09:00"), option("2027-03-10T09:00"))
    assert ahead(options, time("2027-03-09T08:59")) == options
    assert ahead(options, time("2027-03-09T09:00")) == options[1:]
    check_ahead(options[1].starts_at, time("2027-03-09T09:00"), "R9")
    with pytest.raises(OptionPassed) as refused:
        check_ahead(options[0].starts_at, time("2027-03-09T09:00"), "R9")
    assert refused.value.cited == "R9"
    assert "tisdag 9 mars 2027 kl. 09.00" in refused.value.detailed("sv")


def test_all_have_voted_when_everybody_has_said_something_of_every_time() -> None:
    said = dict.fromkeys(PROPOSED.person_ids, "yes")
    full = Option(time("2027-03-09T09:00"), said)  # type: ignore[arg-type]
    assert all_have_voted(PROPOSED, [full])
    assert not all_have_voted(PROPOSED, [full, option("2027-03-10T09:00", mother="yes")])
    assert not all_have_voted(PROPOSED, [])


def test_a_time_that_was_not_proposed_is_refused_by_its_field() -> None:
    options = [option("2027-03-09T09:00")]
    assert option_at(options, time("2027-03-09T09:00"), "starts_at") is options[0]
    with pytest.raises(UnknownOption) as refused:
        option_at(options, time("2027-03-09T09:30"), "starts_at")
    assert isinstance(refused.value, Refused)
    assert refused.value.field == "starts_at"
