"""How tasks sound: what is to be done, in Swedish, naming nobody."""

from datetime import datetime
from typing import Any

import pytest

from services.cases.domain.quotes import quote
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
    assert task_words(kind, details, SAMVERKANSMOTE, MEETING) == text


@pytest.mark.parametrize("rule", ["R13", "S1"])
def test_the_rules_of_tasks_are_quoted(rule: str) -> None:
    assert quote(SAMVERKANSMOTE, rule)
