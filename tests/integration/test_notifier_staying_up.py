"""What goes wrong with one message, one worker or one file stops no other mail and doubles none."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from services.notifier.adapters.gate import Gate
from services.notifier.adapters.sender import Pace, Sender
from services.notifier.domain.mail import Post
from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.messages import Message
from services.notifier.domain.outcomes import Verdict
from services.notifier.settings import Settings
from shared.bus import events as e
from shared.settings import SettingsError
from tests.support.facts import START, Facts
from tests.support.notifier import Worker, a_worker, booked, event_in
from tests.support.smtp import ScriptedServer

_WAITING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""

OTHER_WORDS = "UPDATE notifier.messages SET payload = '{\"v\": 2}' WHERE mailbox = %s"


def waits(facts: Facts) -> dict[str, object]:
    """The mother's message."""
    (row,) = facts.run(
        "SELECT kind, state, attempts FROM notifier.messages WHERE mailbox = %s",
        facts.address("mother"),
    )
    return row


def test_F14_a_kind_that_only_a_newer_version_knows_is_left_to_it_and_stops_no_other(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.publish(booked(facts, facts.book("mother", "rektor")))
    worker.deliveries.drain_batch()
    facts.run("UPDATE notifier.messages SET kind = 'telegram' WHERE party = 'guardian'")
    facts.run(OTHER_WORDS, facts.address("mother"))
    for _ in range(2):
        worker.one_round()
        facts.publish(e.ParticipantsChanged(case_id=facts.case_id))
    assert [mail.recipient for mail in server.accepted] == [facts.address("rektor")]
    assert waits(facts) == {"kind": "telegram", "state": "due", "attempts": 0}


def test_F14_words_that_only_a_newer_version_can_read_wait_for_it_and_stop_no_other(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.publish(booked(facts, facts.book("mother", "rektor")))
    worker.deliveries.drain_batch()
    facts.run(OTHER_WORDS, facts.address("mother"))
    for _ in range(2):
        worker.one_round()
        facts.publish(e.ParticipantsChanged(case_id=facts.case_id))
    assert [mail.recipient for mail in server.accepted] == [facts.address("rektor")]
    assert waits(facts) == {"kind": "call", "state": "retry", "attempts": 0}
    assert worker.events("message.failed") == []


def test_F14_who_holds_what_only_a_newer_version_can_read_is_told_by_hand_that_it_is_off(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book("mother", "rektor")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    facts.run(OTHER_WORDS, facts.address("mother"))
    facts.cancel(meeting)
    facts.publish(e.MeetingCancelled(case_id=facts.case_id, meeting_id=meeting, sequence=1))
    worker.rounds()
    cancelled = [mail.recipient for mail in server.accepted if event_in(mail)[0] == "CANCEL"]
    assert cancelled == [facts.address("rektor")]
    assert [(who, kind) for who, kind, _ in worker.by_hand()] == [
        (facts.people["mother"], "cancel")
    ]


def test_a_file_that_is_no_certificate_is_one_clear_line_at_the_start(
    municipality: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "ca.pem"
    broken.write_text("garbage")
    for name, value in {
        "DATABASE_URL": "postgresql://nowhere.example/x",
        "BROKER_URL": "redis://nowhere.example/0",
        "PUBLIC_URL": "http://samspel.example",
        "SECRET_KEY": "s" * 32,
        "MUNICIPALITY": str(municipality),
        "SMTP_URL": "smtp://mail.example",
        "SMTP_CA": str(broken),
    }.items():
        monkeypatch.setenv(f"SAMSPEL_{name}", value)
    with pytest.raises(SettingsError) as told:
        Settings.read()
    assert "SAMSPEL_SMTP_CA" in str(told.value)
    assert "no certificate in PEM format" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_sender_with_a_broken_certificate_file_never_starts(
    worker: Worker, tmp_path: Path
) -> None:
    broken = tmp_path / "ca.pem"
    broken.write_text("garbage")
    where = MailServer("mail.example", 25, "starttls", ca=broken)
    before = threading.active_count()
    with pytest.raises(OSError, match=r"CERTIFICATE|X509"):
        Sender(where, worker.sender.gate, worker.claims, Pace())
    assert threading.active_count() == before


def test_an_error_that_nobody_foresaw_costs_neither_the_connection_nor_the_message(
    facts: Facts,
    database_url: str,
    municipality: Path,
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    usual, failures = Post.bounce_address, iter([True])

    def fails_once(post: Post, message: Message) -> str:
        if next(failures, False):
            raise RuntimeError("anna@hem.example")
        return usual(post, message)

    monkeypatch.setattr(Post, "bounce_address", fails_once)
    facts.publish(booked(facts, facts.book("mother")))
    where = MailServer.from_url(server.url)
    with a_worker(database_url, municipality, where, connections=1) as worker:
        worker.one_round()
        assert waits(facts) == {"kind": "call", "state": "retry", "attempts": 0}
        facts.run("UPDATE notifier.messages SET try_at = '-infinity'")
        worker.rounds()
    assert len(server.accepted) == 1
    assert "RuntimeError" in caplog.text
    assert "anna@" not in caplog.text


def test_a_connection_that_ends_for_no_known_reason_is_begun_anew(
    facts: Facts,
    database_url: str,
    municipality: Path,
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    usual, failures = Sender._work, iter([True])

    async def fails_once(sender: Sender, reach: object) -> None:
        if next(failures, False):
            raise RuntimeError
        await usual(sender, reach)  # type: ignore[arg-type]

    monkeypatch.setattr(Sender, "_work", fails_once)
    facts.publish(booked(facts, facts.book("mother")))
    where = MailServer.from_url(server.url)
    with a_worker(database_url, municipality, where, connections=1) as worker:
        worker.rounds()
    assert len(server.accepted) == 1
    assert "begins anew" in caplog.text


def test_a_worker_that_ends_waits_for_what_is_leaving_and_gives_back_the_rest(
    facts: Facts, database_url: str, municipality: Path, server: ScriptedServer
) -> None:
    for day in range(10):
        meeting = facts.book("mother", "father", "rektor", starts_at=START + timedelta(days=day))
        facts.publish(booked(facts, meeting))
    where = MailServer.from_url(server.url)
    with a_worker(database_url, municipality, where, connections=4) as worker:
        server.before_250 = lambda: time.sleep(0.3)
        worker.a_round()
        until(lambda: worker.states()["call", "data"] > 0)
        worker.sender.close()
        left = worker.states()
    assert left == {
        ("call", "accepted"): len(server.accepted),
        ("call", "retry"): 30 - len(server.accepted),
    }
    assert len(server.accepted) < 30
    server.before_250 = lambda: None
    with a_worker(database_url, municipality, where) as next_one:
        next_one.rounds()
        assert next_one.states() == {("call", "accepted"): 30}
        assert {row["attempts"] for row in next_one.messages()} == {1}
    assert len(server.accepted) == 30


def test_a_message_at_the_server_but_before_its_content_is_given_back_when_the_worker_ends(
    facts: Facts, database_url: str, municipality: Path, server: ScriptedServer
) -> None:
    at_data, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        at_data.set()
        go_on.wait(5)

    server.before_354 = hold
    facts.publish(booked(facts, facts.book("mother")))
    with a_worker(database_url, municipality, MailServer.from_url(server.url)) as worker:
        worker.a_round()
        assert at_data.wait(5)
        worker.sender.close()
        go_on.set()
        assert waits(facts) == {"kind": "call", "state": "retry", "attempts": 0}
        assert not worker.sender.under_way
    assert server.accepted == []


def test_a_lease_that_is_lost_is_never_prolonged(
    facts: Facts,
    database_url: str,
    municipality: Path,
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F4: the machine stands still behind the gate until another worker has taken the message up;
    then only the thread that renews leases goes on."""
    usual, stalls = Gate.clear, iter([True])
    lease = 0.6

    def stand_still(gate: Gate, waiting: list[Message]) -> list[bytes | None]:
        contents = usual(gate, waiting)  # type: ignore[arg-type]
        if next(stalls, False):
            facts.run("UPDATE notifier.messages SET lease_until = '-infinity'")
            assert mine.claims.recover() == 1
            time.sleep(lease * 1.5)
        return contents

    monkeypatch.setattr(Gate, "clear", stand_still)
    facts.publish(booked(facts, facts.book("mother")))
    where = MailServer.from_url(server.url)
    with a_worker(database_url, municipality, where, lease=lease) as mine:
        mine.one_round()
        assert server.accepted == []
        mine.rounds()
        (row,) = mine.messages()
    assert (row["state"], row["began"], row["doubts"]) == ("accepted", 2, 1)
    assert len(server.accepted) == 1


def test_a_mark_that_waited_for_a_renewed_lease_is_not_lost(
    facts: Facts, database_url: str, municipality: Path, server: ScriptedServer
) -> None:
    """Else the mail went once more when the lease ran out (invariant 2)."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        for setting in ("enable_seqscan", "enable_hashjoin"):  # as in a big table
            name = sql.Identifier(connection.info.dbname)
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET {} = off").format(name, sql.Identifier(setting))
            )
    facts.publish(booked(facts, facts.book("mother", "father")))
    with a_worker(database_url, municipality, MailServer.from_url(server.url)) as worker:
        worker.deliveries.drain_batch()
        sendings = worker.claims.claim(10)
        facts.run("UPDATE notifier.messages SET state = 'data'")
        verdicts = [(sending, Verdict("accepted")) for sending in sendings]
        with psycopg.connect(database_url) as renewing:
            renewing.execute("UPDATE notifier.messages SET lease_until = lease_until + '1 s'")
            marking = threading.Thread(target=worker.claims.mark, args=[verdicts])
            marking.start()
            until(lambda: bool(facts.run(_WAITING)))
        marking.join(10)
        assert [row["state"] for row in worker.messages()] == ["accepted", "accepted"]


def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
