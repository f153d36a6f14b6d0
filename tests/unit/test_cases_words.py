"""How tasks sound: what is to be done, in Swedish and English, naming nobody."""

from datetime import datetime
from typing import Any

import pytest

from services.cases.domain.quotes import quote
from services.cases.domain.task_kinds import KINDS
from services.cases.web.words import task_words
from tests.unit.builders import SAMVERKANSMOTE

MEETING = {"starts_at": datetime.fromisoformat("2027-03-09T13:00+01:00")}


@pytest.mark.parametrize(
    ("kind", "details", "text"),
    [
        (
            "mark-as-held",
            {},
            "Markera mötet tisdagen den 9 mars 2027 kl. 13.00 som hållet, eller ställ in det",
        ),
        (
            "no-slot",
            {"step": "first", "reason": "organisation-not-covered", "missing": ["social_services"]},
            (
                "Samtycket omfattar inte socialtjänsten, så första samverkansmötet kan inte bokas."
                " Be om ett som gör det"
            ),
        ),
        (
            "no-slot",
            {"step": "first", "reason": "organisation-not-covered"},
            (
                "Samtycket omfattar inte alla som kallas, så första samverkansmötet kan inte bokas."
                " Be om ett som gör det"
            ),
        ),
        (
            "no-slot",
            {"step": "first", "reason": "no-free-time"},
            (
                "Det finns ingen ledig tid för första samverkansmötet före gränsen."
                " Gör plats i någons kalender"
            ),
        ),
    ],
)
def test_a_task_says_what_to_do(kind: str, details: dict[str, Any], text: str) -> None:
    assert task_words(kind, details, SAMVERKANSMOTE, MEETING).sv == text


@pytest.mark.parametrize(
    ("kind", "details", "text"),
    [
        (
            "tell-by-hand",
            {"kind": "call"},
            (
                "Phone or write a letter to a person about the meeting on Tuesday 9 March 2027,"
                " 13:00: tell them that the meeting is booked"
            ),
        ),
        (
            "tell-by-hand",
            {"kind": "cancel"},
            (
                "Phone or write a letter to a person about the meeting on Tuesday 9 March 2027,"
                " 13:00: tell them that the meeting is cancelled"
            ),
        ),
        (
            "participants-missing",
            {"missing": ["familjebehandlare", "school"]},
            (
                "Add whoever is always called but missing: a family therapist, somebody from the"
                " school"
            ),
        ),
        (
            "no-slot",
            {"step": "first", "reason": "organisation-not-covered", "missing": ["social_services"]},
            (
                "The consent doesn't cover the social services, so “First samverkansmöte” can't be"
                " booked. Ask for one that does"
            ),
        ),
    ],
)
def test_it_says_as_much_in_english(kind: str, details: dict[str, Any], text: str) -> None:
    assert task_words(kind, details, SAMVERKANSMOTE, MEETING).en == text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_task_with_its_meeting_says_when_in_both_languages(kind: str) -> None:
    said = task_words(kind, {"step": "first"}, SAMVERKANSMOTE, MEETING)
    assert ("13.00" in said.sv) == ("13:00" in said.en)
    assert said.sv != said.en


@pytest.mark.parametrize("rule", ["R13", "S1"])
def test_the_rules_of_tasks_are_quoted(rule: str) -> None:
    assert quote(SAMVERKANSMOTE, rule)
