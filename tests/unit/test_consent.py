"""Whose consent a meeting needs, and whether it stands on its day: R3, X8, S1, X14."""

from dataclasses import asdict, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.consent import (
    age_on,
    birthday_in,
    consent_stands,
    covered_organisations,
    deciders,
    declined,
    missing_consents,
)
from shared.domain.facts import Consent, ConsentState, UnreadableFacts, facts_from_json
from tests.unit.builders import (
    BOTH,
    CHILD,
    MOTHER,
    SAMVERKANSMOTE,
    STEPFATHER,
    case,
    consent,
    day,
    meeting,
    uid,
)

MEETING_DAY = day("2027-03-09")


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("2009-03-16", "2027-03-15", 17),
        ("2009-03-16", "2027-03-16", 18),  # from the birthday itself
        ("2008-12-31", "2026-12-31", 18),
        ("2009-01-01", "2026-12-31", 17),
        ("2008-02-29", "2026-02-27", 17),
        ("2008-02-29", "2026-02-28", 18),  # a common year: the month's last day
        ("2008-02-29", "2028-02-28", 19),
        ("2008-02-29", "2028-02-29", 20),  # a leap year: the day itself
        ("2009-02-28", "2027-02-28", 18),
        ("2009-03-01", "2027-02-28", 17),
        ("2014-05-02", "2014-05-02", 0),
    ],
)
def test_x8_age_is_counted_from_the_birthday(born: str, on: str, age: int) -> None:
    assert age_on(day(born), day(on)) == age


@settings(deadline=None)  # a slow machine is no failure
@given(st.dates(date(1990, 1, 1), date(2026, 1, 1)), st.integers(0, 40))
def test_x8_everybody_is_a_year_older_on_the_birthday_and_not_the_day_before(
    born: date, years: int
) -> None:
    birthday = birthday_in(born, born.year + years)
    assert age_on(born, birthday) == years
    assert age_on(born, date.fromordinal(birthday.toordinal() - 1)) == years - 1


@pytest.mark.parametrize(
    ("mother", "father", "stands"),
    [
        ("signed", "signed", True),
        ("signed", None, False),
        (None, None, False),
        ("signed", "requested", False),
        ("signed", "refused", False),
        ("signed", "withdrawn", False),  # one guardian is enough to withdraw (X14)
        ("signed", "lapsed", False),
    ],
)
def test_r3_every_custodian_must_have_signed(
    mother: ConsentState | None, father: ConsentState | None, stands: bool
) -> None:
    states = {"mother": mother, "father": father}
    facts = case(consents=[consent(who, state=state) for who, state in states.items() if state])
    assert consent_stands(facts, SAMVERKANSMOTE, MEETING_DAY) is stands


def test_r3_a_guardian_without_custody_does_not_decide() -> None:
    facts = case(participants=[CHILD, MOTHER, STEPFATHER], consents=[consent("mother")])
    assert deciders(facts, SAMVERKANSMOTE, MEETING_DAY) == {uid("mother")}
    assert consent_stands(facts, SAMVERKANSMOTE, MEETING_DAY)


def test_r3_without_anybody_who_decides_nothing_stands() -> None:
    facts = case(participants=[CHILD, STEPFATHER], consents=[consent("stepfather")])
    assert not consent_stands(facts, SAMVERKANSMOTE, MEETING_DAY)
    assert covered_organisations(facts, SAMVERKANSMOTE, MEETING_DAY) == frozenset()


def test_r3_the_missing_consents_are_named_by_person() -> None:
    facts = case(consents=[consent("mother"), consent("father", state="requested", on=None)])
    assert missing_consents(facts, SAMVERKANSMOTE, MEETING_DAY) == {uid("father")}


@pytest.mark.parametrize(("on", "stands"), [("2027-03-01", False), ("2027-03-02", True)])
def test_x8_a_consent_does_not_reach_back_before_the_day_it_was_signed(
    on: str, stands: bool
) -> None:
    facts = case(participants=[CHILD, MOTHER], consents=[consent("mother", on="2027-03-02")])
    assert consent_stands(facts, SAMVERKANSMOTE, day(on)) is stands


def test_a_consent_said_to_be_signed_on_no_day_does_not_stand() -> None:
    facts = case(participants=[CHILD, MOTHER], consents=[consent("mother", on=None)])
    assert not consent_stands(facts, SAMVERKANSMOTE, MEETING_DAY)


@pytest.mark.parametrize(
    ("meeting_day", "decides"),
    [("2027-03-15", {"mother", "father"}), ("2027-03-16", {"child"})],
)
def test_r3_and_x8_from_the_18th_birthday_the_youth_decides_alone_about_the_meetings_day(
    meeting_day: str, decides: set[str]
) -> None:
    facts = case(born="2009-03-16")
    assert deciders(facts, SAMVERKANSMOTE, day(meeting_day)) == {uid(who) for who in decides}


@pytest.mark.parametrize(
    ("consents", "before", "after"),
    [
        ([consent("mother"), consent("father")], True, False),  # the old consent no longer carries
        ([consent("mother"), consent("father"), consent("child", "child")], True, False),
        ([consent("mother"), consent("father"), consent("child", "youth")], True, True),  # ahead
        ([consent("child", "youth")], False, True),  # the guardians' isn't needed any more
    ],
)
def test_x8_on_the_18th_birthday_only_what_the_youth_signed_as_an_adult_carries(
    consents: list[Consent], before: bool, after: bool
) -> None:
    facts = case(born="2009-03-16", consents=consents)
    assert consent_stands(facts, SAMVERKANSMOTE, day("2027-03-15")) is before
    assert consent_stands(facts, SAMVERKANSMOTE, day("2027-03-16")) is after


def test_x14_a_child_that_takes_back_its_own_consent_stops_the_meeting() -> None:
    guardians = [consent("mother"), consent("father")]
    withdrawn = case(consents=[*guardians, consent("child", "child", "withdrawn")])
    assert not consent_stands(withdrawn, SAMVERKANSMOTE, MEETING_DAY)
    assert missing_consents(withdrawn, SAMVERKANSMOTE, MEETING_DAY) == {uid("child")}


@pytest.mark.parametrize("state", ["requested", "refused"])
def test_r17_a_child_that_has_not_signed_stops_nothing(state: ConsentState) -> None:
    child = consent("child", "child", state, on=None)
    facts = case(consents=[consent("mother"), consent("father"), child])
    assert consent_stands(facts, SAMVERKANSMOTE, MEETING_DAY)


def test_p7_a_consent_given_anew_stands_beside_the_one_withdrawn() -> None:
    facts = case(
        participants=[CHILD, MOTHER],
        consents=[consent("mother", state="withdrawn"), consent("mother", on="2027-03-08")],
    )
    assert consent_stands(facts, SAMVERKANSMOTE, MEETING_DAY)


def form(
    who: str, signed_on: str, turn: int, *, withdrawn_on: str | None = None, of: str = "A"
) -> Consent:
    """A form that was answered as the so-and-so-manieth of the case."""
    return replace(
        consent(who, on=signed_on),
        id=uid(f"{who}-{of}"),
        state="withdrawn" if withdrawn_on else "signed",
        withdrawn_on=day(withdrawn_on) if withdrawn_on else None,
        turn=turn,
    )


@pytest.mark.parametrize(
    ("signed_on", "turn", "holds"),
    [
        ("2027-03-02", 1, False),  # before the withdrawal of the other form
        ("2027-03-02", 9, False),  # registered after it, but signed before it
        ("2027-03-05", 1, False),  # on the same day, registered before it
        ("2027-03-05", 9, True),  # on the same day, registered after it
        ("2027-03-08", 9, True),  # signed anew
    ],
)
def test_p7_a_withdrawal_counts_against_every_form_signed_by_then_until_one_is_signed_later(
    signed_on: str, turn: int, holds: bool
) -> None:
    forms = [form("mother", "2027-03-01", 5, withdrawn_on="2027-03-05")]
    facts = case(
        participants=[CHILD, MOTHER], consents=[*forms, form("mother", signed_on, turn, of="B")]
    )
    assert consent_stands(facts, SAMVERKANSMOTE, MEETING_DAY) is holds
    assert (covered_organisations(facts, SAMVERKANSMOTE, MEETING_DAY) == BOTH) is holds
    assert declined(facts, SAMVERKANSMOTE, MEETING_DAY) is not holds


def test_x14_one_guardians_withdrawal_leaves_the_others_form_as_it_is() -> None:
    withdrawn = form("mother", "2027-03-01", 3, withdrawn_on="2027-03-05")
    facts = case(consents=[withdrawn, form("father", "2027-03-02", 2)])
    assert missing_consents(facts, SAMVERKANSMOTE, MEETING_DAY) == {uid("mother")}


def test_x14_a_child_that_takes_back_one_of_two_forms_has_taken_back_its_consent() -> None:
    own = [
        replace(form("child", "2027-03-01", 5, withdrawn_on="2027-03-05"), party="child"),
        replace(form("child", "2027-03-02", 3, of="B"), party="child"),
    ]
    guardians = [consent("mother"), consent("father")]
    facts = case(consents=[*guardians, *own])
    assert missing_consents(facts, SAMVERKANSMOTE, MEETING_DAY) == {uid("child")}
    again = replace(form("child", "2027-03-05", 6, of="C"), party="child")
    assert consent_stands(case(consents=[*guardians, *own, again]), SAMVERKANSMOTE, MEETING_DAY)


def test_x8_a_youth_who_takes_back_their_word_as_a_child_takes_back_what_was_signed_ahead() -> None:
    ahead = replace(form("child", "2027-03-02", 1, of="ahead"), party="youth")
    word = replace(form("child", "2027-03-01", 5, withdrawn_on="2027-03-05"), party="child")
    facts = case(born="2009-03-09", consents=[ahead, word])
    assert not consent_stands(facts, SAMVERKANSMOTE, MEETING_DAY)


def test_s1_an_organisation_is_covered_only_if_everybody_who_decides_named_it() -> None:
    narrow = consent("father", organisations=frozenset({"school"}))
    assert covered_organisations(
        case(consents=[consent("mother"), narrow]), SAMVERKANSMOTE, MEETING_DAY
    ) == {"school"}


def test_s1_what_one_person_signed_in_two_forms_counts_together() -> None:
    forms = [
        consent("mother", on="2027-03-02", organisations=frozenset({"school"})),
        consent("mother", on="2027-03-03", organisations=frozenset({"social_services"})),
    ]
    facts = case(participants=[CHILD, MOTHER], consents=forms)
    assert covered_organisations(facts, SAMVERKANSMOTE, MEETING_DAY) == BOTH


def test_s1_nothing_is_covered_while_a_consent_is_missing() -> None:
    facts = case(consents=[consent("mother")])
    assert covered_organisations(facts, SAMVERKANSMOTE, MEETING_DAY) == frozenset()


def test_facts_come_back_from_json_as_they_were() -> None:
    facts = case(
        consents=[consent("mother"), consent("father", state="requested", on=None)],
        meetings=[meeting("first", "2027-03-09")],
    )
    assert facts_from_json({**as_json(asdict(facts)), "added_later": 1}) == facts


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", "paused"),
        ("known_on", "yesterday"),
        ("opened_at", "2027-03-01T08:00:00"),  # no offset
        ("birth_date", None),
        ("participants", [{"person_id": "not-an-id"}]),
    ],
)
def test_unreadable_facts_are_refused_by_field_without_the_value(field: str, value: object) -> None:
    data = {**as_json(asdict(case())), field: value}
    with pytest.raises(UnreadableFacts, match=field) as refusal:
        facts_from_json(data)
    assert str(value) not in str(refusal.value)
    assert refusal.value.__context__ is None


def as_json(value: Any) -> Any:
    """What PostgreSQL's JSON makes of the facts."""
    if isinstance(value, dict):
        return {key: as_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [as_json(part) for part in value]
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
