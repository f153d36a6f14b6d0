"""Matters of the staff's own: what has meetings, but no child (R20, R26, R47, R51)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.cases.domain.opening import OnCase
from shared.domain.facts import MatterOf


@dataclass(frozen=True, slots=True)
class NewMatter:
    """One that is to be kept: whoever is in charge of it, its unit, and all who take part."""

    id: UUID
    about: MatterOf
    procedure: str
    known_on: date
    owner: UUID
    unit: str
    people: tuple[OnCase, ...]
    coordinator: UUID | None = None

    def __post_init__(self) -> None:
        if self.about == "child":
            raise ValueError("a child's case is opened, with all that comes of it")
