"""What the letter of the week, and the page of the day, need from outside."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.cases.domain.digest import Counts
from services.cases.domain.today import OpenTask
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.sight import Sights
from shared.bus.events import Event
from shared.domain.days import WorkingDays
from shared.procedures import Procedures


@dataclass(frozen=True, slots=True)
class Letter:
    """Somebody's letter of a week (its Monday)."""

    id: UUID
    person_id: UUID
    week: date


class Digests(Protocol):
    """The letters of the week, and what is counted of tasks and answers, in one transaction."""

    def plan(self, week: date, due_at: datetime) -> None:
        """Once begun, a week stays as it was."""

    def begin_due(self) -> Sequence[tuple[date, datetime]]:
        """The weeks that are due, each given to one caller alone."""

    def add(self, week: date, due_at: datetime, today: date) -> None:
        """A letter to be counted for everybody of the staff who may have something to do."""

    def to_count(self, limit: int, without: Collection[UUID]) -> Sequence[Letter]:
        """Those that are due; locked, and without what others have locked."""

    def apart(self, work: Callable[[], None]) -> str | None:
        """What fails is undone alone: the kind of its error, without its words. None: it's done."""

    def take(self, digest_id: UUID) -> Letter | None: ...
    def save(self, digest_id: UUID, counts: Counts | None) -> None: ...
    def open_tasks(self, person: UUID, seen: Collection[UUID]) -> Sequence[OpenTask]:
        """Somebody's own: of these cases, and what belongs to none."""

    def wants(self, person: UUID) -> bool: ...
    def want(self, person: UUID, *, wanted: bool) -> None: ...


class DigestDesk(Protocol):
    """What of a desk is needed."""

    @property
    def digests(self) -> Digests: ...
    @property
    def overviews(self) -> Overviews: ...
    @property
    def sights(self) -> Sights: ...
    @property
    def procedures(self) -> Procedures: ...
    @property
    def days(self) -> WorkingDays: ...
    @property
    def now(self) -> datetime: ...
    def publish(self, event: Event, /) -> None: ...
