"""The calendar object of a meeting in a mailbox (O3-O11): built once a meeting, then spliced.

The frame with the time zone is written by icalendar, once. The lines that a meeting's mailboxes
share are kept for a while; the personal ones (who is asked, whom to answer, which revision) come
between.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from icalendar import Calendar, Event, Timezone, vText

from services.notifier.domain.safe_text import one_line
from shared.domain.days import STOCKHOLM

Method = Literal["REQUEST", "CANCEL"]

_MARK = "X-HERE"
_ALARM_BEFORE = "-PT1H"
_LONGEST = 75
_PLAIN_IN_MAILTO = "!$'*+-._~"
# icalendar's own add_missing_timezones() writes a list of dates that ends in 2037 (O6).
_ZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Stockholm
BEGIN:DAYLIGHT
TZNAME:CEST
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")


@dataclass(frozen=True, slots=True)
class Shared:
    """What a meeting's calendar objects have in common, for one audience and language."""

    uid: str
    method: Method
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""
    place: str | None = None
    of_all: bool = False  # a CANCEL of the meeting, not only of one invitation


@dataclass(frozen=True, slots=True)
class Personal:
    """What stands in one mailbox's object alone. The instants are aware; `organizer_name` is the
    municipality's name, `organizer` the reply address of this invitation (O7)."""

    organizer: str
    organizer_name: str
    attendee: str
    sequence: int
    stamp: datetime
    created_at: datetime


def calendar_bytes(shared: Shared, personal: Personal) -> bytes:
    """The whole VCALENDAR: CRLF, folded, UTF-8."""
    head, tail = _frame(shared.method)
    lines = _personal_lines(personal, asks=shared.method == "REQUEST")
    return head + b"".join(map(fold, lines)) + _shared_lines(shared) + tail


def fold(line: str) -> bytes:
    """A content line of at most 75 octets a piece, never cut inside a character (O4)."""
    raw = line.encode()
    if len(raw) <= _LONGEST:
        return raw + b"\r\n"
    pieces = []
    start, room = 0, _LONGEST
    while len(raw) - start > room:
        end = start + room
        while raw[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        pieces.append(raw[start:end])
        start, room = end, _LONGEST - 1  # the space that continues a line counts
    pieces.append(raw[start:])
    return b"\r\n ".join(pieces) + b"\r\n"


def _personal_lines(personal: Personal, *, asks: bool) -> tuple[str, ...]:
    name = _parameter(one_line(personal.organizer_name))
    answer = ";PARTSTAT=NEEDS-ACTION;RSVP=TRUE" if asks else ""
    return (
        f"DTSTAMP:{_utc(personal.stamp)}",
        f"CREATED:{_utc(personal.created_at)}",
        f"LAST-MODIFIED:{_utc(personal.stamp)}",
        f"SEQUENCE:{personal.sequence}",
        f"ORGANIZER;CN={name}:{_mailto(personal.organizer)}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{answer}:{_mailto(personal.attendee)}",
    )


def _mailto(address: str) -> str:
    """The address as a URI: a local part may hold what means something else there (RFC 6068)."""
    local, _, domain = address.rpartition("@")
    return f"mailto:{quote(local, safe=_PLAIN_IN_MAILTO)}@{domain}"


def _parameter(text: str) -> str:
    """A parameter's value, quoted; what can't stand in one is written as in RFC 6868."""
    return '"' + text.replace("^", "^^").replace('"', "^'") + '"'


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


@lru_cache(maxsize=512)
def _shared_lines(shared: Shared) -> bytes:
    """The lines that all mailboxes of one audience share."""
    asks = shared.method == "REQUEST"
    lines = [
        f"UID:{shared.uid}",
        f"DTSTART;TZID={STOCKHOLM.key}:{_local(shared.starts_at)}",
        f"DTEND;TZID={STOCKHOLM.key}:{_local(shared.ends_at)}",
        f"SUMMARY:{_text(one_line(shared.summary))}",
        f"DESCRIPTION:{_text(shared.description)}" if shared.description else "",
        "CLASS:PRIVATE",
        "STATUS:CONFIRMED" if asks else "STATUS:CANCELLED" if shared.of_all else "",
        "TRANSP:OPAQUE" if asks else "",
        f"LOCATION:{_text(one_line(shared.place))}" if asks and shared.place else "",
        *(_alarm(shared) if asks else ()),
    ]
    return b"".join(fold(line) for line in lines if line)


def _alarm(shared: Shared) -> tuple[str, ...]:
    """Neutral, since it shows on a locked screen (X13)."""
    return (
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(shared.summary)}",
        f"TRIGGER:{_ALARM_BEFORE}",
        "END:VALARM",
    )


def _text(text: str) -> str:
    escaped: bytes = vText(text).to_ical()
    return escaped.decode()


def _local(instant: datetime) -> str:
    return instant.astimezone(STOCKHOLM).strftime("%Y%m%dT%H%M%S")


@lru_cache(maxsize=2)
def _frame(method: Method) -> tuple[bytes, bytes]:
    """What stands before and after the event's lines, the time zone with it."""
    calendar = Calendar()
    calendar.add("PRODID", "-//Samspel//Samspel//SV")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method)
    calendar.add_component(_zone())
    event = Event()
    event.add(_MARK, "1")
    calendar.add_component(event)
    head, tail = calendar.to_ical(sorted=False).split(f"{_MARK}:1\r\n".encode())
    return head, tail


def _zone() -> Timezone:
    zone = Timezone.from_ical(_ZONE)
    assert isinstance(zone, Timezone)
    return zone
