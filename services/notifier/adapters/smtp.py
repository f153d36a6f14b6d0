"""One connection to the mail server, and one message over it, with the gate before the content."""

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

from services.notifier.adapters.oauth import Tokens
from services.notifier.adapters.smtp_login import connected
from services.notifier.adapters.smtp_replies import Reply, Silence
from services.notifier.adapters.smtp_wire import CLOSING, START_INPUT, Wire
from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.messages import Sending
from services.notifier.domain.outcomes import (
    PAUSED,
    Accepted,
    NotBegun,
    Outcome,
    Refused,
    Stopped,
    Unanswered,
)
from services.notifier.domain.replies import Fault, Step, read_reply

log = logging.getLogger(__name__)

Clear = Callable[[Sending], Awaitable[bytes | None]]

_ALARM_EVERY = 60.0
_PAUSE_AFTER_FAILURE = 0.5
_GOODBYE_SECONDS = 2.0


def tls_context(server: MailServer) -> ssl.SSLContext | None:
    """What the server's certificate is held against; None where nothing is encrypted.

    Raises OSError (as ssl.SSLError is) for a `ca` that holds no certificate.
    """
    if server.tls == "none":
        return None
    return ssl.create_default_context(cafile=str(server.ca) if server.ca else None)


@dataclass(slots=True)
class Reach:
    """Whether the server can be reached, shared by all connections: while it can't, few try.

    What all workers know together stands in the database (`adapters/pause.py`).
    """

    _pause_until: float = 0.0
    _alarm_at: dict[str, float] = field(
        default_factory=dict
    )  # of each reason: another is told at once

    def failed(self, reason: str) -> None:
        now = time.monotonic()
        self._pause_until = now + _PAUSE_AFTER_FAILURE
        if now >= self._alarm_at.get(reason, 0.0):
            self._alarm_at[reason] = now + _ALARM_EVERY
            log.error("Mail waits: %s. Nothing is sent in clear.", reason)

    @property
    def pauses(self) -> bool:
        return time.monotonic() < self._pause_until


@dataclass(slots=True)
class Line:
    """A connection that is opened when it's needed and used again for the next message."""

    server: MailServer
    hello: str
    reach: Reach
    answer_seconds: float
    command_seconds: float
    tls: ssl.SSLContext | None
    tokens: Tokens | None = None
    _wire: Wire | None = None

    async def send(
        self, sending: Sending, sender: str, clear: Clear, is_ours: Callable[[], bool]
    ) -> Outcome:
        """One attempt. `clear` is the gate; `is_ours`: the lease hasn't run out meanwhile.

        A connection that has gone stale since the message before counts as none.
        """
        used_before = self._wire is not None and self._wire.is_open
        outcome = await self._attempt(sending, sender, clear, is_ours)
        if used_before and isinstance(outcome, NotBegun) and outcome.reason == "mail-dropped":
            return await self._attempt(sending, sender, clear, is_ours)
        return outcome

    async def hang_up(self) -> None:
        """End the connection politely."""
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.quit(_GOODBYE_SECONDS)

    def drop(self) -> None:
        """End the connection at once: what hasn't left doesn't leave."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.drop()

    async def _attempt(
        self, sending: Sending, sender: str, clear: Clear, is_ours: Callable[[], bool]
    ) -> Outcome:
        ready = await self._envelope(sending, sender)
        if not isinstance(ready, Wire):
            return ready
        try:
            content = await clear(sending)
        except Exception as error:  # noqa: BLE001 - the database is away: nothing has left
            log.warning("The gate can't be asked: %s", type(error).__name__)
            self.drop()
            return NotBegun("gate")
        if content is None:
            self.drop()
            return Stopped()
        if not is_ours():
            self.drop()
            return NotBegun("lease-lost")
        return await self._content(ready, content)

    async def _envelope(self, sending: Sending, sender: str) -> Wire | Outcome:
        """Up to the server's 354. Whatever fails until then is safe to try again."""
        wire = await self._connected()
        if isinstance(wire, NotBegun):
            return wire
        step, answer = await wire.envelope(sender, sending.address, self.command_seconds)
        if isinstance(answer, Silence):
            self.drop()
            return NotBegun(f"{step}-{answer.why}")
        if answer.code == START_INPUT and step == "data":
            return wire
        return await self._refused(wire, step, answer)

    async def _refused(self, wire: Wire, step: Step, answer: Reply) -> Outcome:
        """A no before the content."""
        if answer.code == CLOSING or not answer.is_no:
            self.drop()
        else:
            await wire.reset(self.command_seconds)
        if answer.code == CLOSING and step == "mail":
            return NotBegun("mail-dropped")
        reading = read_reply(step, answer.code, answer.text)
        return Refused(reading.reason, reading.fault)

    async def _content(self, wire: Wire, content: bytes) -> Outcome:
        """The content and the server's answer. From here on, no answer means that nobody knows."""
        if not wire.is_open:  # it went while the gate was asked: nothing has left
            self.drop()
            return NotBegun("data-dropped")
        answer = await wire.content(content, self.answer_seconds)
        if isinstance(answer, Silence):
            self.drop()
            return Unanswered(f"answer-{answer.why}")
        if 200 <= answer.code < 300:
            return Accepted()
        if answer.code == CLOSING or not answer.is_no:
            self.drop()
        if not answer.is_no:
            return Unanswered("answer-unreadable")
        reading = read_reply("content", answer.code, answer.text)
        return Refused(reading.reason, reading.fault)

    async def _connected(self) -> Wire | NotBegun:
        if self._wire is not None and self._wire.is_open:
            return self._wire
        self.drop()
        if self.reach.pauses:
            return NotBegun(PAUSED, Fault.AWAY)
        found = await connected(
            self.server, self.hello, self.tls, self.tokens, seconds=self.command_seconds
        )
        if isinstance(found, NotBegun):
            self.reach.failed(found.reason)
            return found
        transport = cast("asyncio.Transport", found.transport)
        self._wire = Wire(transport, pipelining=found.supports_extension("pipelining"))
        return self._wire
