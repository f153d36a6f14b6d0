"""Who a municipality's identity service says that somebody is (OpenID Connect)."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

LEEWAY = timedelta(seconds=60)  # by how much two clocks may differ
_OLDEST = timedelta(minutes=10)
_LONGEST = 255
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class NotSignedIn(Exception):
    """The identity service's answer isn't one to sign in by; `code` says why, and names nobody."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class OidcClient:
    """Who we are to the identity service, and which claim names the person.

    `verified`: an address counts only if the service says that it has been checked. Raises
    ValueError for an issuer that isn't encrypted; `loopback`: one on this machine needn't be.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str = "email"
    verified: bool = True
    loopback: bool = False

    def __post_init__(self) -> None:
        check_address(self.issuer, loopback=self.loopback)
        if urlsplit(self.issuer).query or urlsplit(self.issuer).fragment:
            raise ValueError("an issuer has neither a query nor a fragment")


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody, as one issuer knows them; `named` is what they are looked up by."""

    issuer: str
    subject: str
    named: str

    @property
    def key(self) -> str:
        """What is kept of them: nobody else's, whatever their address becomes."""
        return f"{self.issuer} {self.subject}"


def check_address(url: str, *, loopback: bool) -> None:
    """Raises ValueError for anything but https://, and http:// to this machine if that is let."""
    parts = urlsplit(url)
    local = loopback and parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or parts.username or not (parts.scheme == "https" or local):
        raise ValueError("the address must begin with https://")


def identity_of(
    claims: Mapping[str, Any], client: OidcClient, nonce: str, now: datetime
) -> Identity:
    """Who the claims of a token speak of; its signature has been checked. Raises NotSignedIn."""
    _check_for_us(claims, client)
    _check_times(claims, now)
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise NotSignedIn("wrong-nonce")
    subject, named = claims.get("sub"), claims.get(client.claim)
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST:
        raise NotSignedIn("no-subject")
    if not isinstance(named, str) or not 0 < len(named.strip()) <= _LONGEST:
        raise NotSignedIn("no-claim")
    if client.claim == "email" and client.verified and claims.get("email_verified") is not True:
        raise NotSignedIn("not-verified")
    return Identity(client.issuer, subject, named.strip())


def _check_for_us(claims: Mapping[str, Any], client: OidcClient) -> None:
    if claims.get("iss") != client.issuer:
        raise NotSignedIn("wrong-issuer")
    audience = claims.get("aud")
    everybody = [audience] if isinstance(audience, str) else audience
    if not isinstance(everybody, list) or client.client_id not in everybody:
        raise NotSignedIn("wrong-audience")
    party = claims.get("azp")
    if party != client.client_id and (party is not None or len(everybody) > 1):
        raise NotSignedIn("wrong-party")


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    """`now` is real time, as the times of a token."""
    ends, made = _instant(claims.get("exp")), _instant(claims.get("iat"))
    if ends is None or ends <= now - LEEWAY:
        raise NotSignedIn("expired")
    if made is None or not now - _OLDEST - LEEWAY <= made <= now + LEEWAY:
        raise NotSignedIn("wrong-time")
    begins = _instant(claims["nbf"]) if "nbf" in claims else made
    if begins is None or begins > now + LEEWAY:
        raise NotSignedIn("wrong-time")


def _instant(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
