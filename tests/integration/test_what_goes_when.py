"""What goes when: a case is packed for the archive and then gone everywhere, and never too early.

One database for all: each test has a case of its own.
"""

import atexit
import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from samspel.cli import app
from services.cases.adapters.archive import ERASED
from services.cases.adapters.package_folder import BrokenPackageError, check_package
from shared.domain.retention import KINDS
from tests.conftest import EXAMPLE
from tests.integration.test_stories import sign_all
from tests.support.story import FAMILY, Json, opened_by, person_called
from tests.support.town import Town, a_town

PLAN = """
[retention]
decision = "KS 2027:12"
valid_from = 2028-01-01
cases = { years = 5 }
access_log = { years = 10 }
events = { months = 6 }
"""
STAYS = {"cases.access_log", "cases.audit"}
MANAGER = "margareta.sandstrom@exempelkommun.example"  # on no case


@cache
def with_a_plan() -> Path:
    """The example municipality with one."""
    folder = Path(mkdtemp(prefix="samspel-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy = shutil.copytree(EXAMPLE, folder / "kommun")
    settings = copy / "municipality.toml"
    settings.write_text(settings.read_text() + PLAN)
    return copy


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "arkiv"


@pytest.fixture
def town(registered_url: str, archive: Path) -> Iterator[Town]:
    with a_town(registered_url, with_a_plan(), archive=archive) as made:
        yield made


# Tables that hold no id of a case or of anybody of a family: the register, the year, what is of
# staff alone, and the machine's own. (A delivery has its event's number, and can't be without it.)
# A new table is either in here or in everything that goes.
OF_NO_CASE = {
    *("bus.deliveries", "bus.heartbeats", "clock.hand", "public.alembic_version"),
    *("cases.accounts", "cases.api_tokens", "cases.considerations", "cases.daily"),
    *("cases.digest_weeks", "cases.digests", "cases.dispatch_files", "cases.dispatches"),
    *("cases.evaluation_answers", "cases.evaluations", "cases.holders", "cases.import_drafts"),
    "cases.given_references",
    *("cases.imports", "cases.parent_meetings", "cases.places", "cases.posts", "cases.reports"),
    *("cases.rule_changes", "cases.sessions", "cases.spent_states", "cases.units"),
    *("notifier.high_water", "notifier.mail_server", "notifier.previews"),
    *("notifier.resting_domains", "scheduler.busy_times", "scheduler.calendars"),
    "scheduler.sweeps",
}


def a_family(word: str) -> Json:
    """Whose names and addresses have the word in them."""
    mother, father = FAMILY["guardians"]
    return {
        "child": FAMILY["child"] | {"name": f"{word} Barn"},
        "guardians": [
            mother | {"name": f"{word} Mor", "email": f"{word}.mother@hemma.example"},
            father | {"name": f"{word} Far", "email": f"{word}.father@hemma.example"},
        ],
    }


def a_closed_case(town: Town, word: str) -> Json:
    """With a row in every table that a case can have one in; its cancellations are sent."""
    rektor, therapist = person_called(town, "anna-lindqvist"), person_called(town, "asa-hallberg")
    opened = opened_by(
        town, rektor, "samverkansmote", participants=[therapist["id"]], **a_family(word)
    )
    sign_all(town, opened["id"])
    case: Json = town.get(f"cases/{opened['id']}")
    (meeting,) = case["meetings"]
    (row,) = town.rows("SELECT id FROM cases.people WHERE name = %s", f"{word} Mor")
    mother = str(row["id"])
    town.do(f"meetings/{meeting['id']}/answers", {"person": mother, "answer": "declined"})
    town.do(f"cases/{case['id']}/close", {"outcome": "not-needed"})
    ids = {"case": case["id"], "meeting": meeting["id"], "mother": mother, "staff": rektor["id"]}
    ids |= {name: str(uuid4()) for name in ("friend", "glass", "task", "inquiry")}
    rows = rows_of("everything_of_a_case").replace(":word", word)
    for name, value in ids.items():
        rows = rows.replace(f":{name}", f"'{value}'")
    do(town, rows)
    for row in town.rows("SELECT id FROM notifier.messages WHERE case_id = %s", case["id"]):
        ids[str(row["id"])] = str(row["id"])
    return case | {"ids": ids}


def run(town: Town, archive: Path | None, *words: str) -> tuple[int, str]:
    environment = {
        "SAMSPEL_DATABASE_URL": town.database_url,
        "SAMSPEL_MUNICIPALITY": str(with_a_plan()),
        "SAMSPEL_ARCHIVE": str(archive or ""),
        "SAMSPEL_DEMO": "1",
    }
    result = CliRunner().invoke(app, list(words), env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def rows_of(name: str) -> str:
    return (Path(__file__).parents[1] / "data" / f"{name}.sql").read_text()


def do(town: Town, statement: str, *values: object) -> None:
    with psycopg.connect(town.database_url) as connection:
        connection.execute(statement.encode(), values or None)


def tables(town: Town) -> set[str]:
    """Every table of the catalogue."""
    rows = town.rows(
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    return {row["name"] for row in rows}


def traces(town: Town, *words: str) -> dict[str, int]:
    """Where any of these stands, in any column of any table."""
    sought = [word.lower() for word in words] + [word.encode().hex() for word in words]
    counts = " UNION ALL ".join(
        f"SELECT '{place}' AS place, count(*) AS hits FROM {place} t WHERE EXISTS ("  # noqa: S608
        " SELECT FROM unnest(%(sought)s::text[]) word WHERE position(word IN lower(t::text)) > 0)"
        for place in sorted(tables(town))
    )
    with psycopg.connect(town.database_url) as connection:
        rows = connection.execute(counts.encode(), {"sought": sought})
        return {place: hits for place, hits in rows if hits}


def test_a_closed_case_is_packed_when_its_term_is_over_and_then_gone_everywhere(
    town: Town, archive: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In every table that there is but the log of who looked, with the id alone."""
    case = a_closed_case(town, "kanarie")
    assert tables(town) - OF_NO_CASE <= traces(town, *case["ids"].values(), "kanarie").keys()
    held = a_closed_case(town, "gulsparv")
    assert run(town, archive, "hold", "add", held["reference"], "--because", "legal")[0] == 0
    town.jump_clock("2032-03-01T08:00:00+01:00")
    assert town.get(f"cases/{case['id']}")["state"] == "closed"
    assert not archive.exists()
    town.jump_clock("2032-03-02T08:00:00+01:00")
    left = set(case["ids"].values()) - {case["ids"]["staff"]}
    assert traces(town, *left).keys() == STAYS
    assert not traces(town, "kanarie")
    assert "kanarie" not in caplog.text.lower()
    assert town.get(f"cases/{held['id']}")["state"] == "closed"

    package = archive / f"{case['reference']}-{case['id']}"
    check_package(package)
    assert sorted(one.name for one in archive.iterdir()) == sorted([package.name, ERASED])
    kept = json.loads((package / "case.json").read_text())["tables"]
    assert {"kanarie Barn", "kanarie Mor", "Anna Lindqvist"} <= {
        one["name"] for one in kept["cases.people"]
    }
    assert [one["kind"] for one in kept["notifier.messages"]].count("cancel") == 4
    assert "kanarie Mor" in (package / "case.html").read_text()
    (line,) = (archive / ERASED).read_text().splitlines()
    assert json.loads(line).keys() == {"what", "id", "at", "by", "packed"}
    assert json.loads(line)["id"] == case["id"]

    assert run(town, archive, "hold", "lift", held["reference"])[0] == 0
    town.jump_clock("2032-03-03T08:00:00+01:00")
    assert not traces(town, "gulsparv")


@pytest.fixture(scope="module")
def folder_of_the_module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("arkiv")


@pytest.fixture(scope="module")
def quiet_town(registered_of_the_module: str) -> Iterator[Town]:
    """In which the clock isn't moved: each test has a case of its own."""
    with a_town(registered_of_the_module, with_a_plan()) as made:
        yield made


def test_what_is_erased_by_hand_is_shown_table_by_table_before_and_after(
    quiet_town: Town, folder_of_the_module: Path
) -> None:
    case = a_closed_case(quiet_town, "steglits")
    words = ("erase", "case", case["reference"])
    code, said = run(quiet_town, folder_of_the_module, *words, "--dry-run")
    assert (code, "cases.people" in said) == (0, True)
    package = folder_of_the_module / f"{case['reference']}-{case['id']}"
    assert not package.exists()
    assert traces(quiet_town, "steglits")
    code, said = run(quiet_town, folder_of_the_module, *words, "--yes")
    assert code == 0, said
    assert "1  cases.cases" in said
    assert "Kvar: 1 i cases.audit" in said
    assert not traces(quiet_town, "steglits")
    check_package(package)
    assert run(quiet_town, folder_of_the_module, *words, "--yes")[0] == 1


def test_an_open_case_a_held_one_and_one_with_mail_under_way_stay_with_the_reason(
    quiet_town: Town, folder_of_the_module: Path
) -> None:
    def refused(why: str) -> None:
        code, said = run(
            quiet_town, folder_of_the_module, "erase", "case", case["reference"], "--yes"
        )
        assert (code, why in said) == (1, True), said
        assert quiet_town.get(f"cases/{case['id']}")["reference"] == case["reference"]

    case = a_closed_case(quiet_town, "orre")
    change = "UPDATE cases.cases SET state = %s, closed_at = {}, outcome = {} WHERE id = %s"
    do(quiet_town, change.format("NULL", "NULL"), "open", case["id"])
    refused("Avsluta ärendet först")
    do(quiet_town, change.format("now()", "'x'"), "closed", case["id"])
    mother = (case["ids"]["mother"], "--person")
    assert run(quiet_town, None, "hold", "add", *mother, "--because", "disclosure")[0] == 0
    refused("hålls kvar")
    assert "begäran om utlämnande" in run(quiet_town, None, "hold", "list")[1]
    assert run(quiet_town, None, "hold", "lift", *mother)[0] == 0
    mail = "UPDATE notifier.messages SET state = %s WHERE case_id = %s AND kind = 'cancel'"
    do(quiet_town, mail, "held", case["id"])
    refused("fortfarande på väg")
    do(quiet_town, mail, "accepted", case["id"])
    code, said = run(quiet_town, None, "erase", "case", case["reference"], "--yes")
    assert (code, "SAMSPEL_ARCHIVE" in said) == (1, True)
    assert traces(quiet_town, "orre")


def test_if_the_package_cant_be_written_nothing_goes_and_an_id_that_is_left_is_found(
    quiet_town: Town, folder_of_the_module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_closed_case(quiet_town, "svala")
    before = traces(quiet_town, "svala")
    words = ("erase", "case", case["reference"], "--yes")
    for broken in (OSError(28, "full"), BrokenPackageError("case.json")):

        def check(_: Path, error: Exception = broken) -> None:
            raise error

        monkeypatch.setattr("services.cases.adapters.package_folder.check_package", check)
        code, said = run(quiet_town, folder_of_the_module, *words)
        assert (code, "Inget är ändrat" in said) == (1, True), said
        assert traces(quiet_town, "svala") == before
    lists = [path.read_text() for path in folder_of_the_module.glob(ERASED)]
    assert not any(case["id"] in one for one in lists)
    monkeypatch.undo()
    stray = "INSERT INTO cases.spent_states VALUES (convert_to(%s, 'UTF8'), now())"
    do(quiet_town, stray, f"x-{case['id'].upper()}-4")
    code, said = run(quiet_town, folder_of_the_module, *words)
    assert (code, "står kvar i cases.spent_states" in said) == (1, True), said
    assert not traces(quiet_town, "svala")


def test_a_guardians_data_go_and_the_case_keeps_an_id_alone(
    quiet_town: Town, folder_of_the_module: Path
) -> None:
    case = a_closed_case(quiet_town, "sparv")
    mother, address = case["ids"]["mother"], "sparv.mother@hemma.example"
    code, said = run(quiet_town, folder_of_the_module, "erase", "person", address, "--yes")
    assert code == 0, said
    assert "Personens rad är tömd" in said
    assert not traces(quiet_town, "sparv.mother", "sparv Mor")
    assert traces(quiet_town, mother).keys() >= {"cases.people", "cases.consents"}
    assert quiet_town.get(f"cases/{case['id']}")["state"] == "closed"
    for who, why in ((case["child"]["id"], "samspel erase case"), (MANAGER, "Avsluta tjänsten")):
        code, said = run(quiet_town, folder_of_the_module, "erase", "person", who, "--yes")
        assert (code, why in said) == (1, True), said


def test_staff_who_have_left_and_stand_on_nothing_are_gone_from_every_table(
    quiet_town: Town, folder_of_the_module: Path
) -> None:
    person = str(uuid4())
    do(quiet_town, rows_of("staff_who_have_left").replace(":person", f"'{person}'"))
    assert len(traces(quiet_town, person)) == 7
    code, said = run(quiet_town, folder_of_the_module, "erase", "person", person, "--yes")
    assert code == 0, said
    assert traces(quiet_town, person).keys() == {"cases.audit"}
    assert not traces(quiet_town, "taltrast")


def test_what_belongs_to_no_case_goes_by_its_kind_but_never_what_is_still_to_be_done(
    quiet_town: Town,
) -> None:
    """And of an open case nothing goes, whatever its kind."""
    town = quiet_town
    opened = opened_by(town, person_called(town, "anna-lindqvist"), "samverkansmote")
    staff = person_called(town, "anna-lindqvist")["id"]
    ids = {name: str(uuid4()) for name in ("old", "new", "gone")}
    rows = rows_of("long_ago")
    for name, value in (ids | {"case": opened["id"], "staff": staff}).items():
        rows = rows.replace(f":{name}", f"'{value}'")
    do(town, rows)
    town.quiet()
    before, of_the_case = traces(town, ids["new"]), traces(town, opened["id"])
    went = {
        kind: {
            row["place"]: row["gone"]
            for row in town.rows("SELECT * FROM cases.erase_old(%s, '2021-01-01')", kind)
            if row["gone"]
        }
        for kind in KINDS
    }
    assert went == {
        "inquiries": {"cases.tasks": 1, "bus.events": 1, "cases.inquiries": 1},
        "reports": {"cases.reports": 1},
        "evaluations": {
            "cases.tasks": 1, "cases.evaluation_answers": 1, "cases.evaluations": 1,
        },
        "dispatches": {"cases.dispatch_files": 1, "cases.dispatches": 1},
        "duties": {"cases.tasks": 1},
        "mail": {"notifier.sent_words": 1, "notifier.messages": 1},
        "inbound": {"notifier.inbound": 1},
        "events": {"bus.events": 1},
        "audit": {"cases.audit": 1},
        "access_log": {"cases.access_log": 2},
    }  # fmt: skip
    assert not traces(town, ids["old"], ids["gone"])
    assert traces(town, ids["new"]) == before
    assert traces(town, opened["id"]) == of_the_case
