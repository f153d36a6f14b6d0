"""What the case service can be told to do: values that the edge has checked for their form."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.cases.domain.meetings import MeetingOutcome, Outcome


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
    phone: str | None = None
    postal_address: str | None = None
    interpreter: str | None = None
    no_mail: bool = False


@dataclass(frozen=True, slots=True)
class OpenCase:
    """`place`: where its meetings usually are, by its code; None: decided for each."""

    procedure: str
    known_on: date
    initiator: UUID
    child: NewChild
    guardians: tuple[NewGuardian, ...]
    participants: tuple[UUID, ...]
    grade: int | None = None
    residence: str | None = None
    reason: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """Without participants everybody whom the step calls; `alternatives` are other times to vote
    about, if it is only proposed."""

    case_id: UUID
    step: str
    starts_at: datetime
    minutes: int
    place: str | None = None
    proposal: str | None = None
    participants: frozenset[UUID] | None = None
    alternatives: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """What is None stays as it is."""

    meeting_id: UUID
    starts_at: datetime | None = None
    minutes: int | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class NextTime:
    """When the following step is (R13); without a step the next that hasn't been held."""

    starts_at: datetime
    minutes: int | None = None
    place: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A meeting has been held; what is None wasn't said (R13, R19)."""

    meeting_id: UUID
    present: frozenset[UUID] | None = None
    secretary: UUID | None = None
    consent_reviewed: bool | None = None
    outcome: MeetingOutcome | None = None
    next_time: NextTime | None = None


@dataclass(frozen=True, slots=True)
class Close:
    case_id: UUID
    outcome: Outcome
    evaluation: str | None = None


@dataclass(frozen=True, slots=True)
class AddParticipant:
    """Somebody comes to the case, possibly in somebody else's stead."""

    case_id: UUID
    person: UUID
    replaces: UUID | None = None
