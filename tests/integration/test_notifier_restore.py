"""F13: yesterday's database sends nothing by itself; what is past due is held for a person."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from services.notifier.adapters import brake
from services.notifier.adapters.keep import Keep
from services.notifier.domain.high_water import Mark
from services.notifier.domain.mailserver import MailServer
from shared.bus import events as e
from tests.conftest import ROOT, Servers
from tests.support.facts import NOW, START, Facts
from tests.support.notifier import Worker, a_worker, booked, event_in
from tests.support.smtp import ScriptedServer


@dataclass(slots=True)
class Backups:
    """Copies a whole database and puts the copy back, as dump and restore do."""

    servers: Servers
    live: str
    copy: str

    def take(self) -> None:
        self._copy(self.live, self.copy)

    def restore(self) -> None:
        self._copy(self.copy, self.live)

    def discard(self) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.copy)

    def _copy(self, source: str, target: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", target)
        self._run("CREATE DATABASE {} TEMPLATE {}", target, source)

    def _run(self, statement: Any, *names: str) -> None:
        with psycopg.connect(self.servers.postgres, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture
def backups(servers: Servers, database_url: str) -> Iterator[Backups]:
    made = Backups(servers, database_url.rsplit("/", 1)[1], f"backup_{uuid4().hex[:12]}")
    yield made
    made.discard()


NewWorker = Callable[[], AbstractContextManager[Worker]]


@pytest.fixture
def new_worker(database_url: str, municipality: Path, server: ScriptedServer) -> NewWorker:
    return partial(a_worker, database_url, municipality, MailServer.from_url(server.url))


def to_two(facts: Facts) -> UUID:
    """A meeting of the mother and the rektor: two invitations."""
    meeting = facts.book("mother", "rektor")
    facts.publish(booked(facts, meeting))
    return meeting


def reminder(facts: Facts, meeting: UUID) -> e.ReminderDue:
    return e.ReminderDue(
        case_id=facts.case_id,
        key=f"{meeting}/before-meeting/0",
        meeting_id=meeting,
        sequence=0,
        rule="R8",
        due_at=NOW + timedelta(days=1),
        useful_until=START,
    )


def unsettled(facts: Facts) -> int:
    (row,) = facts.run("SELECT notifier_api.unsettled(clock.read()) AS n")
    return int(row["n"])


def restored_after_sending(facts: Facts, backups: Backups, new_worker: NewWorker) -> UUID:
    """Yesterday's database: another mail has left it already, two invitations hadn't yet."""
    with new_worker() as worker:
        facts.publish(booked(facts, facts.book("father", starts_at=START + timedelta(days=2))))
        worker.rounds()
        meeting = to_two(facts)
        worker.deliveries.drain_batch()
    backups.take()
    with new_worker() as worker:
        worker.rounds()
        assert worker.states() == {("call", "accepted"): 3}
    backups.restore()
    return meeting


def test_F13_a_restored_database_sends_nothing_and_holds_all_that_is_past_due(
    facts: Facts,
    backups: Backups,
    new_worker: NewWorker,
    server: ScriptedServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    meeting = restored_after_sending(facts, backups, new_worker)
    server.accepted.clear()
    server.recipients.clear()
    with new_worker() as worker:
        worker.rounds()
        assert worker.states() == {("call", "accepted"): 1, ("call", "held"): 2}

        facts.publish(reminder(facts, meeting))
        worker.one_round()
        assert worker.states()["reminder", "due"] == 2, "not due yet"
        facts.set_clock(NOW + timedelta(days=1))
        facts.cancel(meeting)
        facts.publish(e.MeetingCancelled(case_id=facts.case_id, meeting_id=meeting, sequence=1))
        worker.rounds()
        states = worker.states()
    assert (states["call", "held"], states["cancel", "held"]) == (2, 2)
    assert states["reminder", "suppressed"] == 2, "what is off needs no person's decision"
    assert server.recipients == []
    assert unsettled(facts) == 0, "what waits for a person doesn't hold back the clock"
    (said,) = [record for record in caplog.records if "samspel held" in record.message]
    assert said.levelname == "ERROR"


def test_what_falls_due_while_nothing_is_sent_is_held_too(
    facts: Facts, backups: Backups, new_worker: NewWorker, server: ScriptedServer
) -> None:
    meeting = restored_after_sending(facts, backups, new_worker)
    with new_worker() as worker:
        worker.rounds()
        facts.publish(reminder(facts, meeting))
        worker.one_round()
        facts.set_clock(NOW + timedelta(days=1))
        worker.rounds()
        assert worker.states()["reminder", "held"] == 2
    assert len(server.accepted) == 3


def test_released_it_goes_out_once_with_the_same_identity(
    facts: Facts, backups: Backups, new_worker: NewWorker, server: ScriptedServer, tmp_path: Path
) -> None:
    restored_after_sending(facts, backups, new_worker)
    before = {event_in(mail)[1].to_ical() for mail in server.accepted[1:]}
    server.accepted.clear()
    with new_worker() as worker:
        worker.claims.brake.keep = Keep(tmp_path)
        worker.rounds()
        with worker.database.plain() as connection:
            assert brake.release(connection).kinds == {"call": 2}
        worker.rounds()
        assert worker.states() == {("call", "accepted"): 3}
    with new_worker() as worker:  # and the next start takes this database for the right one
        worker.claims.brake.keep = Keep(tmp_path)
        facts.publish(booked(facts, facts.book("father", starts_at=START + timedelta(days=1))))
        worker.rounds()
    assert {event_in(mail)[1].to_ical() for mail in server.accepted[:2]} == before
    assert len(server.accepted) == 3


def test_what_has_become_too_late_when_it_is_released_is_suppressed(
    facts: Facts, backups: Backups, new_worker: NewWorker, server: ScriptedServer
) -> None:
    restored_after_sending(facts, backups, new_worker)
    server.accepted.clear()
    with new_worker() as worker:
        worker.rounds()
        facts.set_clock(START)
        with worker.database.plain() as connection:
            brake.release(connection)
        worker.rounds()
        late = [row for row in worker.messages() if row["state"] == "suppressed"]
    assert [row["reason"] for row in late] == ["too-late", "too-late"]
    assert server.accepted == []


def test_dropped_it_doesnt_go_out_nor_is_it_said_anew_but_a_cancel_is(
    facts: Facts, backups: Backups, new_worker: NewWorker, server: ScriptedServer
) -> None:
    """Who was sent the invitation before the restore holds it, and is told when it is off."""
    meeting = restored_after_sending(facts, backups, new_worker)
    server.accepted.clear()
    with new_worker() as worker:
        worker.rounds()
        with worker.database.plain() as connection:
            assert brake.drop(connection).kinds == {"call": 2}
        facts.publish(e.ParticipantsChanged(case_id=facts.case_id))
        worker.rounds()
        assert server.accepted == []
        dropped = [row for row in worker.messages() if row["state"] == "suppressed"]
        assert [row["reason"] for row in dropped] == ["dropped-after-restore"] * 2
        facts.cancel(meeting)
        facts.publish(e.MeetingCancelled(case_id=facts.case_id, meeting_id=meeting, sequence=1))
        worker.rounds()
    assert [event_in(mail)[0] for mail in server.accepted] == ["CANCEL", "CANCEL"]


def test_what_was_claimed_at_the_time_of_the_backup_is_held(
    facts: Facts, backups: Backups, new_worker: NewWorker, server: ScriptedServer
) -> None:
    """Also what was in the middle of leaving: nobody knows of it either."""
    to_two(facts)
    with new_worker() as worker:
        worker.deliveries.drain_batch()
        claimed, leaving = worker.claims.claim(10)
        worker.sender.gate.clear([leaving])
    backups.take()
    backups.restore()
    facts.run("UPDATE notifier.messages SET lease_until = '-infinity'")
    with new_worker() as worker:
        worker.rounds()
        assert worker.states() == {("call", "held"): 2}
        assert worker.sender.gate.clear([claimed]) == [None], "by a worker that comes to again"
    assert server.recipients == []


def rolled_back(facts: Facts, worker: Worker) -> None:
    """Send two mails from a database that then goes back in time where it is (a snapshot)."""
    to_two(facts)
    worker.deliveries.drain_batch()
    tables = ("messages", "high_water")
    for table in tables:
        facts.run(f"CREATE TABLE public.{table} AS TABLE notifier.{table}")
    worker.rounds()
    facts.run(
        "TRUNCATE notifier.messages, notifier.attempts, notifier.sent_words, notifier.high_water"
    )
    for table in tables:
        stored = facts.run(
            "SELECT string_agg(column_name, ', ') AS names FROM information_schema.columns"
            " WHERE table_schema = 'notifier' AND table_name = %s AND is_generated = 'NEVER'",
            table,
        )[0]["names"]
        facts.run(f"INSERT INTO notifier.{table} ({stored}) SELECT {stored} FROM public.{table}")  # noqa: S608


def test_a_database_that_is_rolled_back_in_place_is_noticed_by_the_mark_outside_it(
    facts: Facts, new_worker: NewWorker, server: ScriptedServer, tmp_path: Path
) -> None:
    with new_worker() as worker, new_worker() as other:
        for one in (worker, other):  # on two machines
            one.claims.brake.keep = Keep(tmp_path / str(id(one)))
        rolled_back(facts, worker)
        worker.rounds()
        other.rounds()
        assert worker.states() == {("call", "held"): 2}
        with worker.database.plain() as connection:
            assert brake.held(connection).reason == "rolled-back"
            brake.drop(connection)
        facts.publish(booked(facts, facts.book("father", starts_at=START + timedelta(days=1))))
        other.rounds()
        worker.rounds()
        assert worker.states() == {("call", "suppressed"): 2, ("call", "accepted"): 1}
    assert len(server.accepted) == 3


class KeepAndAnother(Keep):
    """Another worker's whole round falls just before, or just after, each look at the file."""

    def __init__(self, folder: Path, other: Callable[[], object], *, before: bool) -> None:
        super().__init__(folder)
        self.other, self.before = other, before

    def read(self) -> Mark | None:
        if self.before:
            self.other()
        kept = super().read()
        if not self.before:
            self.other()
        return kept


@pytest.mark.parametrize("before", [True, False])
def test_F13_two_workers_at_once_never_put_the_brake_on(
    facts: Facts, new_worker: NewWorker, server: ScriptedServer, tmp_path: Path, *, before: bool
) -> None:
    with new_worker() as worker, new_worker() as other:
        other.claims.brake.keep = Keep(tmp_path)
        worker.claims.brake.keep = KeepAndAnother(tmp_path, other.one_round, before=before)
        to_two(facts)
        worker.rounds()
        with worker.database.plain() as connection:
            assert brake.held(connection).reason is None
        assert worker.states() == {("call", "accepted"): 2}
    assert len(server.accepted) == 2


def test_a_new_database_with_the_file_of_another_stops_and_can_be_released(
    facts: Facts, new_worker: NewWorker, server: ScriptedServer, tmp_path: Path
) -> None:
    (tmp_path / "high-water.json").write_text('{"place": "1/2/3", "era": 0, "count": 7}')
    to_two(facts)
    with new_worker() as worker:
        worker.claims.brake.keep = Keep(tmp_path)
        worker.rounds()
        assert worker.states() == {("call", "held"): 2}
        with worker.database.plain() as connection:
            assert brake.release(connection).reason == "another-database"
        worker.rounds()
    assert len(server.accepted) == 2


def test_the_mark_is_outside_the_database_before_anything_is_sent_and_rests_when_all_is_done(
    facts: Facts, new_worker: NewWorker, server: ScriptedServer, tmp_path: Path
) -> None:
    """A worker that is killed after a mail has left has kept its mark already."""
    keep = Keep(tmp_path)
    seen = []
    server.before_354 = lambda: seen.append(keep.read())
    with new_worker() as worker:
        worker.claims.brake.keep = keep
        worker.one_round()
        assert keep.read() is None, "nothing has ever been sent"
        to_two(facts)
        worker.rounds()
        worker.one_round()
        done = keep.read()
        worker.one_round()
        assert None not in seen
        assert done is not None
        assert done.count > max(mark.count for mark in seen if mark is not None)
        assert keep.read() == done
        keep.path.unlink()
        worker.one_round()
        assert keep.read() == done, "a lost file is made anew"
    assert len(server.accepted) == 2


def test_a_person_sees_and_releases_what_is_held(
    facts: Facts,
    backups: Backups,
    new_worker: NewWorker,
    server: ScriptedServer,
    municipality: Path,
    broker_url: str,
) -> None:
    settings = {
        "SAMSPEL_DATABASE_URL": facts.url,
        "SAMSPEL_BROKER_URL": broker_url,
        "SAMSPEL_SMTP_URL": server.url,
        "SAMSPEL_PUBLIC_URL": "http://samspel.example",
        "SAMSPEL_SECRET_KEY": "s" * 32,
        "SAMSPEL_MUNICIPALITY": str(municipality),
    }
    restored_after_sending(facts, backups, new_worker)
    with new_worker() as worker:
        worker.rounds()
        shown = samspel_held(settings)
        assert shown[0].startswith("Ingen post går ut sedan ")
        assert shown[1].startswith("2 meddelanden hålls.")
        assert shown[2].split() == ["2", "kallelser"]
        (done,) = samspel_held(settings, "release")
        assert done.startswith("Posten går ut igen. 2 meddelanden skickas nu")
        worker.rounds()
    assert samspel_held(settings, "drop") == ["Inget hölls: posten går ut som vanligt."]
    assert len(server.accepted) == 5


def samspel_held(settings: dict[str, str], *arguments: str) -> list[str]:
    inherited = {n: v for n, v in os.environ.items() if not n.startswith("SAMSPEL_")}
    done = subprocess.run(
        [sys.executable, "-m", "samspel", "held", *arguments],
        env=inherited | settings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    return done.stdout.splitlines()
