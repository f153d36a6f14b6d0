"""What the case service can be told to do: values that the edge has checked for their form."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.cases.domain.meetings import Outcome


@dataclass(frozen=True, slots=True)
class NewChild:
    """The child a case is about; `protected` None counts as protected (X6)."""

    name: str
    birth_date: date
    unit: str
    email: str | None = None
    protected: bool | None = None


@dataclass(frozen=True, slots=True)
class NewGuardian:
    """A guardian, with or without custody; `protected` None counts as protected (X6)."""

    name: str
    email: str | None
    language: str
    custody: bool
    protected: bool | None = None


@dataclass(frozen=True, slots=True)
class OpenCase:
    procedure: str
    known_on: date
    initiator: UUID
    child: NewChild
    guardians: tuple[NewGuardian, ...]
    participants: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class AnswerConsent:
    """Sign, refuse or withdraw; without a day it is today."""

    case_id: UUID
    consent_id: UUID
    on: date | None = None


@dataclass(frozen=True, slots=True)
class AskConsent:
    """Ask a person anew; without organisations for all of the procedure."""

    case_id: UUID
    person: UUID
    organisations: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Book:
    case_id: UUID
    step: str
    starts_at: datetime
    minutes: int
    place: str | None = None
    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What is None stays as it is."""

    meeting_id: UUID
    starts_at: datetime | None = None
    minutes: int | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A meeting has been held; what is None wasn't said (R19)."""

    meeting_id: UUID
    present: frozenset[UUID] | None = None
    secretary: UUID | None = None
    consent_reviewed: bool | None = None


@dataclass(frozen=True, slots=True)
class Close:
    case_id: UUID
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class AddParticipant:
    """Somebody comes to the case, possibly in somebody else's stead."""

    case_id: UUID
    person: UUID
    replaces: UUID | None = None
