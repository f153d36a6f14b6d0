"""The port to the years as matters of the staff: who calls, who is called (R20-R23)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.cases.domain.posts import Post
from shared.domain.facts import CaseFacts

Substitutes = Mapping[UUID, Mapping[UUID, UUID]]


@dataclass(frozen=True, slots=True)
class NewYear:
    """A year that is opened; the day tells the version of the procedure."""

    id: UUID
    year: int
    procedure: str
    procedure_on: date
    unit: str
    process_owner: UUID
    coordinator: UUID | None


class Years(Protocol):
    """The years as matters of the staff: who calls, who is called (R20-R23)."""

    def posts(self) -> Mapping[str, Post]:
        """Every post that there is today, by its code, with all who have been or will be in it."""

    def open(self, new: NewYear) -> bool:
        """False if there is this year already."""

    def lock_open(self) -> Sequence[UUID]:
        """Those that are open, locked in the order of their ids."""

    def lead(self, matter: UUID, process_owner: UUID, coordinator: UUID | None) -> None:
        """Who calls from now on (R21)."""

    def stand_in(self, meeting_id: UUID, person: UUID, instead_of: UUID) -> None:
        """Somebody who is called comes in another's place (R27)."""

    def facts(self, matters: Sequence[UUID]) -> Sequence[CaseFacts]:
        """Of these, in their order."""

    def there(self, procedure: str) -> Collection[int]:
        """Which years there are already."""

    def substitutes(self, *matters: UUID) -> Substitutes:
        """For each meeting of theirs who comes instead of whom."""
