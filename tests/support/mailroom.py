"""The notifier in memory: its rows, and a mail server that takes what the gate lets through."""

# ruff: noqa: ARG002 — a port has its arguments
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from uuid import UUID

from services.notifier.domain.clearance import Go, Stop, decide
from services.notifier.domain.mailing import Contact, Duty, Mailing
from services.notifier.domain.messages import Message, Sending
from services.notifier.domain.standing import Invitation, ToldByHand
from services.notifier.handlers import (
    Desk,
    Record,
    alert_due,
    look_again,
    procedure_of,
    reminder_due,
)
from shared.bus.events import AlertDue, Event, ReminderDue
from shared.domain.facts import CaseFacts
from shared.procedures import Procedures
from tests.support.mailing import POST

_FIELDS = tuple(field.name for field in fields(Message))


@dataclass(frozen=True, slots=True)
class Gone:
    """A message that has left: at which turn of the case it was made, and at which it went."""

    message: Sending
    made: int
    went: int
    facts: CaseFacts
    at: datetime


@dataclass(slots=True)
class Mailroom:
    """The notifier's handlers over rows in memory. The test sets `facts`, `turn` and `now`."""

    procedures: Procedures
    contacts: Mapping[UUID, Contact]
    facts: CaseFacts
    now: datetime
    turn: int = 0
    messages: dict[str, Sending] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    invitations: dict[tuple[UUID, str], Invitation] = field(default_factory=dict)
    told: dict[tuple[UUID, UUID], ToldByHand] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)
    published: list[Event] = field(default_factory=list)

    def look(self) -> None:
        look_again(self.facts.id, self._desk(), self.now)

    def hear(self, event: Event) -> None:
        if isinstance(event, ReminderDue):
            reminder_due(event, self._desk(), self.now)
        elif isinstance(event, AlertDue):
            alert_due(event, self._desk(), self.now)

    def send(self) -> None:
        """Everything that is due comes to the gate, and what it lets through is accepted."""
        mailing = self.mailing(self.facts.id)
        procedure = procedure_of(self.facts, self.procedures)
        waiting = [one for one in self.messages.values() if one.is_open and one.due_at <= self.now]
        for message in sorted(waiting, key=lambda one: (one.due_at, one.key)):
            holding = self.record(self.facts.id).holding(message)
            match decide(message, mailing, holding, procedure, self.now):
                case Go():
                    self._let_go(message)
                case Stop():
                    self.messages[message.key] = replace(message, state="suppressed")

    def _let_go(self, message: Sending) -> None:
        self.messages[message.key] = replace(message, state="accepted", attempts=1, began=1)
        made = self.made[message.key]
        self.gone.append(Gone(message, made, self.turn, self.facts, self.now))

    def _desk(self) -> Desk:
        return Desk(self, self.published.append, self.procedures, POST)

    # the port Rows

    def lock(self, about: UUID | int) -> None: ...

    def mailing(self, case_id: UUID) -> Mailing | None:
        return Mailing(self.facts, self.contacts, {}, manager=None)

    def duty(self, _: UUID) -> None:
        """Everything here belongs to one case."""

    def digest(self, _: UUID) -> None:
        """Nor has anybody a letter of the week."""

    def duties_like(self, task_id: UUID) -> Sequence[Duty]:
        return ()

    def days_told(self, task_ids: Sequence[UUID]) -> Sequence[Sending]:
        return ()

    def record(self, case_id: UUID) -> Record:
        return Record(
            invitations=tuple(self.invitations.values()),
            by_hand=tuple((meeting, told) for (meeting, _), told in self.told.items()),
            messages=tuple(self.messages.values()),
        )

    def add(self, message: Message) -> None:
        if message.key not in self.messages:
            values = {name: getattr(message, name) for name in _FIELDS}
            self.messages[message.key] = Sending(**values)
            self.made[message.key] = self.turn

    def renew(self, message: Message) -> None:
        raise NotImplementedError("nobody's address changes in these tests")

    def repeat(self, message_id: UUID, now: datetime) -> None:
        raise NotImplementedError("nobody asks for a repeat in these tests")

    def suppress(self, stops: Sequence[tuple[Message, Stop]]) -> None:
        for message, _ in stops:
            self.messages[message.key] = replace(self.messages[message.key], state="suppressed")

    def save_invitation(self, case_id: UUID, invitation: Invitation) -> None:
        self.invitations[invitation.meeting_id, invitation.mailbox] = invitation

    def save_by_hand(self, case_id: UUID, meeting_id: UUID, told: ToldByHand) -> None:
        self.told[meeting_id, told.person_id] = told
