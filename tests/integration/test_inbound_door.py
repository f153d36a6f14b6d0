"""The door for mail over a real socket: what is let in, what is turned away, what is said (B10)."""

import asyncio
import logging
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self

import pytest

from services.notifier.adapters.inbox import Inbox
from services.notifier.adapters.intake import ours_of
from services.notifier.domain.arriving import LARGEST_MAIL, Arrival
from services.notifier.inbound.receiver import MOST_RECIPIENTS, Door, Receiver, open_door
from shared.db import Database
from tests.support.mailing import POST
from tests.support.replies.answering import Answering
from tests.support.replies.clients import thunderbird

OURS = ours_of(POST)
REPLY = "moten+abc234@exempelkommun.example"
SMTP = Door("exempelkommun.example", 20, 20.0)


@dataclass
class Kept:
    """Takes what is stored, or fails as it is told to."""

    arrivals: list[Arrival] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    fault: Exception | None = None

    def __call__(self, arrivals: Sequence[Arrival], via: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.arrivals += arrivals
        self.over += [via] * len(arrivals)


@contextmanager
def a_door(store: Callable[..., None], door: Door = SMTP) -> Iterator[int]:
    """The door in a thread, on a port of its own."""
    ready, ended, port = threading.Event(), asyncio.Event(), _free_port()
    loops: list[asyncio.AbstractEventLoop] = []

    async def stand_open() -> None:
        loops.append(asyncio.get_running_loop())
        with ThreadPoolExecutor(2) as storing:
            async with open_door(Receiver(door, OURS, store, storing), "127.0.0.1", port):
                ready.set()
                await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(stand_open()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield port
    finally:
        loops[0].call_soon_threadsafe(ended.set)
        thread.join(10)


def test_a_mail_is_stored_for_each_address_of_ours_before_it_is_acknowledged() -> None:
    kept = Kept()
    with a_door(kept) as port, smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        to = [REPLY, REPLY.upper(), POST.from_address, "studs+x@exempelkommun.example"]
        assert client.sendmail("mor@hem.example", to, thunderbird(Answering())) == {}
    assert [one.recipient for one in kept.arrivals] == [REPLY, *to[2:]]
    assert {(one.sender, one.size) for one in kept.arrivals} == {
        ("mor@hem.example", len(kept.arrivals[0].raw))
    }


def test_others_addresses_are_refused_and_so_are_too_many() -> None:
    with a_door(Kept()) as port, smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.ehlo()
        client.mail("mor@hem.example")
        for other in ("rektor@exempelkommun.example", "moten+@exempelkommun.example",
                      "moten+a@evil.example", "moten+å@exempelkommun.example"):  # fmt: skip
            assert client.docmd(f"RCPT TO:<{other}>".encode().decode("latin-1")
                                if other.isascii() else "RCPT TO:<?>")[0] >= 500  # fmt: skip
        codes = [client.rcpt(f"moten+a{n}@exempelkommun.example")[0] for n in range(25)]
    assert codes == [250] * MOST_RECIPIENTS + [452] * (25 - MOST_RECIPIENTS)


def test_what_cannot_be_stored_is_not_taken_and_nothing_of_it_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept = Kept(fault=RuntimeError("mor@hem.example skrev något"))
    caplog.set_level(logging.DEBUG)
    with a_door(kept) as port, smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("mor@hem.example", [REPLY], thunderbird(Answering()))
        assert refused.value.smtp_code == 451
        client.docmd("SUBJECT: hemligt ord")
    assert "RuntimeError" in caplog.text
    for word in ("mor@hem", "skrev", "hemligt", "abc234"):
        assert word not in caplog.text


def test_a_mail_that_is_too_large_or_goes_in_a_circle_is_refused() -> None:
    kept = Kept()
    with a_door(kept) as port, smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo()
        assert client.esmtp_features["size"] == str(LARGEST_MAIL)
        assert client.docmd(f"MAIL FROM:<a@b.example> SIZE={LARGEST_MAIL + 1}")[0] == 552
        circle = b"Received: from a by b\r\n" * 100 + thunderbird(Answering())
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("a@b.example", [REPLY], circle)
        assert refused.value.smtp_code == 554
    assert kept.arrivals == []


def test_over_LMTP_each_recipient_is_answered_also_when_the_mail_is_refused() -> None:
    kept = Kept()
    with a_door(kept, SMTP) as port:
        with smtplib.LMTP("127.0.0.1", port, timeout=60) as client:
            assert lmtp(client, thunderbird(Answering())) == [250, 250]
            kept.fault = RuntimeError()
            assert lmtp(client, thunderbird(Answering())) == [451, 451]
            assert lmtp(client, b"Received: x\r\n" * 200 + b"\r\n") == [554, 554]
            assert client.noop()[0] == 250
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:  # the same port takes both
            kept.fault = None
            client.sendmail("a@b.example", [REPLY], thunderbird(Answering()))
    assert kept.over == ["lmtp", "lmtp", "smtp"]


def test_one_connection_too_many_is_turned_away_and_a_silent_one_is_ended() -> None:
    door = replace(SMTP, connections=2, seconds=1.0)
    with a_door(Kept(), door) as port, ExitStack() as stack:
        silent = [stack.enter_context(Line(port)) for _ in range(3)]
        assert [line.said()[:3] for line in silent] == [b"220", b"220", b"421"]
        assert [line.said() for line in silent] == [b"", b"", b""]  # ended by the server
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            assert client.noop()[0] == 250


def test_stored_means_committed_and_the_same_mail_twice_is_one(database_url: str) -> None:
    database = Database(database_url, role="samspel_notifier", demo=False, size=2)
    rung: list[set[str]] = []
    database._ring = rung.append
    inbox = Inbox(database, timedelta(days=30))
    raw = thunderbird(Answering())
    try:
        with a_door(inbox.store) as port:
            for _ in range(2):
                with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
                    client.sendmail("mor@hem.example", [REPLY, POST.from_address], raw)
        with database.plain() as connection:
            rows = connection.execute(
                "SELECT recipient, via, sender, raw FROM notifier.inbound ORDER BY recipient"
            ).fetchall()
        assert [row["recipient"] for row in rows] == sorted([REPLY, POST.from_address])
        assert {(row["via"], row["sender"], row["raw"]) for row in rows} == {
            ("smtp", "mor@hem.example", raw)
        }
        assert rung == [{"notifier"}] * 2
    finally:
        database.close()


def lmtp(client: smtplib.LMTP, content: bytes) -> list[int]:
    """The answers to a mail to two addresses of ours."""
    client.ehlo()
    client.mail("a@b.example")
    for address in (REPLY, POST.from_address):
        assert client.rcpt(address)[0] == 250
    assert client.docmd("DATA")[0] == 354
    client.send(content + b"\r\n.\r\n")
    return [client.getreply()[0] for _ in range(2)]


class Line:
    """A connection that says nothing."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._file = self._socket.makefile("rb")

    def said(self) -> bytes:
        return self._file.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
