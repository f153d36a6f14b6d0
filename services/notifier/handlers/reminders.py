"""What the notifier does when a reminder falls due: those who are still to be told of it are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.notifier.domain.clearance import Stop
from services.notifier.domain.messages import Kind, Message, Sending
from services.notifier.domain.recipients import Recipients, recipients
from services.notifier.handlers.looking import Desk, Look, by_hand, look_again, look_at
from shared.bus.events import ReminderDue
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import Meeting

_DAYS = WorkingDays()


def reminder_due(event: ReminderDue, desk: Desk, now: datetime) -> None:
    """To each mailbox still called to the meeting as told; nothing if it has moved since.

    A nudge to those who haven't answered, a reminder to all but those who have said no; what a
    person has asked for is the one while there's somebody to ask, and else the other. What was to
    come next isn't said again to whom that has reached. Who hasn't been called yet is called
    instead: they came to the meeting late, or the event that says so hasn't been heard.
    """
    look = look_at(event.case_id, desk, now)
    meeting = None if look is None else _as_told(event, look)
    if look is None or meeting is None:
        return
    to = recipients(look.mailing, meeting, look.procedure, local_date(now))
    called = _called(to.mailboxes, meeting, look)
    if called != to.mailboxes:
        look_again(event.case_id, desk, now)
    to = replace(to, mailboxes=called)
    unanswered = _but_for(meeting.answered, to)
    if event.kind == "nudge" or (event.asked and unanswered):
        _nudge(event, meeting, unanswered, look)
        return
    for mailbox, people in _but_for(meeting.declined, to).items():
        if event.asked or not _was_just_reminded(mailbox, meeting, look):
            _say(look.drafts.reminder(event, meeting, mailbox, people), look)
    for person, rule in to.by_hand.items():
        if person not in meeting.declined:
            desk.publish(
                by_hand(event.case_id, meeting.id, person, Kind.REMINDER, rule, event.sequence)
            )


def _as_told(event: ReminderDue, look: Look) -> Meeting | None:
    """The meeting, if it's to come, at the time that was to be reminded of."""
    meeting = look.mailing.meeting(event.meeting_id)
    if meeting is None or meeting.state != "booked" or look.mailing.facts.state != "open":
        return None
    comes = meeting.sequence == event.sequence and meeting.starts_at > look.now
    return meeting if comes else None


def _called(
    mailboxes: Mapping[str, tuple[UUID, ...]], meeting: Meeting, look: Look
) -> dict[str, tuple[UUID, ...]]:
    """Those that have been called to it: an answer from any other would be to nothing."""
    called = look.record.standing(meeting.id).invitations
    return {
        mailbox: people
        for mailbox, people in mailboxes.items()
        if mailbox in called and called[mailbox].state == "invited"
    }


def _nudge(
    event: ReminderDue, meeting: Meeting, unanswered: dict[str, tuple[UUID, ...]], look: Look
) -> None:
    for mailbox, people in unanswered.items():
        if event.asked or _is_to_be_asked_again(mailbox, meeting, look):
            _say(look.drafts.nudge(event, meeting, mailbox, people), look)


def _say(message: Message, look: Look) -> None:
    """In place of what is to say the same: that waits for its recipient's hours or another day,
    and two would come to the mailbox at once."""
    known = look.record.messages
    if message.id in {one.id for one in known}:
        return
    waiting = [one for one in known if one.is_open and one.state != "data"]
    given_way = [one for one in waiting if _what(one) == _what(message)]
    look.desk.rows.suppress([(one, Stop("superseded", message.rule)) for one in given_way])
    look.desk.rows.add(message)


def _what(message: Message) -> tuple[object, ...]:
    return message.kind, message.meeting_id, message.mailbox, message.told


def _is_to_be_asked_again(mailbox: str, meeting: Meeting, look: Look) -> bool:
    """Once in all, by a person or by itself."""
    by_a_person = _asked_for(mailbox, meeting, look)
    if any(one.may_be_held or one.is_open for one in by_a_person):
        return False
    return _had_time(mailbox, meeting, look)


def _was_just_reminded(mailbox: str, meeting: Meeting, look: Look) -> bool:
    """Whether a person's reminder has reached the mailbox today or on the working day before, or is
    on its way there.

    A nudge on its way doesn't count: an answer that comes first would stop it.
    """
    return any(
        (one.is_open and one.kind == Kind.REMINDER)
        or (one.may_be_held and local_date(look.now) <= _DAYS.plus(local_date(one.due_at), 1))
        for one in _asked_for(mailbox, meeting, look)
    )


def _asked_for(mailbox: str, meeting: Meeting, look: Look) -> list[Sending]:
    """What a person has had the mailbox told of the meeting as it is now."""
    about = (meeting.id, mailbox, meeting.sequence)
    return [
        one
        for one in look.record.messages
        if one.was_asked_for and (one.meeting_id, one.mailbox, one.told) == about
    ]


def _had_time(mailbox: str, meeting: Meeting, look: Look) -> bool:
    """Whether the mailbox was invited long enough ago to be asked for its answer again."""
    invitation = look.record.standing(meeting.id).invitations.get(mailbox)
    rule = None if look.procedure is None else look.procedure.answers
    if invitation is None or rule is None:
        return False
    called_on = local_date(invitation.created_at)
    return _DAYS.plus(called_on, rule.nudge_working_days_after_call) <= local_date(look.now)


def _but_for(people: frozenset[UUID], to: Recipients) -> dict[str, tuple[UUID, ...]]:
    """The mailboxes that somebody else than these uses."""
    return {mailbox: each for mailbox, each in to.mailboxes.items() if not people.issuperset(each)}
