"""A message's life, and what it was made for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, Self
from uuid import UUID, uuid5

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from shared.bus.events import AlertedFunction

_MESSAGES = UUID("3a0d7c5e-52d7-5b0c-8a39-6a2a2d1f9b02")


class Kind(StrEnum):
    """What a message is for; anything else sends nothing (invariant 6)."""

    CALL = "call"
    CHANGE = "change"
    CANCEL = "cancel"
    REMINDER = "reminder"
    NUDGE = "nudge"  # to those who haven't answered yet
    PROPOSAL = "proposal"  # times to say something about, before one is booked
    COUNTER_DECLINED = "counter-declined"  # the time somebody wished for can't be had
    ALERT = "alert"  # staff: a limit, a task that is late
    TASK = "task"  # staff: something to do that belongs to no case
    RECEIPT = "receipt"  # staff: a report has come in (R43)
    DISPATCH = "dispatch"  # staff: material to pass on (R28, R29)
    DIGEST = "digest"  # staff: what their week asks of them, in numbers (X16)


Ground = Literal["none", "consent", "object", "duty"]

KINDS = tuple(Kind)
FAMILY_GROUNDS = ("none", "consent", "object")  # on which also those outside the staff are mailed
# For staff alone.
DUTY_KINDS = (Kind.ALERT, Kind.TASK, Kind.RECEIPT, Kind.DISPATCH, Kind.DIGEST)
# They keep the quiet hours.
WAITING_KINDS = (
    Kind.REMINDER, Kind.NUDGE, Kind.ALERT, Kind.TASK, Kind.DISPATCH, Kind.DIGEST,
)  # fmt: skip
CALENDAR_KINDS = (Kind.CALL, Kind.CHANGE, Kind.CANCEL)
ASKED_FOR = "asked/"  # how the key of a reminder begins that a person wanted
OPEN_STATES = ("due", "claimed", "data", "retry", "unknown")
# A taking of a message by a worker: its id, and the fence that it was taken with.
Claim = tuple[UUID, int]


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says of a meeting: the times, and the place if it may be said.

    `undecided`: there is none yet.
    """

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str | None = None
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """What the calendar object of one mailbox says besides (O5, O7); `token` is in ORGANIZER."""

    token: str
    sequence: int
    stamp: AwareDatetime
    created_at: AwareDatetime
    of_all: bool = False  # a CANCEL: the meeting is off, not only this invitation (O11)
    new_time: bool = False  # another time than the mailbox holds
    new_place: bool = False  # another place, and one that may be said
    asks_anew: bool = False  # an answer to what it holds no longer counts (Q1)


@dataclass(frozen=True, slots=True)
class OfYear:
    """What may be said of a year's meeting: its agenda (R23), and who calls, by name (R21)."""

    agenda: tuple[str, ...]
    callers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MeetingWords:
    """What a message about a meeting is made of. `reference` only for staff (X3)."""

    said: Said
    token: str
    reference: str | None = None
    calendar: CalendarPart | None = None
    answer_by: date | None = None  # a NUDGE, and an invitation: until when an answer is hoped for
    wished: Said | None = None  # a COUNTER_DECLINED: the time that can't be had
    of_year: OfYear | None = None


@dataclass(frozen=True, slots=True)
class AlertWords:
    """What an alert is made of: the date alone (X16)."""

    to: AlertedFunction
    about: str
    limit_on: date


@dataclass(frozen=True, slots=True)
class ProposalWords:
    """What a question about times is made of: those that can be had, soonest first."""

    times: tuple[AwareDatetime, ...]
    minutes: int
    token: str
    reference: str | None = None
    answer_by: date | None = None


@dataclass(frozen=True, slots=True)
class DutyWords:
    """What is said of something to do that belongs to no case: by when (X16). `on`: since when.

    `late`: that day has passed. `reminds`: it was told before. `over`: it isn't to be done any
    more, by whom it was told. Of several things at once: how many, the first one's day, and whether
    a manager's staff have some of them. `calendar`: with the day as an object of its own for the
    calendar (O14).
    """

    due_on: date | None = None
    on: date | None = None
    count: int = 1
    late: bool = False
    of_staff: bool = False
    reminds: bool = False
    over: bool = False
    calendar: CalendarPart | None = None


@dataclass(frozen=True, slots=True)
class DigestWords:
    """What a letter of the week is made of: numbers, and when they were counted (X16).

    `tasks` by group, a code. What is `passed`, or comes `this_week` or `next_week`, has a day.
    Of a manager's staff as well: what is late, and what comes in those two weeks.
    """

    counted_at: AwareDatetime
    passed: int = 0
    this_week: int = 0
    next_week: int = 0
    tasks: tuple[tuple[str, int], ...] = ()
    unanswered: int = 0
    undelivered: int = 0
    staff_late: int = 0
    staff_coming: int = 0


@dataclass(frozen=True, slots=True)
class UnknownWords:
    """The payload of a message that a newer version has made: for it to send (F14)."""

    payload: Mapping[str, Any] = field(repr=False)


Saying = MeetingWords | ProposalWords | AlertWords | DutyWords | DigestWords | UnknownWords


class ForbiddenMessage(ValueError):
    """R41, X2: duties and reports are told to staff alone; no message of them to others is made."""

    def __init__(self) -> None:
        super().__init__("must not be told to anybody but staff (R41)")


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one mailbox. `told` is the meeting's sequence that it speaks of.

    It is about a case, or about a duty (`task_id`), which belongs to none; or, a letter of the week
    (`digest_id`), about all that somebody has to do.

    `optional`: one mail a day to the mailbox is enough, with all of its kind that are due by then.

    `mailbox` is the address as an identity, in lower case; `address` is the one that is written to,
    as it was entered: what stands before the @ may be case-sensitive (RFC 5321).
    """

    key: str
    kind: str
    ground: str
    case_id: UUID | None
    meeting_id: UUID | None
    person_id: UUID
    party: str
    mailbox: str
    address: str
    language: str
    rule: str
    told: int | None
    words: Saying
    message_id: str
    due_at: datetime
    useful_until: datetime
    created_at: datetime
    task_id: UUID | None = None
    digest_id: UUID | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        family = self.case_id is not None and rests_with_the_family(self.kind, self.ground)
        if self.party != "staff" and not family:
            raise ForbiddenMessage

    @property
    def id(self) -> UUID:
        return _id_of(self.key)

    @property
    def subject(self) -> UUID | None:
        """The case that it is about, the duty or the letter; None: what only a newer one knows."""
        return self.case_id or self.task_id or self.digest_id

    @property
    def speaks_of_a_meeting(self) -> bool:
        """It can lead to the recipient's page of it; what says several things at once can't."""
        return isinstance(self.words, MeetingWords | ProposalWords)

    @property
    def was_asked_for(self) -> bool:
        """A person wanted those called to be reminded now; it wasn't planned."""
        return self.key.startswith(ASKED_FOR)

    @property
    def calendar(self) -> CalendarPart | None:
        return self.words.calendar if isinstance(self.words, MeetingWords | DutyWords) else None

    @property
    def reply_token(self) -> str | None:
        """What the address for answers holds; None: nothing is to be answered."""
        if isinstance(self.words, MeetingWords | ProposalWords):
            return self.words.token
        return None if self.calendar is None else self.calendar.token


@dataclass(frozen=True, slots=True)
class Sending(Message):
    """A message with where it stands. `doubts`: attempts after which the mailbox may hold it.

    `carried_by`: the message whose mail says it as well, and with which it ends.
    """

    state: str = "due"
    attempts: int = 0
    began: int = 0
    doubts: int = 0
    fence: int = 0
    carried_by: UUID | None = None
    content: bytes | None = field(default=None, repr=False)

    @property
    def claim(self) -> Claim:
        """This taking of it. One message can be under way twice, and then once for nothing."""
        return self.id, self.fence

    @property
    def domain(self) -> str:
        """The recipient's, as a mailbox has it: in lower case."""
        return self.mailbox.rpartition("@")[2]

    @property
    def may_be_held(self) -> bool:
        """The mailbox has it, or may have it: accepted, leaving now, or ended without an answer."""
        return self.state in ("accepted", "data") or self.doubts > 0

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_readable(self) -> bool:
        """Whether this version knows what it says; if not, it's left to a newer one."""
        return not isinstance(self.words, UnknownWords)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """A row of notifier.messages, whatever made it; the id follows from the key."""
        words = words_from_json(row["payload"], row["kind"])
        return cls(words=words, **{name: row[name] for name in _COLUMNS})


_COLUMNS = tuple(one.name for one in fields(Sending) if one.name != "words")


def rests_with_the_family(kind: str, ground: str) -> bool:
    """Whether a message may go to others than staff: by a ground that is the family's own."""
    return ground in FAMILY_GROUNDS and kind not in DUTY_KINDS


@lru_cache(maxsize=4096)
def _id_of(key: str) -> UUID:
    """Asked for again and again while a mail leaves."""
    return uuid5(_MESSAGES, key)


def words_to_json(words: Saying) -> dict[str, Any]:
    if isinstance(words, UnknownWords):
        return dict(words.payload)
    payload: dict[str, Any] = _ADAPTERS[type(words)].dump_python(words, mode="json")
    return payload


def words_from_json(payload: Mapping[str, Any], kind: str) -> Saying:
    """Never raises: one message that can't be read mustn't hold back the others."""
    if kind not in KINDS:
        return UnknownWords(payload)
    try:
        words: Saying = _ADAPTERS[_OTHER_WORDS.get(kind, MeetingWords)].validate_python(payload)
    except ValidationError:
        return UnknownWords(payload)
    return words


_OTHER_WORDS: dict[str, type] = {
    Kind.PROPOSAL: ProposalWords,
    Kind.ALERT: AlertWords,
    Kind.TASK: DutyWords,
    Kind.RECEIPT: DutyWords,
    Kind.DISPATCH: DutyWords,
    Kind.DIGEST: DigestWords,
}
_ADAPTERS: dict[type, TypeAdapter[Any]] = {
    words: TypeAdapter(words)
    for words in (MeetingWords, ProposalWords, AlertWords, DutyWords, DigestWords)
}
