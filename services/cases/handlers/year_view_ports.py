"""The port to what is shown of the years; everything in it is the staff's own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.cases.domain.year_facts import (
    CohortFacts,
    DispatchFacts,
    EvaluationFacts,
    OpenDuty,
    Replied,
    Vacancy,
)
from shared.domain.facts import CaseFacts


@dataclass(frozen=True, slots=True)
class NamedPost:
    """A post's role (a code), its unit's name, and who acts for it today."""

    role: str
    unit: str
    acting: UUID | None


class YearViews(Protocol):
    """What is known of the years, in one transaction; the caller has logged it."""

    def known_years(self) -> list[int]:
        """The years that anything is kept of, the first one first."""

    def matter(self, year: int) -> CaseFacts | None: ...
    def replies(self, matter: UUID) -> list[Replied]: ...
    def evaluation(self, year: int) -> EvaluationFacts | None: ...
    def dispatches(self, year: int) -> list[DispatchFacts]: ...
    def cohorts(self, first: int, last: int) -> list[CohortFacts]:
        """Those that began their stage in one of these years."""

    def open_duties(self, year: int) -> list[OpenDuty]: ...
    def vacancies(self, roles: Collection[str], today: date) -> list[Vacancy]:
        """Those of today and those that are known of ahead."""

    def posts_named(self, today: date) -> Mapping[str, NamedPost]:
        """Every post there is or has been, by its code."""
        ...
