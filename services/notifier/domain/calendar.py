"""The calendar object of a meeting in a mailbox (O3-O11, O14): built once a meeting, then spliced.

The frame with the time zone is written by icalendar, once. The lines that a meeting's mailboxes
share are kept for a while; the personal ones (who is asked, whom to answer, which revision, the
link) come between.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from icalendar import Calendar, Event, Timezone

from services.notifier.domain.safe_text import one_line, visible
from shared.domain.calendar_lines import PRODID, ZONE, fold, text_value, times, utc

Method = Literal["REQUEST", "CANCEL", "DECLINECOUNTER"]

_MARK = "X-HERE"
_HOUR_BEFORE = "-PT1H"
_NINE_THE_DAY_BEFORE = "-PT15H"  # a whole day begins at midnight, when nobody wants an alarm
_PLAIN_IN_MAILTO = "!$'*+-._~"
_PLAIN_LOCAL = re.compile(r"[\w!$'*+.~-]*", re.ASCII)  # of such nothing is quoted


@dataclass(frozen=True, slots=True)
class Shared:
    """What a meeting's calendar objects have in common, for one audience and language."""

    uid: str
    method: Method
    starts_at: datetime
    ends_at: datetime
    summary: str
    place: str | None = None
    of_all: bool = False  # a CANCEL of the meeting, not only of one invitation


@dataclass(frozen=True, slots=True)
class WholeDays:
    """Days that something is to be done by, first and last: nobody is busy then (O14)."""

    uid: str
    method: Method
    first: date
    last: date
    summary: str
    of_all: bool = False

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("the last day is before the first")


@dataclass(frozen=True, slots=True)
class Personal:
    """What stands in one mailbox's object alone. The instants are aware; `organizer_name` is the
    municipality's name, `organizer` the reply address of this invitation (O7). The description has
    the recipient's link in it."""

    organizer: str
    organizer_name: str
    attendee: str
    sequence: int
    stamp: datetime
    created_at: datetime
    description: str = ""


def calendar_bytes(shared: Shared | WholeDays, personal: Personal) -> bytes:
    """The whole VCALENDAR: CRLF, folded, UTF-8. Raises UnsafeText."""
    before, after = _around(shared)
    return before + _personal_lines(personal, asks=shared.method == "REQUEST") + after


def _folded(line: str) -> bytes:
    """Whatever it was made of, it stays one content line."""
    return fold(visible(line))


def _personal_lines(personal: Personal, *, asks: bool) -> bytes:
    stamp, created = _utc(personal.stamp), _utc(personal.created_at)
    revision = (
        f"DTSTAMP:{stamp}\r\nCREATED:{created}\r\nLAST-MODIFIED:{stamp}\r\n"
        f"SEQUENCE:{personal.sequence}\r\n"
    )
    organizer = f"ORGANIZER;CN={_parameter(personal.organizer_name)}:{_mailto(personal.organizer)}"
    answer = ";PARTSTAT=NEEDS-ACTION;RSVP=TRUE" if asks else ""
    attendee = (
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{answer}:{_mailto(personal.attendee)}"
    )
    said = personal.description
    description = _folded(f"DESCRIPTION:{text_value(said)}") if said else b""
    return revision.encode() + _folded(organizer) + _folded(attendee) + description


@lru_cache(maxsize=64)
def _utc(instant: datetime) -> str:
    """The invitations to a meeting are made at one instant."""
    return utc(instant)


def _mailto(address: str) -> str:
    """The address as a URI: a local part may hold what means something else there (RFC 6068)."""
    local, _, domain = visible(address).rpartition("@")
    if not _PLAIN_LOCAL.fullmatch(local):
        local = quote(local, safe=_PLAIN_IN_MAILTO)
    return f"mailto:{local}@{domain}"


@lru_cache(maxsize=16)
def _parameter(text: str) -> str:
    """A parameter's value, quoted; what can't stand in one is written as in RFC 6868."""
    one_line(text)
    return '"' + text.replace("^", "^^").replace('"', "^'") + '"'


@lru_cache(maxsize=512)
def _around(shared: Shared | WholeDays) -> tuple[bytes, bytes]:
    """What all mailboxes of one audience share, before and after their own lines."""
    asks = shared.method == "REQUEST"
    lines = [
        f"UID:{shared.uid}",
        *_when(shared),
        f"SUMMARY:{text_value(one_line(shared.summary))}",
        "CLASS:PRIVATE",
        _status(shared),
        *(_standing(shared) if asks else ()),
    ]
    head, tail = _frame(shared.method, zoned=isinstance(shared, Shared))
    return head, b"".join(_folded(line) for line in lines if line) + tail


def _when(shared: Shared | WholeDays) -> tuple[str, str]:
    if isinstance(shared, Shared):
        return times(shared.starts_at, shared.ends_at)
    after = shared.last + timedelta(days=1)  # DTEND is the first day that isn't meant any more
    return f"DTSTART;VALUE=DATE:{shared.first:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"


def _status(shared: Shared | WholeDays) -> str:
    """O11: a CANCEL of one invitation alone says nothing about the meeting."""
    if shared.method == "REQUEST":
        return "STATUS:CONFIRMED"
    return "STATUS:CANCELLED" if shared.method == "CANCEL" and shared.of_all else ""


def _standing(shared: Shared | WholeDays) -> tuple[str, ...]:
    """What stands in a calendar besides: whether one is busy, where it is, an alarm."""
    if isinstance(shared, WholeDays):
        return "TRANSP:TRANSPARENT", *_alarm(shared.summary, _NINE_THE_DAY_BEFORE)
    place = f"LOCATION:{text_value(one_line(shared.place))}" if shared.place else ""
    return "TRANSP:OPAQUE", place, *_alarm(shared.summary, _HOUR_BEFORE)


def _alarm(summary: str, before: str) -> tuple[str, ...]:
    """Neutral, since it shows on a locked screen (X13)."""
    return (
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{text_value(summary)}",
        f"TRIGGER:{before}",
        "END:VALARM",
    )


@lru_cache(maxsize=8)
def _frame(method: Method, *, zoned: bool) -> tuple[bytes, bytes]:
    """What stands before and after the event's lines, the time zone with it if it is needed."""
    calendar = Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method)
    if zoned:
        calendar.add_component(_zone())
    event = Event()
    event.add(_MARK, "1")
    calendar.add_component(event)
    head, tail = calendar.to_ical(sorted=False).split(f"{_MARK}:1\r\n".encode())
    return head, tail


def _zone() -> Timezone:
    zone = Timezone.from_ical(ZONE)
    assert isinstance(zone, Timezone)
    return zone
