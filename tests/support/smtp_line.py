"""One of our lines to a `RawServer`, over TLS and without, by either loop."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import uvloop

from services.notifier.adapters.smtp import Clear, Line, Reach
from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.messages import Sending
from services.notifier.domain.outcomes import Outcome
from tests.support.calendars import certificate
from tests.support.mailing import message
from tests.support.smtp_raw import RawServer

Trust = tuple[ssl.SSLContext, ssl.SSLContext]  # the server's, and of whoever trusts it
CONTENT = b"Subject: x\r\n\r\n.dot\r\nend\r\n"
SENT = b"Subject: x\r\n\r\n..dot\r\nend\r\n.\r\n"
SENDER = "studs@kommun.example"
LOOPS = {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}
WAYS = [  # over TLS, with pipelining, by which loop: every pair of them, and the sender's own
    (True, True, "uvloop"),
    (False, True, "uvloop"),
    (False, False, "asyncio"),
    (True, False, "uvloop"),
    (True, True, "asyncio"),
]


def trust_for_localhost(folder: Path) -> Trust:
    pem = certificate(folder, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context, ssl.create_default_context(cafile=str(pem))


@dataclass(slots=True)
class Post:
    """One line to a server, and what the gate saw."""

    line: Line
    server: RawServer
    asked: int = 0
    seen_at_the_gate: list[bytes] = field(default_factory=list)

    async def send(self, clear: Clear | None = None, *, is_ours: bool = True) -> Outcome:
        return await self.line.send(a_sending(), SENDER, clear or self._clear, lambda: is_ours)

    async def _clear(self, _: Sending) -> bytes:
        self.asked += 1
        self.seen_at_the_gate.append(bytes(self.server.begun))
        return CONTENT


def a_sending() -> Sending:
    made = message()
    return Sending(**{one.name: getattr(made, one.name) for one in fields(made)})


@asynccontextmanager
async def a_post(server: RawServer, tls: Trust | None = None) -> AsyncIterator[Post]:
    async with server.serving(tls[0] if tls else None):
        where = MailServer("localhost", server.port, "implicit" if tls else "none")
        line = Line(where, "x.example", Reach(), 5.0, 5.0, tls[1] if tls else None)
        try:
            yield Post(line, server)
        finally:
            await line.hang_up()


def run(loop: str, work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(work)


async def cleared(_: Sending) -> bytes:
    """A gate that lets everything go."""
    return CONTENT
