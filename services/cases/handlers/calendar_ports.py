"""What a calendar is read from, in one transaction; the caller has logged it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CalledTo:
    """A meeting that somebody is called to, by its case."""

    case_id: UUID
    meeting_id: UUID


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody's time that a meeting takes."""

    person: UUID
    case_id: UUID
    meeting_id: UUID
    starts_at: datetime
    ends_at: datetime


class CalendarRows(Protocol):
    """Times are half open: what ends when `since` begins isn't among them."""

    def called_to(self, person: UUID, since: datetime, until: datetime) -> Sequence[CalledTo]:
        """Not the cancelled ones."""
        ...

    def taken(
        self, people: Collection[UUID], since: datetime, until: datetime
    ) -> Sequence[Taken]: ...
    def managed_by(self, manager: UUID, today: date) -> Mapping[UUID, str]:
        """The names of those whose manager somebody is today."""
        ...

    def units_of(self, person: UUID, today: date) -> Sequence[str]:
        """Where their posts of today are."""
        ...

    def due_between(
        self, case_ids: Collection[UUID], procedures: Collection[str], first: date, before: date
    ) -> list[UUID]:
        """Those with an open task or an announced limit in that time, by their ids.

        A case of which the scheduler has announced none is among them, if its procedure, one of
        `procedures`, has limits.
        """
        ...
