"""Identifiers that carry no meaning: case references, reply tokens, calendar UIDs, person ids."""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID, uuid5

_UNMISTAKABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_STAFF = UUID("6f1d3c52-8a0e-5b8f-9f64-5f1d6b1a7c11")


def new_reference(length: int = 4) -> str:
    """A random case reference such as «7KQ2»: no year, unit, serial or type in it (X15)."""
    return "".join(secrets.choice(_UNMISTAKABLE) for _ in range(length))


def staff_id(code: str) -> UUID:
    """The id of the member of staff with this code in people.csv, the same at every import."""
    return uuid5(_STAFF, code)


def keyed_token(secret: bytes, *parts: object, octets: int = 15) -> str:
    """A lower-case base32 token that only the holder of the secret can make from `parts`.

    15 octets are 24 characters without padding. Stable, so the same parts give the same token.
    """
    text = "\x1f".join(str(part) for part in parts).encode()
    digest = hmac.new(secret, text, hashlib.sha256).digest()[:octets]
    return base64.b32encode(digest).decode().rstrip("=").lower()
