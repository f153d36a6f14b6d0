"""Messages about a case as it stands now: who is written to, about what, by which rule."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.notifier.domain.invitations import Cancel, Invite
from services.notifier.domain.mail import Post
from services.notifier.domain.mailing import Mailing
from services.notifier.domain.messages import (
    AlertWords,
    CalendarPart,
    Kind,
    MeetingWords,
    Message,
    Said,
)
from services.notifier.domain.recipients import Colleague, address_of, language_of
from services.notifier.domain.standing import Invitation
from shared.bus.events import AlertedFunction
from shared.domain.facts import Meeting
from shared.domain.procedure import Procedure

_REMOVED = "R5"
_OFF_BECAUSE = {"by-hand": "R8", "consent": "P7", "closing": "R16"}


class Due(Protocol):
    """Something that falls due, by a rule."""

    @property
    def key(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def useful_until(self) -> datetime: ...


class DueAlert(Due, Protocol):
    """An alert that falls due: whose duty it is, and until which day."""

    @property
    def to(self) -> AlertedFunction: ...
    @property
    def about(self) -> str: ...
    @property
    def limit_on(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Drafts:
    """Puts into words what is to be told of one case."""

    mailing: Mailing
    procedure: Procedure | None
    post: Post
    now: datetime

    def of_change(
        self, change: Invite | Cancel, meeting: Meeting, old: Invitation | None
    ) -> tuple[Invitation, Message]:
        """The invitation as it stands from now on, and the message that says so."""
        said = change.said if isinstance(change, Cancel) else self._said(meeting)
        invitation = Invitation(
            meeting_id=meeting.id,
            mailbox=change.mailbox,
            token=self.post.invitation_token(meeting.id, change.mailbox),
            people=change.people,
            told=meeting.sequence,
            sequence=change.sequence,
            stamp=change.stamp,
            created_at=old.created_at if old is not None else change.stamp,
            state="invited" if isinstance(change, Invite) else "cancelled",
            place=said.place,
        )
        return invitation, self._calendar_message(change, said, invitation, meeting)

    def reminder(
        self, due: Due, meeting: Meeting, mailbox: str, people: tuple[UUID, ...]
    ) -> Message:
        token = self.post.invitation_token(meeting.id, mailbox)
        return self._about_meeting(
            key=f"{due.key}/{token}",
            kind=Kind.REMINDER,
            ground=self._ground(meeting),
            rule=due.rule,
            said=self._said(meeting),
            mailbox=mailbox,
            people=people,
            due_at=due.due_at,
            useful_until=due.useful_until,
            meeting=meeting,
        )

    def alert(self, due: DueAlert, person: UUID, colleague: Colleague) -> Message:
        key, to = f"{due.key}/{person}", colleague.to
        return Message(
            key=key,
            kind=Kind.ALERT,
            ground="duty",
            case_id=self.mailing.facts.id,
            meeting_id=None,
            person_id=person,
            party="staff",
            mailbox=to.mailbox,
            address=to.address,
            language=language_of(to.contact),
            rule=due.rule,
            told=None,
            words=AlertWords(due.to, due.about, due.limit_on),
            message_id=self.post.message_id(key),
            due_at=due.due_at,
            useful_until=due.useful_until,
            created_at=self.now,
        )

    def _calendar_message(
        self, change: Invite | Cancel, said: Said, invitation: Invitation, meeting: Meeting
    ) -> Message:
        asks = isinstance(change, Invite)
        calendar = CalendarPart(
            token=invitation.token,
            sequence=invitation.sequence,
            stamp=invitation.stamp,
            created_at=invitation.created_at,
            of_all=isinstance(change, Cancel) and change.of_all,
            new_time=isinstance(change, Invite) and change.new_time,
            new_place=isinstance(change, Invite) and change.new_place,
            asks_anew=isinstance(change, Invite) and change.asks_anew,
        )
        revision = f"{invitation.sequence}/{int(invitation.stamp.timestamp())}"
        return self._about_meeting(
            key=f"{meeting.id}/{invitation.token}/{revision}",
            kind=Kind(change.kind) if isinstance(change, Invite) else Kind.CANCEL,
            ground=self._ground(meeting) if asks else "object",
            rule=self._rule(change, meeting),
            said=said,
            mailbox=change.mailbox,
            people=change.people,
            due_at=self.now,
            useful_until=max(meeting.starts_at, said.starts_at),
            meeting=meeting,
            calendar=calendar,
            address=change.address if isinstance(change, Cancel) else None,
        )

    def _about_meeting(
        self,
        *,
        key: str,
        kind: Kind,
        ground: str,
        rule: str,
        said: Said,
        mailbox: str,
        people: tuple[UUID, ...],
        due_at: datetime,
        useful_until: datetime,
        meeting: Meeting,
        calendar: CalendarPart | None = None,
        address: str | None = None,
    ) -> Message:
        """A message to a mailbox. If a family shares it with staff, it speaks as to a family (X13).

        `address`: where the mailbox got what it holds, if not as its person has entered it now.
        """
        parties = {person: self._party(person) for person in people}
        person = min(people, key=lambda one: parties[one] == "staff")
        contact = self.mailing.contacts.get(person)
        entered = None if contact is None else address_of(contact)
        for_staff = parties[person] == "staff"
        return Message(
            key=key,
            kind=kind,
            ground=ground,
            case_id=self.mailing.facts.id,
            meeting_id=meeting.id,
            person_id=person,
            party=parties[person],
            mailbox=mailbox,
            address=address or entered or mailbox,
            language=language_of(contact),
            rule=rule,
            told=meeting.sequence,
            words=MeetingWords(
                said=said,
                token=self.post.invitation_token(meeting.id, mailbox),
                reference=self.mailing.facts.reference if for_staff else None,
                calendar=calendar,
            ),
            message_id=self.post.message_id(key),
            due_at=due_at,
            useful_until=useful_until,
            created_at=self.now,
        )

    def _rule(self, change: Invite | Cancel, meeting: Meeting) -> str:
        """By whose decision: who calls, or why the meeting is off, or who is called at all."""
        leader = "R8" if self.procedure is None else self.procedure.roles.leader_rule
        if isinstance(change, Invite):
            return leader
        if not change.of_all:
            return _REMOVED
        if meeting.cancelled_because == "by-hand":
            return leader
        return _OFF_BECAUSE[meeting.cancelled_because or "closing"]

    def _said(self, meeting: Meeting) -> Said:
        return Said(meeting.starts_at, meeting.ends_at, self.mailing.place_for_all(meeting))

    def _party(self, person: UUID) -> str:
        contact = self.mailing.contacts.get(person)
        return contact.party if contact is not None else "guardian"

    def _ground(self, meeting: Meeting) -> str:
        if self.procedure is None:
            return "consent"
        return self.procedure.step(meeting.step).grounds
