"""Keys with which other systems call: made, shown once, and taken back by an administrator."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import date
from typing import Literal, get_args
from uuid import UUID, uuid4

from services.cases.domain.refused import Invalid, NotAllowed, NotFound, Words
from services.cases.handlers.ports import Desk
from services.cases.handlers.token_ports import ApiToken, ApiTokens, NewToken

# What a key is good for: reading, changing, and the feed of events.
Scope = Literal["read", "write", "events"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
_OCTETS = 32
_MARK = "samspel_"  # by which a secret that has come astray is recognised
_READING = ("GET", "HEAD")
_EVENTS = "/api/v1/events"


class NoSuchScope(Invalid):
    code = "no-such-scope"
    detail = Words(
        "Välj minst ett av det som nyckeln får göra.", "Choose at least one thing the key may do."
    )


class EndsToday(Invalid):
    code = "token-ends-today"
    detail = Words("Välj en dag efter i dag.", "Choose a day after today.")


class ScopeMissing(NotAllowed):
    """The key is right, and isn't for this."""

    code = "scope-missing"
    detail = Words(
        "Nyckeln får inte göra det här: den saknar {scope}. Be om en annan nyckel.",
        "The key may not do this: it lacks {scope}. Ask for another key.",
    )


def new_token(name: str, scopes: Collection[str], expires_on: date | None) -> tuple[str, NewToken]:
    """A secret that nobody can guess, and what is kept of it."""
    secret = _MARK + secrets.token_urlsafe(_OCTETS)
    ordered = tuple(scope for scope in SCOPES if scope in scopes)
    return secret, NewToken(uuid4(), name, hashed(secret), ordered, expires_on)


def make_token(token: NewToken, desk: Desk) -> None:
    """Raises Invalid."""
    if not token.scopes:
        raise NoSuchScope("scopes")
    if token.expires_on is not None and token.expires_on <= desk.today:
        raise EndsToday("expires_on")
    desk.tokens.add(token)
    details = {"token": str(token.id), "scopes": list(token.scopes)}
    desk.audit.note(None, "token.make", None, details)


def revoke_token(token_id: UUID, desk: Desk) -> None:
    """It counts no more, from now on; twice is as once. Raises NotFound."""
    if desk.tokens.revoke(token_id):
        desk.audit.note(None, "token.revoke", None, {"token": str(token_id)})
    elif token_id not in {one.id for one in desk.tokens.all()}:
        raise NotFound


def caller_by(secret: str, tokens: ApiTokens, today: date) -> ApiToken | None:
    """Whose secret it is, if it still counts; that it was used is noted once a day.

    It is found by its hash, so how long that takes tells nothing about the secret.
    """
    found = tokens.by_hash(hashed(secret))
    if found is None or not found.counts(today):
        return None
    if found.last_used_on != today:
        tokens.note_used(found.id, today)
    return found


def check_scope(token: ApiToken, method: str, path: str) -> None:
    """Raises ScopeMissing."""
    needed: Scope = "read" if method in _READING else "write"
    if path == _EVENTS or path.startswith(f"{_EVENTS}/"):
        needed = "events"
    if needed not in token.scopes:
        raise ScopeMissing(scope=needed)


def hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()
