"""SIP, which no code knows, from opening to closing: its file in the municipality's folder (X9)."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy, copytree

import pytest

from services.cases.adapters.municipality import import_register
from shared.ids import staff_id
from shared.municipality import read_register
from tests.integration.cases_house import Json, guardian, new_case
from tests.support.town import Town, a_town

SIP = Path(__file__).parent.parent / "data" / "procedures" / "sip.toml"
OWNER = str(staff_id("ida-forsberg"))  # socialsekreterare
DOCTOR = str(staff_id("vera-lund"))


@pytest.fixture
def town(database_url: str, municipality: Path, tmp_path: Path) -> Iterator[Town]:
    """A town whose municipality works with the health care as well."""
    folder = Path(copytree(municipality, tmp_path / "kommun"))
    copy(SIP, folder / "procedures")
    _add(folder / "units.csv", "vardcentralen,Vårdcentralen Eken,vard,health_care,")
    _add(folder / "people.csv", "vera-lund,Vera Lund,vera.lund@varden.example,0980-31 93 00")
    _add(folder / "posts.csv", "vardkontakt-1,vardkontakt,vardcentralen,")
    commas = (folder / "holders.csv").read_text(encoding="utf-8").splitlines()[0].count(",")
    _add(folder / "holders.csv", "vardkontakt-1,vera-lund,2025-01-01" + "," * (commas - 2))
    import_register(database_url, read_register(folder))
    with a_town(database_url, folder) as made:
        yield made


def _add(path: Path, line: str) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text.rstrip()}\n{line}\n", encoding="utf-8")


def body() -> Json:
    return new_case(procedure="sip", initiator=OWNER, guardians=[guardian()], participants=[DOCTOR])


def open_kinds(town: Town, case: Json) -> list[str]:
    return sorted(task["kind"] for task in town.tasks(case))


def the(town: Town, case: Json, step: str) -> Json:
    meetings = town.get(f"cases/{case['id']}")["meetings"]
    found: Json = next(one for one in meetings if one["step"] == step)
    return found


def test_X9_a_fourth_procedure_goes_from_opening_to_closing(town: Town) -> None:
    case = town.do("cases", body(), status=201)
    assert case["windows"][0]["closes_on"] == "2027-03-22"
    assert open_kinds(town, case) == ["get-consent"]
    (consent,) = case["consents"]
    assert sorted(consent["organisations"]) == ["health_care", "social_services"]

    town.do(f"cases/{case['id']}/consents/{consent['id']}/sign")
    planning = the(town, case, "planning")  # found and booked by itself
    assert planning["state"] == "booked"
    assert DOCTOR in {one["person"] for one in planning["attendance"]}
    assert "vera.lund@varden.example" in {mail.to for mail in town.mails()}

    town.move_clock(planning["ends_at"])
    said = {"secretary": OWNER, "consent_reviewed": True}
    town.do(f"meetings/{planning['id']}/held", said)
    assert "file-plan" in open_kinds(town, case)
    early = {"step": "follow-up", "starts_at": "2027-04-12T13:00:00+02:00", "minutes": 60}
    refused = town.post(f"cases/{case['id']}/meetings", early, status=409)
    assert refused["rule"] == "L4"  # the plan comes first
    town.do(f"meetings/{planning['id']}/plan-filed", {"reference": "SIP/2027-04"})
    assert "file-plan" not in open_kinds(town, case)
    follow_up = town.do(f"cases/{case['id']}/meetings", early, status=201)

    town.move_clock("2027-04-12T14:00:00+02:00")
    town.do(f"meetings/{follow_up['id']}/held", said)
    ended = {"outcome": "completed", "evaluation": "reached"}
    closed = town.do(f"cases/{case['id']}/close", ended)
    assert (closed["state"], closed["evaluation"]) == ("closed", "reached")
    assert town.tasks(case) == []


def test_X9_it_is_listed_beside_ours(town: Town) -> None:
    names = [one["name"] for one in town.get("procedures")]
    assert names == ["samverkansmote", "sip", "spindelmote", "sspf"]


def test_X9_a_withdrawal_stops_it_as_it_stops_ours(town: Town) -> None:
    case = town.do("cases", body(), status=201)
    consent = case["consents"][0]["id"]
    town.do(f"cases/{case['id']}/consents/{consent}/sign")
    town.do(f"cases/{case['id']}/consents/{consent}/withdraw")
    assert the(town, case, "planning")["state"] == "cancelled"
    assert "CANCEL 1" in {mail.kind for mail in town.mails()}
