"""One mail as bytes (O1, O2, O12): always the same bytes for the same message and instant.

Written by hand because EmailMessage takes milliseconds a mail; the tests hold it against that.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from email.utils import format_datetime
from functools import lru_cache
from uuid import UUID

from services.notifier.domain.calendar import Method, Personal, Shared, WholeDays, calendar_bytes
from services.notifier.domain.messages import (
    CalendarPart,
    DutyWords,
    Kind,
    MeetingWords,
    Message,
)
from services.notifier.domain.mime import (
    encoded_lines,
    header,
    in_ascii,
    multipart,
    named,
    part_head,
    text_lines,
)
from services.notifier.domain.safe_text import one_line
from services.notifier.domain.words import (
    House,
    Page,
    UnreadableWords,
    Words,
    subject_and_text,
    words_for,
)
from shared.ids import BOUNCE, LINK, PAGE, keyed_token, meeting_uid, signed_token

_A_LINK = {"sv": "[personlig länk]", "en": "[personal link]"}
_METHODS: dict[str, Method] = {Kind.CANCEL: "CANCEL", Kind.COUNTER_DECLINED: "DECLINECOUNTER"}


@dataclass(frozen=True, slots=True)
class Post:
    """Who sends: the municipality, its addresses, and the secret that makes tokens."""

    house: House
    from_address: str
    reply_pattern: str
    bounce_pattern: str
    public_url: str
    secret: bytes

    @property
    def domain(self) -> str:
        return self.from_address.rpartition("@")[2]

    def reply_address(self, token: str) -> str:
        return self.reply_pattern.replace("{token}", token)

    def bounce_address(self, message: Message) -> str:
        """The envelope's sender: one for each message, so that a bounce names it (O7)."""
        token = signed_token(self.secret, BOUNCE, message.id)
        return self.bounce_pattern.replace("{token}", token)

    def link(self, link: UUID | None) -> str | None:
        """The recipient's own page, for the id of their link."""
        return None if link is None else f"{self.public_url}/r/{_link_token(self.secret, link)}"

    @property
    def start_page(self) -> str:
        """Where staff see what there is to do, once they have signed in."""
        return f"{self.public_url}/"

    def page(self, page: UUID) -> str:
        """The page on which whoever has a task can do it, for the id of its link."""
        return f"{self.public_url}/u/{signed_token(self.secret, PAGE, page)}"

    def invitation_token(self, meeting_id: object, mailbox: str) -> str:
        """Stands for a meeting and a mailbox in the reply address, over all revisions."""
        return keyed_token(self.secret, "invitation", meeting_id, mailbox)

    def limit_token(self, year: int | None, mailbox: str) -> str:
        """Stands for the limit of a year's evaluation and a mailbox (O14)."""
        return keyed_token(self.secret, "limit", year, mailbox)

    def uid(self, meeting_id: object) -> str:
        """The same for all mailboxes of a meeting and opaque (O5, X4)."""
        return _uid(self.secret, meeting_id, self.domain)

    def uid_of(self, message: Message) -> str:
        """Of its calendar object: a meeting's, or one of a limit and a mailbox."""
        return self.uid(message.meeting_id or message.reply_token)

    def message_id(self, key: str) -> str:
        return f"<{keyed_token(self.secret, 'message', key)}@{self.domain}>"


def mail_bytes(
    message: Message,
    post: Post,
    link: str | None = None,
    pages: Sequence[Page] = (),
    *,
    leaves_at: datetime | None = None,
) -> bytes:
    """The mail of a message. Raises UnsafeText if a text can't stand in a mail.

    `leaves_at`: when it is first sent, its Date; without that, when the message was made.
    """
    words = words_for(message, post.house, link, pages)
    boundary = hashlib.sha256(message.message_id.encode()).hexdigest()[:24] + "=_"
    calendar = _calendar(message, words, post)
    body = _alternative(words, boundary) if calendar is None else _mixed(words, calendar, boundary)
    return _headers(message, words, post, link, leaves_at or message.created_at) + body


def words_told(
    message: Message, house: House, link: str | None, pages: Sequence[Page]
) -> tuple[str, str]:
    """The subject and the text as they are sent, with a word where the recipient's link is.

    For who reads later what was sent: no key to anything is in it (X13). Raises as mail_bytes.
    """
    named = _A_LINK.get(message.language, _A_LINK["sv"])
    shown = [replace(page, link=named) for page in pages]
    return subject_and_text(message, house, None if link is None else named, shown)


def unsubscribe(message: Message, post: Post, link: str | None) -> str | None:
    """Where whoever wants no more of an optional kind says so (O12, RFC 2369); None for others.

    The link: any answer there ends the asking. Without one a mail, which a person reads (B8). Of a
    letter of the week, the page where it is switched off.
    """
    if message.kind == Kind.DIGEST:
        return f"<{post.public_url}/veckobrev>"
    if message.kind != Kind.NUDGE or not isinstance(message.words, MeetingWords):
        return None
    to = link or f"mailto:{post.reply_address(message.words.token)}?subject=stop"
    return f"<{to}>"


def _headers(
    message: Message, words: Words, post: Post, link: str | None, leaves_at: datetime
) -> bytes:
    lines = [
        _from(post.house.name, post.from_address),
        header("To", f"<{message.address}>"),
        *_reply_to(message, post),
        _subject(words.subject),
        _date(leaves_at.replace(tzinfo=None), leaves_at.utcoffset()),
        header("Message-ID", message.message_id),
        "Auto-Submitted: auto-generated\r\n",
        *_list_unsubscribe(message, post, link),
        "MIME-Version: 1.0\r\n",
    ]
    return "".join(lines).encode("ascii")


@lru_cache(maxsize=16)
def _from(name: str, address: str) -> str:
    return header("From", named(name, address))


@lru_cache(maxsize=1024)
def _subject(text: str) -> str:
    return header("Subject", in_ascii(text))


@lru_cache(maxsize=16)
def _date(wall: datetime, offset: timedelta | None) -> str:
    """All that the gate lets through at once leaves at one instant."""
    zone = None if offset is None else timezone(offset)
    return header("Date", format_datetime(wall.replace(tzinfo=zone)))


def _list_unsubscribe(message: Message, post: Post, link: str | None) -> list[str]:
    where = unsubscribe(message, post, link)
    return [] if where is None else [header("List-Unsubscribe", where)]


def _reply_to(message: Message, post: Post) -> list[str]:
    if message.reply_token is None:
        return []
    address = one_line(post.reply_address(message.reply_token))
    return [f"Reply-To: {named(post.house.name, address)}\r\n"]


@lru_cache(maxsize=64)
def _link_token(secret: bytes, link: UUID) -> str:
    """Asked for as a mail is made, and again as it is looked at."""
    return signed_token(secret, LINK, link)


@lru_cache(maxsize=1024)
def _uid(secret: bytes, meeting_id: object, domain: str) -> str:
    """Asked for by each mail of a meeting, and by each last look at one."""
    return meeting_uid(secret, meeting_id, domain)


def _calendar(message: Message, words: Words, post: Post) -> tuple[Method, bytes] | None:
    part = message.calendar
    if part is None:
        return None
    method = method_of(message)
    shared = _shared(message, words, method, part, post)
    personal = _personal(message, part, post, words.description)
    return method, calendar_bytes(shared, personal)


def method_of(message: Message) -> Method:
    """What the calendar object is for: to be taken up, unless it is taken back."""
    if isinstance(message.words, DutyWords) and message.words.over:
        return "CANCEL"
    return _METHODS.get(message.kind, "REQUEST")


def _shared(
    message: Message, words: Words, method: Method, part: CalendarPart, post: Post
) -> Shared | WholeDays:
    uid, summary = post.uid_of(message), words.summary
    match message.words:
        case MeetingWords(said=planned, wished=wished):
            said = wished or planned
            return Shared(
                uid=uid,
                method=method,
                starts_at=said.starts_at,
                ends_at=said.ends_at,
                summary=summary,
                place=said.place,
                of_all=part.of_all,
            )
        case DutyWords(due_on=date() as day):
            return WholeDays(uid, method, day, day, summary, of_all=part.of_all)
    raise UnreadableWords


def _personal(message: Message, part: CalendarPart, post: Post, description: str) -> Personal:
    return Personal(
        organizer=post.reply_address(part.token),
        organizer_name=post.house.name,
        attendee=message.address,
        sequence=part.sequence,
        stamp=part.stamp,
        created_at=part.created_at,
        description=description,
    )


def _mixed(words: Words, calendar: tuple[Method, bytes], boundary: str) -> bytes:
    """The calendar inline among the alternatives, and the same bytes as a file (O2)."""
    method, content = calendar
    encoded = encoded_lines(content)
    inline = part_head(f"text/calendar; charset=utf-8; method={method}", "inline") + encoded
    attached = (
        part_head('application/ics; name="invite.ics"', 'attachment; filename="invite.ics"')
        + encoded
    )
    # Not an addition at the end: no boundary may begin with another (RFC 2046, 5.1.2).
    first = _alternative(words, f"a{boundary}", inline)
    return multipart("mixed", boundary, first, attached)


def _alternative(words: Words, boundary: str, *more: bytes) -> bytes:
    plain = part_head("text/plain; charset=utf-8") + text_lines(words.text)
    html = part_head("text/html; charset=utf-8") + text_lines(words.html)
    return multipart("alternative", boundary, plain, html, *more)
