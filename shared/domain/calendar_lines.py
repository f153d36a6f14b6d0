"""Content lines of iCalendar, as every calendar object and feed of ours writes them (O4-O6)."""

from datetime import UTC, datetime

from icalendar import vText

from shared.domain.days import STOCKHOLM

PRODID = "-//Samspel//Samspel//SV"
_LONGEST = 75
# icalendar's own add_missing_timezones() writes a list of dates that ends in 2037 (O6).
ZONE = """\
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


def text_value(text: str) -> str:
    """A text as the value of a property, with what means something there escaped."""
    escaped: bytes = vText(text).to_ical()
    return escaped.decode()


def utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def times(starts_at: datetime, ends_at: datetime) -> tuple[str, str]:
    """DTSTART and DTEND on Stockholm's wall clock; ZONE says what that is.

    In the hour that comes twice in October programs take one or the other: then both are in UTC.
    """
    if _comes_twice(starts_at) or _comes_twice(ends_at):
        return f"DTSTART:{utc(starts_at)}", f"DTEND:{utc(ends_at)}"
    return (
        f"DTSTART;TZID={STOCKHOLM.key}:{_local(starts_at)}",
        f"DTEND;TZID={STOCKHOLM.key}:{_local(ends_at)}",
    )


def _comes_twice(instant: datetime) -> bool:
    wall = _on_the_wall(instant)
    return wall.utcoffset() != wall.replace(fold=1 - wall.fold).utcoffset()


def _local(instant: datetime) -> str:
    return _on_the_wall(instant).strftime("%Y%m%dT%H%M%S")


def _on_the_wall(instant: datetime) -> datetime:
    """By way of UTC: a time that the clocks skip in March is another one on the wall."""
    return instant.astimezone(UTC).astimezone(STOCKHOLM)
