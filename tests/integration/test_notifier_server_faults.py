"""F5: whatever the mail server does, no mail is lost, none fails by it, and others go on."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.notifier.adapters.oauth import TokenRefused, Tokens
from services.notifier.adapters.pause import Pause
from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.oauth import OAuthClient
from services.notifier.domain.pacing import Pacing
from tests.support.facts import Facts
from tests.support.notifier import Worker, a_worker, booked
from tests.support.smtp import ScriptedServer

NOW = "UPDATE notifier.messages SET try_at = '-infinity' WHERE state = 'retry'"
PROBE_NOW = (
    "UPDATE notifier.mail_server SET probe_at = clock_timestamp() WHERE probe_at IS NOT NULL"
)
AWAKE = "UPDATE notifier.resting_domains SET until = '-infinity'"

GUARDIANS_ELSEWHERE = (
    "UPDATE cases.people SET email = left(id::text, 8) || '@slow.example' WHERE party = 'guardian'"
)


@pytest.fixture
def impatient(
    facts: Facts, database_url: str, municipality: Path, server: ScriptedServer
) -> Iterator[Worker]:
    """A worker that pauses at the second failure in a row."""
    where = MailServer.from_url(server.url)
    with a_worker(database_url, municipality, where, pause=Pause(2)) as made:
        yield made


def state_of_server(facts: Facts) -> dict[str, Any]:
    (row,) = facts.run(
        "SELECT failures, reason, paused_since IS NOT NULL AS paused, probes,"
        " extract(epoch FROM probe_at - clock_timestamp())::float AS seconds"
        " FROM notifier.mail_server"
    )
    return row


def life(facts: Facts) -> list[tuple[str, str, int]]:
    rows = facts.run(
        "SELECT state, reason, sum(times)::integer AS times FROM notifier.attempts"
        " GROUP BY state, reason ORDER BY state, reason"
    )
    return [(row["state"], row["reason"], row["times"]) for row in rows]


def try_until_taken(facts: Facts, worker: Worker, server: ScriptedServer) -> None:
    """For a moment this process keeps from a server that has just failed it."""
    end = time.monotonic() + 30
    while not server.accepted:
        assert time.monotonic() < end, "nothing is sent any more"
        facts.run(NOW)
        facts.run(PROBE_NOW)
        worker.one_round()


@pytest.mark.parametrize(
    ("reply", "states", "began", "events"),
    [
        ("450 4.7.1 come again", {("call", "retry"): 1}, 0, 0),
        ("451 4.3.0 later", {("call", "retry"): 1}, 0, 0),
        ("452 4.2.2 full", {("call", "retry"): 1}, 0, 0),
        ("421 4.7.0 too many", {("call", "retry"): 1}, 0, 0),
        ("550 5.7.60 may not send as this", {("call", "retry"): 1}, 0, 0),
        ("550 5.1.1 unknown", {("call", "failed"): 1}, 0, 1),
        ("553 5.1.3 bad", {("call", "failed"): 1}, 0, 1),
    ],
)
def test_F5_a_no_at_rcpt_waits_or_fails_by_whose_fault_it_is(
    facts: Facts,
    worker: Worker,
    server: ScriptedServer,
    reply: str,
    states: dict[Any, int],
    began: int,
    events: int,
) -> None:
    server.at_rcpt = lambda _: reply
    facts.publish(booked(facts, facts.book("mother")))
    worker.one_round()
    (row,) = worker.messages()
    assert worker.states() == states
    assert (row["attempts"], row["began"], row["content"]) == (1, began, None)
    assert len(worker.events("message.failed")) == events
    assert life(facts) == [(row["state"], row["reason"], 1)]
    if row["state"] == "retry":
        server.at_rcpt = lambda _: None
        facts.run(AWAKE)
        try_until_taken(facts, worker, server)
        assert worker.states() == {("call", "accepted"): 1}
    assert len(server.accepted) == (row["state"] == "retry")


def test_F5_a_server_that_fails_in_a_row_is_left_alone_by_all_workers_and_then_goes_on(
    facts: Facts,
    database_url: str,
    municipality: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with ScriptedServer() as reserved:
        port = reserved.port
    facts.publish(booked(facts, facts.book("mother", "father", "rektor", "therapist")))
    where = MailServer("127.0.0.1", port, "none")
    with ExitStack() as stack:
        workers = [
            stack.enter_context(a_worker(database_url, municipality, where, pause=Pause(2)))
            for _ in range(3)
        ]
        for worker in workers[:2]:
            worker.one_round()
            facts.run(NOW)
        assert state_of_server(facts)["paused"]
        assert [worker.claims.claim(100) for worker in workers] == [[], [], []], "nobody hammers"
        facts.run(PROBE_NOW)
        probes = [worker.claims.claim(100) for worker in workers]
        assert [len(one) for one in probes] == [1, 0, 0], "one tries for all"
        workers[0].claims.give_back(probes[0], "worker-ends", timedelta(0))
        assert 1 < state_of_server(facts)["seconds"] <= 2
        with ScriptedServer(port=port) as back:
            try_until_taken(facts, workers[0], back)
            assert not state_of_server(facts)["paused"]
            workers[1].rounds()
            assert len(back.accepted) == 4, "what waited goes at once"
        assert workers[0].events("message.failed") == []
    assert caplog.text.count("Sending is paused") == caplog.text.count("works again") == 1
    assert "@" not in "".join(one.getMessage() for one in caplog.records if "." in one.name)


def test_F5_the_tries_of_a_paused_server_grow_apart_to_a_minute_and_use_up_no_patience(
    facts: Facts, impatient: Worker, server: ScriptedServer
) -> None:
    server.at_mail = "550 5.7.60 may not send"
    facts.publish(booked(facts, facts.book("mother")))
    impatient.one_round()
    assert state_of_server(facts)["paused"], "by our own fault at once"
    waits = []
    for _ in range(8):
        facts.run(NOW)
        facts.run(PROBE_NOW)
        (tried,) = impatient.claims.claim(10)
        assert tried.attempts == 1, "of those that count"
        facts.run("UPDATE notifier.messages SET state = 'retry', spared = attempts")
        waits.append(round(state_of_server(facts)["seconds"]))
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_F5_a_sender_that_may_not_send_stops_all_with_an_alarm_and_fails_no_mail(
    facts: Facts, impatient: Worker, server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.at_mail = "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
    facts.publish(booked(facts, facts.book("mother", "rektor")))
    impatient.one_round()
    assert impatient.states() == {("call", "retry"): 2}
    assert state_of_server(facts)["reason"] == "mail-550-5.7.60"
    assert "Sending is paused: mail-550-5.7.60 (our login or sender isn't accepted)" in caplog.text
    assert server.recipients == []
    server.at_mail = None
    facts.run(NOW)
    facts.run(PROBE_NOW)
    impatient.rounds()
    assert impatient.states() == {("call", "accepted"): 2}


def test_F5_one_message_that_is_refused_does_not_pause_the_server(
    facts: Facts, impatient: Worker, server: ScriptedServer
) -> None:
    server.at_rcpt = lambda _: "451 4.3.0 later"
    facts.publish(booked(facts, facts.book("mother", "rektor")))
    for _ in range(4):
        facts.run(NOW)
        impatient.one_round()
    found = state_of_server(facts)
    assert (found["paused"], found["failures"]) == (False, 0)
    assert life(facts) == [("retry", "rcpt-451-4.3.0", 8)]


def test_F5_a_domain_that_wants_less_rests_and_the_others_go_on(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    home = "@slow.example"
    server.at_rcpt = lambda to: "450 4.7.28 too many" if to.endswith(home) else None
    facts.publish(booked(facts, facts.book("mother", "father", "rektor", "therapist")))
    facts.run(GUARDIANS_ELSEWHERE)
    worker.one_round()
    facts.run(NOW)
    tried = sum(to.endswith(home) for to in server.recipients)
    for _ in range(3):
        worker.one_round()
    assert sum(to.endswith(home) for to in server.recipients) == tried, "it is left alone"
    assert {one.recipient.endswith(home) for one in server.accepted} == {False}
    assert worker.states() == {("call", "accepted"): 2, ("call", "retry"): 2}
    server.at_rcpt = lambda _: None
    facts.run(AWAKE)
    worker.rounds()
    assert worker.states() == {("call", "accepted"): 4}
    assert facts.run("SELECT FROM notifier.resting_domains") == [], "as if nothing had been"


def test_F5_greylisting_asks_of_each_message_so_the_domain_rests_only_if_it_does_nothing_else(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    server.at_rcpt = lambda _: "451 4.7.1 come again"
    facts.publish(booked(facts, facts.book("mother")))
    resting = []
    for _ in range(4):
        worker.one_round()
        facts.run(NOW)
        rows = facts.run("SELECT until > clock_timestamp() AS rests FROM notifier.resting_domains")
        resting.append([row["rests"] for row in rows])
    assert resting == [[False], [False], [True], [True]]
    assert len(server.recipients) == 3


def test_F5_a_domain_that_stalls_holds_up_only_its_own(
    facts: Facts, database_url: str, municipality: Path, server: ScriptedServer
) -> None:
    go_on = threading.Event()

    def stall(to: str) -> None:
        if to.endswith("@slow.example"):
            go_on.wait(30)

    server.at_rcpt = stall
    facts.publish(booked(facts, facts.book("mother", "father", "rektor")))
    facts.run(GUARDIANS_ELSEWHERE)
    where = MailServer.from_url(server.url)
    with a_worker(
        database_url, municipality, where, connections=2, pacing=Pacing(at_once=1)
    ) as worker:
        try:
            worker.a_round()
            worker.sender.wait(10, until_at_most=2)
            assert [one.recipient for one in server.accepted] == [facts.address("rektor")]
        finally:
            go_on.set()
        worker.rounds()
    assert len(server.accepted) == 3


class Given(Tokens):
    """Gives these, one after the other, each time it has been told to forget."""

    def __init__(self, *tokens: str) -> None:
        super().__init__(OAuthClient("https://login.example/token", "samspel", "hemligt"))
        self.left = list(tokens)

    def get(self) -> str:
        if not self.left:
            raise TokenRefused("token-refused-401")
        return self.left[0]

    def forget(self) -> None:
        self.left.pop(0)


@pytest.mark.parametrize(
    ("given", "reason", "logins"),
    [
        (("good",), None, [b"good"]),
        (("old", "good"), None, [b"old", b"good"]),
        (("old", "older", "good"), "login-535-5.7.3", [b"old", b"older"]),
        ((), "login-token-refused-401", []),
    ],
)
def test_F5_a_token_logs_in_and_one_that_has_run_out_is_fetched_anew_once(
    facts: Facts,
    database_url: str,
    municipality: Path,
    server: ScriptedServer,
    caplog: pytest.LogCaptureFixture,
    given: tuple[str, ...],
    reason: str | None,
    logins: list[bytes],
) -> None:
    caplog.set_level(logging.DEBUG)
    server.tokens = {"good"}
    facts.publish(booked(facts, facts.book("mother")))
    where = replace(MailServer.from_url(server.url), username="samspel@exempelkommun.example")
    with a_worker(database_url, municipality, where, tokens=Given(*given), connections=1) as worker:
        worker.one_round()
        (row,) = worker.messages()
    assert (row["state"], row["reason"]) == ("retry" if reason else "accepted", reason)
    user = b"user=samspel@exempelkommun.example\x01auth=Bearer "
    assert server.said_at_login == [user + token + b"\x01\x01" for token in logins]
    assert state_of_server(facts)["paused"] == bool(reason)
    assert not any(secret in caplog.text for secret in ("good", "older", "hemligt"))


def test_a_token_of_a_token_server_logs_in_and_is_fetched_once(
    facts: Facts, database_url: str, municipality: Path, server: ScriptedServer
) -> None:
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            body = b'{"access_token": "good", "expires_in": 3599, "token_type": "Bearer"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    asked: list[bytes] = []
    server.tokens = {"good"}
    facts.publish(booked(facts, facts.book("mother", "father", "rektor")))
    where = replace(MailServer.from_url(server.url), username="samspel@exempelkommun.example")
    with HTTPServer(("127.0.0.1", 0), Answering) as tokens:
        thread = threading.Thread(target=tokens.serve_forever, args=(0.02,))
        thread.start()
        url = f"http://127.0.0.1:{tokens.server_port}/token"
        made = Tokens(OAuthClient(url, "samspel", "hemligt", "https://mail.example/.default"))
        with a_worker(database_url, municipality, where, tokens=made) as worker:
            worker.rounds()
            assert worker.states() == {("call", "accepted"): 3}
        tokens.shutdown()
        thread.join()
    assert len(asked) == 1
    assert b"grant_type=client_credentials" in asked[0]


def test_F5_a_server_without_the_login_that_we_need_is_our_fault(
    facts: Facts, database_url: str, municipality: Path, server: ScriptedServer
) -> None:
    facts.publish(booked(facts, facts.book("mother")))
    where = replace(MailServer.from_url(server.url), username="samspel")
    for tokens, password in ((Given("good"), None), (None, "hemligt")):
        facts.run(NOW)
        facts.run(PROBE_NOW)
        with_password = replace(where, password=password)
        with a_worker(database_url, municipality, with_password, tokens=tokens) as worker:
            worker.one_round()
            (row,) = worker.messages()
        assert (row["state"], row["reason"]) == ("retry", "login-no-method")
    assert server.recipients == []


def test_the_claim_finds_others_at_once_beside_many_that_wait_for_a_domain(
    facts: Facts, worker: Worker
) -> None:
    """By an index, one look-up for each domain: what rests isn't read, however much it is."""
    facts.publish(booked(facts, facts.book("mother", "rektor")))
    worker.deliveries.drain_batch()
    facts.run("ALTER TABLE notifier.messages DISABLE TRIGGER USER")
    columns = "kind, ground, case_id, meeting_id, person_id, party, language, rule, told, payload"
    facts.run(
        f"INSERT INTO notifier.messages (id, key, message_id, mailbox, address, {columns},"  # noqa: S608
        " due_at, useful_until, created_at)"
        f" SELECT gen_random_uuid(), 'k' || n, 'm' || n, a, a, {columns},"
        " due_at - interval '1 hour', useful_until, created_at"
        " FROM notifier.messages m, generate_series(1, 3000) n,"
        " LATERAL (SELECT 'x' || n || '@rests.example' AS a) b WHERE m.party = 'guardian'"
    )
    facts.run("INSERT INTO notifier.resting_domains VALUES ('rests.example', 1, 'infinity')")
    facts.run("ANALYZE notifier.messages")
    found = worker.claims.claim(100)
    assert sorted(one.mailbox for one in found) == sorted(
        [facts.address("mother"), facts.address("rektor")]
    )
    again = worker.claims.claim(100, frozenset({"hem.example"}))
    assert again == []
    facts.run("DELETE FROM notifier.resting_domains")
    assert len(worker.claims.claim(100)) == 50
