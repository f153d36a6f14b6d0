"""What becomes of a message after an attempt (decision 7), and where mail may be handed over."""

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


@pytest.mark.parametrize(
    ("outcome", "attempts", "doubts", "state", "doubt"),
    [
        (Accepted(), 1, 0, "accepted", False),
        (NotBegun("connect-refused"), 1, 0, "retry", False),
        (NotBegun("connect-refused"), ATTEMPTS, 0, "failed", False),
        (Refused("rcpt-550", lasting=True), 1, 0, "failed", False),
        (Refused("content-451", lasting=False), 1, 0, "retry", False),
        (Refused("content-451", lasting=False), 2, 1, "retry", False),
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
