"""What personal links, wishes for another time and feeds need from outside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from services.cases.domain.counters import Counter, CounterState
from services.cases.domain.links import Code, Link, Try
from shared.domain.facts import CaseFacts


@dataclass(frozen=True, slots=True)
class FeedOf:
    """A feed that is open, and whose it is."""

    id: UUID
    person_id: UUID
    party: str
    language: Literal["sv", "en"]


class Links(Protocol):
    """Links and the codes of their second step."""

    def find(self, link: UUID | None) -> Link | None:
        """A link that hasn't ended: of somebody on the case and the meeting who isn't protected."""
        ...

    def sharing(self, link: Link) -> Mapping[UUID, str]:
        """The names of all who are called to the meeting at that mailbox, by person."""
        ...

    def case_of(self, link: UUID) -> UUID | None:
        """The case of a link, also of one that has ended."""
        ...

    def is_open_to(self, person: UUID) -> bool:
        """X6: known not to be protected."""
        ...

    def language_of(self, person: UUID) -> Literal["sv", "en"] | None:
        """The language of their pages; None for whoever isn't known not to be protected (X6)."""
        ...

    def make_code(self, case_id: UUID, person: UUID, made_by: str) -> Code:
        """A new one, in the old one's place."""
        ...

    def try_code(self, case_id: UUID, person: UUID, code: str) -> Try:
        """Counts the try before it looks; «none» where no code stands."""
        ...

    def generation(self, case_id: UUID, person: UUID) -> str | None:
        """What tells the code that stands from any before it; None without one."""
        ...

    def end_codes(self, case_id: UUID, people: Collection[UUID]) -> None: ...

    def renew(self, case_id: UUID, person: UUID) -> Sequence[UUID]:
        """Other links to coming meetings, and none to those that have been; the coming meetings."""
        ...

    def places(self, meetings: Collection[UUID]) -> Mapping[UUID, str]:
        """The public texts of where they are: not if anybody there is protected (X6)."""
        ...

    def has_place(self, meeting: UUID) -> bool:
        """Whether it is decided where it is, said or not."""
        ...


class Counters(Protocol):
    """Wishes for another time."""

    def newest_of(self, meeting_id: UUID, person: UUID) -> Counter | None: ...
    def add(self, counter: Counter) -> None: ...
    def find(self, meeting_id: UUID, counter_id: UUID) -> Counter | None: ...
    def settle(self, counter_id: UUID, state: CounterState) -> None: ...
    def make_stale(self, meeting_id: UUID) -> None: ...


@dataclass(frozen=True, slots=True)
class FeedMeeting:
    """A meeting that somebody is called to, by its case."""

    case_id: UUID
    meeting_id: UUID


@dataclass(frozen=True, slots=True)
class Revision:
    """SEQUENCE and DTSTAMP of a meeting in the mails to somebody: they only rise."""

    sequence: int
    stamp: datetime


class Feeds(Protocol):
    """One feed a person; a new one takes the old one's place."""

    def find(self, feed: UUID | None) -> FeedOf | None:
        """A feed that is open, of somebody who isn't protected."""
        ...

    def of(self, person: UUID) -> UUID | None: ...
    def make(self, person: UUID) -> UUID: ...
    def revoke(self, people: Collection[UUID]) -> int: ...
    def facts(self, case_ids: Collection[UUID]) -> Sequence[CaseFacts]: ...
    def owner(self, person: UUID) -> Mapping[str, object] | None:
        """Their party and date of birth; None for somebody nobody knows."""
        ...

    def meetings(self, person: UUID, since: datetime) -> Sequence[FeedMeeting]:
        """Booked, held or cancelled ones that end after `since`."""
        ...

    def revisions(self, person: UUID, meetings: Collection[UUID]) -> Mapping[UUID, Revision]:
        """Of those that the person has been mailed an invitation to, at the address of now."""
        ...
