"""Identifiers that carry no meaning: case references, reply tokens, calendar UIDs, person ids."""

import base64
import hashlib
import hmac
import secrets
from contextlib import suppress
from uuid import UUID, uuid5

_UNMISTAKABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# The kinds of sealed tokens: in a personal link, a feed's address, the sender of a bounce, the
# page of a duty.
LINK, FEED, BOUNCE, PAGE = "link", "feed", "bounce", "page"
_SEAL_OCTETS, _SIGNED_CHARACTERS = 10, 42
_STAFF = UUID("6f1d3c52-8a0e-5b8f-9f64-5f1d6b1a7c11")


def new_reference(length: int = 4) -> str:
    """A random case reference such as «7KQ2»: no year, unit, serial or type in it (X15)."""
    return "".join(secrets.choice(_UNMISTAKABLE) for _ in range(length))


def staff_id(code: str) -> UUID:
    """The id of the member of staff with this code in people.csv, the same at every import."""
    return uuid5(_STAFF, code)


def year_matter_id(procedure: str, year: int) -> UUID:
    """The id of a year as a matter of the staff: there is one, whoever opens it (R20)."""
    return uuid5(_STAFF, f"{procedure}/{year}")


def keyed_token(secret: bytes, *parts: object, octets: int = 15) -> str:
    """A lower-case base32 token that only the holder of the secret can make from `parts`.

    15 octets are 24 characters without padding. Stable, so the same parts give the same token.
    """
    text = "\x1f".join(str(part) for part in parts).encode()
    digest = hmac.new(secret, text, hashlib.sha256).digest()[:octets]
    return base64.b32encode(digest).decode().rstrip("=").lower()


def meeting_uid(secret: bytes, meeting_id: object, domain: str) -> str:
    """The UID of a meeting, the same in every mail, file and feed (O5)."""
    return f"{keyed_token(secret, 'meeting', meeting_id)}@{domain}"


def signed_token(secret: bytes, kind: str, ident: UUID) -> str:
    """An id with its seal, as one lower-case base32 word of 42 characters: stands in a link.

    Nobody without the secret can make one, and one of another `kind` isn't taken for it.
    """
    octets = ident.bytes + _seal(secret, kind, ident)
    return base64.b32encode(octets).decode().rstrip("=").lower()


def read_signed_token(secret: bytes, kind: str, token: str) -> UUID | None:
    """The id in a token of this kind; None for anything else. Takes the same time for any seal."""
    if len(token) != _SIGNED_CHARACTERS or not token.isascii():
        return None
    with suppress(ValueError):
        octets = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        ident = UUID(bytes=octets[:16])
        canonical = token == signed_token(secret, kind, ident)
        if hmac.compare_digest(octets[16:], _seal(secret, kind, ident)) and canonical:
            return ident
    return None


def _seal(secret: bytes, kind: str, ident: UUID) -> bytes:
    text = f"{kind}\x1f{ident}".encode()
    return hmac.new(secret, text, hashlib.sha256).digest()[:_SEAL_OCTETS]
