"""The calendar object of a meeting in a mailbox (O3-O11, O14): built once a meeting, then spliced.

The frame with the time zone is written by icalendar, once. The lines that a meeting's mailboxes
share are kept for a while; the personal ones (who is asked, whom to answer, which revision, the
link) come between.
"""

from dataclasses import dataclass, replace
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
class WholeDays:
    """Days that something is to be done by, first and last: nobody is busy then (O14)."""

    uid: str
    method: Method
    first: date
    last: date
    summary: str
    description: str = ""
    of_all: bool = False

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("the last day is before the first")


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


def calendar_bytes(shared: Shared | WholeDays, personal: Personal) -> bytes:
    """The whole VCALENDAR: CRLF, folded, UTF-8. Raises UnsafeText.

    The description has the recipient's link in it: it is shared with nobody.
    """
    head, tail = _frame(shared.method, zoned=isinstance(shared, Shared))
    lines = _personal_lines(personal, asks=shared.method == "REQUEST")
    if shared.description:
        lines = (*lines, f"DESCRIPTION:{text_value(shared.description)}")
    body = _shared_lines(replace(shared, description=""))
    return head + b"".join(map(_folded, lines)) + body + tail


def _folded(line: str) -> bytes:
    """Whatever it was made of, it stays one content line."""
    return fold(visible(line))


def _personal_lines(personal: Personal, *, asks: bool) -> tuple[str, ...]:
    name = _parameter(one_line(personal.organizer_name))
    answer = ";PARTSTAT=NEEDS-ACTION;RSVP=TRUE" if asks else ""
    return (
        f"DTSTAMP:{utc(personal.stamp)}",
        f"CREATED:{utc(personal.created_at)}",
        f"LAST-MODIFIED:{utc(personal.stamp)}",
        f"SEQUENCE:{personal.sequence}",
        f"ORGANIZER;CN={name}:{_mailto(personal.organizer)}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{answer}:{_mailto(personal.attendee)}",
    )


def _mailto(address: str) -> str:
    """The address as a URI: a local part may hold what means something else there (RFC 6068)."""
    local, _, domain = visible(address).rpartition("@")
    return f"mailto:{quote(local, safe=_PLAIN_IN_MAILTO)}@{domain}"


def _parameter(text: str) -> str:
    """A parameter's value, quoted; what can't stand in one is written as in RFC 6868."""
    return '"' + text.replace("^", "^^").replace('"', "^'") + '"'


@lru_cache(maxsize=512)
def _shared_lines(shared: Shared | WholeDays) -> bytes:
    """The lines that all mailboxes of one audience share."""
    asks = shared.method == "REQUEST"
    lines = [
        f"UID:{shared.uid}",
        *_when(shared),
        f"SUMMARY:{text_value(one_line(shared.summary))}",
        "CLASS:PRIVATE",
        _status(shared),
        *(_standing(shared) if asks else ()),
    ]
    return b"".join(_folded(line) for line in lines if line)


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
