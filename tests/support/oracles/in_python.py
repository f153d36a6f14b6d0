"""The `ical` package, which Home Assistant reads with: every value is held against its type."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import Enum

from ical.alarm import Alarm as IcalAlarm
from ical.calendar import Calendar
from ical.calendar_stream import CalendarStream
from ical.component import ComponentModel
from ical.event import Event
from ical.exceptions import CalendarParseError
from ical.parsing.property import ParsedProperty
from ical.types import CalAddress, ExtraProperty
from ical.types.text import TextEncoder

from tests.support.oracles.parsed import Alarm, Moment, NotRead, Parsed, ParsedEvent, Party


def read(ics: bytes) -> Parsed:
    """Raises NotRead."""
    try:
        (calendar,) = CalendarStream.from_ics(ics.decode()).calendars
    except (CalendarParseError, ValueError) as error:  # not one calendar, or pydantic says no
        raise NotRead(f"ical: {error}") from error
    if calendar.todos or calendar.journal or calendar.freebusy:
        raise NotRead("ical: not a calendar of events")
    return _calendar(calendar)


def _calendar(calendar: Calendar) -> Parsed:
    _stands(calendar, "prodid", "version")
    return Parsed(
        method=calendar.method,
        events=tuple(map(_event, calendar.events)),
        name=calendar.name[0] if calendar.name else None,
        refresh=calendar.refresh_interval,
        shown_name=_extra(calendar.extras, "x-wr-calname"),
        published_ttl=_extra(calendar.extras, "x-published-ttl"),
    )


def _event(event: Event) -> ParsedEvent:
    _stands(event, "uid", "dtstamp")
    stamp = _moment(event.dtstamp)
    assert isinstance(stamp, datetime)
    return ParsedEvent(
        uid=event.uid,
        stamp=stamp,
        starts=_moment(event.dtstart),
        ends=_moment(event.dtend),
        sequence=event.sequence,
        created=_instant(event.created),
        changed=_instant(event.last_modified),
        summary=event.summary,
        description=event.description,
        location=event.location,
        url=None if event.url is None else str(event.url),
        status=_word(event.status),
        transparency=event.transparency,
        classification=_word(event.classification),
        organizer=None if event.organizer is None else _party(event.organizer),
        attendees=tuple(map(_party, event.attendees)),
        comments=tuple(event.comment),
        alarms=tuple(map(_alarm, event.alarm)),
    )


def _stands(component: ComponentModel, *names: str) -> None:
    """The package makes up what is missing of these."""
    missing = sorted(set(names) - component.model_fields_set)
    if missing:
        raise NotRead(f"ical: there is no {' and no '.join(missing)}")


def _party(found: CalAddress) -> Party:
    return Party(
        address=str(found.uri),
        name=found.common_name,
        user_type=found.user_type,
        role=found.role,
        partstat=found.status,
        rsvp=bool(found.rsvp),
    )


def _alarm(found: IcalAlarm) -> Alarm:
    if not isinstance(found.trigger, timedelta):
        raise NotRead("ical: an alarm at an instant")
    return Alarm(found.action, found.trigger, found.description)


def _moment(found: Moment | None) -> Moment | None:
    return _instant(found) if isinstance(found, datetime) else found


def _instant(found: datetime | None) -> datetime | None:
    if found is None:
        return None
    if found.tzinfo is None:
        raise NotRead("ical: a time belongs to no time zone")
    return found.astimezone(UTC)


def _word(found: Enum | None) -> str | None:
    return None if found is None else str(found.value)


def _extra(extras: Iterable[ExtraProperty], name: str) -> str | None:
    found = next((ParsedProperty(name, one.value) for one in extras if one.name == name), None)
    return None if found is None else TextEncoder.__parse_property_value__(found)
