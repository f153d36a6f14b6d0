"""What the notifier does when something has happened: look at the case, say the difference."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.notifier.domain.clearance import Holding, Stop, decide
from services.notifier.domain.invitations import (
    Cancel,
    Change,
    Forget,
    Invitation,
    Invite,
    Regroup,
    Standing,
    TellByHand,
    ToldByHand,
    reconcile,
)
from services.notifier.domain.mail import Post
from services.notifier.domain.mailing import Mailing
from services.notifier.domain.messages import (
    CALENDAR_KINDS,
    AlertWords,
    CalendarPart,
    Kind,
    MeetingWords,
    Message,
    Said,
    Sending,
)
from services.notifier.domain.recipients import Mailable, language_of, reach, recipients
from shared.bus.events import AlertDue, Event, HandDeliveryNeeded, ReminderDue
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure
from shared.procedures import Procedures, UnknownProcedure


@dataclass(frozen=True, slots=True)
class Record:
    """What the notifier has of one case; its messages are locked until the unit ends."""

    invitations: tuple[Invitation, ...]
    by_hand: tuple[tuple[UUID, ToldByHand], ...]  # with the meeting's id
    messages: tuple[Sending, ...]

    def carried(self, meeting_id: UUID | None, mailbox: str) -> list[Sending]:
        """The calendar messages to one mailbox about one meeting."""
        return [
            message
            for message in self.messages
            if message.meeting_id == meeting_id
            and message.mailbox == mailbox
            and message.kind in CALENDAR_KINDS
        ]

    def standing(self, meeting_id: UUID) -> Standing:
        return Standing(
            invitations={
                one.mailbox: one.after(self.carried(meeting_id, one.mailbox))
                for one in self.invitations
                if one.meeting_id == meeting_id
            },
            by_hand={told.person_id: told for about, told in self.by_hand if about == meeting_id},
        )

    def holding(self, message: Message) -> Holding | None:
        """What is known of the mailbox that a message goes to."""
        for one in self.invitations:
            if (one.meeting_id, one.mailbox) == (message.meeting_id, message.mailbox):
                held = one.after(self.carried(one.meeting_id, one.mailbox)).held
                return Holding(one.people, one.stamp, held is not None)
        return None


class Rows(Protocol):
    """The notifier's own rows, and what it reads of a case."""

    def lock(self, case_id: UUID) -> None: ...
    def mailing(self, case_id: UUID) -> Mailing | None: ...
    def record(self, case_id: UUID) -> Record: ...
    def add(self, message: Message) -> None: ...
    def suppress(self, stops: Sequence[tuple[Message, Stop]]) -> None: ...
    def save_invitation(self, case_id: UUID, invitation: Invitation) -> None: ...
    def save_by_hand(self, case_id: UUID, meeting_id: UUID, told: ToldByHand) -> None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What the handlers work with, for one unit of work."""

    rows: Rows
    publish: Callable[[Event], None]
    procedures: Procedures
    post: Post


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one case."""

    desk: Desk
    mailing: Mailing
    procedure: Procedure | None
    record: Record
    now: datetime

    @property
    def case_id(self) -> UUID:
        return self.mailing.facts.id


def look_again(case_id: UUID, desk: Desk, now: datetime) -> None:
    """Make what stands in the mailboxes of a case into what should stand; twice changes nothing.

    Every event about a case says just this, so neither their order nor their number counts.
    """
    look = _look(case_id, desk, now)
    if look is None:
        return
    said_anew: set[tuple[UUID | None, str]] = set()
    for meeting in look.mailing.facts.meetings:
        to = recipients(look.mailing, meeting, look.procedure, local_date(now))
        standing = look.record.standing(meeting.id)
        for change in reconcile(meeting, to, standing, look.mailing, now):
            _carry_out(change, meeting, standing, look)
            if isinstance(change, Invite | Cancel | Forget):
                said_anew.add((meeting.id, change.mailbox))
    desk.rows.suppress(list(_stops(look, said_anew)))


def reminder_due(event: ReminderDue, desk: Desk, now: datetime) -> None:
    """One reminder to each mailbox still called to the meeting as told; none if it has moved."""
    look = _look(event.case_id, desk, now)
    meeting = None if look is None else look.mailing.meeting(event.meeting_id)
    if look is None or meeting is None or look.mailing.facts.state != "open":
        return
    if meeting.state != "booked" or meeting.sequence != event.sequence or meeting.starts_at <= now:
        return
    to = recipients(look.mailing, meeting, look.procedure, local_date(now))
    for mailbox, people in to.mailboxes.items():
        desk.rows.add(_reminder(event, meeting, mailbox, people, look))
    for person, rule in to.by_hand.items():
        desk.publish(
            by_hand(event.case_id, meeting.id, person, Kind.REMINDER, rule, event.sequence)
        )


def alert_due(event: AlertDue, desk: Desk, now: datetime) -> None:
    """One mail to the process owner or the manager: that there is a task, and the date (X2, X16).

    Who can't be mailed finds the task itself, which cases keeps.
    """
    look = _look(event.case_id, desk, now)
    if look is None or look.mailing.facts.state != "open":
        return
    facts = look.mailing.facts
    person = facts.process_owner if event.to == "process_owner" else look.mailing.manager
    to = None if person is None else reach(look.mailing, person, local_date(now))
    if person is None or not isinstance(to, Mailable) or to.contact.party != "staff":
        return
    key = f"{event.key}/{person}"
    desk.rows.add(
        Message(
            key=key,
            kind=Kind.ALERT,
            ground="duty",
            case_id=event.case_id,
            meeting_id=None,
            person_id=person,
            party="staff",
            mailbox=to.mailbox,
            language=language_of(to.contact),
            rule=event.rule,
            told=None,
            words=AlertWords(event.to, event.about, event.limit_on),
            message_id=desk.post.message_id(key),
            due_at=event.due_at,
            useful_until=event.useful_until,
            created_at=now,
        )
    )


def by_hand(
    case_id: UUID, meeting_id: UUID, person: UUID, kind: str, rule: str, told: int
) -> HandDeliveryNeeded:
    """That somebody has to be told by a person; the same thing has the same key."""
    key = f"by-hand/{meeting_id}/{person}/{kind}/{told}"
    return HandDeliveryNeeded(
        case_id=case_id, key=key, meeting_id=meeting_id, person_id=person, kind=kind, rule=rule
    )


def procedure_of(facts: CaseFacts, procedures: Procedures) -> Procedure | None:
    """The version the case began under, or None: then nothing is sent (invariant 6)."""
    try:
        return procedures.get(facts.procedure, facts.procedure_on)
    except UnknownProcedure:
        return None


def _look(case_id: UUID, desk: Desk, now: datetime) -> Look | None:
    desk.rows.lock(case_id)
    mailing = desk.rows.mailing(case_id)
    if mailing is None:
        return None
    procedure = procedure_of(mailing.facts, desk.procedures)
    return Look(desk, mailing, procedure, desk.rows.record(case_id), now)


def _stops(look: Look, said_anew: set[tuple[UUID | None, str]]) -> Iterable[tuple[Message, Stop]]:
    """What hasn't begun to leave and isn't to: put into other words since, or not allowed now."""
    for message in look.record.messages:
        if not message.is_open or message.state == "data":
            continue
        if message.kind in CALENDAR_KINDS and (message.meeting_id, message.mailbox) in said_anew:
            yield message, Stop("superseded", "X5")
            continue
        holding = look.record.holding(message)
        answer = decide(message, look.mailing, holding, look.procedure, look.now)
        if isinstance(answer, Stop):
            yield message, answer


def _carry_out(change: Change, meeting: Meeting, standing: Standing, look: Look) -> None:
    match change:
        case Invite():
            said = Said(meeting.starts_at, meeting.ends_at, look.mailing.place_for_all(meeting))
            _say(change, said, meeting, standing, look)
        case Cancel():
            _say(change, change.said, meeting, standing, look)
        case Forget(mailbox):
            off = replace(standing.invitations[mailbox], state="cancelled")
            look.desk.rows.save_invitation(look.case_id, off)
        case Regroup(mailbox, people):
            shared = replace(standing.invitations[mailbox], people=people)
            look.desk.rows.save_invitation(look.case_id, shared)
        case TellByHand(person, kind, rule, told, state):
            look.desk.rows.save_by_hand(look.case_id, meeting.id, ToldByHand(person, told, state))
            if kind is not None:
                look.desk.publish(by_hand(look.case_id, meeting.id, person, kind, rule, told))


def _say(
    change: Invite | Cancel, said: Said, meeting: Meeting, standing: Standing, look: Look
) -> None:
    """Put a change into words: the invitation as it stands now, and the message that says so."""
    old = standing.invitations.get(change.mailbox)
    invitation = Invitation(
        meeting_id=meeting.id,
        mailbox=change.mailbox,
        token=look.desk.post.invitation_token(meeting.id, change.mailbox),
        people=change.people,
        told=meeting.sequence,
        sequence=change.sequence,
        stamp=change.stamp,
        created_at=old.created_at if old is not None else change.stamp,
        state="invited" if isinstance(change, Invite) else "cancelled",
        place=said.place,
    )
    look.desk.rows.save_invitation(look.case_id, invitation)
    look.desk.rows.add(_calendar_message(change, said, invitation, meeting, look))


def _calendar_message(
    change: Invite | Cancel, said: Said, invitation: Invitation, meeting: Meeting, look: Look
) -> Message:
    calendar = CalendarPart(
        token=invitation.token,
        sequence=invitation.sequence,
        stamp=invitation.stamp,
        created_at=invitation.created_at,
        of_all=isinstance(change, Cancel) and change.of_all,
        moved=isinstance(change, Invite) and change.moved,
    )
    asks = isinstance(change, Invite)
    revision = f"{invitation.sequence}/{int(invitation.stamp.timestamp())}"
    return _about_meeting(
        key=f"{meeting.id}/{invitation.token}/{revision}",
        kind=Kind(change.kind) if isinstance(change, Invite) else Kind.CANCEL,
        ground=_ground(meeting, look.procedure) if asks else "object",
        rule=look.procedure.roles.leader_rule if asks and look.procedure else "P7",
        said=said,
        mailbox=change.mailbox,
        people=change.people,
        due_at=look.now,
        useful_until=max(meeting.starts_at, said.starts_at),
        meeting=meeting,
        look=look,
        calendar=calendar,
    )


def _reminder(
    event: ReminderDue, meeting: Meeting, mailbox: str, people: tuple[UUID, ...], look: Look
) -> Message:
    token = look.desk.post.invitation_token(meeting.id, mailbox)
    return _about_meeting(
        key=f"{event.key}/{token}",
        kind=Kind.REMINDER,
        ground=_ground(meeting, look.procedure),
        rule=event.rule,
        said=Said(meeting.starts_at, meeting.ends_at, look.mailing.place_for_all(meeting)),
        mailbox=mailbox,
        people=people,
        due_at=event.due_at,
        useful_until=event.useful_until,
        meeting=meeting,
        look=look,
    )


def _about_meeting(
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
    look: Look,
    calendar: CalendarPart | None = None,
) -> Message:
    """A message to a mailbox. If a family shares it with staff, it speaks as to a family (X13)."""
    parties = {person: _party(person, look.mailing) for person in people}
    person = min(people, key=lambda one: parties[one] == "staff")
    for_staff = parties[person] == "staff"
    return Message(
        key=key,
        kind=kind,
        ground=ground,
        case_id=look.case_id,
        meeting_id=meeting.id,
        person_id=person,
        party=parties[person],
        mailbox=mailbox,
        language=language_of(look.mailing.contacts.get(person)),
        rule=rule,
        told=meeting.sequence,
        words=MeetingWords(
            said=said,
            token=look.desk.post.invitation_token(meeting.id, mailbox),
            reference=look.mailing.facts.reference if for_staff else None,
            calendar=calendar,
        ),
        message_id=look.desk.post.message_id(key),
        due_at=due_at,
        useful_until=useful_until,
        created_at=look.now,
    )


def _party(person: UUID, mailing: Mailing) -> str:
    contact = mailing.contacts.get(person)
    return contact.party if contact is not None else "guardian"


def _ground(meeting: Meeting, procedure: Procedure | None) -> str:
    return "consent" if procedure is None else procedure.step(meeting.step).grounds
