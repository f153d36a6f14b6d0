"""A person's meetings as a calendar file: a feed to subscribe to, or one meeting to download.

Neutral like every mail (X3, X13): no other person, no address, no reason, and a place only where a
mail may say it. The same values give the same bytes, so that an unchanged feed is one (304).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.cases.domain.refused import Refused, Words
from shared.domain.calendar_lines import PRODID, ZONE, fold, text_value, times, utc

REFRESH = "PT1H"
_SUMMARIES = {"sv": "Möte", "en": "Meeting"}
_NAMES = {"sv": "Möten {municipality}", "en": "Meetings {municipality}"}
# How long a meeting stays in the feed after its time.
KEPT = timedelta(days=30)


class NoFeedFor(Refused):
    """Protected people stand in no file, and a child without mail of its own has none (X6, X11)."""

    code = "no-feed-for"
    rule = "X6"
    title = Words("Ingen kalenderprenumeration", "No calendar feed")
    detail = Words(
        "Personen kan inte ha någon kalenderprenumeration: uppgifterna är skyddade, eller det är"
        " inte känt att de inte är det. Berätta om mötena på annat sätt.",
        "This person can't have a calendar feed: they are protected, or not known not to be. Tell"
        " them of meetings in another way.",
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One meeting as its person's calendar shows it. `reference` only for staff (X3)."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    changed_at: datetime
    cancelled: bool
    reference: str | None = None
    place: str | None = None


def feed(entries: Iterable[Entry], municipality: str, language: Literal["sv", "en"]) -> bytes:
    """A whole VCALENDAR to subscribe to; without a meeting it is one all the same."""
    name = text_value(_plain(_NAMES[language].format(municipality=municipality)))
    head = (
        f"NAME:{name}",
        f"X-WR-CALNAME:{name}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    )
    return _calendar(entries, language, head)


def one_meeting(entry: Entry, language: Literal["sv", "en"]) -> bytes:
    """A file with one meeting, to put into a calendar; it asks nobody anything (no METHOD)."""
    return _calendar([entry], language, ())


def _calendar(
    entries: Iterable[Entry], language: Literal["sv", "en"], head: tuple[str, ...]
) -> bytes:
    begin = ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", *head)
    ordered = sorted(entries, key=lambda one: (one.starts_at, one.uid))
    events = (line for entry in ordered for line in _event(entry, language))
    return (
        b"".join(map(fold, begin))
        + ZONE.encode()
        + b"".join(map(fold, events))
        + fold("END:VCALENDAR")
    )


def _event(entry: Entry, language: Literal["sv", "en"]) -> Iterator[str]:
    summary = " ".join(filter(None, (_SUMMARIES[language], entry.reference)))
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"DTSTAMP:{utc(entry.changed_at)}"
    yield f"LAST-MODIFIED:{utc(entry.changed_at)}"
    yield f"SEQUENCE:{entry.sequence}"
    yield from times(entry.starts_at, entry.ends_at)
    yield f"SUMMARY:{text_value(_plain(summary))}"
    yield "CLASS:PRIVATE"
    yield "STATUS:CANCELLED" if entry.cancelled else "STATUS:CONFIRMED"
    yield "TRANSP:TRANSPARENT" if entry.cancelled else "TRANSP:OPAQUE"
    if entry.place and not entry.cancelled:
        yield f"LOCATION:{text_value(_plain(entry.place))}"
    yield "END:VEVENT"


def _plain(text: str) -> str:
    """One line of what can be seen."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
