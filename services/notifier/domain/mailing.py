"""What is known about a case when mail is made or sent: facts, and how people are reached."""

from collections.abc import Mapping
from dataclasses import dataclass
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


def mailing_from_row(row: Mapping[str, Any]) -> Mailing:
    """A row of `cases_api.mailing` or `.clear`. Raises UnreadableFacts, which quotes nothing."""
    facts = facts_from_json(row["facts"])
    try:
        contacts = _CONTACTS.validate_python(row["contacts"] or {})
        places = _PLACES.validate_python(row["places"] or {})
        late = _LATE.validate_python(row["late"])
    except ValidationError as error:
        found = f"unreadable contacts, places or tasks: {error.error_count()}"
        raise UnreadableFacts(found) from None
    return Mailing(facts, contacts, places, row["manager"], late)


_CONTACTS = TypeAdapter(dict[UUID, Contact])
_PLACES = TypeAdapter(dict[UUID, str | None])
_LATE = TypeAdapter(tuple[Late, ...])
