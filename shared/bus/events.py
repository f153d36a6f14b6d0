"""The events that the services tell each other: past-tense, frozen, ids and dates only.

An event says what happened; whoever hears it looks at the facts again. So an event may come late,
twice or out of order. No event holds a name, an address or any other personal data (X3, X16).
"""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.bus.registry import register

AlertedFunction = Literal["process_owner", "manager", "owner", "owner_manager"]


class Event(BaseModel):
    """The root of all events; `type` is the CloudEvents type.

    Unknown fields are let pass when reading, so that an older version of a service can read what
    a newer one wrote.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    case_id: UUID

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__()
        if "type" in cls.__dict__:
            register(cls.type, cls)


class CaseOpened(Event):
    type = "case.opened"


class CaseClosed(Event):
    type = "case.closed"


class ParticipantsChanged(Event):
    type = "participants.changed"


class ConsentSigned(Event):
    type = "consent.signed"
    consent_id: UUID
    on: date


class ConsentRefused(Event):
    type = "consent.refused"
    consent_id: UUID
    on: date


class ConsentWithdrawn(Event):
    type = "consent.withdrawn"
    consent_id: UUID
    on: date


class WindowSet(Event):
    """A limit was set, changed, met or passed (R9, R10). Dates are Europe/Stockholm."""

    type = "window.set"
    step: str
    opens_on: date | None
    closes_on: date | None
    last_bookable_on: date | None
    state: Literal["waiting", "open", "met", "missed", "cancelled"]
    rule: str


class MeetingProposed(Event):
    """The scheduler found a time; `proposal` is its key, by which it is answered.

    `alternatives` are the next best times, on other days, for a vote.
    """

    type = "meeting.proposed"
    proposal: str
    step: str
    starts_at: AwareDatetime
    minutes: int
    mode: Literal["book", "propose"]
    alternatives: tuple[AwareDatetime, ...] = ()


class ProposalRefused(Event):
    """Cases could not book the proposed time (somebody was taken, the facts had changed)."""

    type = "proposal.refused"
    proposal: str
    step: str
    reason: str


class MeetingBooked(Event):
    type = "meeting.booked"
    meeting_id: UUID
    sequence: int


class MeetingMoved(Event):
    type = "meeting.moved"
    meeting_id: UUID
    sequence: int


class MeetingCancelled(Event):
    type = "meeting.cancelled"
    meeting_id: UUID
    sequence: int


class MeetingHeld(Event):
    type = "meeting.held"
    meeting_id: UUID
    held_on: date


class SlotMissing(Event):
    """No time could be found for a step; `reason` is a code, `due_on` the last day to book (X1).

    `missing` names codes: parties that nobody stands for, or organisations that the consent leaves
    out.
    """

    type = "slot.missing"
    step: str
    rule: str
    reason: Literal[
        "no-free-time",
        "no-day-left",
        "participants-missing",
        "organisation-not-covered",
        "consent-missing",
        "separate-meetings",
        "cancelled",
    ]
    missing: tuple[str, ...] = ()
    due_on: date | None


class ReminderDue(Event):
    """A reminder of a meeting has fallen due, for those who are still called to it then."""

    type = "reminder.due"
    key: str
    meeting_id: UUID
    sequence: int
    rule: str
    due_at: datetime
    useful_until: datetime


class MarkingDue(Event):
    """A booked meeting is over and nobody has said whether it was held (R13). Dates are local."""

    type = "marking.due"
    key: str
    meeting_id: UUID
    rule: str
    due_on: date


class AlertDue(Event):
    """A limit comes near or has passed, or a task is late: staff are told (X2).

    `key` names the occurrence. `person_id` is the task's owner, where it is about one.
    """

    type = "alert.due"
    key: str
    step: str
    rule: str
    to: AlertedFunction
    about: Literal["limit-near", "limit-passed", "task-late"]
    limit_on: date
    due_at: datetime
    useful_until: datetime
    person_id: UUID | None = None


class ChoreDue(Event):
    """A task that follows from a meeting is to be done by a day (S4, S6, S12, P12, R15).

    `late`: it was, and somebody looks whether it has been done. Dates are local.
    """

    type = "chore.due"
    key: str
    chore: str
    kind: str
    rule: str
    owner: Literal["leader", "process_owner", "keeper"]
    step: str
    meeting_id: UUID
    sequence: int
    due_on: date
    late: bool = False


class AgeNear(Event):
    """A birthday comes that changes who decides about the case (X8, P6). `on` is the birthday."""

    type = "age.near"
    key: str
    age: int
    on: date
    rule: str


class ConsentLapses(Event):
    """A signed consent comes near its last day, `on` (local), and is to be asked for anew."""

    type = "consent.lapses"
    key: str
    consent_id: UUID
    on: date


class AnswerReceived(Event):
    """Somebody who is called has answered. `answered_at` orders answers that come out of order."""

    type = "answer.received"
    meeting_id: UUID
    person_id: UUID
    sequence: int
    answer: Literal["accepted", "declined", "tentative"]
    answered_at: datetime


class HandDeliveryNeeded(Event):
    """Somebody can't or mustn't be mailed: a person has to tell them by hand (X6, X7, X11)."""

    type = "delivery.by-hand"
    key: str
    meeting_id: UUID
    person_id: UUID
    kind: str
    rule: str


class MessageFailed(Event):
    """A message will not be tried again: a person has to reach the recipient in another way."""

    type = "message.failed"
    key: str
    meeting_id: UUID | None
    person_id: UUID
    kind: str
    rule: str
