"""What the handlers of votes and wishes need from outside; the adapters implement it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.cases.domain.votes import Option, Vote
from services.cases.domain.wishes import Relation, Wish


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


class Votes(Protocol):
    """The times of a proposal, and what everybody said about them."""

    def propose(self, meeting_id: UUID, times: Sequence[datetime]) -> None:
        """These times, in this order, instead of any before; nobody has voted."""
        ...

    def options(self, meeting_id: UUID) -> Sequence[Option]: ...
    def vote(self, meeting_id: UUID, person: UUID, votes: Mapping[datetime, Vote]) -> bool: ...
    def clear(self, meeting_id: UUID) -> None: ...

    def with_passed_times(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Cases with a proposal of which a time has passed, in the order of their ids."""
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
