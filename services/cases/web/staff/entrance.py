"""What the door is made with, and the cookies of who hasn't signed in yet."""

import hmac
import re
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore
from typing import Protocol

from services.cases.domain.identity import Identity, NotSignedIn
from services.cases.handlers.accounts import AccountDesk, Passwords
from services.cases.web.brake import Brake
from shared.ids import keyed_token

LASTS = timedelta(minutes=10)  # of real time, to sign in elsewhere
_OCTETS = 32
_PARTS = 4
_BROWSER = re.compile(r"[A-Za-z0-9_-]{43}")
_THOUGH_BRAKED = 2


class IdentityService(Protocol):
    """The municipality's own sign-in (OpenID Connect). All of it raises NotSignedIn."""

    def address(self, state: str, nonce: str, verifier: str, redirect_uri: str) -> str: ...
    def check_sender(self, issuer: str | None) -> None: ...
    def who(
        self, code: str, nonce: str, verifier: str, redirect_uri: str, now: datetime
    ) -> Identity: ...


@dataclass(frozen=True, slots=True)
class Entrance:
    """How one comes in: by a password, or by the municipality's identity service if it has one.

    `demo_password`: that of the example's people, told to whoever looks, in demo mode only.
    """

    unit: Callable[[], AbstractContextManager[AccountDesk]]
    passwords: Passwords
    service: IdentityService | None = None
    demo_password: str | None = None
    # A whole municipality can sit behind one address: only what fails counts.
    brake: Brake = field(default_factory=lambda: Brake(each=100, together=5000))
    # So many at a time are still tried from where too much has failed.
    turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_THOUGH_BRAKED))


def browser_known_by(cookie: str) -> str:
    """What names a browser at the door: its cookie's value, or a new one where there is none."""
    return cookie if _BROWSER.fullmatch(cookie) else secrets.token_urlsafe(_OCTETS)


def door_token(secret: bytes, browser: str) -> str:
    """What the form at the door brings along: no other site knows it, nor has the cookie sent."""
    return keyed_token(secret, "door-form", browser)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A sign-in that has begun: what is sent along, and where it goes on to."""

    state: str
    till: str
    ends_at: datetime

    @classmethod
    def now(cls, till: str, now: datetime) -> "Leaving":
        return cls(secrets.token_urlsafe(_OCTETS), till, now + LASTS)

    def nonce(self, secret: bytes) -> str:
        return keyed_token(secret, "oidc-nonce", self.state)

    def verifier(self, secret: bytes) -> str:
        """RFC 7636: known to us alone, and made anew when the answer comes."""
        return keyed_token(secret, "oidc-verifier", self.state, octets=_OCTETS)

    def sealed(self, secret: bytes) -> str:
        """The cookie's value."""
        parts = (self.state, str(int(self.ends_at.timestamp())), self.till.encode().hex())
        return ".".join((*parts, _seal(secret, parts)))

    def answered(self, state: str, now: datetime) -> None:
        """Raises NotSignedIn, unless the answer is to this one, and in time."""
        if not hmac.compare_digest(state.encode(errors="replace"), self.state.encode()):
            raise NotSignedIn("wrong-state")
        if now >= self.ends_at:
            raise NotSignedIn("too-late")


def opened(value: str, secret: bytes) -> Leaving:
    """What a cookie of ours holds. Raises NotSignedIn for any other."""
    parts = value.split(".")
    if len(parts) != _PARTS or not value.isascii():
        raise NotSignedIn("no-state")
    *said, seal = parts
    if not hmac.compare_digest(seal, _seal(secret, tuple(said))):
        raise NotSignedIn("no-state")
    ends_at = datetime.fromtimestamp(int(said[1]), UTC)
    return Leaving(said[0], bytes.fromhex(said[2]).decode(), ends_at)


def _seal(secret: bytes, parts: tuple[str, ...]) -> str:
    return keyed_token(secret, "oidc-state", *parts)
