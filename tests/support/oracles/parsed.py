"""What is read out of a calendar, in one form whichever program has read it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

Moment = datetime | date
"""An instant in UTC, or an all-day event's date (O14)."""


class NotRead(AssertionError):
    """A program couldn't read the calendar, or says that the standard forbids what stands in it."""


@dataclass(frozen=True, slots=True)
class Party:
    """An ORGANIZER or ATTENDEE. `address` is the URI as it stands, «mailto:…»."""

    address: str
    name: str | None = None
    user_type: str | None = None
    role: str | None = None
    partstat: str | None = None
    rsvp: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """A VALARM. `trigger` is counted from the start of the event."""

    action: str
    trigger: timedelta
    description: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """A VEVENT. What doesn't stand in it is None: an answer may leave out nearly all."""

    uid: str
    stamp: datetime
    starts: Moment | None = None
    ends: Moment | None = None
    sequence: int | None = None
    created: datetime | None = None
    changed: datetime | None = None
    summary: str | None = None
    description: str | None = None
    location: str | None = None
    url: str | None = None
    status: str | None = None
    transparency: str | None = None
    classification: str | None = None
    organizer: Party | None = None
    attendees: tuple[Party, ...] = ()
    comments: tuple[str, ...] = ()
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A VCALENDAR: of a mail with its method, or of a feed, which needs none."""

    events: tuple[ParsedEvent, ...]
    method: str | None = None
    name: str | None = None  # NAME
    refresh: timedelta | None = None  # REFRESH-INTERVAL
    shown_name: str | None = None  # X-WR-CALNAME
    published_ttl: str | None = None  # X-PUBLISHED-TTL, a text to those who don't know it

    @property
    def event(self) -> ParsedEvent:
        """The only event."""
        (only,) = self.events
        return only
