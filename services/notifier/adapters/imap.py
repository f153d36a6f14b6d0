"""Fetches mail from a mailbox (IMAP): each is stored first, and then marked as read or moved.

Written over `imaplib`: what comes is stored as it is, and nothing may be parsed before that.
"""

import imaplib
import logging
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from services.notifier.adapters.oauth import Tokens
from services.notifier.domain.arriving import LARGEST_MAIL, Arrival, headers_alone
from services.notifier.domain.imapserver import ImapServer
from services.notifier.domain.oauth import xoauth2
from services.notifier.domain.ours import OurAddresses

log = logging.getLogger(__name__)

Store = Callable[[Sequence[Arrival]], None]

BATCH = 50
_SECONDS = 60.0
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"\bUID (\d+)")
# Whom it was delivered to, as servers note it; To and Cc last.
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")


class MailboxAway(Exception):
    """The mailbox can't be read; `code` says why, and repeats nothing of what the server said."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Mailbox:
    """A mailbox that answers come to. `moved_to`: the folder for what is taken, if there is one."""

    server: ImapServer
    addresses: OurAddresses
    store: Store
    moved_to: str | None = None
    tokens: Tokens | None = None
    seconds: float = _SECONDS

    def fetch(self) -> int:
        """Take in a batch of what nobody has read yet. How many. Raises MailboxAway."""
        with self._reached() as imap:
            unseen = _found(imap.uid("SEARCH", "UNSEEN"))[:BATCH]
            for uid in unseen:
                self._take(imap, uid)
            return len(unseen)

    def look(self) -> int:
        """How many mails nobody has read yet; nothing is taken. Raises MailboxAway."""
        with self._reached() as imap:
            return len(_found(imap.uid("SEARCH", "UNSEEN")))

    def _take(self, imap: imaplib.IMAP4, uid: bytes) -> None:
        """Stored first: whoever dies here finds it unread again, and it is stored once."""
        size = _size(imap, uid)
        if size is None:
            return  # somebody else has taken it away meanwhile
        what = "(BODY.PEEK[])" if size <= LARGEST_MAIL else "(BODY.PEEK[HEADER])"
        raw = _content(imap.uid("FETCH", uid.decode(), what))
        if raw is None:
            return
        if size > LARGEST_MAIL:
            raw = headers_alone(raw)
        octets = len(raw) if size <= LARGEST_MAIL else size
        self.store([Arrival(self._recipient(raw), None, raw, octets)])
        _done(imap.uid("STORE", uid.decode(), "+FLAGS.SILENT", r"(\Seen)"))
        if self.moved_to is not None:
            self._move(imap, uid, self.moved_to)

    def _recipient(self, raw: bytes) -> str:
        """The address of ours that it came to; the one we send from, if its headers name none."""
        headers = _headers(headers_alone(raw))
        named = (value for name in _DELIVERED for found, value in headers if found == name)
        return self.addresses.first_in(named) or self.addresses.from_address.lower()

    def _move(self, imap: imaplib.IMAP4, uid: bytes, folder: str) -> None:
        """Out of the way, if the server can; else it's marked as read, which is enough."""
        if "MOVE" in imap.capabilities:
            status, _ = imap.uid("MOVE", uid.decode(), f'"{folder}"')
            if status != "OK":
                log.warning("Mail that was taken couldn't be moved to its folder.")

    @contextmanager
    def _reached(self) -> Iterator[imaplib.IMAP4]:
        try:
            with self._opened() as imap:
                yield imap
        except imaplib.IMAP4.abort:
            raise MailboxAway("dropped") from None
        except imaplib.IMAP4.error:
            raise MailboxAway("refused") from None
        except ssl.SSLError:
            raise MailboxAway("certificate-or-tls") from None
        except TimeoutError:
            raise MailboxAway("timeout") from None
        except OSError:
            raise MailboxAway("connection") from None

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        imap = self._connected()
        try:
            self._log_in(imap)
            _done(imap.select(f'"{self.server.folder}"'))
            yield imap
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                imap.logout()
            with suppress(OSError):
                imap.shutdown()  # logout leaves the connection open if the server doesn't answer

    def _connected(self) -> imaplib.IMAP4:
        server = self.server
        if server.tls == "none":
            return imaplib.IMAP4(server.host, server.port, timeout=self.seconds)
        context = ssl.create_default_context(cafile=str(server.ca) if server.ca else None)
        if server.tls == "implicit":
            return imaplib.IMAP4_SSL(
                server.host, server.port, ssl_context=context, timeout=self.seconds
            )
        imap = imaplib.IMAP4(server.host, server.port, timeout=self.seconds)
        try:
            _done(imap.starttls(context))
        except BaseException:
            imap.shutdown()
            raise
        return imap

    def _log_in(self, imap: imaplib.IMAP4) -> None:
        server = self.server
        try:
            if server.password is not None and (server.username + server.password).isascii():
                imap.login(server.username, server.password)
            elif server.password is not None:  # LOGIN takes no å
                said = f"\0{server.username}\0{server.password}".encode()
                imap.authenticate("PLAIN", _once(said))
            elif self.tokens is not None:
                said = xoauth2(server.username, self.tokens.get())
                imap.authenticate("XOAUTH2", _once(said))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            if self.tokens is not None:
                self.tokens.forget()
            raise MailboxAway("login-refused") from None


def _once(said: bytes) -> Callable[[bytes], bytes]:
    """What answers the server's first challenge; its error comes as another, to which: nothing."""
    answers = iter([said])
    return lambda _: next(answers, b"")


def _size(imap: imaplib.IMAP4, uid: bytes) -> int | None:
    for part in _parts(imap.uid("FETCH", uid.decode(), "(UID RFC822.SIZE)")):
        line = part[0] if isinstance(part, tuple) else part
        size, same = _SIZE.search(line or b""), _UID.search(line or b"")
        if size is not None and same is not None and same[1] == uid:
            return int(size[1])
    return None


def _content(answer: tuple[str, list[Any]]) -> bytes | None:
    contents = (part[1] for part in _parts(answer) if isinstance(part, tuple))
    return next((bytes(content) for content in contents), None)


def _found(answer: tuple[str, list[Any]]) -> list[bytes]:
    return [uid for part in _parts(answer) if part for uid in part.split() if uid.isdigit()]


def _parts(answer: tuple[str, list[Any]]) -> list[Any]:
    return _done(answer)


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    status, parts = answer
    if status != "OK":
        raise MailboxAway("refused")
    return [part for part in parts if part is not None]


def _headers(head: bytes) -> list[tuple[str, str]]:
    """Names in lower case and values, folded lines put together, and nothing that is no header."""
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines()
    pairs = (line.partition(b":") for line in lines)
    return [
        (name.strip().lower().decode("latin-1"), value.strip().decode("latin-1"))
        for name, colon, value in pairs
        if colon
    ]
