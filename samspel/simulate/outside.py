"""What the world outside has seen: every mail, as it came, and what each mailbox holds of it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import NamedTuple
from uuid import UUID

from samspel.simulate.courier import Taken
from samspel.simulate.replies import Held, calendar_in
from services.notifier.domain.messages import AlertWords, DutyWords, Kind, Sending
from shared.domain.days import local_date

Box = tuple[UUID, str]
"""A meeting, or a duty, and a mailbox."""


class Mail(NamedTuple):
    """A mail taken apart: its headers and texts as people read them, and the calendar in it."""

    taken: Taken
    raw: Message
    words: str
    held: Held | None


@dataclass(slots=True)
class Outside:
    """`held`: the objects that came to a mailbox, the newest last; `mailboxes`: by what they hold,
    in the order in which they first did."""

    mails: int = 0
    times: Counter[UUID] = field(default_factory=Counter)
    content: dict[UUID, bytes] = field(default_factory=dict)
    said: dict[tuple[object, ...], set[UUID]] = field(default_factory=lambda: defaultdict(set))
    held: dict[Box, list[Held]] = field(default_factory=lambda: defaultdict(list))
    mailboxes: dict[UUID, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))

    def take(self, taken: Taken) -> Mail:
        """One more. Nothing is said about whether it should have come."""
        mail = _read(taken)
        self.mails += 1
        self.times[taken.sending.id] += 1
        self.content.setdefault(taken.sending.id, taken.content)
        about = taken.sending.meeting_id or taken.sending.task_id
        if mail.held is not None and about is not None:
            self.held[about, taken.sending.mailbox].append(mail.held)
            self.mailboxes[about][taken.sending.mailbox] = None
        return mail

    def newest(self, meeting: UUID, mailbox: str) -> Held | None:
        """What a calendar shows: of the highest SEQUENCE, the one that came last."""
        came = self.held.get((meeting, mailbox), [])
        top = max((one.sequence for one in came), default=0)
        return next((one for one in reversed(came) if one.sequence == top), None)


def occasion(sending: Sending) -> tuple[object, ...]:
    """What one message is for: what, to whom, about which time or day; of what comes back, on
    which day. A case's tasks that are late on one day are told of one by one."""
    about = sending.meeting_id or sending.task_id or sending.case_id
    name = (sending.kind, sending.mailbox, about, sending.told)
    words = sending.words
    if sending.kind in (Kind.REMINDER, Kind.NUDGE):
        return (*name, local_date(sending.created_at) if sending.was_asked_for else None)
    if isinstance(words, DutyWords):
        comes_back = local_date(sending.created_at) if words.reminds else None
        revision = None if words.calendar is None else words.calendar.sequence
        return (*name, words.due_on, words.over, comes_back, revision)
    if isinstance(words, AlertWords):
        day = local_date(sending.created_at)
        one = sending.key if words.about == "task-late" and sending.task_id is None else None
        # A case's, on rising urgency: two that were made on one day are of use until another time.
        until = sending.useful_until if sending.task_id is None else None
        return (*name, words.to, words.about, words.limit_on, day, until, one)
    stamp = None if sending.calendar is None else sending.calendar.stamp
    return (*name, stamp, sending.key if sending.kind == Kind.COUNTER_DECLINED else None)


def plain_text(taken: Taken) -> str:
    """What a person reads who sees no HTML."""
    raw = message_from_bytes(taken.content)
    return next(text for kind, text in _texts(raw) if kind == "text/plain")


def _read(taken: Taken) -> Mail:
    raw = message_from_bytes(taken.content)
    words, held = [str(make_header(decode_header(value))) for value in raw.values()], None
    for kind, text in _texts(raw):
        words.append(text)
        if kind == "text/calendar" and held is None:
            held = calendar_in(taken, text)
    return Mail(taken, raw, "\n".join(words), held)


def _texts(raw: object) -> Iterator[tuple[str, str]]:
    for part in raw.walk():  # type: ignore[attr-defined]
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield part.get_content_type(), content.decode()
