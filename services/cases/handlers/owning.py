"""The port to who answers for a case, and what can be said about that."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class HandoverReason(StrEnum):
    """Why a case goes to another process owner (R2): codes only."""

    LEFT = "left"
    LEAVE = "leave"
    CONFLICT_OF_INTEREST = "conflict-of-interest"
    MOVED = "moved"
    OTHER = "other"


class Ownership(Protocol):
    """Who answers for a case, by which version of its procedure, and how it was evaluated."""

    def give_to(self, case_id: UUID, owner: UUID) -> None: ...
    def coordinate(self, case_id: UUID, coordinator: UUID | None) -> None: ...
    def contact(self, case_id: UUID, person: UUID | None) -> None: ...
    def contact_person(self, case_id: UUID) -> UUID | None: ...
    def follow(self, case_id: UUID, procedure_on: date) -> None: ...
    def evaluation(self, case_id: UUID) -> str | None: ...
    def evaluate(self, case_id: UUID, evaluation: str | None) -> None: ...
    def pass_on(
        self, case_id: UUID, to: UUID, *, of: UUID, apart_from: Collection[str]
    ) -> None: ...
    def hold_back(self, case_id: UUID, waits_for: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Handover:
    """Somebody else becomes process owner."""

    case_id: UUID
    to: UUID
    reason: HandoverReason


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task that a person gives by hand (P16); without an owner it is for whoever is in charge."""

    case_id: UUID
    kind: str
    due_on: date | None = None
    owner: UUID | None = None
