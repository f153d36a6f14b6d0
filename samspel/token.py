"""What `samspel token` does: keys with which other systems call, also those to cases."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from typing import TypeVar
from uuid import UUID

from services.cases.app import open_tokens
from services.cases.domain.keys import SAID
from services.cases.domain.refused import NotFound, Refused
from services.cases.handlers import tokens as keeping
from services.cases.handlers.token_ports import ApiToken
from shared.domain.swedish import long_date

_LONGEST_NAME = 80
T = TypeVar("T")


class CannotDo(Exception):
    """One line in Swedish that says why, and what to do."""


def added(name: str, *, reads: bool, writes: bool, cases: bool, until: str | None) -> Iterator[str]:
    """Make a key; its secret is the last line. `cases`: beside the register. Raises CannotDo."""
    kinds = ["read"] * reads + ["write"] * writes
    areas = ["register"] + ["cases"] * cases
    scopes = [f"{area}:{kind}" for area in areas for kind in kinds]
    if not scopes:
        raise CannotDo("Ange vad nyckeln får göra: --read, --write eller båda.")
    secret, token = keeping.new_token(_checked(name), scopes, _day(until))
    _done(lambda desk: keeping.make_token(token, desk))
    yield f"Nyckeln {token.name} finns nu: den {_may(token.scopes)}."
    yield "Den visas bara den här gången. Lägg den där systemet har sina hemligheter:"
    yield secret


def listed() -> Iterator[str]:
    """Every key in a line of its own, the newest first."""
    with open_tokens() as desk:
        found, today = desk.tokens.all(), desk.today
    yield from (_line(one, today) for one in found)
    if not found:
        yield "Det finns inga nycklar. Gör en: samspel token add NAMN --read"


def revoked(token_id: str) -> Iterator[str]:
    """Take a key back. Raises CannotDo."""
    try:
        known = UUID(token_id)
        _done(lambda desk: keeping.revoke_token(known, desk))
    except (ValueError, NotFound):
        raise CannotDo("Det finns ingen nyckel med det id:t. Se alla: samspel token list") from None
    yield "Nyckeln gäller inte längre."


def _line(token: ApiToken, today: date) -> str:
    said = [_may(token.scopes)]
    if token.revoked_at is not None:
        said.append("indragen")
    elif not token.counts(today):
        said.append("har gått ut")
    elif token.expires_on is not None:
        said.append(f"till och med {long_date(token.expires_on, 'sv')}")
    used = token.last_used_on
    said.append("inte använd" if used is None else f"använd {long_date(used, 'sv')}")
    return f"{token.id} {token.name}: {', '.join(said)}"


def _may(scopes: tuple[str, ...]) -> str:
    return "får " + ", ".join(SAID[scope].sv for scope in scopes)


def _checked(name: str) -> str:
    plain = name.strip()
    if not plain.isprintable() or not 0 < len(plain) <= _LONGEST_NAME:
        raise CannotDo(f"Skriv vilket system nyckeln är för, med högst {_LONGEST_NAME} tecken.")
    return plain


def _day(said: str | None) -> date | None:
    if said is None:
        return None
    with suppress(ValueError):
        return date.fromisoformat(said)
    raise CannotDo("Skriv sista dagen så här: --until 2027-12-31.")


def _done(do: Callable[[keeping.TokenDesk], T]) -> T:
    try:
        with open_tokens() as desk:
            return do(desk)
    except NotFound:
        raise
    except Refused as refused:
        raise CannotDo(refused.detailed("sv")) from None
