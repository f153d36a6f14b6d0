"""The keys of other systems, as they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A key as it stands; its secret is kept nowhere."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    made_by: str
    expires_on: date | None
    last_used_on: date | None
    revoked_at: datetime | None

    def counts(self, today: date) -> bool:
        """The day it expires on is its last."""
        ended = self.expires_on is not None and self.expires_on < today
        return self.revoked_at is None and not ended

    @property
    def system(self) -> str:
        """Who calls with it, as the audit and the access log name them."""
        return f"token:{self.id}"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A key to be made; `hash` is of the secret that its maker is shown."""

    id: UUID
    name: str
    hash: bytes
    scopes: tuple[str, ...]
    expires_on: date | None


class ApiTokens(Protocol):
    """Keys, in one transaction."""

    def add(self, token: NewToken) -> None: ...
    def by_hash(self, hashed: bytes) -> ApiToken | None: ...
    def all(self) -> Sequence[ApiToken]:
        """The newest first."""
        ...

    def note_used(self, token_id: UUID, on: date) -> None: ...
    def revoke(self, token_id: UUID) -> bool:
        """False for one that there isn't, or that counts no more."""
        ...
