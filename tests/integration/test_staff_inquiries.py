"""Inquiries on the pages: answered by who coordinates, made by any of the staff (P3, P13)."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from shared.ids import staff_id
from tests.conftest import Servers
from tests.integration.cases_house import CasesHouse, Json, cases_house
from tests.integration.test_staff_opening import CHILD, OF_SSPF, case_of, fill_in, leads_to
from tests.support.signing_in import Visitor, words_of

PATH = "/forfragningar"
TEACHER, SSPF = "kristina-blom", "stefan-norrby"
NOBODY = "00000000-0000-4000-8000-000000000000"
ASKED = {"procedure": "sspf", "source": "staff", "unit": "bjorkskolan", "reason": "sspf:truancy"}


@pytest.fixture(scope="module")
def house(
    registered_of_the_module: str, servers: Servers, worker_number: int, municipality: Path
) -> Iterator[CasesHouse]:
    """One database for all tests here: the inquiries of the one before are taken out."""
    valkey = servers.valkey.rsplit("/", 1)[0] + f"/{worker_number}"
    with cases_house(registered_of_the_module, valkey, municipality) as made:
        yield made


@pytest.fixture
def coordinator(house: CasesHouse) -> Visitor:
    """Who coordinates SSPF, with nothing to answer yet."""
    for table in ("drafts", "tasks", "inquiries"):
        house.execute(f"DELETE FROM cases.{table}")  # noqa: S608 - the names stand here
    return house.visitor(SSPF)


def told(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, words_of(answer.text)
    return unescape(words_of(answer.text))


def asked(house: CasesHouse, **changes: Any) -> str:
    usual = {
        "procedure": "sspf", "source": "guardian", "name": "Kim Exempel",
        "phone": "070-123 45 67", "email": "kim@hemma.example", "unit": "bjorkskolan",
        "reason": "truancy",
    }  # fmt: skip
    return str(house.post("inquiries", usual | changes, 201)["id"])


def kept(house: CasesHouse) -> Json:
    query = "SELECT source, by_person::text, name, phone, unit, reason, state FROM cases.inquiries"
    return house.rows(query)[0]


def test_P3_who_coordinates_sees_who_asks_and_how_to_reach_them(
    house: CasesHouse, coordinator: Visitor
) -> None:
    asked(house)
    page = told(coordinator.get(PATH))
    for words in ("En vårdnadshavare", "Kim Exempel", "070-123 45 67", "Björkskolan", "SSPF"):
        assert words in page
    assert "Skolsociala problem" in page


def test_P3_nobody_else_sees_or_answers_them(house: CasesHouse, coordinator: Visitor) -> None:
    inquiry = asked(house)
    for person in (TEACHER, "anna-lindqvist", "jonas-ekdahl"):
        other = house.visitor(person)
        assert other.get(PATH).status_code == 403
        assert other.post(f"{PATH}/{inquiry}/avboj").status_code == 403
        assert other.get(f"/arenden/nytt/sspf?forfragan={inquiry}").status_code in (404, 409)
    assert kept(house)["state"] == "new"


def test_P13_it_is_declined_and_how_to_reach_them_is_forgotten(
    house: CasesHouse, coordinator: Visitor
) -> None:
    answer = coordinator.post(f"{PATH}/{asked(house)}/avboj")
    assert "Kontaktuppgifterna är borttagna." in told(coordinator.follow(answer))
    assert (kept(house)["state"], kept(house)["phone"]) == ("declined", None)
    assert "Avböjd" in told(coordinator.get(f"{PATH}?visa=declined"))


def test_P2_it_is_pointed_to_who_helps_better(house: CasesHouse, coordinator: Visitor) -> None:
    inquiry = asked(house)
    path = f"{PATH}/{inquiry}/hanvisa"
    assert "Välj ett av alternativen." in told(coordinator.post(path), 422)
    leads_to(coordinator.post(path, {"to": "skolsocionom"}))
    assert "Skolsocionomen" in told(coordinator.get(f"{PATH}?visa=pointed-elsewhere"))
    answer = coordinator.post(f"{PATH}/{inquiry}/avboj")
    assert "P13" in told(answer, 409)


def test_an_inquiry_that_isnt_there_is_not_found(coordinator: Visitor) -> None:
    assert coordinator.post(f"{PATH}/{NOBODY}/avboj").status_code == 404
    assert coordinator.get(f"/arenden/nytt/sspf?forfragan={NOBODY}").status_code == 404


def test_P13_a_case_is_opened_from_it_and_nothing_is_asked_twice(
    house: CasesHouse, coordinator: Visitor
) -> None:
    inquiry = asked(house)
    path = f"/arenden/nytt/sspf?forfragan={inquiry}"
    page = coordinator.get(path).text
    assert '<option value="bjorkskolan" selected>' in page
    assert 'value="truancy" checked' in page
    coordinator.post(path, {**CHILD, **OF_SSPF})
    family = coordinator.get(f"/arenden/nytt/sspf/familjen?forfragan={inquiry}").text
    assert 'value="Kim Exempel"' in family
    assert 'value="070-123 45 67"' in family
    fill_in(coordinator, path, child={**CHILD, **OF_SSPF}, person="")
    answer = coordinator.post(f"/arenden/nytt/sspf/granska?forfragan={inquiry}")
    case = house.get(f"cases/{case_of(answer)}")
    assert case["initiator"] == str(staff_id(SSPF))
    assert kept(house)["state"] == "accepted"
    assert "besvarad" in told(coordinator.get(path), 409)


@pytest.mark.parametrize(("chosen", "initiator"), [(TEACHER, TEACHER), (SSPF, SSPF)])
def test_P14_the_colleague_who_asked_is_the_initiator_unless_the_coordinator_takes_it(
    house: CasesHouse, coordinator: Visitor, chosen: str, initiator: str
) -> None:
    inquiry = asked(
        house, source="staff", by=str(staff_id(TEACHER)), name=None, phone=None, email=None
    )
    path = f"/arenden/nytt/sspf?forfragan={inquiry}"
    fill_in(coordinator, path, child={**CHILD, **OF_SSPF}, person="")
    people = f"/arenden/nytt/sspf/deltagare?forfragan={inquiry}"
    assert "Vem är processbärare?" in told(coordinator.get(people))
    coordinator.post(people, {"initiator": str(staff_id(chosen))})
    answer = coordinator.post(f"/arenden/nytt/sspf/granska?forfragan={inquiry}")
    assert house.get(f"cases/{case_of(answer)}")["initiator"] == str(staff_id(initiator))


def test_X11_of_a_child_who_asked_nobody_of_the_family_is_told_before_the_talk(
    house: CasesHouse, coordinator: Visitor
) -> None:
    inquiry = asked(house, source="child", name="Alva Exempel", email=None)
    assert "Prata med barnet innan någon i familjen får veta." in told(coordinator.get(PATH))
    path = f"/arenden/nytt/sspf?forfragan={inquiry}"
    assert 'value="Alva Exempel"' in coordinator.get(path).text
    summary = fill_in(coordinator, path, child={**CHILD, **OF_SSPF}, person="")
    assert "En tid söks när någon har pratat med barnet." in summary
    assert "Inga nu." in summary
    answer = coordinator.post(f"/arenden/nytt/sspf/granska?forfragan={inquiry}")
    assert house.get(f"cases/{case_of(answer)}")["held_back"] is True


def test_P3_any_of_the_staff_asks_in_their_own_name(
    house: CasesHouse, coordinator: Visitor
) -> None:
    teacher = house.visitor(TEACHER)
    assert "Fråga koordinatorn" in told(teacher.get(f"{PATH}/ny?rutin=sspf"))
    answer = teacher.post(f"{PATH}/ny", ASKED)
    assert "Förfrågan har gått till koordinatorn." in told(teacher.follow(answer))
    row = kept(house)
    assert (row["source"], row["by_person"]) == ("staff", str(staff_id(TEACHER)))
    assert (row["unit"], row["reason"]) == ("bjorkskolan", "truancy")
    assert "Kristina Blom" in told(coordinator.get(PATH))


def test_P13_for_a_family_that_rings_and_needs_no_name(
    house: CasesHouse, coordinator: Visitor
) -> None:
    sent = {"procedure": "sspf", "source": "guardian", "phone": "070-123 45 67"}
    assert leads_to(coordinator.post(f"{PATH}/ny", sent)).startswith(f"{PATH}?")
    row = kept(house)
    assert (row["source"], row["by_person"], row["name"], row["phone"]) == (
        "guardian", None, None, "070-123 45 67",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": ""}, "Välj ett av alternativen."),
        ({"procedure": "samverkansmote"}, "Välj ett av alternativen."),
        ({"source": "guardian", "phone": "ring mig"}, "Skriv telefonnumret"),
        ({"reason": "spindelmote:theft"}, "Skälet hör till en annan rutin."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(
    house: CasesHouse, coordinator: Visitor, changes: dict[str, str], said: str
) -> None:
    assert said in told(coordinator.post(f"{PATH}/ny", {**ASKED, **changes}), 422)
    assert house.rows("SELECT 1 FROM cases.inquiries") == []


def test_two_clicks_ask_once(house: CasesHouse, coordinator: Visitor) -> None:
    for _ in range(2):
        leads_to(coordinator.post(f"{PATH}/ny", {**ASKED, "key": "of-this-click"}))
    assert len(house.rows("SELECT 1 FROM cases.inquiries")) == 1
