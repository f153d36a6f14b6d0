"""Packages and extracts hold all that there is, and what had gone goes again after a restore.

One database for all: each test has a case of its own.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from services.cases.adapters.archive import ERASED, AnothersPackageError, ArchiveFolder
from services.cases.adapters.archive_files import MANIFEST
from services.cases.adapters.package_folder import check_package, write_package
from services.cases.domain.retention import Erased, Unreadable
from services.cases.handlers import retention as keeping
from tests.integration.test_what_goes_when import (
    STAYS,
    a_closed_case,
    do,
    rows_of,
    run,
    traces,
    with_a_plan,
)
from tests.support.story import Json, person_called
from tests.support.town import Town, a_town

AT = datetime(2027, 3, 1, 8, tzinfo=UTC)
# Tables of which rows go with a case and aren't packed, and why.
NOT_PACKED = {
    "bus.deliveries": "how far a service had read",
    "bus.events": "what the services told each other of what is packed",
    "cases.drafts": "a case that somebody began to open again",
    "cases.engagements": "the times of the meetings once more",
    "cases.feeds": "opens something",
    "cases.idempotency": "answers to the last day's requests, once more",
    "cases.link_codes": "opens something",
    "notifier.attempts": "how often a mail server was asked",
    "scheduler.asked": "that a search was asked for",
    "scheduler.plans": "how far the search came; its windows are packed",
}
# Tables that name a person and aren't in the extract, and why.
NOT_EXTRACTED = {
    "cases.idempotency": "answers to the last day's requests, once more",
    "scheduler.plans": "where the search for a time stands, of a case that is in it",
    "scheduler.due": "reminders of meetings that are in it",
}


@pytest.fixture(scope="module")
def town(registered_of_the_module: str) -> Iterator[Town]:
    """In which the clock isn't moved."""
    with a_town(registered_of_the_module, with_a_plan()) as made:
        yield made


def a_case_of(case_id: UUID, reference: str = "7KQ2") -> dict[str, list[dict[str, Any]]]:
    """The rows of one, as few as a package can be made of."""
    fields = ("procedure", "procedure_on", "known_on", "opened_at", "initiator", "closed_at",
              "outcome", "evaluation", "process_owner", "unit")  # fmt: skip
    case = {"id": str(case_id), "reference": reference} | dict.fromkeys(fields, "x")
    tables = ("people", "participants", "consents", "meetings", "attendance", "tasks", "audit",
              "access_log")  # fmt: skip
    rows: dict[str, list[dict[str, Any]]] = {f"cases.{table}": [] for table in tables}
    return rows | {"cases.cases": [case], "notifier.messages": []}


def a_bare_case(town: Town, word: str) -> Json:
    """A closed one with a child of that name, and no more."""
    case = {"id": str(uuid4()), "reference": uuid4().hex[:8].upper()}
    child, staff = str(uuid4()), person_called(town, "anna-lindqvist")["id"]
    rows = rows_of("bare_case").replace(":word", f"'{word}'").replace(":child", f"'{child}'")
    rows = rows.replace(":reference", f"'{case['reference']}'").replace(":staff", f"'{staff}'")
    do(town, rows.replace(":case", f"'{case['id']}'"))
    return case


def packed(folder: Path, name: str) -> dict[str, list[Json]]:
    tables: dict[str, list[Json]] = json.loads((folder / f"{name}.json").read_text())["tables"]
    return tables


def listed(folder: Path, *lines: Erased) -> None:
    for line in lines:
        ArchiveFolder(folder).note(line)


def again(town: Town, folder: Path, *more: str) -> tuple[int, str]:
    return run(town, folder, "erase", "--again", *more)


def test_a_package_never_takes_the_place_of_another_cases_package(tmp_path: Path) -> None:
    """Also if their reference is the same; the same case's is replaced by the newer one."""
    archive, first, second = ArchiveFolder(tmp_path), uuid4(), uuid4()
    archive.keep(a_case_of(first), AT, None)
    archive.keep(a_case_of(second), AT, None)
    assert archive.has(first)
    assert archive.has(second)
    archive.keep(a_case_of(first), AT + timedelta(days=1), None)
    (folder,) = tmp_path.glob(f"*-{first}")
    assert json.loads((folder / MANIFEST).read_text())["packed_at"].startswith("2027-03-02")
    (other,) = tmp_path.glob(f"*-{second}")
    other.rename(tmp_path / f"7KQ2-{uuid4()}")
    (moved,) = (one for one in tmp_path.iterdir() if one != folder)
    mine = UUID(moved.name.removeprefix("7KQ2-"))
    assert not archive.has(mine)
    with pytest.raises(AnothersPackageError):
        archive.keep(a_case_of(mine), AT, None)
    assert json.loads((moved / MANIFEST).read_text())["id"] == str(second)


def test_X3_what_is_written_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    archive = ArchiveFolder(tmp_path / "arkiv")
    archive.keep(a_case_of(uuid4()), AT, None)
    archive.note(Erased("case", uuid4(), AT, "hand"))
    (tmp_path / "arkiv" / ERASED).chmod(0o644)
    archive.note(Erased("case", uuid4(), AT, "hand"))
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "arkiv").rglob("*")}
    assert modes == {0o600, 0o700}


def test_what_a_killed_export_left_is_gone_with_the_next_and_one_under_way_isnt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"case.json": b"1", MANIFEST: b'{"files": []}'}

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("services.cases.adapters.package_folder.check_package", killed)
        with pytest.raises(KeyboardInterrupt):
            write_package(tmp_path / "a", files)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".a")

    def meanwhile(folder: Path) -> None:
        if folder.name.startswith(".b"):
            write_package(tmp_path / "c", files)
        assert folder.exists()

    monkeypatch.setattr("services.cases.adapters.package_folder.check_package", meanwhile)
    write_package(tmp_path / "b", files)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]


def test_whatever_goes_with_a_case_is_in_its_package(town: Town, tmp_path: Path) -> None:
    case = a_closed_case(town, "rapphona")
    code, said = run(town, tmp_path, "erase", "case", case["reference"], "--yes")
    assert code == 0, said
    (folder,) = tmp_path.glob(f"*-{case['id']}")
    check_package(folder)
    tables = packed(folder, "case")
    gone = {
        place: int(rows)
        for rows, place in (line.split() for line in said.splitlines() if line.startswith("   "))
    }
    assert len(gone) > 20
    missing = {
        place: rows
        for place, rows in gone.items()
        if place not in NOT_PACKED and len(tables.get(place, [])) < rows
    }
    assert not missing
    assert {one["state"] for one in tables["notifier.inbound"]} >= {"handled"}
    assert None in {one["case_id"] for one in tables["notifier.inbound"]}
    assert case["ids"]["task"] in {one["id"] for one in tables["cases.tasks"]}


def test_if_another_cases_package_lies_there_the_case_stays(town: Town, tmp_path: Path) -> None:
    case = a_bare_case(town, "sidensvans")
    ArchiveFolder(tmp_path).keep(a_case_of(uuid4()), AT, None)
    (other,) = tmp_path.iterdir()
    other.rename(tmp_path / f"{case['reference']}-{case['id']}")
    code, said = run(town, tmp_path, "erase", "case", case["reference"], "--yes")
    assert (code, "inte ärendets eget paket" in said) == (1, True), said
    assert traces(town, "sidensvans")


def test_every_table_of_a_case_is_packed_and_every_one_of_a_person_extracted(
    town: Town, tmp_path: Path
) -> None:
    """By the catalogue: a new table is in them, or among those that aren't, with a reason."""
    case, staff = a_bare_case(town, "stenskvatta"), person_called(town, "anna-lindqvist")["id"]
    assert run(town, None, "export", "case", case["reference"], "--to", str(tmp_path / "a"))[0] == 0
    assert run(town, None, "export", "person", staff, "--to", str(tmp_path / "b"))[0] == 0
    of_cases = columns(town, "case_id") | columns(town, "meeting_id") | columns(town, "message_id")
    assert of_cases - packed(tmp_path / "a", "case").keys() <= NOT_PACKED.keys()
    of_people = columns(town, "person_id") | columns(town, "%_by") | columns(town, "actor")
    of_people |= {
        row["name"]
        for row in town.rows(
            "SELECT conrelid::regclass::text AS name FROM pg_constraint"
            " WHERE confrelid = 'cases.people'::regclass"
        )
    }
    assert of_people - packed(tmp_path / "b", "person").keys() <= NOT_EXTRACTED.keys()


def columns(town: Town, name: str) -> set[str]:
    """The tables that have a column of this name."""
    rows = town.rows(
        "SELECT c.table_schema || '.' || c.table_name AS name FROM information_schema.columns c"
        " JOIN pg_tables t ON (t.schemaname, t.tablename) = (c.table_schema, c.table_name)"
        " WHERE c.column_name LIKE %s"
        " AND c.table_schema IN ('bus', 'cases', 'notifier', 'scheduler')",
        name,
    )
    return {row["name"] for row in rows}


def test_an_extract_has_every_row_that_names_the_person(town: Town, tmp_path: Path) -> None:
    """GDPR article 15; a family's cases and meetings, too. X12: other people are ids in it."""
    case = a_closed_case(town, "gransangare")
    ids = case["ids"]
    gone = str(uuid4())
    do(town, rows_of("staff_who_have_left").replace(":person", f"'{gone}'"))
    do(town, rows_of("what_staff_did").replace(":person", f"'{gone}'"))
    people = {"mother": ids["mother"], "child": case["child"]["id"], "staff": ids["staff"]}
    for name, person in (people | {"friend": ids["friend"], "gone": gone}).items():
        named = traces(town, person)  # before the extract is noted
        assert run(town, None, "export", "person", person, "--to", str(tmp_path / name))[0] == 0
        tables = packed(tmp_path / name, "person")
        missing = {
            place: rows
            for place, rows in named.items()
            if place not in NOT_EXTRACTED and len(tables.get(place, [])) < rows
        }
        assert not missing, name
        page = (tmp_path / name / "person.html").read_text()
        assert ("gransangare Far" in page) is False
        assert ("gransangare Barn" in page) is (name == "child")
    for name in ("mother", "child"):
        tables = packed(tmp_path / name, "person")
        assert [one["id"] for one in tables["cases.cases"]] == [case["id"]]
        assert tables["cases.cases"][0]["outcome"] == "not-needed"
        assert {one["id"] for one in tables["cases.meetings"]} == {ids["meeting"]}
    of_staff = packed(tmp_path / "staff", "person")
    assert all("reason" not in one for one in of_staff["cases.cases"])
    assert all("particulars" not in one for one in of_staff["cases.former_particulars"])
    assert all("said" not in one for one in of_staff["cases.drafts"])
    everything = "".join(path.read_text() for path in tmp_path.rglob("person.json"))
    by_them = packed(tmp_path / "gone", "person")
    for table in ("reports", "considerations", "accounts", "sessions", "drafts"):
        assert by_them[f"cases.{table}"]
    assert len(by_them["bus.events"]) == 1
    assert "ett ord" not in json.dumps(by_them)
    for secret in ("password_hash", "code_hash", "calendar_url", '"token":', '"link":'):
        assert secret not in everything


def test_what_there_is_of_a_case_or_a_person_is_written_to_a_folder_and_that_is_logged(
    town: Town, tmp_path: Path
) -> None:
    case = a_closed_case(town, "siska")
    code, said = run(town, None, "export", "case", case["reference"], "--to", str(tmp_path / "a"))
    assert code == 0, said
    check_package(tmp_path / "a")
    (shown,) = town.rows(
        "SELECT actor FROM cases.access_log WHERE case_id = %s AND what = 'package'", case["id"]
    )
    assert shown["actor"] == "command"
    words = ("export", "person", "siska.mother@hemma.example", "--to", str(tmp_path / "b"))
    assert run(town, None, *words)[0] == 0
    page = (tmp_path / "b" / "person.html").read_text()
    assert "siska Mor" in page
    assert run(town, None, *words)[0] == 1  # the folder is there
    assert "KS 2027:12" in run(town, None, "retention")[1]


def test_what_comes_back_with_a_backup_is_packed_again_unless_its_package_is_there(
    town: Town, tmp_path: Path
) -> None:
    closed = [a_bare_case(town, word) for word in ("rodvinge", "bjorktrast", "dubbeltrast")]
    now = town.rows("SELECT max(closed_at) AS at FROM cases.cases")[0]["at"] + timedelta(hours=1)
    whole, lost, without = (UUID(case["id"]) for case in closed)
    archive = ArchiveFolder(tmp_path)
    archive.keep(a_case_of(whole, closed[0]["reference"]), AT, "kept")
    before = [line("case", one, now, packed=one != without) for one in (whole, lost, without)]
    listed(tmp_path, *before, line("case", uuid4(), now), line("case", whole, AT))
    code, said = again(town, tmp_path)
    assert (code, said) == (0, "5 på listan, 3 raderade igen, 0 kvar.\n")
    assert not traces(town, *(case["id"] for case in closed)).keys() - STAYS
    for word in ("rodvinge", "bjorktrast", "dubbeltrast"):
        assert not traces(town, word)
    assert (archive.has(whole), archive.has(lost), archive.has(without)) == (True, True, False)
    (kept,) = tmp_path.glob(f"*-{whole}")
    assert json.loads((kept / MANIFEST).read_text())["decision"] == "kept"
    assert again(town, tmp_path)[1].startswith("5 på listan, 0 raderade")


def line(what: Any, thing: UUID, at: datetime, *, packed: bool = True) -> Erased:
    return Erased(what, thing, at, "plan", packed=packed)


def test_what_has_come_after_it_was_erased_stays_and_that_is_said(
    town: Town, tmp_path: Path
) -> None:
    """A report's meeting, staff and a case that didn't go after all have the id that was listed."""
    case, anna = a_bare_case(town, "talltita"), person_called(town, "anna-lindqvist")
    left = uuid4()
    do(town, rows_of("staff_who_have_left").replace("taltrast", "blames")
       .replace("'gammal'", "'aldre'").replace(":person", f"'{left}'"))  # fmt: skip
    early = AT - timedelta(days=900)
    listed(tmp_path, line("case", UUID(case["id"]), early))
    listed(tmp_path, line("person", UUID(anna["id"]), AT), line("person", left, early))
    code, said = again(town, tmp_path)
    assert (code, "3 på listan, 0 raderade igen, 3 kvar." in said) == (1, True), said
    assert said.count("efter att det raderades") == 2
    assert traces(town, "talltita")
    assert traces(town, "blames")


def test_what_stays_and_what_cant_be_read_is_said_and_the_rest_goes(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, broken, gone = (a_bare_case(town, word) for word in ("skata", "kaja", "raka"))
    assert run(town, None, "hold", "add", held["reference"], "--because", "legal")[0] == 0
    now = town.rows("SELECT max(closed_at) AS at FROM cases.cases")[0]["at"] + timedelta(hours=1)
    listed(tmp_path, line("case", UUID(held["id"]), now), line("case", UUID(broken["id"]), now))
    with (tmp_path / ERASED).open("ab") as file:
        file.write(b'\xff\xfe\x00{"what"\n{half a li')
    listed(tmp_path, line("case", UUID(gone["id"]), now))
    erase_again = keeping.erase_again

    def failing(desk: keeping.RetentionDesk, one: Erased) -> bool:
        if str(one.id) == broken["id"]:
            raise psycopg.errors.DeadlockDetected
        return erase_again(desk, one)

    monkeypatch.setattr(keeping, "erase_again", failing)
    code, said = again(town, tmp_path)
    assert code == 1
    assert "3 på listan, 1 raderade igen, 2 kvar." in said
    for told in ("hålls kvar", "DeadlockDetected", f"Rad 3 i {ERASED}", f"Rad 4 i {ERASED}"):
        assert told in said
    assert traces(town, "skata")
    assert traces(town, "kaja")
    assert not traces(town, "raka")


def test_a_line_that_says_nothing_is_told_by_its_number(tmp_path: Path) -> None:
    good = line("case", uuid4(), AT, packed=False)
    listed(tmp_path, good)
    wrong = [b"[]", b"null", b'{"what": "case", "id": 3, "at": "2027-03-01T08:00:00+00:00"}',
             b'{"what": "all", "id": "x", "at": "2027-03-01", "by": "hand"}']  # fmt: skip
    with (tmp_path / ERASED).open("ab") as file:
        file.write(b"\n".join(wrong) + b"\n")
    assert list(ArchiveFolder(tmp_path).erased()) == [
        good,
        *(Unreadable(at) for at in (2, 3, 4, 5)),
    ]


def test_a_list_that_isnt_there_is_an_error_unless_it_is_said_to_be_so(
    town: Town, tmp_path: Path
) -> None:
    for folder in (tmp_path / "not mounted", tmp_path):
        code, said = again(town, folder)
        assert (code, "Är mappen monterad?" in said) == (1, True)
    assert again(town, tmp_path, "--no-list")[0] == 0
    (tmp_path / ERASED).touch()
    assert again(town, tmp_path)[0] == 1
