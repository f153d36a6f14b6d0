"""The door for mail: who knocks over SMTP or LMTP is told «taken» once the mail is stored.

Nothing of a mail is logged: no address, no subject, no text.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

from services.notifier.domain.arriving import LARGEST_MAIL, Arrival, goes_in_a_circle
from services.notifier.domain.ours import OurAddresses

log = logging.getLogger(__name__)
# It would log addresses, and lines that somebody sends in the wrong place.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

Protocol = Literal["smtp", "lmtp"]
Store = Callable[[Sequence[Arrival], Protocol], None]

MOST_RECIPIENTS = 20
_NOT_STORED = "451 4.3.0 The mail can't be stored just now, try again"
_FULL = b"421 4.3.2 Too many connections, try again\r\n"
# Mails with longer lines than the standard allows are read, not refused.
_LONGEST_LINE = 1024 * 1024
_LAST_TENTHS = 20


@dataclass(frozen=True, slots=True)
class Door:
    """How mail is let in. `seconds`: how long somebody may say nothing, or take for one mail."""

    hostname: str
    connections: int
    seconds: float
    tls: ssl.SSLContext | None = None


class Receiver:
    """What aiosmtpd calls; `store` runs beside the loop and has committed when it returns."""

    def __init__(
        self, door: Door, addresses: OurAddresses, store: Store, executor: Executor
    ) -> None:
        self.door = door
        self.open_sessions = 0
        self._addresses = addresses
        self._store = store
        self._executor = executor

    def session(self) -> asyncio.Protocol:
        """A new connection's protocol."""
        return _Session(
            self,
            data_size_limit=LARGEST_MAIL,
            hostname=self.door.hostname,
            ident="Samspel",
            tls_context=self.door.tls,
            timeout=self.door.seconds,
            loop=asyncio.get_running_loop(),
        )

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self._addresses.read(address) is None:
            return "550 5.1.1 No such mailbox here"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: "_Session", _session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.original_content
        assert raw is not None
        if goes_in_a_circle(raw):
            return "554 5.4.6 The mail goes in a circle"
        try:
            await asyncio.get_running_loop().run_in_executor(
                self._executor, self._store, _arrivals(envelope, raw), server.protocol_spoken
            )
        except Exception as error:  # noqa: BLE001 - whatever it was: nothing is stored, so it isn't taken
            # Without its text, which could repeat what stands in the mail.
            log.error("Mail can't be stored: %s", type(error).__name__)  # noqa: TRY400
            return _NOT_STORED
        return "250 2.0.0 Taken"

    async def handle_exception(self, error: Exception) -> str:
        """aiosmtpd's own answer repeats the error's text, and with it what the client sent."""
        log.error("A connection that brings mail failed: %s", type(error).__name__)
        return "451 4.3.0 Internal error, try again"


class _Session(SMTP):
    """A connection, over SMTP or, if it begins with LHLO, over LMTP; one too many is turned away.

    Over LMTP the content is answered once for each recipient (RFC 2033, 4.2).
    """

    line_length_limit = _LONGEST_LINE
    event_handler: Receiver
    protocol_spoken: Protocol = "smtp"
    _counted = False
    _answers = 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        receiver = self.event_handler
        if not self._counted and receiver.open_sessions >= receiver.door.connections:
            assert isinstance(transport, asyncio.WriteTransport)
            transport.write(_FULL)
            transport.close()
            return
        if not self._counted:  # it comes a second time with STARTTLS
            self._counted = True
            receiver.open_sessions += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._counted:
            self._counted = False
            self.event_handler.open_sessions -= 1
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        return bool(super().eof_received()) if self._counted else None

    def data_received(self, data: bytes) -> None:
        if self._counted:
            super().data_received(data)

    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        self.protocol_spoken = "lmtp"
        await super().smtp_EHLO(arg)

    async def smtp_EHLO(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        self.protocol_spoken = "smtp"
        await super().smtp_EHLO(arg)

    async def smtp_HELO(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        self.protocol_spoken = "smtp"
        await super().smtp_HELO(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        if self.protocol_spoken == "lmtp" and self.envelope is not None:
            self._answers = max(1, len(self.envelope.rcpt_tos))
        try:
            await super().smtp_DATA(arg)
        finally:
            self._answers = 1

    async def push(self, status: Any) -> None:
        if isinstance(status, str) and self._answers > 1 and not status.startswith("354"):
            status = "\r\n".join([status] * self._answers)
        await super().push(status)


@asynccontextmanager
async def open_door(receiver: Receiver, host: str, port: int) -> AsyncIterator[None]:
    """Let mail in; who is in when it closes has some seconds to end. Raises OSError."""
    server = await asyncio.get_running_loop().create_server(receiver.session, host, port)
    try:
        yield
    finally:
        server.close()
        for _ in range(_LAST_TENTHS):
            if not receiver.open_sessions:
                break
            await asyncio.sleep(0.1)


def _arrivals(envelope: Envelope, raw: bytes) -> list[Arrival]:
    """One for each address of ours, once."""
    sender = (envelope.mail_from or "").strip("<>")
    recipients = dict.fromkeys(address.lower() for address in envelope.rcpt_tos)
    return [Arrival(recipient, sender, raw, len(raw)) for recipient in recipients]
