"""A municipality's files read again after a change: all of it, at once, or nothing."""

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg.sql import SQL, Identifier
from typer.testing import CliRunner

from samspel.cli import app
from shared.ids import staff_id
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse

RECTOR_ADDRESS = "anna.lindqvist@exempelkommun.example"
Edit = Callable[..., None]
Import = Callable[..., str]


@pytest.fixture
def folder(municipality: Path, tmp_path: Path) -> Path:
    """A copy of the example to change."""
    return shutil.copytree(municipality, tmp_path / "kommun")


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Change the rows of a file that begin with some cells; without changes they are deleted."""

    def edited(file: str, *begin: str, add: str | None = None, **cells: str) -> None:
        path = folder / file
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        hit = [row for row in rows if begin and tuple(row[: len(begin)]) == begin]
        for row in hit:
            for name, cell in cells.items():
                row[header.index(name)] = cell
            if not cells:
                rows.remove(row)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *rows, *([add.split(",")] if add else [])])

    return edited


@pytest.fixture
def imports(
    cases: CasesHouse, broker_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Import:
    """`samspel import` as an administrator runs it; what it says."""
    monkeypatch.setenv("SAMSPEL_DATABASE_URL", cases.database_url)
    monkeypatch.setenv("SAMSPEL_BROKER_URL", broker_url)
    monkeypatch.setenv("SAMSPEL_DEMO", "1")

    def imported(*options: str, exit_code: int = 0) -> str:
        result = CliRunner().invoke(app, ["import", str(folder), *options])
        assert result.exit_code == exit_code, result.output
        return result.output

    return imported


def everything(cases: CasesHouse) -> str:
    tables = ("units", "places", "people", "posts", "holders", "imports", "tasks", "audit")
    query = SQL("SELECT * FROM cases.{} ORDER BY 1, 2, 3")
    return str([cases.rows(query.format(Identifier(table))) for table in tables])


def test_a_dry_run_tells_what_a_real_one_does_and_changes_nothing(
    cases: CasesHouse, edit: Edit, imports: Import
) -> None:
    case = cases.signed_case()
    edit("units.csv", "bjorkskolan", name="Björkskolan F–6")
    edit("units.csv", add="ekskolan,Ekskolan,f-6,school,bildningsforvaltningen")
    edit("places.csv", "elevhalsan-rum")
    edit("people.csv", "anna-lindqvist", email="anna@exempelkommun.example", phone="0980-31 90 00")
    edit("posts.csv", "ungdomspolis-2", reports_to="kommunpolis")
    edit("holders.csv", "rektor-kotten")
    edit("holders.csv", "skolchef", last_day="2027-06-30")
    edit("holders.csv", add="rektor-kotten,sara-abdi,2027-08-16,2028-06-15,deputy")
    before, events = everything(cases), cases.told()
    tried = imports("--dry-run")
    assert (everything(cases), cases.told()) == (before, events)
    assert re.sub(r"\d+ i filen", "… i filen", tried).splitlines() == [
        "Enheter: … i filen, 1 ny, 1 ändrad",
        "  ~ ändrad: bjorkskolan: namn «Björkskolan» → «Björkskolan F–6»",
        "  + ny: ekskolan",
        "Platser: … i filen, 1 avslutad",
        "  - avslutad: elevhalsan-rum",
        "Personer: … i filen, 1 ändrad",
        "  ~ ändrad: anna-lindqvist: e-post, telefon",
        "Tjänster: … i filen, 1 ändrad",
        "  ~ ändrad: ungdomspolis-2: chef «gruppchef-polisen» → «kommunpolis»",
        "Innehavare: … i filen, 1 ny, 1 ändrad, 1 avslutad",
        "  ~ ändrad: skolchef, margareta-sandstrom: sista dag inget → 2027-06-30",
        "  + ny: rektor-kotten, sara-abdi, ersättare, från 2027-08-16 till och med 2028-06-15",
        "  - avslutad: rektor-kotten, ann-sofie-palm: sista dag inget → 2027-02-28",
        "Ett öppet ärende skulle ses över på nytt.",
        "Provkörning: inget har ändrats.",
    ]
    done = imports()
    assert done.splitlines()[:-1] == tried.splitlines()[:-2]
    assert done.splitlines()[-1] == "Ett öppet ärende ses över på nytt."
    assert cases.told() == [*events, "participants.changed"]
    assert {unit["code"] for unit in cases.get("units")} >= {"ekskolan"}
    assert "elevhalsan-rum" not in str(cases.get("units"))
    assert imports() == "Filerna är likadana som vid förra inläsningen. Inget ändras.\n"
    (noted,) = cases.rows(
        "SELECT * FROM cases.audit WHERE action = 'register.import'"
        " AND details ? 'holders' AND at = '2027-03-01T07:00:00Z'"
    )
    assert noted["case_id"] is None
    assert noted["details"]["holders"] == {"changed": 1, "ended": 1, "new": 1}
    assert case["id"] not in str(noted["details"])


def test_a_wrong_line_is_told_with_file_line_and_column_and_nothing_is_imported(
    cases: CasesHouse, edit: Edit, imports: Import
) -> None:
    edit("units.csv", "bjorkskolan", name="Björkskolan F–6")
    edit("holders.csv", "skolchef", person="ingen")
    edit("people.csv", "anna-lindqvist", email="anna.lindqvist@@hemligt")
    no_address = "är ingen e-postadress (namn@domän, utan å, ä, ö före @)"
    before = everything(cases)
    for options in ((), ("--dry-run",)):
        said = imports(*options, exit_code=1)
        assert said.splitlines() == [
            f"people.csv, rad 7, kolumn email: {no_address}",
            "samspel: inget har lästs in. Rätta ett fel här ovan och försök igen",
        ]
    assert everything(cases) == before


def test_what_was_changed_by_hand_stands_until_the_files_change(
    cases: CasesHouse, edit: Edit, imports: Import
) -> None:
    cases.post(f"people/{OWNER}", {"email": "anna@exempelkommun.example"})
    imports()
    address = "SELECT email FROM cases.people WHERE code = 'anna-lindqvist'"
    assert cases.rows(address) == [{"email": "anna@exempelkommun.example"}]
    edit("units.csv", "bjorkskolan", name="Björkskolan F–6")
    assert "  ~ ändrad: anna-lindqvist: e-post\n" in imports("--dry-run")
    imports()
    assert cases.rows(address) == [{"email": RECTOR_ADDRESS}]


def test_what_has_left_the_files_comes_back_with_them(
    cases: CasesHouse, edit: Edit, imports: Import, folder: Path, municipality: Path
) -> None:
    edit("posts.csv", "kurator-tallasskolan")
    edit("places.csv", "elevhalsan-rum")
    imports()
    assert "kurator-tallasskolan" not in [post["code"] for post in cases.get("posts")]
    case = cases.signed_case()
    body = {"step": "first", "starts_at": "2027-03-09T13:00:00+01:00", "place": "elevhalsan-rum"}
    gone = cases.post(f"cases/{case['id']}/meetings", body, 422)
    assert gone["errors"][0]["field"] == "place"
    shutil.copytree(municipality, folder, dirs_exist_ok=True)
    assert "  + ny: kurator-tallasskolan\n" in imports()
    assert "kurator-tallasskolan" in [post["code"] for post in cases.get("posts")]
    cases.post(f"cases/{case['id']}/meetings", body, 201)


def test_a_new_address_counts_at_once_in_every_open_case_of_theirs(
    cases: CasesHouse, edit: Edit, imports: Import
) -> None:
    one, two, other = (
        cases.open_case(),
        cases.open_case(),
        cases.open_case(participants=[str(staff_id("mattias-gran"))]),
    )
    cases.post(f"cases/{two['id']}/close", {"outcome": "other"})
    edit("people.csv", "asa-hallberg", email="asa@exempelkommun.example")
    events = len(cases.told())
    imports()
    assert cases.told()[events:] == ["participants.changed"]
    (event,) = cases.rows(
        "SELECT subject FROM bus.events WHERE type = 'participants.changed' ORDER BY id"
    )
    assert str(event["subject"]) == one["id"] != other["id"]


def test_R5_whoever_the_files_leave_out_is_to_be_replaced_in_open_cases(
    cases: CasesHouse, edit: Edit, imports: Import
) -> None:
    case = cases.signed_case()
    edit("holders.csv", "familjebehandlare-1")
    edit("people.csv", "asa-hallberg")
    imports()
    tasks = cases.get(f"cases/{case['id']}")["tasks"]
    (task,) = (task for task in tasks if task["kind"] == "replace-participant")
    assert (task["rule"], task["owner"], task["about"]) == ("R5", OWNER, THERAPIST)
    assert task["due_on"] == "2027-03-01"
    assert cases.rows("SELECT 1 FROM cases.people WHERE code = 'asa-hallberg'")
