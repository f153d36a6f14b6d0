"""A form that comes back says at its top which fields to mend, and leads to each (WCAG 3.3.1)."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.integration.cases_house import CasesHouse, cases_house
from tests.support.signing_in import Visitor

REKTOR, ADMINISTRATOR = "anna-lindqvist", None
ENGLISH = {"Cookie": "samspel-sprak=en"}
_SUMMARY = re.compile(
    r'<div class="mend" role="alert" id="fel" tabindex="-1" autofocus>.*?</ul>', re.DOTALL
)
_LINK = re.compile(r'<a href="#([^"]+)">([^<]+)</a>')


@pytest.fixture(scope="module")
def house(registered_of_the_module: str, municipality: Path) -> Iterator[CasesHouse]:
    """Nothing that these forms say is saved, so all share it."""
    with cases_house(registered_of_the_module, "redis://nobody.example", municipality) as made:
        yield made


def mends(html: str) -> list[str]:
    """What is to be mended, each by a link to a place that is there."""
    summary = _SUMMARY.search(html)
    assert summary is not None, html
    found = _LINK.findall(summary[0])
    missing = [field for field, _ in found if f'id="{field}"' not in html]
    assert not missing
    return [unescape(words) for _, words in found]


def visitor(house: CasesHouse, person: str | None) -> Visitor:
    return house.visitor(person) if person else house.visitor(None, "administrator")


@pytest.mark.parametrize(
    ("person", "path", "fields", "mended"),
    [
        (REKTOR, "/arenden/nytt/samverkansmote", {"known_on": "i går"},
         ["När behovet blev känt: skriv dagen så här: 2027-03-01.",
          "Barnets namn: fyll i det här."]),
        (REKTOR, "/forfragningar/ny", {"source": "guardian", "phone": "ring"},
         ["Vilken rutin gäller det? Välj ett av alternativen.",
          "Telefon: skriv telefonnumret med siffror, mellanslag och bindestreck."]),
        (REKTOR, "/nodlage", {"reference": "7KQ2"},
         ["Varför behöver du läsa det nu? Skriv varför, med minst 20 tecken."]),
        (REKTOR, "/orosanmalningar/ny", {}, ["Vem anmälde? Välj ett av alternativen."]),
        (ADMINISTRATOR, "/installningar/las-in", {},
         ["Personer (people.csv): välj minst en fil."]),
        (ADMINISTRATOR, "/installningar/konton", {}, ["Användarnamn: fyll i det här."]),
    ],
)  # fmt: skip
def test_each_field_to_mend_is_told_by_its_name_with_a_link_to_it(
    house: CasesHouse, person: str | None, path: str, fields: dict[str, str], mended: list[str]
) -> None:
    who = visitor(house, person)
    answer = who.post(path, fields)
    if answer.status_code == 303:
        answer = who.follow(answer)
    assert answer.status_code == 422
    said = mends(answer.text)
    assert set(mended) <= set(said)


def test_the_title_of_the_page_says_that_there_is_something_to_mend(house: CasesHouse) -> None:
    html = house.visitor(REKTOR).post("/forfragningar/ny", {}).text
    assert "<title>Rätta – Ny förfrågan – Samspel</title>" in html


def test_in_english_the_names_of_the_fields_are_english(house: CasesHouse) -> None:
    answer = house.visitor(REKTOR).post("/forfragningar/ny", {"phone": "x"}, headers=ENGLISH)
    assert "Which routine is it about? Choose one of them." in mends(answer.text)


def test_the_public_form_says_it_in_the_same_way(house: CasesHouse) -> None:
    html = house.client.post("/intresseanmalan", data={"phone": "ring"}).text
    assert [one.partition(" ")[0] for one in mends(html)] == ["Vem", "Telefon:"]
