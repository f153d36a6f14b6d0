"""What becomes of a message after an attempt (decision 7), and where mail may be handed over."""

import re

import pytest

from services.notifier.domain.mailserver import MailServer, MailServerError
from services.notifier.domain.outcomes import (
    ATTEMPTS,
    Accepted,
    NotBegun,
    Refused,
    Unanswered,
    backoff,
    verdict,
)
from services.notifier.domain.replies import HANDLINGS, TABLE, Fault, Step, read_reply


@pytest.mark.parametrize(
    ("outcome", "attempts", "doubts", "state", "doubt"),
    [
        (Accepted(), 1, 0, "accepted", False),
        (NotBegun("rcpt-dropped"), 1, 0, "retry", False),
        (NotBegun("rcpt-dropped"), ATTEMPTS, 0, "failed", False),
        (Refused("rcpt-550", Fault.RECIPIENT), 1, 0, "failed", False),
        (Refused("content-554", Fault.CONTENT), 1, 0, "failed", False),
        (Refused("content-451", Fault.BUSY), 1, 0, "retry", False),
        (Refused("content-451", Fault.BUSY), 2, 1, "retry", False),
        (Refused("rcpt-450-4.7.1", Fault.GREYLISTED), ATTEMPTS, 0, "failed", False),
        # The server's fault and our own never fail a mail, however long they last.
        (NotBegun("connect-refused", Fault.AWAY), ATTEMPTS * 9, 0, "retry", False),
        (NotBegun("login-535", Fault.OURS), ATTEMPTS * 9, 0, "retry", False),
        (Refused("mail-550-5.7.60", Fault.OURS), ATTEMPTS * 9, 0, "retry", False),
        (Unanswered("answer-dropped"), 1, 0, "unknown", True),
        (Unanswered("answer-dropped"), 2, 1, "failed", True),  # one repeat at most
    ],
)
def test_an_attempt_ends_in_one_of_four_states(
    outcome: Accepted | NotBegun | Refused | Unanswered,
    attempts: int,
    doubts: int,
    state: str,
    doubt: bool,
) -> None:
    found = verdict(outcome, attempts=attempts, doubts=doubts, jitter=0.5, unknown_wait=15)
    assert (found.state, found.doubt) == (state, doubt)
    assert (found.wait > 0) == (state in ("retry", "unknown"))


def test_the_waits_double_to_five_minutes_and_give_up_after_some_two_days() -> None:
    waits = [backoff(attempt, 0.5) for attempt in range(1, ATTEMPTS)]
    assert waits[:4] == [0.5, 1, 2, 4]
    assert max(waits) == 300
    assert 1.9 < sum(waits) / 86_400 < 2.2
    assert backoff(1, 0) < backoff(1, 1)


def test_greylisting_and_full_mailboxes_are_waited_for_in_minutes() -> None:
    for fault in (Fault.GREYLISTED, Fault.FULL):
        assert 60 == backoff(1, 0.5, fault) < backoff(2, 0.5, fault)
        assert backoff(99, 0.5, fault) <= 1800


@pytest.mark.parametrize(
    ("step", "code", "text", "fault"),
    [
        ("connect", 421, "4.3.2 busy", Fault.AWAY),
        ("connect", 554, "5.7.1 go away", Fault.AWAY),
        ("login", 535, "5.7.3 Authentication unsuccessful", Fault.OURS),
        ("login", 535, "5.7.139 Basic authentication is disabled", Fault.OURS),
        ("login", 454, "4.7.0 Temporary authentication failure", Fault.AWAY),
        ("mail", 530, "5.7.57 Client not authenticated to send mail", Fault.OURS),
        ("data", 538, "5.7.11 encryption required", Fault.OURS),
        ("rcpt", 534, "5.7.9 mechanism too weak", Fault.OURS),
        ("rcpt", 503, "5.5.1 bad sequence", Fault.OURS),
        ("content", 550, "5.7.60 SMTP; Client does not have permissions", Fault.OURS),
        ("rcpt", 550, "5.7.64 TenantAttribution; Relay Access Denied", Fault.OURS),
        ("rcpt", 553, "5.7.1 Sender address rejected: not owned by user", Fault.OURS),
        ("mail", 550, "5.1.0 sender refused", Fault.OURS),
        ("mail", 552, "5.3.4 too large", Fault.CONTENT),
        ("rcpt", 550, "5.1.1 unknown", Fault.RECIPIENT),
        ("rcpt", 551, "not here", Fault.RECIPIENT),
        ("rcpt", 553, "5.1.3 bad address", Fault.RECIPIENT),
        ("rcpt", 552, "5.2.2 full for good", Fault.RECIPIENT),
        ("content", 552, "5.3.4 too large", Fault.CONTENT),
        ("content", 554, "5.6.0 spam", Fault.CONTENT),
        ("data", 554, "no valid recipients", Fault.CONTENT),
        ("content", 550, "5.7.0 policy", Fault.CONTENT),
        ("rcpt", 450, "4.7.1 come again", Fault.GREYLISTED),
        ("rcpt", 451, "4.7.1 come again", Fault.GREYLISTED),
        ("rcpt", 450, "4.2.0 Recipient address rejected: Greylisted", Fault.GREYLISTED),
        ("rcpt", 451, "Graylisting in effect", Fault.GREYLISTED),
        ("rcpt", 421, "4.7.0 too many", Fault.THROTTLED),
        ("content", 421, "4.7.28 rate", Fault.THROTTLED),
        ("rcpt", 450, "4.2.1 receiving mail too quickly", Fault.THROTTLED),
        ("rcpt", 451, "4.7.500 server busy", Fault.THROTTLED),
        ("rcpt", 452, "4.2.2 over quota", Fault.FULL),
        ("content", 452, "4.3.1 no disk", Fault.FULL),
        ("rcpt", 450, "4.2.2 over quota", Fault.FULL),
        ("rcpt", 451, "later", Fault.BUSY),
        ("content", 451, "4.3.0 later", Fault.BUSY),
        ("content", 421, "closing", Fault.BUSY),
        ("data", 451, "", Fault.BUSY),
    ],
)
def test_F5_each_no_is_somebodys_fault(step: Step, code: int, text: str, fault: Fault) -> None:
    reading = read_reply(step, code, text)
    assert reading.fault is fault
    assert re.fullmatch(rf"{step}-{code}(-[245]\.\d+\.\d+)?", reading.reason), "codes, no words"


def test_F5_every_row_of_the_table_is_reached() -> None:
    steps: tuple[Step, ...] = ("connect", "login", "mail", "rcpt", "data", "content")
    texts = ["", *(f"{one} x" for row in TABLE for one in row.enhanced)]
    first = {
        next(number for number, row in enumerate(TABLE) if row.fits(step, str(code), text[:-2]))
        for step in steps
        for code in range(400, 600)
        for text in texts
    }
    assert first == set(range(len(TABLE)))
    assert set(HANDLINGS) == set(Fault)


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://127.0.0.1:1025", 1025, "none"),
        ("smtp://localhost", 25, "none"),
        ("smtp://[::1]:1025", 1025, "none"),
        ("smtp://127.0.0.1.nip.example:25", 25, "starttls"),
        ("smtp://localhost.example", 25, "starttls"),
        ("smtp://10.0.0.1", 25, "starttls"),
        ("smtps://127.0.0.1", 465, "implicit"),
    ],
)
def test_only_loopback_is_spoken_to_in_clear(url: str, port: int, tls: str) -> None:
    server = MailServer.from_url(url)
    assert (server.port, server.tls) == (port, tls)


@pytest.mark.parametrize("url", ["", "http://x", "smtp://", "smtp://host:0x19", "host:25"])
def test_a_url_that_is_none_is_one_clear_error(url: str) -> None:
    with pytest.raises(MailServerError):
        MailServer.from_url(url)


def test_the_password_is_in_no_text_about_the_server() -> None:
    server = MailServer.from_url("smtp://samspel:hemligt%40@mail.example")
    assert server.password == "hemligt@"
    assert "hemligt" not in repr(server)
