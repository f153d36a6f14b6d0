"""What is known of a case or a duty when mail is made or sent, and how people are reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

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


@dataclass(frozen=True, slots=True)
class Late:
    """Somebody on the case has a task that was to be done by a day; and who their manager is."""

    owner: UUID
    due_on: date
    manager: UUID | None


@dataclass(frozen=True, slots=True)
class Mailing:
    """A case as the notifier reads it: `places` are neutral texts by meeting."""

    facts: CaseFacts
    contacts: Mapping[UUID, Contact]
    places: Mapping[UUID, str | None]
    manager: UUID | None  # the process owner's
    late: tuple[Late, ...] = ()
    links: Mapping[UUID, Mapping[UUID, UUID]] = field(default_factory=dict)  # meeting, person: link

    @property
    def reference(self) -> str:
        return self.facts.reference

    def link(self, meeting_id: UUID | None, person_id: UUID) -> UUID | None:
        """The personal link of somebody called to a coming meeting."""
        return None if meeting_id is None else self.links.get(meeting_id, {}).get(person_id)

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
    day it was read.
    """

    id: UUID
    is_open: bool
    owner: UUID | None
    due_on: date
    manager: UUID | None
    contacts: Mapping[UUID, Contact]

    @property
    def reference(self) -> None:
        """What belongs to no case has none."""

    def link(self, _: UUID | None, __: UUID) -> None:
        """Nor is anybody called to anything."""

    def is_late(self, today: date) -> bool:
        return self.is_open and self.due_on < today


# What a message is about, as it is known when the message is made or sent.
Known = Mailing | Duty


def mailing_from_row(row: Mapping[str, Any]) -> Mailing:
    """A row of `cases_api.mailing` or `.clear`. Raises UnreadableFacts, which quotes nothing."""
    facts = facts_from_json(row["facts"])
    try:
        contacts = _CONTACTS.validate_python(row["contacts"] or {})
        places = _PLACES.validate_python(row["places"] or {})
        late = _LATE.validate_python(row["late"])
        links = _LINKS.validate_python(row["links"])
    except ValidationError as error:
        found = f"unreadable contacts, places or tasks: {error.error_count()}"
        raise UnreadableFacts(found) from None
    return Mailing(facts, contacts, places, row["manager"], late, links)


def duty_from_row(row: Mapping[str, Any]) -> Duty:
    """A row of `cases_api.duties` or `.clear_duties`. Raises UnreadableFacts, quoting nothing."""
    try:
        contacts = _CONTACTS.validate_python(row["contacts"])
    except ValidationError as error:
        raise UnreadableFacts(f"unreadable contacts: {error.error_count()}") from None
    return Duty(row["task_id"], row["open"], row["owner"], row["due_on"], row["manager"], contacts)


_CONTACTS = TypeAdapter(dict[UUID, Contact])
_PLACES = TypeAdapter(dict[UUID, str | None])
_LINKS = TypeAdapter(dict[UUID, dict[UUID, UUID]])
_LATE = TypeAdapter(tuple[Late, ...])
