"""One connection to the mail server, and one message over it, with the gate before the content."""

import logging
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPException,
    SMTPResponseException,
    SMTPTimeoutError,
)
from aiosmtplib.protocol import PERIOD_REGEX, SMTPProtocol

from services.notifier.adapters.oauth import Tokens
from services.notifier.adapters.smtp_login import connected
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

START_INPUT = 354
_ALARM_EVERY = 60.0
_PAUSE_AFTER_FAILURE = 0.5


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
    _client: SMTP | None = None

    async def send(
        self, sending: Sending, sender: str, clear: Clear, is_ours: Callable[[], bool]
    ) -> Outcome:
        """One attempt. `clear` is the gate; `is_ours`: the lease hasn't run out meanwhile.

        A connection that has gone stale since the message before counts as none.
        """
        used_before = self._client is not None and self._client.is_connected
        outcome = await self._attempt(sending, sender, clear, is_ours)
        if used_before and isinstance(outcome, NotBegun) and outcome.reason == "mail-dropped":
            return await self._attempt(sending, sender, clear, is_ours)
        return outcome

    async def hang_up(self) -> None:
        """End the connection politely."""
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            with suppress(SMTPException, OSError, TimeoutError):
                await client.quit(timeout=2)
            client.close()

    def drop(self) -> None:
        """End the connection at once: what hasn't left doesn't leave."""
        client, self._client = self._client, None
        if client is None:
            return
        if client.transport is not None:
            with suppress(AttributeError):
                client.transport.abort()  # type: ignore[attr-defined]
        client.close()

    async def _attempt(
        self, sending: Sending, sender: str, clear: Clear, is_ours: Callable[[], bool]
    ) -> Outcome:
        ready = await self._envelope(sending, sender)
        if not isinstance(ready, SMTPProtocol):
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

    async def _envelope(self, sending: Sending, sender: str) -> SMTPProtocol | Outcome:
        """Up to the server's 354. Whatever fails until then is safe to try again."""
        client = await self._connected()
        if isinstance(client, NotBegun):
            return client
        step: Step = "mail"
        try:
            await client.mail(sender, timeout=self.command_seconds)
            step = "rcpt"
            await client.rcpt(sending.address, timeout=self.command_seconds)
            step = "data"
            reply = await client.execute_command(b"DATA", timeout=self.command_seconds)
        except SMTPResponseException as error:
            return await self._refused(step, error.code, error.message)
        except (SMTPException, OSError, ValueError) as error:
            self.drop()
            late = isinstance(error, SMTPTimeoutError)
            return NotBegun(f"{step}-timeout" if late else f"{step}-dropped")
        if reply.code != START_INPUT:
            return await self._refused(step, reply.code, reply.message)
        protocol = client.protocol
        return NotBegun("data-dropped") if protocol is None else protocol

    async def _refused(self, step: Step, code: int, text: str) -> Outcome:
        """A no before the content."""
        if code == 421 or not 400 <= code < 600 or self._client is None:
            self.drop()
        else:
            await self._reset()
        if code == 421 and step == "mail":
            return NotBegun("mail-dropped")
        reading = read_reply(step, code, text)
        return Refused(reading.reason, reading.fault)

    async def _reset(self) -> None:
        try:
            if self._client is not None:
                await self._client.rset(timeout=self.command_seconds)
        except (SMTPException, OSError):
            self.drop()

    async def _content(self, protocol: SMTPProtocol, content: bytes) -> Outcome:
        """The content and the server's answer. From here on, no answer means that nobody knows."""
        stuffed = PERIOD_REGEX.sub(b"..", content) + b".\r\n"
        try:
            protocol.write(stuffed)
        except (SMTPException, RuntimeError):  # nothing was written: the connection had gone before
            self.drop()
            return NotBegun("data-dropped")
        try:
            reply = await protocol.read_response(timeout=self.answer_seconds)
        except SMTPResponseException:
            self.drop()
            return Unanswered("answer-unreadable")
        except (SMTPException, OSError) as error:
            self.drop()
            late = isinstance(error, SMTPTimeoutError)
            return Unanswered("answer-timeout" if late else "answer-dropped")
        return self._answered(reply.code, reply.message)

    def _answered(self, code: int, text: str) -> Outcome:
        if code == 421:
            self.drop()
        if 200 <= code < 300:
            return Accepted()
        if 400 <= code < 600:
            reading = read_reply("content", code, text)
            return Refused(reading.reason, reading.fault)
        self.drop()
        return Unanswered("answer-unreadable")

    async def _connected(self) -> SMTP | NotBegun:
        if self._client is not None and self._client.is_connected:
            return self._client
        if self.reach.pauses:
            return NotBegun(PAUSED, Fault.AWAY)
        found = await connected(
            self.server, self.hello, self.tls, self.tokens, seconds=self.command_seconds
        )
        if isinstance(found, NotBegun):
            self.reach.failed(found.reason)
            return found
        self._client = found
        return found
