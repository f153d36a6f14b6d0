"""The port to the cases that were opened in an emergency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.cases.domain.glass import Glass


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened so, as its reader and their manager see it."""

    id: UUID
    case_id: UUID
    person: UUID
    name: str
    reference: str
    reason: str
    opened_at: datetime


class Glasses(Protocol):
    """Cases that were opened in an emergency, in one transaction."""

    def case_of(self, reference: str) -> UUID | None:
        """A child's case, open or closed."""

    def is_of_the_family(self, person: UUID, case_id: UUID) -> bool:
        """Whether somebody has the address of anybody of the family who is or was on a case."""

    def add(self, glass: Glass) -> bool:
        """False if the same person has opened it that day already."""

    def of_person(self, person: UUID, on: date) -> Sequence[Opened]: ...
    def of_duty(self, task_id: UUID) -> Opened | None: ...
