"""What is known about one case, as every service reads it from `cases_api.facts`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, TypeAdapter, ValidationError

Party = Literal["child", "guardian", "staff", "external"]
ConsentParty = Literal["guardian", "child", "youth"]
ConsentState = Literal["requested", "signed", "refused", "withdrawn", "lapsed"]
MeetingState = Literal["proposed", "booked", "cancelled", "held"]
Cancellation = Literal["by-hand", "consent", "closing", "lapsed"]
CaseState = Literal["open", "closed"]
# A child's case, or a matter of the staff's own.
MatterOf = Literal["child", "year", "parents", "report", "consultation"]


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody on the case; `role` and `organisation` are codes and stand for staff only.

    `wanted_by_youth`: a guardian whom the adult youth wants to be there (R7). "external": somebody
    whom the family wished for (S7).
    """

    person_id: UUID
    party: Party
    role: str | None
    organisation: str | None
    custody: bool
    wanted_by_youth: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """One person's consent, with the organisations it names (S1).

    `party` says in which capacity the person decides: "youth" is the child deciding alone as an
    adult (possibly signed ahead, X8), "child" the child's own word beside the guardians' (R17).
    `turn` counts the answers of the case in the order in which they were registered: it tells what
    came first on a day. It carries meetings until `valid_until`, that day included. `waived_on`: by
    then it had been decided, for a recorded reason, to go on without the child's own word (P6).
    """

    id: UUID
    party: ConsentParty
    person_id: UUID
    organisations: frozenset[str]
    state: ConsentState
    signed_on: date | None
    withdrawn_on: date | None
    turn: int = 0
    valid_until: date | None = None
    waived_on: date | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting of a step of the procedure; the times are instants with an offset.

    `changed_at` is when it got the time it has. `cancelled_because` tells a person's decision,
    after which no new time is sought unasked, from what follows from a withdrawal or the closing,
    and from a proposal of which every time has passed ("lapsed").
    `left_out` are people of the case who aren't called to it on purpose (X12).
    """

    id: UUID
    step: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    state: MeetingState
    sequence: int
    changed_at: AwareDatetime
    person_ids: frozenset[UUID]
    cancelled_because: Cancellation | None = None
    minutes_filed: bool = False
    plan_filed: bool = False
    left_out: frozenset[UUID] = frozenset()
    answered: frozenset[UUID] = frozenset()  # yes, no or perhaps, to the meeting as it is now
    declined: frozenset[UUID] = frozenset()
    options: tuple[AwareDatetime, ...] = ()  # of a proposal, the soonest first
    called: bool = False  # planned long ahead, and called to before it was moved or cancelled


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One case; `procedure_on` is the day that picks the version of its procedure (X9).

    A matter of the staff's own (`about`) has no child and no family: a year (`known_on` is its
    first day, the two callers are `process_owner` and `coordinator`, R21), parent meetings, a
    report, a consultation. `held_back`: a child asked for it, and nobody has spoken with the child
    yet (X11).
    """

    id: UUID
    reference: str
    procedure: str
    procedure_on: date
    state: CaseState
    known_on: date
    opened_at: AwareDatetime
    birth_date: date | None
    process_owner: UUID
    unit: str
    participants: tuple[Participant, ...]
    consents: tuple[Consent, ...]
    meetings: tuple[Meeting, ...]
    closed_on: date | None = None
    initiator: UUID | None = None
    coordinator: UUID | None = None
    never_together: bool = False
    held_back: bool = False
    about: MatterOf = "child"

    @property
    def born_on(self) -> date:
        """When the child was born. Raises NoChild."""
        if self.birth_date is None:
            raise NoChild
        return self.birth_date

    def meetings_of(self, step: str) -> tuple[Meeting, ...]:
        """The meetings of one step, in the order they begin."""
        of_step = (meeting for meeting in self.meetings if meeting.step == step)
        return tuple(sorted(of_step, key=_begins))


class NoChild(LookupError):
    """A matter of the staff's own has no child, so nothing can depend on its age."""


class UnreadableFacts(ValueError):
    """The facts of a case don't have the agreed shape; the message names fields, never values."""


def facts_from_json(data: Mapping[str, Any]) -> CaseFacts:
    """Facts from the JSON object of `cases_api.facts`; keys we don't know are left alone.

    Raises UnreadableFacts, which quotes nothing of the input: it may be about a child.
    """
    facts, fields = _read(data)
    if facts is not None and (facts.about == "child") != (facts.birth_date is not None):
        facts, fields = None, ["birth_date"]
    if facts is None:
        raise UnreadableFacts(f"unreadable fields: {', '.join(fields)}")
    return facts


def _read(data: Mapping[str, Any]) -> tuple[CaseFacts | None, list[str]]:
    """The facts, or the fields that can't be read: the error itself holds their values."""
    try:
        return _CASE_FACTS.validate_python(data), []
    except ValidationError as error:
        return None, sorted({".".join(map(str, part["loc"])) for part in error.errors()})


def _begins(meeting: Meeting) -> datetime:
    return meeting.starts_at


_CASE_FACTS = TypeAdapter(CaseFacts)
