"""What is known of what a mail is about when it is made or sent, and how people are reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from services.notifier.domain.messages import DigestWords
from shared.domain.facts import CaseFacts, Meeting, UnreadableFacts, facts_from_json


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody is reached. `party` may be newer than this program (invariant 6)."""

    party: str
    email: str | None
    language: str
    protected: bool
    no_mail: bool
    birth_date: date | None
    dead: bool = False  # mail to the address came back for good (B9)
    # Somebody of a family has the address too, and what it's about is nothing for one (R41).
    of_a_family: bool = False
    # Of the staff: in which organisations they have a post today. None: that isn't said of them.
    works_for: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """Somebody on the case has a task that was to be done by a day; and who their manager is."""

    owner: UUID
    due_on: date
    manager: UUID | None


@dataclass(frozen=True, slots=True)
class Mailing:
    """A case as the notifier reads it: `places` are neutral texts by meeting. `kept`: what has been
    worked out of it before, and is the same as long as it is."""

    facts: CaseFacts
    contacts: Mapping[UUID, Contact]
    places: Mapping[UUID, str | None]
    manager: UUID | None  # the process owner's
    late: tuple[Late, ...] = ()
    links: Mapping[UUID, Mapping[UUID, UUID]] = field(default_factory=dict)  # meeting, person: link
    callers: tuple[str, ...] = ()  # who calls to a year's meetings, by name (R21)
    kept: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def reference(self) -> str:
        return self.facts.reference

    def link(self, meeting_id: UUID | None, person_id: UUID) -> UUID | None:
        """The personal link of somebody called to a coming meeting."""
        return None if meeting_id is None else self.links.get(meeting_id, {}).get(person_id)

    def page_of(self, _: UUID) -> None:
        """What is to be done about a case is done behind login."""

    def meeting(self, meeting_id: UUID | None) -> Meeting | None:
        return next((m for m in self.facts.meetings if m.id == meeting_id), None)

    def place_for_all(self, meeting: Meeting) -> str | None:
        """The place as it may stand in a mail: nobody's has one if anybody there is protected.

        Somebody we know nothing about counts as protected (X6, invariant 13).
        """
        contacts = [self.contacts.get(person) for person in meeting.person_ids]
        if any(contact is None or contact.protected for contact in contacts):
            return None
        return self.places.get(meeting.id)


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that belongs to no case, for somebody of the staff to do by a day (P3).

    `owner` is whoever acts for its post, `manager` their manager in the same organisation: on the
    day it was read. `page` is the link on which its owner can do it, if there is something to fill
    in. What is `of_report` goes to no address of a family's (R41). `year` is a calendar year.
    """

    id: UUID
    is_open: bool
    owner: UUID | None
    due_on: date | None
    manager: UUID | None
    contacts: Mapping[UUID, Contact]
    kind: str = ""
    page: UUID | None = None
    of_report: bool = False
    year: int | None = None

    @property
    def reference(self) -> None:
        """What belongs to no case has none."""

    def link(self, _: UUID | None, __: UUID) -> None:
        """Nor is anybody called to anything."""

    def page_of(self, person_id: UUID) -> UUID | None:
        """The page on which it can be done: for whoever has it, and nobody else."""
        return self.page if person_id == self.owner else None

    def is_late(self, today: date) -> bool:
        return self.is_open and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True)
class Digest:
    """Somebody's week as cases has counted it. `said` is None if there is nothing to say.

    `week` is its Monday. `wanted`: whoever it's for hasn't said no to such letters.
    """

    id: UUID
    person_id: UUID
    week: date
    wanted: bool
    said: DigestWords | None
    contacts: Mapping[UUID, Contact]

    @property
    def reference(self) -> None:
        """It is about no one case."""

    def link(self, _: UUID | None, __: UUID) -> None:
        """Nor is anybody called to anything."""

    def page_of(self, _: UUID) -> None:
        """What is to be done is done behind login."""


# What a message is about, as it is known when the message is made or sent.
Known = Mailing | Duty | Digest


def is_of_a_child(known: Known) -> bool:
    """Whether a family may be told of it: nothing that is the staff's own (R41)."""
    return isinstance(known, Mailing) and known.facts.about == "child"


def mailing_from_row(row: Mapping[str, Any]) -> Mailing:
    """A row of `cases_api.mailing` or `.clear`. Raises UnreadableFacts, which quotes nothing."""
    facts = facts_from_json(row["facts"])
    try:
        contacts = _CONTACTS.validate_python(row["contacts"] or {})
        places = _PLACES.validate_python(row["places"] or {})
        late = _LATE.validate_python(row["late"])
        links = _LINKS.validate_python(row["links"])
        callers = tuple(row["callers"])
    except ValidationError as error:
        found = f"unreadable contacts, places or tasks: {error.error_count()}"
        raise UnreadableFacts(found) from None
    return Mailing(facts, contacts, places, row["manager"], late, links, callers)


def duty_from_row(row: Mapping[str, Any]) -> Duty:
    """A row of `cases_api.duties` or `.clear_duties`. Raises UnreadableFacts, quoting nothing."""
    try:
        contacts = _CONTACTS.validate_python(row["contacts"])
    except ValidationError as error:
        raise UnreadableFacts(f"unreadable contacts: {error.error_count()}") from None
    return Duty(
        id=row["task_id"],
        is_open=row["open"],
        owner=row["owner"],
        due_on=row["due_on"],
        manager=row["manager"],
        contacts=contacts,
        kind=row["kind"],
        page=row["link"],
        of_report=row["of_report"],
        year=row["year"],
    )


def digest_from_row(row: Mapping[str, Any]) -> Digest:
    """A row of `cases_api.digests` or `.clear_digests`. Raises UnreadableFacts, quoting nothing."""
    try:
        contacts = _CONTACTS.validate_python(row["contacts"])
        said = None
        if row["counts"] is not None:
            said = _COUNTS.validate_python({**row["counts"], "counted_at": row["counted_at"]})
    except ValidationError as error:
        raise UnreadableFacts(f"unreadable contacts or counts: {error.error_count()}") from None
    return Digest(row["digest_id"], row["person"], row["week"], row["wanted"], said, contacts)


_CONTACTS = TypeAdapter(dict[UUID, Contact])
_COUNTS = TypeAdapter(DigestWords)
_PLACES = TypeAdapter(dict[UUID, str | None])
_LINKS = TypeAdapter(dict[UUID, dict[UUID, UUID]])
_LATE = TypeAdapter(tuple[Late, ...])
