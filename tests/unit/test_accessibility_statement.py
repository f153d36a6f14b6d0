"""The accessibility statement has what lag (2018:1937) 10 § and Digg's pattern ask for."""

import re
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.cases.web.accessibility import AccessibilityPage, make_accessibility_page
from services.cases.web.accessibility_words import WORDS
from shared.municipality import ContactCentre

CENTRE = ContactCentre(phone="0980-31 92 99", address="Torggatan 3", email="hej@kommun.example")


def statement(language: str, centre: ContactCentre = CENTRE) -> str:
    app = FastAPI()
    app.include_router(make_accessibility_page(AccessibilityPage("Exempelkommun", centre)))
    answer = TestClient(app).get(f"/tillganglighet?lang={language}")
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.mark.parametrize(
    "said",
    [
        "Exempelkommun står bakom",  # who
        "Samspel",  # for which service
        "delvis förenliga",  # how far, in the law's own words
        "0980-31 92 99",  # how shortcomings are reported
        "hej@kommun.example",
        "https://www.digg.se/tdosanmalan",  # and to whom, if nobody listens
        "Det här är inte tillgängligt",
        "oskäligt betungande",
        "Vi har skattat sidorna själva",  # how it was found out
        "22 november 2026",  # when
    ],
)
def test_the_statement_says_all_that_the_law_asks_for(said: str) -> None:
    assert said in statement("sv")


def test_the_statement_says_the_same_in_english() -> None:
    sv, en = WORDS["sv"], WORDS["en"]
    assert sv.keys() == en.keys()
    assert all(len(sv[key]) == len(en[key]) for key in ("shortcomings", "tested"))  # type: ignore[arg-type]
    assert 'lang="en"' in statement("en")


def test_a_municipality_without_a_mailbox_for_it_is_phoned() -> None:
    without = statement("sv", ContactCentre(phone="0980-31 92 99", address="Torggatan 3"))
    assert "mailto:" not in without
    assert re.search(r"tel:0980-319299", without)
