"""The port to people and posts that can be changed, and what can be done to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain.importing import Changes
from services.cases.domain.leaving import Leaver
from services.cases.domain.posts import Tenure
from shared.domain.facts import CaseFacts
from shared.register import Capacity, Register


class Staffing(Protocol):
    """People, posts, who is in them, and the open cases that depend on it, in one transaction."""

    def lock_person(self, person: UUID) -> bool: ...
    def address_of(self, person: UUID) -> str | None: ...
    def has_colleague_at(self, email: str, apart_from: UUID, on: date) -> bool:
        """Whoever else asks about the address waits until the transaction has ended."""

    def change_person(self, person: UUID, values: Mapping[str, Any]) -> Sequence[str]: ...
    def lock_post(self, post: str) -> tuple[Tenure, ...] | None:
        """Nobody else changes who is in any post, or gives a duty, until the transaction ends."""

    def add_tenure(self, post: str, tenure: Tenure) -> None: ...
    def change_tenure(self, post: str, old: Tenure, new: Tenure | None) -> None: ...
    def open_cases_of(self, people: Collection[UUID]) -> Sequence[UUID]: ...
    def leavers(
        self, today: date, until: date, people: Collection[UUID] | None
    ) -> Sequence[Leaver]: ...
    def leaving_tasks(self, people: Collection[UUID] | None) -> Mapping[str, UUID]: ...
    def facts(self, case_ids: Collection[UUID]) -> Sequence[CaseFacts]: ...
    def begin_day(self, look: str, today: date) -> bool: ...
    def note_next(self, look: str, day: date | None) -> None:
        """On which day the look has something to do again, as far as is known."""


class Files(Protocol):
    """The municipality's files as the database has them."""

    def begin(self) -> None: ...
    def imported(self) -> bytes | None: ...
    def read(self) -> Register: ...
    def write(self, changes: Changes, today: date) -> None: ...
    def note_import(self, fingerprint: bytes) -> None: ...


class ImportDrafts(Protocol):
    """Files that somebody has sent and not yet said yes to; nobody else's, and not for long."""

    def keep(self, draft: UUID, files: Mapping[str, str]) -> None: ...
    def find(self, draft: UUID) -> Mapping[str, str] | None:
        """The text of each file by its name."""
        ...

    def drop(self, draft: UUID) -> None: ...


@dataclass(frozen=True, slots=True)
class ChangePerson:
    """Fields of a member of staff by name; what is left out stays."""

    person: UUID
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AddHolder:
    """Somebody comes into a post."""

    post: str
    person: UUID
    first_day: date
    last_day: date | None
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class EndHolder:
    """Somebody's last day in a post."""

    post: str
    person: UUID
    last_day: date
