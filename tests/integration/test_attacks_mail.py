"""Attacks by mail on the wire: lone dots, smuggled mails, loops of programs, forged answers."""

import asyncio
import re
import socket
from dataclasses import fields

import pytest

from services.notifier.adapters.smtp import Line, Reach
from services.notifier.domain.arriving import Arrival
from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.messages import Sending
from services.notifier.domain.outcomes import Accepted
from tests.integration.test_inbound_door import Kept, a_door
from tests.integration.test_stories import sign_all
from tests.support.inbound import outcome
from tests.support.mailing import POST
from tests.support.mailing import message as plain_message
from tests.support.replies.parts import mail, part
from tests.support.smtp import Received, ScriptedServer
from tests.support.story import GUARDIANS, open_a_case
from tests.support.town import Json, Town

MOTHER, FATHER = GUARDIANS
REPLY = "moten+abc234@exempelkommun.example"
SMUGGLED = (
    b"MAIL FROM:<rektor@exempelkommun.example>\r\n"
    b"RCPT TO:<moten+zzz234@exempelkommun.example>\r\nDATA\r\nFrom: <rektor@x.example>\r\n\r\nx"
)


class Talk:
    """An SMTP session in bytes, as no library would send them."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._read = self._socket.makefile("rb")
        self._read.readline()

    def says(self, line: bytes) -> bytes:
        """The last line of what is answered."""
        self._socket.sendall(line + b"\r\n")
        while (answer := self._read.readline())[3:4] == b"-":
            pass
        return answer

    def close(self) -> None:
        self._read.close()
        self._socket.close()


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n\0.\r\n"]
)
def test_only_a_dot_between_whole_line_ends_ends_a_mail(end: bytes) -> None:
    """SMTP smuggling: what follows another kind of dot is text of the same mail, no new one."""
    kept = Kept()
    with a_door(kept) as port:
        talk = Talk(port)
        talk.says(b"EHLO mx.evil.example")
        talk.says(b"MAIL FROM:<mor@hem.example>")
        assert talk.says(f"RCPT TO:<{REPLY}>".encode())[:3] == b"250"
        assert talk.says(b"DATA")[:3] == b"354"
        answer = talk.says(b"From: <mor@hem.example>\r\n\r\nHej" + end + SMUGGLED + b"\r\n.")
        talk.close()
    assert len(kept.arrivals) <= 1
    assert answer[:1] in (b"2", b"5")
    assert "moten+zzz234" not in str([one.recipient for one in kept.arrivals])
    if kept.arrivals:
        assert SMUGGLED.splitlines()[0] in kept.arrivals[0].raw


def test_a_line_that_is_only_a_dot_arrives_as_it_was_written() -> None:
    kept = Kept()
    text = b".\r\n..\r\n.QUIT\r\n"
    with a_door(kept) as port:
        talk = Talk(port)
        talk.says(b"EHLO hem.example")
        talk.says(b"MAIL FROM:<mor@hem.example>")
        talk.says(f"RCPT TO:<{REPLY}>".encode())
        talk.says(b"DATA")
        stuffed = re.sub(rb"(?m)^\.", b"..", text)
        assert talk.says(b"From: <mor@hem.example>\r\n\r\n" + stuffed + b".")[:3] == b"250"
        talk.close()
    (arrival,) = kept.arrivals
    assert arrival.raw.endswith(b"\r\n\r\n" + text)


@pytest.mark.parametrize(
    "text", [b".\r\n", b"..\r\n.\r\n\r\n.\r\n", b"a\r\n.\r\nMAIL FROM:<x@y.example>\r\n"]
)
def test_a_lone_dot_of_ours_ends_no_mail(server: ScriptedServer, text: bytes) -> None:
    """What is written after the 354 arrives as it is, and the session goes on after it."""
    content = b"Subject: x\r\n\r\n" + text
    made = plain_message()
    message = Sending(**{one.name: getattr(made, one.name) for one in fields(made)})

    async def clear(_: Sending) -> bytes:
        return content

    async def twice() -> list[object]:
        line = Line(MailServer.from_url(server.url), "x.example", Reach(), 5.0, 5.0, None)
        sent: list[object] = [
            await line.send(message, "studs@x.example", clear, lambda: True) for _ in range(2)
        ]
        await line.hang_up()
        return sent

    assert asyncio.run(twice()) == [Accepted(), Accepted()]
    assert [one.content for one in server.accepted] == [content, content]


def booked(town: Town) -> Json:
    """A case with a booked meeting, to which everybody has been invited."""
    opened = open_a_case(town)
    town.quiet()
    sign_all(town, opened["id"])
    town.quiet()
    return opened


def test_B7_programs_that_answer_whatever_they_get_never_keep_us_going(town: Town) -> None:
    """Of everybody we mail, and without a word that they are programs: one round, and silence."""
    booked(town)
    seen, rounds = 0, []
    for number in range(4):
        fresh, seen = town.server.accepted[seen:], len(town.server.accepted)
        rounds.append(len(fresh))
        arrivals = [thanks(one, f"{number}.{at}") for at, one in enumerate(fresh)]
        if arrivals:
            town.notifier.inbox.store(arrivals, "smtp")
        town.quiet()
    assert rounds[0] >= 4
    assert rounds[2:] == [0, 0], rounds
    assert {kind for _, kind, _ in outcome(town)} == {"plain"}
    said = town.rows("SELECT DISTINCT answer FROM cases.attendance WHERE NOT removed")
    assert [row["answer"] for row in said] == ["needs-action"]


def thanks(received: Received, number: str) -> Arrival:
    """What a program answers that knows no better."""
    to = re.search(rb"(?im)^Reply-To:[^<]*<([^>]+)>", received.content)
    address = POST.from_address if to is None else to[1].decode().lower()
    headers = {
        "From": f"<{received.recipient}>", "To": f"<{address}>", "Subject": f"Tack {number}",
        "Message-ID": f"<{number}@svar.example>",
    }  # fmt: skip
    raw = mail(headers, part("text/plain; charset=utf-8", "Vi har f\u00e5tt ditt mejl."))
    return Arrival(address, received.recipient, raw, len(raw))
