"""Keys with which other systems call: made, shown once, and taken back.

An administrator makes those of the register; those of cases are made where the server is, since
nobody gives out in the browser what they mayn't see themselves.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID, uuid4

from services.cases.domain.keys import OF_CASES, OF_THE_REGISTER, SCOPES, scope_for
from services.cases.domain.refused import Invalid, NotAllowed, NotFound, Words
from services.cases.handlers.ports import Audit
from services.cases.handlers.token_ports import ApiToken, ApiTokens, NewToken

_OCTETS = 32
_MARK = "samspel_"  # by which a secret that has come astray is recognised


class NoSuchScope(Invalid):
    code = "no-such-scope"
    detail = Words(
        "Välj minst ett av det som nyckeln får göra.", "Choose at least one thing the key may do."
    )


class EndsToday(Invalid):
    code = "token-ends-today"
    detail = Words("Välj en dag efter i dag.", "Choose a day after today.")


class CasesElsewhere(NotAllowed):
    """Whoever sees no case gives none out."""

    code = "cases-elsewhere"
    title = Words("Nyckeln kan inte göras här", "The key can't be made here")
    detail = Words(
        "En nyckel till ärenden görs på servern, inte här. Be it köra samspel token add --cases.",
        "A key to cases is made at the server, not here. Ask IT to run samspel token add --cases.",
    )


class ScopeMissing(NotAllowed):
    """The key is right, and isn't for this."""

    code = "scope-missing"
    detail = Words(
        "Nyckeln får inte göra det här: den saknar {scope}. Be om en annan nyckel.",
        "The key may not do this: it lacks {scope}. Ask for another key.",
    )


class SpeaksForNobody(NotAllowed):
    """Without cases there is nobody to speak for: a person has more sight than the key."""

    code = "speaks-for-nobody"
    detail = Words(
        "Nyckeln gäller inte ärenden och talar inte för någon. Ta bort {header} ur anropet.",
        "The key is not for cases and speaks for nobody. Leave {header} out of the call.",
    )


class KeyDesk(Protocol):
    """What keys are kept with, in one transaction."""

    @property
    def today(self) -> date: ...
    @property
    def tokens(self) -> ApiTokens: ...
    @property
    def audit(self) -> Audit: ...


@dataclass(frozen=True, slots=True)
class TokenDesk:
    """The same for a command, which needs nothing else."""

    today: date
    tokens: ApiTokens
    audit: Audit


def new_token(name: str, scopes: Collection[str], expires_on: date | None) -> tuple[str, NewToken]:
    """A secret that nobody can guess, and what is kept of it."""
    secret = _MARK + secrets.token_urlsafe(_OCTETS)
    ordered = tuple(scope for scope in SCOPES if scope in scopes)
    return secret, NewToken(uuid4(), name, hashed(secret), ordered, expires_on)


def make_token(token: NewToken, desk: KeyDesk) -> None:
    """Of any area, for who is at the server. Raises Invalid."""
    if not token.scopes:
        raise NoSuchScope("scopes")
    if token.expires_on is not None and token.expires_on <= desk.today:
        raise EndsToday("expires_on")
    desk.tokens.add(token)
    details = {"token": str(token.id), "scopes": list(token.scopes)}
    desk.audit.note(None, "token.make", None, details)


def make_token_of_register(token: NewToken, desk: KeyDesk) -> None:
    """For an administrator, who sees no case. Raises Invalid, CasesElsewhere."""
    if not set(token.scopes) <= set(OF_THE_REGISTER):
        raise CasesElsewhere
    make_token(token, desk)


def revoke_token(token_id: UUID, desk: KeyDesk) -> None:
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
    needed = scope_for(method, path)
    if needed not in token.scopes:
        raise ScopeMissing(scope=needed)


def check_speaks(token: ApiToken, header: str) -> None:
    """Whether a call may name a person (by `header`) who it is made for. Raises SpeaksForNobody."""
    if not set(token.scopes) & set(OF_CASES):
        raise SpeaksForNobody(header=header)


def hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()
