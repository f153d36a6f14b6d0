"""The mailbox that answers are fetched from, where nothing delivers them to us (IMAP)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from services.notifier.domain.mailserver import is_loopback

_PORTS = {"imap": 143, "imaps": 993}


class ImapServerError(ValueError):
    """The URL of the mailbox can't be used; the message says why, without the password."""


@dataclass(frozen=True, slots=True)
class ImapServer:
    """A mailbox on a server: imaps, or STARTTLS, with a certificate that `ca` or the system trusts.

    `password` None: a token is fetched instead (OAuth 2).
    """

    host: str
    port: int
    tls: Literal["none", "starttls", "implicit"]
    username: str
    password: str | None = field(default=None, repr=False)
    folder: str = "INBOX"
    ca: Path | None = None

    @classmethod
    def from_url(cls, url: str, ca: Path | None = None) -> Self:
        """imaps://user:password@host[:port][/folder], or imap:// with STARTTLS (none to loopback).

        Raises ImapServerError.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ImapServerError("must be imaps://user:password@host:port/folder")
        if not parts.username:
            raise ImapServerError("names no user (imaps://user:password@host)")
        try:
            port = parts.port or _PORTS[parts.scheme]
        except ValueError:
            raise ImapServerError("the port must be a number up to 65535") from None
        tls: Literal["none", "starttls", "implicit"] = "starttls"
        if parts.scheme == "imaps":
            tls = "implicit"
        elif is_loopback(parts.hostname):
            tls = "none"
        folder = unquote(parts.path.lstrip("/")) or "INBOX"
        if not _is_plain(folder):
            raise ImapServerError("the folder's name may have no quotes and no control characters")
        return cls(
            host=parts.hostname,
            port=port,
            tls=tls,
            username=unquote(parts.username),
            password=unquote(parts.password) if parts.password else None,
            folder=folder,
            ca=ca,
        )


def _is_plain(folder: str) -> bool:
    return folder.isascii() and folder.isprintable() and not set('"\\') & set(folder)
