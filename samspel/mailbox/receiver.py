"""The SMTP side: takes a mail from whoever connects and answers 250 once it's on disk."""

import asyncio
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor

from aiosmtpd.smtp import SMTP, Envelope, Session

from samspel.mailbox import store
from shared import clock

LARGEST_MAIL = 32 * 1024 * 1024

log = logging.getLogger(__name__)


class _Session(SMTP):
    """An SMTP session that also takes what a stricter server would refuse: it's there to be seen.

    The limit of a line is the size of the read buffer too, and the 1,001 octets of the standard
    make long mails slow.
    """

    line_length_limit = 1024 * 1024


class Receiver:
    """What aiosmtpd calls for each mail."""

    def __init__(self, mails: store.Store) -> None:
        self._mails = mails
        # One thread: SQLite writes one transaction at a time anyway, and the loop stays free.
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mailbox-writer")

    def session(self) -> asyncio.Protocol:
        """A new connection's protocol."""
        return _Session(
            self,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Samspel mailbox",
            loop=asyncio.get_running_loop(),
        )

    def close(self) -> None:
        self._writer.shutdown()

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.original_content
        assert raw is not None
        try:
            mail_id = await asyncio.get_running_loop().run_in_executor(
                self._writer, self._mails.add, _envelope(envelope), raw, clock.system_now()
            )
        except sqlite3.Error as error:
            kind = type(error).__name__
            log.error("a mail could not be stored: %s", kind)  # noqa: TRY400 - a trace may quote it
            return "451 4.3.0 The mail could not be stored, try again"
        return f"250 2.0.0 Ok: {mail_id}"

    async def handle_exception(self, error: Exception) -> str:
        # aiosmtpd's own answer repeats the error's text, and with it what the client sent.
        log.error("an SMTP session failed: %s", type(error).__name__)
        return "451 4.3.0 Internal error, try again"


def _envelope(envelope: Envelope) -> store.Envelope:
    sender = envelope.mail_from or ""
    return store.Envelope("" if sender == "<>" else sender, tuple(envelope.rcpt_tos))
