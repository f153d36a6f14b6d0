"""What can wait: it leaves in the hours for it, and in one mail a day to a mailbox."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from services.notifier.domain.mail import Post
from services.notifier.domain.mailing import Digest, Known
from services.notifier.domain.messages import (
    WAITING_KINDS,
    AlertWords,
    DutyWords,
    Kind,
    MeetingWords,
    Message,
    Sending,
)
from services.notifier.domain.words import Page
from shared.domain.days import local_date
from shared.domain.quiet import QuietHours

_OF_MANAGERS = ("manager", "owner_manager")


def can_be_gathered(message: Message) -> bool:
    """Whether a mail can say it together with others: to staff, who log in to see what it is.

    A family has one mail about one thing.
    """
    return message.optional and message.party == "staff"


def leaving_in_hours(message: Message, hours: QuietHours) -> Message:
    """With the first instant in which what can wait may leave; else the end of its use (X2)."""
    allowed = hours.next_allowed(
        max(message.due_at, message.created_at), staff=message.party == "staff"
    )
    return replace(message, due_at=min(allowed, message.useful_until))


def waits_until(
    message: Message, hours: QuietHours, now: datetime, *, had_one_today: bool
) -> datetime | None:
    """When the message may go, if that isn't now.

    `had_one_today`: the mailbox has had its mail of this day. That waits for the next, but not so
    long that it's of no use any more; quiet hours are kept even so.
    """
    staff = message.party == "staff"
    allowed = now
    if message.kind in WAITING_KINDS:
        allowed = hours.next_allowed(now, staff=staff)
    if message.optional and had_one_today:
        tomorrow = hours.first_of_next_day(now, staff=staff)
        if tomorrow < message.useful_until:
            allowed = max(allowed, tomorrow)
    return allowed if allowed > now else None


def together(carrier: Sending, riders: Sequence[Message], today: date) -> Message:
    """The mail that says them all: how many there are and the first one's day, nothing else.

    What is said of one task twice, that it is there and a reminder of it, is one thing.
    """
    things = (carrier, *riders)
    tasks = {one.task_id or one.id for one in things}
    if len(tasks) == 1:
        return carrier
    first = min((day for one in things if (day := _day(one)) is not None), default=None)
    words = DutyWords(
        due_on=first,
        count=len(tasks),
        late=first is not None and first < today,
        of_staff=any(_is_a_managers(one) for one in things),
    )
    return replace(carrier, kind=Kind.TASK, words=words)


def own_link(mail: Message, known: Known, post: Post) -> str | None:
    """The recipient's page of the meeting that a mail speaks of; of a letter of the week, the one
    that it leads to."""
    if isinstance(known, Digest):
        return post.start_page
    if not mail.speaks_of_a_meeting:
        return None
    return post.link(known.link(mail.meeting_id, mail.person_id))


def own_pages(things: Iterable[tuple[Message, Known]], post: Post) -> tuple[Page, ...]:
    """The pages of those among these tasks that their recipients have and can do on one."""
    pages: dict[UUID, Page] = {}
    for message, known in things:
        page = known.page_of(message.person_id)
        if page is not None:
            pages.setdefault(page, Page(post.page(page), _day(message)))
    return tuple(pages.values())


def _day(message: Message) -> date | None:
    """By when something is to be done; an answer, at the latest by the meeting's day."""
    match message.words:
        case AlertWords(limit_on=day):
            return day
        case DutyWords(due_on=due_on):
            return due_on
        case MeetingWords(answer_by=by, said=said):
            return by or local_date(said.starts_at)
    return None


def _is_a_managers(message: Message) -> bool:
    return isinstance(message.words, AlertWords) and message.words.to in _OF_MANAGERS
