"""Calendars as others' programs read them: what Samspel sends must mean the same to all of them.

None of them is icalendar, which the calendars are written with, and none shares code with another:
ical.js (Thunderbird, Nextcloud), `ical` (Home Assistant) and, where it is installed, libical
(Evolution, KOrganizer, Cyrus). In a test, whatever the mail or the feed:

    event = read(ics).event
"""

from collections.abc import Callable, Mapping

from tests.support.oracles import in_c, in_javascript, in_python
from tests.support.oracles.parsed import Alarm, Moment, NotRead, Parsed, ParsedEvent, Party

__all__ = [
    "Alarm", "Disagreement", "Moment", "NotRead", "Parsed", "ParsedEvent", "Party",
    "oracles", "read", "read_with_all",
]  # fmt: skip

# The programs are given the zone under a name that no time zone has, as long as the right one. So
# they read the VTIMEZONE in the file; `ical`, for one, takes Stockholm from the system.
_ZONE, _NAMELESS = b"Europe/Stockholm", b"Samspel/Provzon."


class Disagreement(AssertionError):
    """Two programs read the same calendar differently."""


def read(ics: bytes) -> Parsed:
    """What the calendar says, to all of them. Raises NotRead, Disagreement."""
    return next(iter(read_with_all(ics).values()))


def read_with_all(ics: bytes) -> dict[str, Parsed]:
    """By the program's name: what it has read. Raises NotRead, Disagreement."""
    found = read_apart(ics)
    first, *others = found
    for other in others:
        if found[other] != found[first]:
            raise Disagreement(f"{first}: {found[first]}\n{other}: {found[other]}")
    return found


def read_apart(ics: bytes) -> dict[str, Parsed]:
    """The same without asking whether they agree. Raises NotRead."""
    try:
        ics.decode()
    except UnicodeDecodeError as error:  # other bytes, or a character cut in two (O4)
        raise NotRead(f"not UTF-8: {error.reason}") from error
    nameless = ics.replace(_ZONE, _NAMELESS)
    return {name: program(nameless) for name, program in oracles().items()}


def oracles() -> Mapping[str, Callable[[bytes], Parsed]]:
    """The programs that are here; the first two always are."""
    found = {"ical.js": in_javascript.read, "ical": in_python.read}
    if in_c.library() is not None:
        found["libical"] = in_c.read
    return found
