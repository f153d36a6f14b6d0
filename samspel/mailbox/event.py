"""The calendar part of a mail, as the card on the page shows it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Component

from samspel.mailbox import swedish, words

LARGEST_CALENDAR = 200_000

_FOLD = re.compile(r"\r?\n[ \t]")
_METHOD = re.compile(r"(?im)^METHOD(?:;[^:\r\n]*)?:([A-Z-]{1,40})[ \t]*\r?$")
_SEQUENCE = re.compile(r"(?im)^SEQUENCE(?:;[^:\r\n]*)?:([0-9]{1,9})[ \t]*\r?$")


@dataclass(frozen=True, slots=True)
class Method:
    """What the calendar part asks the recipient's calendar to do."""

    name: str
    sequence: int | None

    @property
    def label(self) -> str:
        return swedish.method(self.name, self.sequence)

    @property
    def style(self) -> str:
        """The name of its colour in the style sheet."""
        if self.name == "CANCEL":
            return "cancelled"
        if self.name == "REQUEST":
            return "changed" if self.sequence else "invited"
        return "other"


@dataclass(frozen=True, slots=True)
class Card:
    """Every field is text for people; what is missing is empty."""

    method: Method
    summary: str
    starts: str
    ends: str
    place: str
    organiser: str
    attendees: tuple[str, ...]
    description: str
    uid: str
    further: int
    """How many more events the part holds."""


def method_of(source: str) -> Method:
    """Method and sequence without taking the calendar apart: quick enough for a list."""
    unfolded = _FOLD.sub("", source[:LARGEST_CALENDAR])
    method, sequence = _METHOD.search(unfolded), _SEQUENCE.search(unfolded)
    return Method(
        method.group(1).upper() if method else "", int(sequence.group(1)) if sequence else None
    )


def card(source: str) -> Card | None:
    """The card of the first event or task, or None where there's nothing readable."""
    if len(source) > LARGEST_CALENDAR:
        return None
    try:
        events = [
            component
            for calendar in Calendar.from_ical(source, multiple=True)
            for component in calendar.walk()
            if component.name in {"VEVENT", "VTODO"}
        ]
    except words.BROKEN:
        return None
    return _card(method_of(source), events) if events else None


def _card(method: Method, events: list[Component]) -> Card:
    event = events[0]
    starts, ends = _moment(event, "DTSTART"), _moment(event, "DTEND") or _moment(event, "DUE")
    if ends is None and starts is not None:
        ends = _after(starts, _duration(event))
    return Card(
        method=method,
        summary=_text(event, "SUMMARY"),
        starts=swedish.moment(starts),
        ends=swedish.moment(_inclusive(starts, ends)),
        place=_text(event, "LOCATION"),
        organiser=_person(event.get("ORGANIZER")),
        attendees=tuple(_attendee(person) for person in _listed(event.get("ATTENDEE"))),
        description=words.text(_plain(event.get("DESCRIPTION")))[:5_000],
        uid=_text(event, "UID"),
        further=len(events) - 1,
    )


def _moment(event: Component, name: str) -> date | datetime | None:
    value = _attribute(event.get(name), "dt")
    return value if isinstance(value, date) else None


def _duration(event: Component) -> timedelta | None:
    value = _attribute(event.get("DURATION"), "dt")
    return value if isinstance(value, timedelta) else None


def _after(starts: date | datetime, duration: timedelta | None) -> date | datetime | None:
    try:
        return None if duration is None else starts + duration
    except OverflowError:
        return None


def _inclusive(starts: date | None, ends: date | None) -> date | None:
    """A day's end as people say it: the calendar names the day after the last (RFC 5545, 3.6.1)."""
    if ends is None or isinstance(ends, datetime) or isinstance(starts, datetime):
        return ends
    return ends - timedelta(days=1) if starts is not None and ends > starts else ends


def _text(event: Component, name: str) -> str:
    return words.line(_plain(event.get(name)))[:1_000]


def _plain(value: Any) -> str:
    value = _listed(value)[0] if _listed(value) else ""
    return str(value)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value[:50] if isinstance(value, list) else [value]


def _person(value: Any) -> str:
    listed = _listed(value)
    if not listed:
        return ""
    address = re.sub(r"(?i)^mailto:", "", words.line(str(listed[0])))[:300]
    name = words.line(str(_parameter(listed[0], "CN")))[:300]
    return f"{name} <{address}>" if name else address


def _attendee(value: Any) -> str:
    answer = swedish.answer(str(_parameter(value, "PARTSTAT")).upper())
    return f"{_person(value)} – {answer}" if answer else _person(value)


def _parameter(value: Any, name: str) -> object:
    return (_attribute(value, "params") or {}).get(name, "")


def _attribute(value: Any, name: str) -> Any:
    """An attribute of a property; icalendar keeps a broken one, which raises at each look."""
    try:
        return getattr(value, name, None)
    except words.BROKEN:
        return None
