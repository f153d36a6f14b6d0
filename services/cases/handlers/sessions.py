"""Who has signed in: a session begins, is looked up at each request, and ends.

All times here are real ones (aware, UTC), also where the clock of the domain is moved; which posts
somebody has is asked of the domain's day.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.cases.domain.rights import Right, Standing, rights_of

_SECRET_OCTETS = 32
# A session that is in use is noted as such once in a while, not at each request.
_NOTED_EACH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a session lasts without being used, and at most."""

    idle: timedelta = timedelta(minutes=60)
    longest: timedelta = timedelta(hours=10)


@dataclass(frozen=True, slots=True)
class Found:
    """A session as it stands, and whose it is."""

    account: UUID
    person: UUID | None
    name: str
    roles: frozenset[str]
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who sends a request. `key` names the session, and is no secret."""

    account: UUID
    person: UUID | None
    name: str
    rights: frozenset[Right]
    key: bytes

    @property
    def actor(self) -> str:
        """Who has done it, where it isn't done as the person: settings, operations."""
        return f"account:{self.account}"


class Sessions(Protocol):
    """Sessions, in one transaction; an account that is disabled has none."""

    def begin(self, key: bytes, account: UUID, now: datetime, ends_at: datetime) -> None: ...
    def find(self, key: bytes) -> Found | None: ...
    def note_seen(self, key: bytes, now: datetime) -> None: ...
    def end(self, key: bytes) -> None: ...
    def end_all(self, account: UUID) -> None: ...
    def forget_ended(self, now: datetime, idle_since: datetime) -> None: ...
    def standing(self, person: UUID, on: date) -> Standing: ...


def begin(account: UUID, sessions: Sessions, terms: Terms, now: datetime) -> str:
    """A new session, always with a new secret; that is all that its holder's cookie holds."""
    secret = secrets.token_urlsafe(_SECRET_OCTETS)
    sessions.begin(_key(secret), account, now, now + terms.longest)
    return secret


def who(
    secret: str, sessions: Sessions, terms: Terms, now: datetime, today: date
) -> SignedIn | None:
    """Whose session it is; None for one that has ended, or that there never was."""
    if not secret:
        return None
    key = _key(secret)
    found = sessions.find(key)
    if found is None:
        return None
    if now >= found.ends_at or now - found.seen_at >= terms.idle:
        sessions.end(key)
        return None
    if now - found.seen_at >= _NOTED_EACH:
        sessions.note_seen(key, now)
    standing = Standing() if found.person is None else sessions.standing(found.person, today)
    return SignedIn(found.account, found.person, found.name, rights_of(found.roles, standing), key)


def _key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()
