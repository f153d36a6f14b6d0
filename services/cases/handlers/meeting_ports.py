"""What the handlers of meetings, votes and wishes need from outside; the adapters implement it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.cases.domain.booking import Wanted
from services.cases.domain.votes import Option, Vote
from services.cases.domain.wishes import Relation, Wish
from shared.domain.facts import Meeting


@dataclass(frozen=True, slots=True)
class Wished:
    """Somebody whom a family wishes for; `protected` None counts as protected (X6)."""

    by: UUID
    name: str
    relation: Relation
    email: str | None = None
    phone: str | None = None
    language: str = "sv"
    protected: bool | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody who is called has said, and when."""

    answer: str
    at: datetime | None


class Meetings(Protocol):
    """Meetings, who is called to them, and whom they take. Raise DoubleBooked."""

    def add(
        self, case_id: UUID, wanted: Wanted, called: Collection[UUID], *, state: str,
        place: str | None, proposal: str | None,
    ) -> UUID: ...  # fmt: skip
    def book(self, wanted: Wanted, called: Collection[UUID], place: str | None) -> None: ...
    def move(self, wanted: Wanted, called: Collection[UUID], place: str | None) -> int: ...
    def stand_for(self, wanted: Wanted) -> None: ...
    def cancel(self, meeting_id: UUID, because: str) -> int: ...
    def note_called(self, meeting_id: UUID) -> None: ...
    def leave_out(self, meeting_id: UUID, people: Collection[UUID]) -> None: ...
    def remind(self, meeting_id: UUID, today: date) -> bool: ...
    def hold(
        self, meeting_id: UUID, secretary: UUID | None, *, reviewed: bool | None,
        outcome: str | None,
    ) -> bool: ...  # fmt: skip
    def note_present(self, meeting_id: UUID, present: Collection[UUID]) -> None: ...
    def file_minutes(self, meeting_id: UUID, reference: str | None) -> None: ...
    def file_plan(self, meeting_id: UUID, reference: str | None) -> None: ...
    def call(self, meeting: Meeting, person: UUID) -> None: ...
    def uncall(self, meeting_id: UUID, person: UUID) -> None: ...
    def place(self, meeting_id: UUID) -> str | None: ...
    def by_proposal(self, proposal: str) -> UUID | None: ...
    def answer(self, meeting_id: UUID, person: UUID, answer: str, at: datetime) -> bool: ...
    def answers(self, meeting_id: UUID) -> Mapping[UUID, Answered]: ...
    def answers_to(self, meetings: Collection[UUID]) -> Mapping[UUID, Mapping[UUID, Answered]]: ...


class Votes(Protocol):
    """The times of a proposal, and what everybody said about them."""

    def propose(self, meeting_id: UUID, times: Sequence[datetime]) -> None:
        """These times, in this order, instead of any before; nobody has voted."""
        ...

    def options(self, meeting_id: UUID) -> Sequence[Option]: ...
    def vote(self, meeting_id: UUID, person: UUID, votes: Mapping[datetime, Vote]) -> bool: ...
    def clear(self, meeting_id: UUID) -> None: ...

    def with_passed_times(
        self, now: datetime, limit: int, without: Collection[UUID]
    ) -> Sequence[UUID]:
        """Other cases with a proposal of which a time has passed, in the order of their ids."""
        ...

    def drop_passed(self, meeting_id: UUID, now: datetime) -> bool:
        """Whether any of its times had passed: they are gone, with what was said of them."""
        ...


class Wishes(Protocol):
    """Who is wished for; a declined one leaves neither a name nor an address behind.

    Whoever is wished for at the address of somebody on the case has none, then and once accepted:
    they are told by a person, and who wished doesn't learn why (X6).
    """

    def add(self, case_id: UUID, wished: Wished) -> Wish: ...
    def find(self, case_id: UUID, wish_id: UUID) -> Wish | None: ...
    def waiting(self, case_id: UUID, by: UUID) -> Collection[tuple[str, str]]:
        """The names and relations of those whom somebody wishes for, undecided so far."""
        ...

    def accept(self, case_id: UUID, wish: Wish) -> None: ...
    def decline(self, wish: Wish) -> None: ...
