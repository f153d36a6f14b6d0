"""ical.js, which Thunderbird and Nextcloud read with, run in QuickJS."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import quickjs

from tests.support.oracles.parsed import Alarm, Moment, NotRead, Parsed, ParsedEvent, Party

_HERE = Path(__file__).parent
_LIBRARY = _HERE.parent.parent / "vendor" / "ical.js" / "ical.js"
_READER = _HERE / "reader.js"
_EXPORT = re.compile(r"^export \{ (\w+) as default \};$", re.MULTILINE)


def read(ics: bytes) -> Parsed:
    """Raises NotRead."""
    try:
        found = json.loads(str(_reader()(ics.decode())))
    except quickjs.JSException as error:
        raise NotRead(f"ical.js: {error}") from error
    return Parsed(
        **found
        | {
            "refresh": _duration(found["refresh"]),
            "events": tuple(map(_event, found["events"])),
        }
    )


@cache
def _reader() -> Any:
    """The function of the reader, with ical.js behind it."""
    library, exports = _EXPORT.subn(r"const ICAL = \1;", _LIBRARY.read_text())
    assert exports == 1  # what is evaluated is a script, not a module
    engine = quickjs.Context()
    engine.eval(library)
    engine.eval(_READER.read_text())
    return engine.get("readCalendar")


def _event(found: dict[str, Any]) -> ParsedEvent:
    moments = ("stamp", "starts", "ends", "created", "changed")
    organizer = found["organizer"]
    return ParsedEvent(
        **found
        | {name: _moment(found[name]) for name in moments}
        | {
            "organizer": organizer and Party(**organizer),
            "attendees": tuple(Party(**party) for party in found["attendees"]),
            "comments": tuple(found["comments"]),
            "alarms": tuple(map(_alarm, found["alarms"])),
        }
    )


def _alarm(found: dict[str, Any]) -> Alarm:
    return Alarm(found["action"], timedelta(seconds=found["trigger"]), found["description"])


def _moment(found: str | int | None) -> Moment | None:
    if isinstance(found, str):
        return date.fromisoformat(found)
    return None if found is None else datetime.fromtimestamp(found, UTC)


def _duration(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
