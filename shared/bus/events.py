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

    @property
    def subject(self) -> UUID:
        """What it is about: events about the same are heard in their order, where there is one."""
        raise NotImplementedError

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__()
        if "type" in cls.__dict__:
            register(cls.type, cls)


class CaseEvent(Event):
    """Something happened in a case."""

    case_id: UUID

    @property
    def subject(self) -> UUID:
        return self.case_id


class CaseOpened(CaseEvent):
    type = "case.opened"


class CaseClosed(CaseEvent):
    type = "case.closed"


class ParticipantsChanged(CaseEvent):
    type = "participants.changed"


class ConsentSigned(CaseEvent):
    type = "consent.signed"
    consent_id: UUID
    on: date


class ConsentRefused(CaseEvent):
    type = "consent.refused"
    consent_id: UUID
    on: date


class ConsentWithdrawn(CaseEvent):
    type = "consent.withdrawn"
    consent_id: UUID
    on: date


class WindowSet(CaseEvent):
    """A limit was set, changed, met or passed (R9, R10). Dates are Europe/Stockholm."""

    type = "window.set"
    step: str
    opens_on: date | None
    closes_on: date | None
    last_bookable_on: date | None
    state: Literal["waiting", "open", "met", "missed", "cancelled"]
    rule: str


class MeetingProposed(CaseEvent):
    """The scheduler found a time; `proposal` is its key, by which it is answered.

    `alternatives` are the next best times, on other days, for a vote. `moves` is the meeting that
    is to be put there, because the day it has won't do any more (R20).
    """

    type = "meeting.proposed"
    proposal: str
    step: str
    starts_at: AwareDatetime
    minutes: int
    mode: Literal["book", "propose"]
    alternatives: tuple[AwareDatetime, ...] = ()
    moves: UUID | None = None


class MeetingPutToVote(CaseEvent):
    """Times stand to choose from: those who are called are asked which of them suit."""

    type = "meeting.put-to-vote"
    meeting_id: UUID
    sequence: int


class ProposalRefused(CaseEvent):
    """Cases could not book the proposed time (somebody was taken, the facts had changed)."""

    type = "proposal.refused"
    proposal: str
    step: str
    reason: str


class MeetingBooked(CaseEvent):
    type = "meeting.booked"
    meeting_id: UUID
    sequence: int


class MeetingMoved(CaseEvent):
    type = "meeting.moved"
    meeting_id: UUID
    sequence: int


class MeetingCancelled(CaseEvent):
    type = "meeting.cancelled"
    meeting_id: UUID
    sequence: int


class MeetingHeld(CaseEvent):
    type = "meeting.held"
    meeting_id: UUID
    held_on: date


class SlotMissing(CaseEvent):
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


class ReminderDue(CaseEvent):
    """A reminder of a meeting has fallen due, for those who are still called to it then.

    A nudge is only for those who haven't answered. One that a person asked for is for them as well;
    or, once all have answered, for all who haven't said no. Whom it reaches is left out of the one
    that was to come next; to the others that comes as planned.
    """

    type = "reminder.due"
    key: str
    meeting_id: UUID
    sequence: int
    rule: str
    due_at: datetime
    useful_until: datetime
    kind: Literal["reminder", "nudge"] = "reminder"
    asked: bool = False  # by a person


class CallDue(CaseEvent):
    """A meeting that was planned long ahead is to be called to now (R20, R21)."""

    type = "call.due"
    key: str
    meeting_id: UUID
    sequence: int
    rule: str


class MarkingDue(CaseEvent):
    """A booked meeting is over and nobody has said whether it was held (R13). Dates are local."""

    type = "marking.due"
    key: str
    meeting_id: UUID
    rule: str
    due_on: date


class AlertDue(CaseEvent):
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


class ChoreDue(CaseEvent):
    """A task that follows from a meeting is to be done by a day (S4, S6, S12, P12, R15).

    Dates are local.
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


class AgeNear(CaseEvent):
    """A birthday comes that changes who decides about the case (X8, P6). `on` is the birthday."""

    type = "age.near"
    key: str
    age: int
    on: date
    rule: str


class ConsentLapses(CaseEvent):
    """A signed consent comes near its last day, `on` (local), and is to be asked for anew."""

    type = "consent.lapses"
    key: str
    consent_id: UUID
    on: date


class AnswerReceived(CaseEvent):
    """Somebody who is called has answered. `answered_at` orders answers that come out of order."""

    type = "answer.received"
    meeting_id: UUID
    person_id: UUID
    sequence: int
    answer: Literal["accepted", "declined", "tentative"]
    answered_at: datetime


class HandDeliveryNeeded(CaseEvent):
    """Somebody can't or mustn't be mailed: a person has to tell them by hand (X6, X7, X11)."""

    type = "delivery.by-hand"
    key: str
    meeting_id: UUID
    person_id: UUID
    kind: str
    rule: str


class MessageFailed(Event):
    """A message will not be tried again: a person has to reach the recipient in another way.

    `case_id` is None for a duty that belongs to no case: then `task_id` says which.
    """

    type = "message.failed"
    case_id: UUID | None
    task_id: UUID | None = None
    key: str
    meeting_id: UUID | None
    person_id: UUID
    kind: str
    rule: str

    @property
    def subject(self) -> UUID:
        return self.case_id or self.person_id


class MessageBounced(Event):
    """A message that a server had taken came back (B9), `final` if it will never arrive.

    `dead`: nobody can be reached at the address it went to (not only not now, not this message).
    """

    type = "message.bounced"
    case_id: UUID | None
    task_id: UUID | None = None
    message_id: UUID
    meeting_id: UUID | None
    person_id: UUID
    kind: str
    rule: str
    final: bool
    dead: bool

    @property
    def subject(self) -> UUID:
        return self.case_id or self.person_id


class DutyArose(Event):
    """Somebody of the staff has a task that belongs to no case: they are told, with the date alone.

    `task_id` is looked up when the mail leaves: a task that is done or somebody else's isn't told.
    `again`: it arose before, and they can be reached otherwise than then.
    """

    type = "duty.arose"
    task_id: UUID
    person_id: UUID
    rule: str
    again: bool = False

    @property
    def subject(self) -> UUID:
        return self.task_id


class DutyLate(Event):
    """A task that belongs to no case wasn't done in time (X2). `due_on` was its day (local)."""

    type = "duty.late"
    task_id: UUID
    rule: str
    due_on: date

    @property
    def subject(self) -> UUID:
        return self.task_id


class DutyEnded(Event):
    """A task that belongs to no case has ended, and its day stands in somebody's calendar."""

    type = "duty.ended"
    task_id: UUID
    rule: str

    @property
    def subject(self) -> UUID:
        return self.task_id


class DutyNear(Event):
    """Whoever has a task that belongs to no case is reminded of it on a day (local)."""

    type = "duty.near"
    task_id: UUID
    rule: str
    on: date

    @property
    def subject(self) -> UUID:
        return self.task_id


class CounterReceived(CaseEvent):
    """Somebody who is called wishes for another time (B5); nothing changes by itself."""

    type = "counter.received"
    meeting_id: UUID
    person_id: UUID
    sequence: int
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    received_at: AwareDatetime


class CounterDeclined(CaseEvent):
    """The wish for another time was refused; who wrote by mail hears so by DECLINECOUNTER (B5)."""

    type = "counter.declined"
    meeting_id: UUID
    person_id: UUID
    counter_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class MailReceived(CaseEvent):
    """A mail came that a person has to read (B8), or to decide about (B4): its id alone."""

    type = "mail.received"
    inbound_id: UUID
    meeting_id: UUID | None
    person_id: UUID | None
    why: Literal["plain", "unclear"]


class InboundDecided(Event):
    """A person has decided about a mail in quarantine, or has read one."""

    type = "inbound.decided"
    inbound_id: UUID
    decision: Literal["answer", "discard"]
    person_id: UUID | None = None
    answer: Literal["accepted", "declined", "tentative"] | None = None
    by: UUID | None = None  # who decided; None: another system

    @property
    def subject(self) -> UUID:
        return self.inbound_id


class ReminderAsked(CaseEvent):
    """A person wants those who haven't answered to be reminded now, instead of when it was due."""

    type = "reminder.asked"
    meeting_id: UUID
    sequence: int


class RepeatAsked(Event):
    """A person wants a message to be tried again that had failed or been stopped."""

    type = "repeat.asked"
    message_id: UUID

    @property
    def subject(self) -> UUID:
        return self.message_id


class RulesChanged(Event):
    """An administrator has changed a routine or a school year; every open case is looked at."""

    type = "rules.changed"
    change_id: UUID

    @property
    def subject(self) -> UUID:
        return self.change_id


class DigestDue(Event):
    """Somebody's week has been counted: they get their letter, in numbers alone (X16).

    `digest_id` is looked up when it's written and when it leaves.
    """

    type = "digest.due"
    digest_id: UUID

    @property
    def subject(self) -> UUID:
        return self.digest_id


class DigestOutdated(Event):
    """A letter of the week waited too long to leave: it's to be counted anew."""

    type = "digest.outdated"
    digest_id: UUID

    @property
    def subject(self) -> UUID:
        return self.digest_id
