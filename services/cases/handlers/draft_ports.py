"""The port to what somebody has typed about a case that isn't opened yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

KEPT = timedelta(days=14)
Said = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class DraftKey:
    """A person has one draft for each procedure, and for each inquiry that a case may come of."""

    person: UUID
    procedure: str
    inquiry: UUID | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of the form as they were typed, right or wrong; names of a family among them."""

    key: DraftKey
    said: Said
    saved_at: datetime


class Drafts(Protocol):
    """Drafts in one transaction; one that is older than `KEPT` isn't there any more."""

    def find(self, key: DraftKey) -> Draft | None: ...
    def take(self, key: DraftKey) -> Draft | None:
        """Locked until the transaction ends: of two who open a case from it, one finds it."""
        ...

    def of(self, person: UUID) -> Sequence[Draft]:
        """The newest first."""
        ...

    def keep(self, draft: Draft, page: Said) -> None:
        """`page` laid over the draft that there is by now; else the whole of it."""

    def drop(self, key: DraftKey) -> None: ...
