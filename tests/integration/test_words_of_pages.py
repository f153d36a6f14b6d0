"""Pages say of a consent, an answer and a task what is so, and one thing by one name."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from services.cases.domain.year_facts import OpenDuty
from services.cases.handlers.year.showing import Leads
from services.cases.web.staff.settings.rule_words import section_title
from services.cases.web.staff.year_rows import own_duties
from shared.ids import staff_id
from tests.conftest import Servers
from tests.integration.cases_house import CasesHouse, Json, cases_house, guardian
from tests.support.signing_in import Visitor, words_of
from tests.unit.builders import SAMVERKANSMOTE
from tests.unit.test_year_shown import a_year

ENGLISH = {"headers": {"Cookie": "samspel-sprak=en"}}
COORDINATOR = "stefan-norrby"


@pytest.fixture(scope="module")
def house(
    registered_of_the_module: str, servers: Servers, worker_number: int, municipality: Path
) -> Iterator[CasesHouse]:
    """One database for all tests here: each opens a case of its own."""
    valkey = servers.valkey.rsplit("/", 1)[0] + f"/{worker_number}"
    with cases_house(registered_of_the_module, valkey, municipality) as made:
        made.set_clock("2027-03-01T08:00:00+01:00")
        yield made


@pytest.fixture(scope="module")
def sspf(house: CasesHouse) -> Json:
    """Its coordinator asks for consent after the information meeting (P5)."""
    return house.open_case(
        procedure="sspf", guardians=[guardian()], participants=[], grade=7,
        residence="exempelkommun", reason="truancy",
    )  # fmt: skip


@pytest.fixture(scope="module")
def signed(house: CasesHouse) -> Json:
    case = house.signed_case()
    house.booked(case)
    return case


def sees(visitor: Visitor, path: str, **more: Any) -> str:
    answer = visitor.get(path, **more)
    assert answer.status_code == 200, answer.text
    return unescape(words_of(answer.text))


def test_P5_a_consent_is_not_said_to_be_asked_for_before_its_step_was_held(
    house: CasesHouse, sspf: Json
) -> None:
    coordinator, path = house.visitor(COORDINATOR), f"/arenden/{sspf['id']}"
    page = sees(coordinator, path)
    assert "Ska frågas efter steget «Informationsmöte»" in page
    assert "ska frågas senare" in page
    assert "To be asked after “Information meeting”" in sees(coordinator, path, **ENGLISH)
    assert "väntar på svar" not in page
    assert "Utan svar sedan" not in page
    assert "Samspel söker nu en tid för det första mötet" in sees(
        coordinator, f"{path}?klart=nytt-tid"
    )
    assert f"saknas · {sspf['reference']}" not in sees(coordinator, "/")


def test_R4_what_was_asked_for_is_said_to_lack_an_answer(house: CasesHouse) -> None:
    case, anna = house.open_case(), house.visitor()
    page = sees(anna, f"/arenden/{case['id']}")
    assert "Utan svar sedan måndag 1 mars 2027" in page
    assert "Frågad" not in page
    assert f"2 samtycken saknas · {case['reference']}" in sees(anna, "/")


def test_each_button_of_a_task_is_named_by_what_it_does_and_for_whom(house: CasesHouse) -> None:
    case = house.open_case()
    page = house.visitor().get(f"/arenden/{case['id']}").text
    tasks = re.search(r'id="att-gora".*?</section>', page, re.DOTALL)
    assert tasks is not None
    for name in ("Gör det", "Klar"):
        said = re.findall(rf'{name}<span class="hidden">(.*?)</span>', tasks[0])
        assert len(said) == len(set(said))
        assert any("(Kim Exempel)" in one for one in said)


def test_a_role_that_is_also_the_function_is_said_once(house: CasesHouse, sspf: Json) -> None:
    page = sees(house.visitor(COORDINATOR), f"/arenden/{sspf['id']}")
    assert "Stefan Norrby koordinator" in page
    assert "koordinator · koordinator" not in page


def test_the_meeting_and_the_start_page_count_the_same_people(
    house: CasesHouse, signed: Json
) -> None:
    """The child of twelve is told by an adult, so nobody waits for its answer (X11)."""
    anna = house.visitor()
    (meeting,) = house.get(f"cases/{signed['id']}")["meetings"]
    asked = len(meeting["attendance"]) - 1
    path = f"/arenden/{signed['id']}"
    assert f"{asked} har inte svarat" in sees(anna, path)
    assert f"{asked} har inte svarat · {signed['reference']}" in sees(anna, "/")
    assert f"{asked} haven't answered" in sees(anna, path, **ENGLISH)
    own = str(staff_id("anna-lindqvist"))
    for who in meeting["attendance"]:
        if who["person"] != own:
            answered = {"person": who["person"], "answer": "accepted"}
            house.post(f"meetings/{meeting['id']}/answers", answered)
    # who waits for their own answer alone waits for nobody
    assert f"svarat · {signed['reference']}" not in sees(anna, "/")


def test_P5_who_leads_a_case_waits_for_its_answers_as_its_owner_does(house: CasesHouse) -> None:
    case = house.open_case(
        procedure="sspf", guardians=[guardian()], participants=[], grade=7,
        residence="exempelkommun", reason="truancy",
    )  # fmt: skip
    asked = {"step": "information", "starts_at": "2027-03-11T15:00:00+01:00"}
    house.post(f"cases/{case['id']}/meetings", asked, 201)
    waited_for = f"svarat · {case['reference']}"
    assert waited_for in sees(house.visitor(COORDINATOR), "/")
    assert waited_for in sees(house.visitor(), "/")


def test_R3_a_missing_consent_is_said_in_plain_swedish(house: CasesHouse) -> None:
    case = house.open_case()
    body = {"step": "first", "starts_at": "2027-03-11T13:00:00+01:00"}
    refused = house.post(f"cases/{case['id']}/meetings", body, 409)
    assert refused["detail"].startswith("För ett möte torsdag 11 mars 2027 saknas samtycke från")


def test_R26_ones_own_parent_meetings_are_told_apart_by_stage_and_cohort() -> None:
    anna = staff_id("anna-lindqvist")
    kept = [("lagstadiet", 2026), ("lagstadiet", 2023), ("mellanstadiet", 2026)]
    duties = tuple(
        OpenDuty(
            staff_id(f"{stage}-{cohort}"), "hold-parent-meeting", None, anna, None, "R26",
            {"stage": stage, "cohort": cohort},
        )
        for stage, cohort in kept
    )  # fmt: skip
    today = date(2027, 3, 1)
    shown = a_year(today.isoformat())
    leads = Leads(meetings=False, evaluation=False, dispatches=frozenset(), own_duties=duties)
    for language, ending in (("sv", "lågstadiet, årskull 2026"), ("en", "cohort 2026")):
        said = [one["what"] for one in own_duties(shown, leads, today, language)]  # type: ignore[arg-type]
        assert said[0].endswith(ending)
        assert len(set(said)) == len(kept)


def test_X2_the_alerts_before_a_limit_are_told_apart() -> None:
    names = [one.name for one in SAMVERKANSMOTE.alerts]
    titles = [section_title(f"alerts.{name}", SAMVERKANSMOTE) for name in names]
    assert [one.sv for one in titles] == [
        "Larm före gränsen (5 arbetsdagar)",
        "Larm före gränsen (2 arbetsdagar)",
        "Larm efter gränsen (1 arbetsdag)",
    ]
    assert titles[0].en == "Alert before the limit (5 working days)"
