"""What the notifier does with each mail that has come in, and when a person has decided about one.

Nothing is answered by itself: no mail leaves here but the invitation that somebody asks for again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.notifier.domain.incoming.kinds import Bounce, Counter, Incoming
from services.notifier.domain.invitations import Invite, next_stamp
from services.notifier.domain.judging import (
    NOTHING_ASKED,
    Called,
    Sent,
    Verdict,
    WhyNot,
    is_dead,
    judge,
    judge_bounce,
    poison,
)
from services.notifier.domain.messages import Kind
from services.notifier.domain.ours import Ours
from services.notifier.domain.recipients import NO_MAIL, recipients
from services.notifier.domain.standing import Invitation, ToldByHand
from services.notifier.handlers.looking import Desk, Look, look_at
from shared.bus.events import (
    AnswerReceived,
    CounterDeclined,
    CounterReceived,
    InboundDecided,
    MailReceived,
    MessageBounced,
)
from shared.domain.days import local_date

REFRESH = "refresh/"
_BETWEEN_REFRESHES = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it stands in the database; `to` is what its recipient is to us (None: nothing)."""

    id: UUID
    received_at: datetime
    to: Ours | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail that is in quarantine, for which a person decides."""

    case_id: UUID | None
    meeting_id: UUID | None
    mailbox: str | None
    stamp: datetime | None
    received_at: datetime


class Inbound(Protocol):
    """The rows that mail which comes in is held against, in one unit of work."""

    def called(self, token: str) -> Called | None: ...
    def is_of_a_day(self, token: str) -> bool: ...
    def sent(self, message: UUID) -> Sent | None: ...
    def sent_as(self, message_id: str) -> Sent | None: ...
    def mark_bounced(self, message: UUID, *, final: bool) -> Sequence[Sent]: ...
    def note(
        self, letter: UUID, verdict: Verdict, written_by: str | None, about: Called | Sent | None
    ) -> None: ...
    def take_kept(self, letter: UUID) -> Kept | None: ...
    def settle(self, letter: UUID, decided: InboundDecided, now: datetime) -> None: ...
    def told(self, meeting: UUID, mailbox: str) -> int | None: ...


@dataclass(frozen=True, slots=True)
class MailDesk:
    """A desk with the mail that came in on it. `bounced`: the message that a token stands for."""

    desk: Desk
    inbound: Inbound
    bounced: Callable[[str], UUID | None]


def take_in(letter: Letter, mail: Incoming, at: MailDesk, now: datetime) -> None:
    """Note what a mail means, and do what follows from it, in one transaction."""
    if isinstance(mail, Bounce):
        _take_back(letter, mail, at)
        return
    token = _reply_token(letter)
    called = None if token is None else at.inbound.called(token)
    verdict = judge(mail, called, letter.received_at, _why_not(token, at))
    if verdict.act == "send-again" and called is not None:
        verdict = replace(verdict, reason=_send_again(called, at.desk, now))
    at.inbound.note(letter.id, verdict, mail.sender, called)
    if called is not None:
        _tell(letter, mail, verdict, called, at.desk)


def leave_to_a_person(letter: Letter, at: MailDesk) -> None:
    """A mail that can't be read: of its case no more is known than what its address says (B4)."""
    token = _reply_token(letter)
    called = None if token is None else at.inbound.called(token)
    verdict = poison()
    at.inbound.note(letter.id, verdict, None, called)
    if called is not None:
        _tell(letter, None, verdict, called, at.desk)


def inbound_decided(event: InboundDecided, at: MailDesk, now: datetime) -> None:
    """A person has decided about a mail in quarantine; the first decision stands."""
    kept = at.inbound.take_kept(event.inbound_id)
    if kept is None:
        return
    at.inbound.settle(event.inbound_id, event, now)
    if event.decision != "answer" or event.answer is None or event.person_id is None:
        return
    if kept.case_id is None or kept.meeting_id is None or kept.mailbox is None:
        return
    told = at.inbound.told(kept.meeting_id, kept.mailbox)
    if told is not None:
        at.desk.publish(
            AnswerReceived(
                case_id=kept.case_id,
                meeting_id=kept.meeting_id,
                person_id=event.person_id,
                sequence=told,
                answer=event.answer,
                answered_at=min(kept.stamp or kept.received_at, kept.received_at),
            )
        )


def counter_declined(event: CounterDeclined, desk: Desk, now: datetime) -> None:
    """B5: who wished for another time by mail hears that it can't be had, if they still hold the
    invitation and are called."""
    look = look_at(event.case_id, desk, now)
    meeting = None if look is None else look.mailing.meeting(event.meeting_id)
    if look is None or meeting is None or look.mailing.facts.state != "open":
        return
    if meeting.state != "booked" or meeting.starts_at <= now:
        return
    to = recipients(look.mailing, meeting, look.procedure, local_date(now))
    standing = look.record.standing(meeting.id)
    for mailbox, people in to.mailboxes.items():
        invitation = standing.invitations.get(mailbox)
        if event.person_id in people and invitation is not None and invitation.held is not None:
            desk.rows.add(look.drafts.counter_declined(event, meeting, invitation))


def _why_not(token: str | None, at: MailDesk) -> WhyNot:
    """Why nothing is known of an invitation, if it isn't: the day of a limit asks for no answer."""
    if token is None:
        return "no-token"
    return NOTHING_ASKED if at.inbound.is_of_a_day(token) else "unknown-token"


def _reply_token(letter: Letter) -> str | None:
    return letter.to.token if letter.to is not None and letter.to.to == "reply" else None


def _tell(
    letter: Letter, mail: Incoming | None, verdict: Verdict, called: Called, desk: Desk
) -> None:
    """What cases is to know of it: ids, codes and times alone."""
    if verdict.act == "answer":
        assert verdict.person_id is not None
        assert verdict.answer is not None
        assert verdict.answered_at is not None
        desk.publish(
            AnswerReceived(
                case_id=called.case_id,
                meeting_id=called.meeting_id,
                person_id=verdict.person_id,
                sequence=called.told,
                answer=verdict.answer,
                answered_at=verdict.answered_at,
            )
        )
    elif isinstance(mail, Counter) and verdict.act == "counter" and verdict.person_id is not None:
        desk.publish(
            CounterReceived(
                case_id=called.case_id,
                meeting_id=called.meeting_id,
                person_id=verdict.person_id,
                sequence=called.told,
                starts_at=mail.starts_at,
                ends_at=mail.ends_at,
                received_at=letter.received_at,
            )
        )
    elif verdict.act in ("read", "decide"):
        desk.publish(
            MailReceived(
                case_id=called.case_id,
                inbound_id=letter.id,
                meeting_id=called.meeting_id,
                person_id=verdict.person_id,
                why="plain" if verdict.act == "read" else "unclear",
            )
        )


def _take_back(letter: Letter, mail: Bounce, at: MailDesk) -> None:
    """B9: by the token that the bounce came to, else by the Message-ID of what it encloses."""
    token = letter.to.token if letter.to is not None and letter.to.to == "bounce" else None
    ident = None if token is None else at.bounced(token)
    sent = None if ident is None else at.inbound.sent(ident)
    if sent is None and mail.original_id is not None:
        sent = at.inbound.sent_as(mail.original_id)
    verdict = judge_bounce(mail, sent)
    if sent is not None and verdict.act == "bounce":
        news = at.inbound.mark_bounced(sent.id, final=mail.final)
        for one in news:
            _tell_of_bounce(mail, one, at.desk)
        if not news:
            verdict = Verdict("handled", "bounce", "known")
    at.inbound.note(letter.id, verdict, mail.sender, sent)


def _tell_of_bounce(mail: Bounce, sent: Sent, desk: Desk) -> None:
    dead = is_dead(mail, sent)
    desk.publish(
        MessageBounced(
            case_id=sent.case_id,
            task_id=sent.task_id,
            message_id=sent.id,
            meeting_id=sent.meeting_id,
            person_id=sent.person_id,
            kind=sent.kind,
            rule=sent.rule,
            final=mail.final,
            dead=dead,
        )
    )
    told_by_a_person = dead and sent.kind in (Kind.CALL, Kind.CHANGE)
    if told_by_a_person and sent.case_id is not None and sent.meeting_id is not None:
        # Somebody reaches them about just this: no second task says the same.
        told = ToldByHand(sent.person_id, sent.told or 0, "invited", NO_MAIL)
        desk.rows.save_by_hand(sent.case_id, sent.meeting_id, told)


def _send_again(called: Called, desk: Desk, now: datetime) -> str:
    """B5: the invitation as it stands, to that mailbox alone, at most hourly. What came of it."""
    look = look_at(called.case_id, desk, now)
    if look is None or not _holds_what_stands(called, look):
        return "nothing-to-send"
    (invitation,) = (
        one
        for one in look.record.invitations
        if (one.meeting_id, one.mailbox) == (called.meeting_id, called.mailbox)
    )
    carried = look.record.carried(called.meeting_id, called.mailbox)
    lately = now - _BETWEEN_REFRESHES
    if any(one.key.startswith(REFRESH) and one.created_at > lately for one in carried):
        return "too-often"
    if any(one.is_open for one in carried):
        return "on-its-way"
    _invite_again(invitation, look)
    return "sent-again"


def _holds_what_stands(called: Called, look: Look) -> bool:
    """Whether the mailbox is called as told, so that nothing else is to be said first."""
    meeting = look.mailing.meeting(called.meeting_id)
    if meeting is None or look.mailing.facts.state != "open":
        return False
    if meeting.state != "booked" or meeting.starts_at <= look.now:
        return False
    to = recipients(look.mailing, meeting, look.procedure, local_date(look.now))
    return meeting.sequence == called.told and called.mailbox in to.mailboxes


def _invite_again(invitation: Invitation, look: Look) -> None:
    """The same SEQUENCE and a later DTSTAMP: answers are kept (Q2)."""
    meeting = look.mailing.meeting(invitation.meeting_id)
    assert meeting is not None
    again = Invite(
        mailbox=invitation.mailbox,
        people=invitation.people,
        kind="call",
        sequence=invitation.sequence,
        stamp=next_stamp(invitation, look.now),
        new_time=False,
        new_place=False,
        asks_anew=False,
    )
    standing, message = look.drafts.of_change(again, meeting, invitation)
    key = f"{REFRESH}{message.key}"
    look.desk.rows.save_invitation(look.case_id, standing)
    look.desk.rows.add(replace(message, key=key, message_id=look.desk.post.message_id(key)))
