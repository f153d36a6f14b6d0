"""F13: a backup, what happens after it, and the backup restored: nothing goes out by itself."""

import json
import os
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from samspel.backup import CannotBackUp, Manifest, back_up, described, note, verified
from samspel.cli import app
from samspel.pgtools import ToolError, fitting
from samspel.restore import CannotRestore, restore
from services.notifier.adapters import brake
from services.notifier.domain.mailserver import MailServer
from tests.support.facts import NOW, START, Facts
from tests.support.notifier import Worker, a_worker, booked, event_in
from tests.support.smtp import ScriptedServer

ENVIRONMENT = {"PATH": os.environ["PATH"]}
NewWorker = Callable[[str], AbstractContextManager[Worker]]


def quietly(_: str) -> None:
    return


@pytest.fixture
def on(municipality: Path, server: ScriptedServer) -> NewWorker:
    """A worker of the notifier on the database at this URL."""
    return partial(a_worker, municipality=municipality, mail_server=MailServer.from_url(server.url))


def backed_up(facts: Facts, folder: Path) -> Path:
    return back_up(facts.url, folder, ENVIRONMENT, quietly)


def name_of(url: str) -> str:
    return url.rsplit("/", 1)[1]


def rows_of(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


@pytest.mark.parametrize("into", ["itself", "an empty one"])
def test_F13_nothing_goes_out_of_a_restored_database_until_it_is_released(
    facts: Facts, on: NewWorker, server: ScriptedServer, tmp_path: Path, empty_url: str, into: str
) -> None:
    """The first mail of all leaves after the backup: the database itself remembers none (a mark
    that it could be known by isn't in it)."""
    facts.publish(booked(facts, facts.book("mother", "rektor")))
    with on(facts.url) as worker:
        worker.deliveries.drain_batch()
    file = backed_up(facts, tmp_path)
    with on(facts.url) as worker:
        worker.rounds()
        facts.publish(booked(facts, facts.book("father", starts_at=START + timedelta(days=2))))
        worker.rounds()
    assert len(server.accepted) == 3
    url, replace = (facts.url, name_of(facts.url)) if into == "itself" else (empty_url, None)
    restore(url, file, ENVIRONMENT, quietly, replace=replace)
    with on(url) as worker:
        worker.rounds()
        assert worker.states() == {("call", "held"): 2}
        assert len(server.accepted) == 3
        with worker.database.plain() as connection:
            assert brake.release(connection).kinds == {"call": 2}
        worker.rounds()
        assert worker.states() == {("call", "accepted"): 2}
    events = [event_in(mail)[1].to_ical() for mail in server.accepted]
    assert sorted(events[3:]) == sorted(events[:2]), "with the same identity"


def test_what_a_backup_is_stands_beside_it_and_only_we_can_read_both(
    facts: Facts, tmp_path: Path
) -> None:
    file = backed_up(facts, tmp_path / "new")
    assert sorted(one.suffix for one in (tmp_path / "new").iterdir()) == [".dump", ".json"]
    for one in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    manifest, _, tables = verified(file, ENVIRONMENT)
    assert manifest.octets == file.stat().st_size
    assert manifest.revision == rows_of(facts.url, "SELECT version_num FROM alembic_version")[0][0]
    assert tables > 40


def test_a_file_that_was_changed_or_lacks_its_description_is_refused_before_anything_is_touched(
    facts: Facts, tmp_path: Path
) -> None:
    file = backed_up(facts, tmp_path)
    beside = file.with_suffix(".json")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(CannotRestore, match="kontrollsumman"):
        restore(facts.url, file, ENVIRONMENT, quietly, replace=name_of(facts.url))
    beside.write_text(json.dumps(json.loads(beside.read_text()) | {"sha256": 1}))
    with pytest.raises(CannotRestore, match="går inte att läsa"):
        restore(facts.url, file, ENVIRONMENT, quietly, replace=name_of(facts.url))
    beside.unlink()
    with pytest.raises(CannotRestore, match="hör till säkerhetskopian"):
        restore(facts.url, file, ENVIRONMENT, quietly, replace=name_of(facts.url))
    assert rows_of(facts.url, "SELECT reference FROM cases.cases") == [("7KQ2",)]


def test_a_backup_of_a_newer_version_is_refused(facts: Facts, tmp_path: Path) -> None:
    file = backed_up(facts, tmp_path)
    beside = file.with_suffix(".json")
    beside.write_text(json.dumps(json.loads(beside.read_text()) | {"revision": "9999"}))
    with pytest.raises(CannotRestore, match="nyare version"):
        restore(facts.url, file, ENVIRONMENT, quietly, replace=name_of(facts.url))


def test_a_database_with_something_in_it_is_replaced_only_by_its_name_and_while_nobody_works(
    facts: Facts, on: NewWorker, tmp_path: Path
) -> None:
    file = backed_up(facts, tmp_path)
    with pytest.raises(CannotRestore, match=f"--replace {name_of(facts.url)}"):
        restore(facts.url, file, ENVIRONMENT, quietly)
    with pytest.raises(CannotRestore, match="inte another"):
        restore(facts.url, file, ENVIRONMENT, quietly, replace="another")
    with on(facts.url), pytest.raises(CannotRestore, match=r"samspel_notifier.*stoppa"):
        restore(facts.url, file, ENVIRONMENT, quietly, replace=name_of(facts.url))
    facts.run("INSERT INTO bus.heartbeats (service, at) VALUES ('scheduler', clock_timestamp())")
    with pytest.raises(CannotRestore, match=r"används \(scheduler\)"):
        restore(facts.url, file, ENVIRONMENT, quietly, replace=name_of(facts.url))


@pytest.mark.parametrize("at", ["now() + interval '2 hours'", "'infinity'"])
def test_a_sign_of_life_that_lies_ahead_is_nobodys_who_works(
    facts: Facts, tmp_path: Path, at: str
) -> None:
    """It was given before the clock was set back, or says that the example has been made."""
    file = backed_up(facts, tmp_path)
    facts.run(f"INSERT INTO bus.heartbeats VALUES ('scheduler', {at})")  # noqa: S608
    restore(facts.url, file, ENVIRONMENT, quietly, replace=name_of(facts.url))
    assert rows_of(facts.url, "SELECT count(*) FROM bus.heartbeats") == [(0,)]


def test_whoever_was_signed_in_isnt_any_more_and_the_clock_of_the_restored_is_its_own(
    facts: Facts, tmp_path: Path
) -> None:
    facts.run(
        "INSERT INTO cases.accounts (id, login, name, created_at)"
        " VALUES (gen_random_uuid(), 'it', 'It', now())"
    )
    facts.run(
        "INSERT INTO cases.sessions (key, account_id, began_at, seen_at, ends_at)"
        " SELECT 'x', id, now(), now(), 'infinity' FROM cases.accounts"
    )
    file = backed_up(facts, tmp_path)
    url = facts.url
    restore(url, file, ENVIRONMENT, quietly, replace=name_of(url))
    assert rows_of(url, "SELECT count(*) FROM cases.sessions") == [(0,)]
    assert rows_of(url, "SELECT clock.read()") == [(NOW,)]


def a_pg_dump_that(folder: Path, says: str) -> dict[str, str]:
    """Programs that do nothing but fail, as the real ones do then."""
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        tool = folder / name
        tool.write_text(
            '#!/bin/sh\n[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" && exit\n'
            f'echo "{name}: error: {says}" >&2\necho "DETAIL: Kim Exempel" >&2\nexit 1\n'
        )
        tool.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def test_F15_a_full_disk_is_one_clear_line_and_nothing_half_done_is_left(
    facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = a_pg_dump_that(tmp_path / "bin", "could not write to file: No space left on device")
    monkeypatch.setattr("samspel.pgtools.installed_site", lambda: tmp_path)
    with pytest.raises(CannotBackUp, match="Disken är full"):
        back_up(facts.url, tmp_path / "to", full, quietly)
    assert not list((tmp_path / "to").iterdir())


def test_X3_why_a_program_failed_is_said_without_what_rows_hold(
    facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = a_pg_dump_that(tmp_path / "bin", "could not connect")
    monkeypatch.setattr("samspel.pgtools.installed_site", lambda: tmp_path)
    with pytest.raises(CannotBackUp) as said:
        back_up(facts.url, tmp_path / "to", broken, quietly)
    assert str(said.value) == "pg_dump: could not connect"


def test_programs_of_the_servers_version_are_taken_and_never_older_ones(tmp_path: Path) -> None:
    newer = a_pg_dump_that(tmp_path / "bin", "")
    assert fitting(18, newer).major == 18
    assert fitting(99, newer).folder == tmp_path / "bin"
    with pytest.raises(ToolError, match="postgresql-client-100"):
        fitting(100, newer)


def test_the_commands_say_what_they_did_and_what_is_next(facts: Facts, tmp_path: Path) -> None:
    url = facts.url
    done = samspel(url, "backup", "--to", str(tmp_path))
    assert done.exit_code == 0, done.output
    (file,) = tmp_path.glob("*.dump")
    assert f"{file} är skriven och kontrollerad" in done.stdout
    assert "10 av" not in done.stdout, "progress goes to the side"
    noted = "SELECT at FROM cases.audit WHERE action = 'backup.made' AND case_id IS NULL"
    assert rows_of(url, noted) == [(described(file).taken_at,)]
    shown = samspel(url, "restore", str(file), "--verify")
    assert f"{file.name} är hel" in shown.stdout
    refused = samspel(url, "restore", str(file))
    assert refused.exit_code == 1
    assert refused.stderr.startswith("samspel: Databasen ")
    restored = samspel(url, "restore", str(file), "--replace", name_of(url))
    assert restored.exit_code == 0, restored.output
    for word in ("Ingen post går ut av sig själv", "samspel erase --again", "samspel held"):
        assert word in restored.stdout


def test_a_backup_that_can_not_be_noted_is_said_to_be_whole(facts: Facts, tmp_path: Path) -> None:
    manifest: Manifest = described(backed_up(facts, tmp_path))
    with pytest.raises(CannotBackUp, match="är hel, men"):
        note("postgresql://127.0.0.1:9/samspel", manifest)


def samspel(url: str, *arguments: str) -> Result:
    environment = {"SAMSPEL_DATABASE_URL": url}
    return CliRunner().invoke(app, list(arguments), env=environment)


def test_F14_a_version_that_one_goes_back_to_leaves_the_newer_database_as_it_is(
    facts: Facts,
) -> None:
    facts.run("UPDATE public.alembic_version SET version_num = '9999'")
    done = samspel(facts.url, "migrate")
    assert done.exit_code == 0, done.output
    assert "nyare version" in done.stdout
    assert rows_of(facts.url, "SELECT version_num FROM alembic_version") == [("9999",)]
