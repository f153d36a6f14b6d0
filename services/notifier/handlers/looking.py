"""What the notifier does when something has happened: look at the case, say the difference."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.notifier.domain.clearance import CALLERS_CHANGED, Holding, Stop, decide
from services.notifier.domain.drafts import Drafts
from services.notifier.domain.invitations import (
    Ask,
    Cancel,
    Change,
    Forget,
    Invite,
    Regroup,
    TellByHand,
    reconcile,
)
from services.notifier.domain.mail import Post
from services.notifier.domain.mailing import Digest, Duty, Mailing
from services.notifier.domain.messages import CALENDAR_KINDS, Message, Sending
from services.notifier.domain.readdressing import instead
from services.notifier.domain.recipients import (
    Colleague,
    Mailable,
    is_alerted_no_more,
    reach,
    recipients,
)
from services.notifier.domain.standing import Invitation, Standing, ToldByHand
from shared.bus.events import AlertDue, Event, HandDeliveryNeeded
from shared.domain.call_time import is_called
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure, Step
from shared.domain.quiet import USUAL_HOURS, QuietHours
from shared.procedures import Procedures, UnknownProcedure

_DAYS = WorkingDays()


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
                carried = self.carried(one.meeting_id, one.mailbox)
                may_be_held = one.after(carried).held is not None or any(
                    said.may_be_held and not said.is_readable for said in carried
                )
                return Holding(one.people, one.stamp, may_be_held)
        return None


class Rows(Protocol):
    """The notifier's own rows, and what it reads of a case, a duty or a letter of the week."""

    def lock(self, about: UUID | int) -> None: ...
    def mailing(self, case_id: UUID) -> Mailing | None: ...
    def duty(self, task_id: UUID) -> Duty | None: ...
    def digest(self, digest_id: UUID) -> Digest | None: ...
    def duties_like(self, task_id: UUID) -> Sequence[Duty]: ...
    def days_told(self, task_ids: Sequence[UUID]) -> Sequence[Sending]: ...
    def record(self, case_id: UUID) -> Record: ...
    def add(self, message: Message) -> None: ...
    def renew(self, message: Message) -> None: ...
    def repeat(self, message_id: UUID, now: datetime) -> None: ...
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
    hours: QuietHours = USUAL_HOURS


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

    @property
    def drafts(self) -> Drafts:
        return Drafts(self.mailing, self.procedure, self.desk.post, self.now, self.desk.hours)

    def has_called(self, meeting: Meeting) -> bool:
        """R20: what is planned long ahead is told of some weeks before."""
        step = None if self.procedure is None else _step(self.procedure, meeting)
        return step is None or is_called(step, meeting, _DAYS, self.now)


def look_again(case_id: UUID, desk: Desk, now: datetime) -> None:
    """Make what stands in the mailboxes of a case into what should stand; twice changes nothing.

    Every event about a case says just this, so neither their order nor their number counts.
    """
    look = look_at(case_id, desk, now)
    if look is None:
        return
    said_anew: set[tuple[UUID | None, str]] = set()
    for meeting in look.mailing.facts.meetings:
        to = recipients(look.mailing, meeting, look.procedure, local_date(now))
        standing = look.record.standing(meeting.id)
        called = look.has_called(meeting)
        for change in reconcile(meeting, to, standing, look.mailing, now, called=called):
            _carry_out(change, meeting, standing, look)
            if isinstance(change, Invite | Cancel | Forget):
                said_anew.add((meeting.id, change.mailbox))
    stops = list(_stops(look, said_anew))
    desk.rows.suppress(stops)
    if any(stop.reason == CALLERS_CHANGED for _, stop in stops):
        look_again(case_id, desk, now)  # to say it anew, with the names of those who call now


def alert_due(event: AlertDue, desk: Desk, now: datetime) -> None:
    """One mail to whose duty it is, or the manager: that there is a task, and the date (X2, X16).

    Who can't be mailed finds the task itself, which cases keeps.
    """
    look = look_at(event.case_id, desk, now)
    if look is None or look.mailing.facts.state != "open":
        return
    person = _on_duty(event, look.mailing)
    if person is None or is_alerted_no_more(look.mailing, person, event.to):
        return
    to = reach(look.mailing, person, local_date(now))
    if not isinstance(to, Mailable) or to.contact.party != "staff":
        return
    desk.rows.add(look.drafts.alert(event, person, Colleague(to)))


def _on_duty(event: AlertDue, mailing: Mailing) -> UUID | None:
    """Whose duty it is now: about a limit the process owner's, about a task whoever has it."""
    of_task = (one for one in mailing.late if one.owner == event.person_id)
    late = next((one for one in of_task if one.due_on == event.limit_on), None)
    on_duty = {
        "process_owner": mailing.facts.process_owner,
        "manager": mailing.manager,
        "owner": None if late is None else late.owner,
        "owner_manager": None if late is None else late.manager,
    }
    return on_duty[event.to]


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


def look_at(case_id: UUID, desk: Desk, now: datetime) -> Look | None:
    desk.rows.lock(case_id)
    mailing = desk.rows.mailing(case_id)
    if mailing is None:
        return None
    procedure = procedure_of(mailing.facts, desk.procedures)
    return Look(desk, mailing, procedure, desk.rows.record(case_id), now)


def _step(procedure: Procedure, meeting: Meeting) -> Step | None:
    return next((step for step in procedure.steps if step.name == meeting.step), None)


def _stops(look: Look, said_anew: set[tuple[UUID | None, str]]) -> Iterable[tuple[Message, Stop]]:
    """What hasn't begun to leave and isn't to: put into other words since, or not allowed now."""
    for message in look.record.messages:
        if not message.is_open or message.state == "data" or not message.is_readable:
            continue
        if message.kind in CALENDAR_KINDS and (message.meeting_id, message.mailbox) in said_anew:
            yield message, Stop("superseded", "X5")
            continue
        holding = look.record.holding(message)
        answer = decide(message, look.mailing, holding, look.procedure, look.now)
        if isinstance(answer, Stop) and _ends_there(message, answer, look):
            yield message, answer


def _ends_there(message: Sending, stop: Stop, look: Look) -> bool:
    """Else it goes on for somebody: the gate sees to that as it leaves."""
    today = local_date(look.now)
    return instead(message, stop, look.mailing, look.procedure, today) is None


def _carry_out(change: Change, meeting: Meeting, standing: Standing, look: Look) -> None:
    match change:
        case Invite() | Cancel():
            old = standing.invitations.get(change.mailbox)
            invitation, message = look.drafts.of_change(change, meeting, old)
            look.desk.rows.save_invitation(look.case_id, invitation)
            look.desk.rows.add(message)
        case Ask(mailbox, people):
            look.desk.rows.add(look.drafts.proposal(meeting, mailbox, people))
        case Forget(mailbox):
            off = replace(standing.invitations[mailbox], state="cancelled")
            look.desk.rows.save_invitation(look.case_id, off)
        case Regroup(mailbox, people):
            shared = replace(standing.invitations[mailbox], people=people)
            look.desk.rows.save_invitation(look.case_id, shared)
        case TellByHand(person, kind, rule, told, state):
            noted = ToldByHand(person, told, state, rule)
            look.desk.rows.save_by_hand(look.case_id, meeting.id, noted)
            if kind is not None:
                look.desk.publish(by_hand(look.case_id, meeting.id, person, kind, rule, told))
