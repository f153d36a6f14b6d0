"""libical, which Evolution, KOrganizer and Cyrus read with: it also knows what iTIP asks for."""

import ctypes
from collections.abc import Callable, Iterator
from ctypes import Structure, c_char_p, c_int, c_int64, c_uint, c_void_p
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from tests.support.oracles.parsed import Alarm, Moment, NotRead, Parsed, ParsedEvent, Party

_NAMES = ("libical.so.3", "libical.3.dylib")
_ANY_PROPERTY, _ANY_COMPONENT = 0, 1  # of libical's enumerations
HOW_TO_GET_IT = "libical 3 is missing: apt-get install libical3"


class _Time(Structure):
    """struct icaltimetype of libical 3."""

    _fields_ = (
        *((name, c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", c_int),
        ("is_daylight", c_int),
        ("zone", c_void_p),
    )


class _Duration(Structure):
    """struct icaldurationtype."""

    _fields_ = (
        ("is_neg", c_int),
        *((name, c_uint) for name in ("days", "weeks", "hours", "minutes", "seconds")),
    )


_SIGNATURES: dict[str, tuple[Any, ...]] = {  # what comes back, then the arguments
    "icalparser_parse_string": (c_void_p, c_char_p),
    "icalrestriction_check": (c_int, c_void_p),
    "icalcomponent_count_errors": (c_int, c_void_p),
    "icalcomponent_free": (None, c_void_p),
    "icalcomponent_isa": (c_int, c_void_p),
    "icalcomponent_kind_to_string": (c_char_p, c_int),
    "icalcomponent_get_first_component": (c_void_p, c_void_p, c_int),
    "icalcomponent_get_next_component": (c_void_p, c_void_p, c_int),
    "icalcomponent_get_first_property": (c_void_p, c_void_p, c_int),
    "icalcomponent_get_next_property": (c_void_p, c_void_p, c_int),
    "icalproperty_get_property_name": (c_char_p, c_void_p),
    "icalproperty_get_parameter_as_string": (c_char_p, c_void_p, c_char_p),
    "icalproperty_get_first_parameter": (c_void_p, c_void_p, c_int),
    "icalparameter_string_to_kind": (c_int, c_char_p),
    "icalparameter_get_cn": (c_char_p, c_void_p),
    "icalproperty_get_value": (c_void_p, c_void_p),
    "icalproperty_get_value_as_string": (c_char_p, c_void_p),
    "icalproperty_get_datetime_with_component": (_Time, c_void_p, c_void_p),
    "icalvalue_get_text": (c_char_p, c_void_p),
    "icaltime_as_timet_with_zone": (c_int64, _Time, c_void_p),
    "icaldurationtype_from_string": (_Duration, c_char_p),
    "icaldurationtype_as_int": (c_int, _Duration),
    "icalerror_set_errors_are_fatal": (None, c_int),
}


@cache
def library() -> Any | None:
    """libical as it is installed here, or None."""
    for name in _NAMES:
        try:
            found = ctypes.CDLL(name)
        except OSError:
            continue
        for function, (result, *arguments) in _SIGNATURES.items():
            getattr(found, function).restype = result
            getattr(found, function).argtypes = arguments
        found.icalerror_set_errors_are_fatal(0)
        return found
    return None


def read(ics: bytes) -> Parsed:
    """Raises NotRead. Without libical there is nothing to call this for."""
    c = library()
    assert c is not None, HOW_TO_GET_IT
    root = c.icalparser_parse_string(ics)
    if not root:
        raise NotRead("libical: not a calendar")
    try:
        calendar = _Component(c, root)
        allowed = _is_lenient(calendar) or c.icalrestriction_check(root)
        if not allowed or c.icalcomponent_count_errors(root):
            raise NotRead(f"libical: {'; '.join(_complaints(calendar)) or 'a restriction'}")
        return _calendar(calendar)
    finally:
        c.icalcomponent_free(root)


@dataclass(frozen=True, slots=True)
class _Component:
    """A component of libical's; it lives as long as the calendar that it belongs to."""

    c: Any
    pointer: int

    @property
    def name(self) -> str:
        kind = self.c.icalcomponent_isa(self.pointer)
        return str(self.c.icalcomponent_kind_to_string(kind).decode())

    def components(self) -> "Iterator[_Component]":
        c = self.c
        first, following = c.icalcomponent_get_first_component, c.icalcomponent_get_next_component
        kind = _ANY_COMPONENT
        found = first(self.pointer, kind)
        while found:
            yield _Component(c, found)
            found = following(self.pointer, kind)

    def properties(self) -> "Iterator[_Property]":
        c = self.c
        first, following = c.icalcomponent_get_first_property, c.icalcomponent_get_next_property
        kind = _ANY_PROPERTY
        found = first(self.pointer, kind)
        while found:
            name = c.icalproperty_get_property_name(found).decode()
            yield _Property(c, found, self.pointer, name)
            found = following(self.pointer, kind)


@dataclass(frozen=True, slots=True)
class _Property:
    c: Any
    pointer: int
    owner: int
    name: str

    def text(self) -> str:
        value = self.c.icalproperty_get_value(self.pointer)
        return str(self.c.icalvalue_get_text(value).decode())

    def as_it_stands(self) -> str:
        return str(self.c.icalproperty_get_value_as_string(self.pointer).decode())

    def parameter(self, name: bytes) -> str | None:
        found = self.c.icalproperty_get_parameter_as_string(self.pointer, name)
        return None if found is None else str(found.decode())

    def common_name(self) -> str | None:
        """As it was before RFC 6868 wrote it; libical shows other parameters as they stand."""
        kind = self.c.icalparameter_string_to_kind(b"CN")
        found = self.c.icalproperty_get_first_parameter(self.pointer, kind)
        return str(self.c.icalparameter_get_cn(found).decode()) if found else None

    def duration(self) -> timedelta:
        written = self.c.icalproperty_get_value_as_string(self.pointer)
        read_as = self.c.icaldurationtype_from_string(written)
        return timedelta(seconds=self.c.icaldurationtype_as_int(read_as))

    def moment(self) -> Moment:
        """By the calendar's own VTIMEZONE, which libical asks before its own zones."""
        time = self.c.icalproperty_get_datetime_with_component(self.pointer, self.owner)
        if time.is_date:
            return date(time.year, time.month, time.day)
        if not time.zone:
            raise NotRead(f"libical: {self.name} belongs to no time zone")
        seconds = self.c.icaltime_as_timet_with_zone(time, time.zone)
        return datetime.fromtimestamp(seconds, UTC)

    def party(self) -> Party:
        return Party(
            address=self.as_it_stands(),
            name=self.common_name(),
            user_type=self.parameter(b"CUTYPE"),
            role=self.parameter(b"ROLE"),
            partstat=self.parameter(b"PARTSTAT"),
            rsvp=self.parameter(b"RSVP") == "TRUE",
        )


_OF_CALENDAR: dict[str, tuple[str, Callable[[_Property], Any]]] = {
    "METHOD": ("method", _Property.as_it_stands),
    "NAME": ("name", _Property.text),
    "REFRESH-INTERVAL": ("refresh", _Property.duration),
    "X-WR-CALNAME": ("shown_name", _Property.as_it_stands),
    "X-PUBLISHED-TTL": ("published_ttl", _Property.as_it_stands),
}
_OF_EVENT: dict[str, tuple[str, Callable[[_Property], Any]]] = {
    "UID": ("uid", _Property.text),
    "DTSTAMP": ("stamp", _Property.moment),
    "DTSTART": ("starts", _Property.moment),
    "DTEND": ("ends", _Property.moment),
    "SEQUENCE": ("sequence", lambda one: int(one.as_it_stands())),
    "CREATED": ("created", _Property.moment),
    "LAST-MODIFIED": ("changed", _Property.moment),
    "SUMMARY": ("summary", _Property.text),
    "DESCRIPTION": ("description", _Property.text),
    "LOCATION": ("location", _Property.text),
    "URL": ("url", _Property.as_it_stands),
    "STATUS": ("status", _Property.as_it_stands),
    "TRANSP": ("transparency", _Property.as_it_stands),
    "CLASS": ("classification", _Property.as_it_stands),
    "ORGANIZER": ("organizer", _Property.party),
    "ATTENDEE": ("attendees", _Property.party),
    "COMMENT": ("comments", _Property.text),
}
_OF_ALARM: dict[str, tuple[str, Callable[[_Property], Any]]] = {
    "ACTION": ("action", _Property.as_it_stands),
    "TRIGGER": ("trigger", _Property.duration),
    "DESCRIPTION": ("description", _Property.text),
}
_MANY = ("attendees", "comments")


def _calendar(calendar: _Component) -> Parsed:
    inside = list(calendar.components())
    lost = {one.name for one in inside} - {"VEVENT", "VTIMEZONE"}
    if calendar.name != "VCALENDAR" or lost:
        raise NotRead(f"libical: not a calendar of events: {calendar.name} {sorted(lost)}")
    events = tuple(_event(one) for one in inside if one.name == "VEVENT")
    return Parsed(**_read(calendar, _OF_CALENDAR), events=events)


def _event(event: _Component) -> ParsedEvent:
    alarms = tuple(map(_alarm, event.components()))
    return ParsedEvent(**_read(event, _OF_EVENT), alarms=alarms)


def _alarm(alarm: _Component) -> Alarm:
    found = _read(alarm, _OF_ALARM)
    if not {"action", "trigger"} <= found.keys():
        raise NotRead("libical: an alarm without an action or a trigger")
    return Alarm(**found)


def _read(
    component: _Component, table: dict[str, tuple[str, Callable[[_Property], Any]]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in component.properties():
        if one.name not in table:
            continue
        name, value = table[one.name]
        if name in _MANY:
            found[name] = (*found.get(name, ()), value(one))
        elif name in found:
            raise NotRead(f"libical: {one.name} stands there twice")
        else:
            found[name] = value(one)
    return found


def _is_lenient(calendar: _Component) -> bool:
    """Whether iTIP's table isn't asked: it leaves nothing in a DECLINECOUNTER but UID, DTSTAMP and
    ORGANIZER. Ours says to whom it is (O8) and of which time it speaks.
    """
    methods = [one.as_it_stands() for one in calendar.properties() if one.name == "METHOD"]
    return methods == ["DECLINECOUNTER"]


def _complaints(component: _Component) -> Iterator[str]:
    """What libical has noted where it found it."""
    yield from (one.text() for one in component.properties() if one.name == "X-LIC-ERROR")
    for inner in component.components():
        yield from _complaints(inner)
