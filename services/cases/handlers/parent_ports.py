"""The port to the ledger of parent meetings (R26)."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from services.cases.domain.parent_meetings import Cohort, Kept, Unit


class ParentMeetings(Protocol):
    """The ledger of parent meetings (R26)."""

    def units(self, kinds: Collection[str], role: str) -> Sequence[Unit]:
        """The units of these kinds that there are today, each with its post of that role."""

    def kept(self, unit: str | None = None) -> Sequence[Kept]:
        """What the ledger has, of one unit or of all."""

    def of_matter(self, matter: UUID) -> Sequence[Kept]: ...
    def asked(self, unit: str | None = None) -> Sequence[Cohort]:
        """The cohorts for which somebody was ever asked to hold a meeting."""

    def plan(self, cohorts: Collection[Cohort], matter: UUID) -> bool:
        """False, if one of them stands in the ledger already."""

    def forget_plan(self, matter: UUID) -> None:
        """A meeting that isn't held after all: its cohorts have none."""

    def hold(self, matter: UUID, on: date) -> None: ...
    def note_held(self, cohorts: Collection[Cohort], on: date) -> None:
        """Held without Samspel; what stands in the ledger stays."""
