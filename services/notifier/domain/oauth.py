"""Who we are to a server that wants tokens instead of passwords (OAuth 2, client credentials)."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from services.notifier.domain.mailserver import is_loopback


class OAuthError(ValueError):
    """The settings of OAuth 2 can't be used; the message says why, without a secret."""


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A program that is registered with the mail server's owner, and where it fetches its tokens.

    Raises OAuthError for an address that isn't encrypted.
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.token_url)
        if not parts.hostname or parts.scheme not in ("https", "http"):
            raise OAuthError("the address of the tokens must begin with https://")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise OAuthError("the address of the tokens must begin with https://")


def xoauth2(username: str, token: str) -> bytes:
    """What is said to a server that asks with SASL XOAUTH2, before base64."""
    return f"user={username}\x01auth=Bearer {token}\x01\x01".encode()
