"""The second step's cookie, and the token of a form (X13): sealed, and kept nowhere."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.ids import keyed_token

COOKIE = "samspel-r"
LASTS = timedelta(minutes=30)  # of real time
_PARTS = 5


@dataclass(frozen=True, slots=True)
class Session:
    """Who has said the code, at which link, and which code that was."""

    link: UUID
    person: UUID
    generation: str


def sealed(session: Session, until: datetime, secret: bytes) -> str:
    """The cookie's value: good until then (aware, real time)."""
    parts = (session.link.hex, session.person.hex, session.generation, str(int(until.timestamp())))
    return ".".join((*parts, _seal(secret, parts)))


def opened(value: str, link: UUID, now: datetime, secret: bytes) -> Session | None:
    """The session in a cookie, if it is ours, of this link, and hasn't run out."""
    parts = value.split(".")
    if len(parts) != _PARTS or not value.isascii():
        return None
    *said, seal = parts
    if not hmac.compare_digest(seal, _seal(secret, tuple(said))):
        return None
    session = Session(UUID(said[0]), UUID(said[1]), said[2])
    return session if session.link == link and now.timestamp() < int(said[3]) else None


def form_token(link: UUID, session: Session | None, secret: bytes) -> str:
    """What a form has to bring along: only who has read this page knows it."""
    said = "" if session is None else f"{session.person}{session.generation}"
    return keyed_token(secret, "form", link, said)


def same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def _seal(secret: bytes, parts: tuple[str, ...]) -> str:
    return keyed_token(secret, "second-step", *parts)
