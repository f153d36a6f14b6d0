"""What a mail that came in can be (B1-B11). Nothing here has been checked against a meeting yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Answer = Literal["accepted", "declined", "tentative"]

Reason = Literal[
    "broken",  # NULs, a false charset, a value that can't be read
    "contradiction",  # two calendars, or two lines of one, say different things
    "delegated",
    "dmarc",  # the sender's domain says that it isn't from there (B11)
    "encrypted",
    "no-answer",  # a REPLY that answers neither yes, no nor perhaps
    "no-attendee",
    "no-event",
    "no-text",  # neither a subject nor anything to read
    "no-time",  # a proposal without two instants, or with whole days
    "no-uid",
    "not-a-calendar",
    "recurring",
    "tnef",  # winmail.dat, which Outlook alone can read
    "too-big",
    "too-deep",
    "too-many-headers",
    "too-many-parts",
    "too-much",  # a calendar with more in it than any answer has
    "truncated",
    "two-attendees",
    "unknown-method",  # a calendar for a purpose that nobody knows, and that is no answer
    "unknown-report",  # from a mail server, but not in a form or in words that are known
    "unknown-zone",
]


class Unusable(Exception):
    """A mail that nothing may follow from until a person has looked. It repeats nothing of it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    """`sender` is the address in From, in lower case, and proves nothing; `message_id` is the
    mail's own, with its angle brackets."""

    sender: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reply(_Mail):
    """B1, B2: somebody answers an invitation. `stamp` is in UTC, and what their clock said."""

    uid: str
    sequence: int | None
    stamp: datetime | None
    attendee: str
    answer: Answer
    comment: str


@dataclass(frozen=True, slots=True)
class Counter(_Mail):
    """B5: somebody proposes another time (in UTC). It's no answer, whatever PARTSTAT it has."""

    uid: str
    sequence: int | None
    stamp: datetime | None
    attendee: str
    starts_at: datetime
    ends_at: datetime
    comment: str


@dataclass(frozen=True, slots=True)
class Refresh(_Mail):
    """B5: somebody asks for the invitation again."""

    uid: str
    attendee: str


@dataclass(frozen=True, slots=True)
class Foreign(_Mail):
    """B6: a calendar that only an organizer sends, and we are the organizer: nothing changes."""

    method: str | None


@dataclass(frozen=True, slots=True)
class Bounce(_Mail):
    """B9: a mail of ours wasn't delivered (`final`), or not yet. `original_id` is its Message-ID,
    `recipient` its mailbox in lower case; `status` as in RFC 3463: 5.1.1."""

    final: bool
    status: str | None
    recipient: str | None
    original_id: str | None


@dataclass(frozen=True, slots=True)
class Report(_Mail):
    """A report that asks for nothing: delivered, read, relayed. `about` is its report-type."""

    about: str


@dataclass(frozen=True, slots=True)
class AutoReply(_Mail):
    """B7: nobody has written this; it changes nothing and is never answered."""


@dataclass(frozen=True, slots=True)
class Plain(_Mail):
    """B8: a person's own words, to be read behind login. Without control characters; not HTML.

    `beside_foreign`: a calendar came with them that changes nothing (B6).
    """

    subject: str
    text: str
    beside_foreign: bool = False


@dataclass(frozen=True, slots=True)
class Unclear(_Mail):
    """B4, B10, B11: kept apart until a person has looked."""

    reason: Reason


Incoming = Reply | Counter | Refresh | Foreign | Bounce | Report | AutoReply | Plain | Unclear
