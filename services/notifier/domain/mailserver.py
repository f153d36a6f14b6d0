"""Where mail is handed over, and how it is kept from others' eyes on the way (invariant 14)."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

_PORTS = {"smtp": 25, "smtps": 465}


class MailServerError(ValueError):
    """The URL of the mail server can't be used; the message says why, without the password."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server: STARTTLS and smtps need a certificate that `ca` or the system trusts."""

    host: str
    port: int
    tls: Literal["none", "starttls", "implicit"]
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: Path | None = None

    @classmethod
    def from_url(cls, url: str, ca: Path | None = None) -> Self:
        """smtp:// (STARTTLS required, but to loopback) or smtps://. Raises MailServerError."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise MailServerError("must be smtp://host:port or smtps://host:port")
        try:
            port = parts.port or _PORTS[parts.scheme]
        except ValueError:
            raise MailServerError("the port must be a number up to 65535") from None
        tls: Literal["none", "starttls", "implicit"] = "starttls"
        if parts.scheme == "smtps":
            tls = "implicit"
        elif is_loopback(parts.hostname):
            tls = "none"
        return cls(
            host=parts.hostname,
            port=port,
            tls=tls,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            ca=ca,
        )


def is_loopback(host: str) -> bool:
    """Only what is loopback by its name or number; what a name resolves to can change."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
