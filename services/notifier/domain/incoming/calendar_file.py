"""What a calendar says to its organizer (RFC 5546), read as leniently as can be (B2, B4-B6)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args
from urllib.parse import unquote

from services.notifier.domain.incoming.file_zones import Zones
from services.notifier.domain.incoming.headers import ADDRESS, as_entered
from services.notifier.domain.incoming.kinds import (
    Answer,
    Counter,
    Foreign,
    Refresh,
    Reply,
    Unusable,
)
from services.notifier.domain.incoming.texts import one_line
from shared.domain.calendars.content_lines import (
    Component,
    CutOffCalendar,
    Property,
    UnreadableCalendar,
    components,
)
from shared.domain.calendars.moments import duration, known_zone, later, moment

Said = Reply | Counter | Refresh | Foreign

_KINDS = frozenset({"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"})
_NAMES = frozenset({
    "METHOD", "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "ATTENDEE", "COMMENT",
    "RECURRENCE-ID", "RRULE", "RDATE", "TZID", "TZOFFSETFROM", "TZOFFSETTO",
})  # fmt: skip
_METHODS = frozenset({
    "PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER",
})  # fmt: skip
_TO_ORGANIZERS = frozenset({"REPLY", "COUNTER", "REFRESH"})
_ANSWERS: dict[str, Answer] = {answer.upper(): answer for answer in get_args(Answer)}
_WORD = re.compile(r"[A-Za-z-]{1,40}")
_SEQUENCE = re.compile(r"\d{1,9}", re.ASCII)
_UID = re.compile(r"[!-~]{1,255}")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CARET = re.compile(r"\^(['n^])")
# Exchange keeps another program's UID within one of its own, and some clients don't unwrap it
# (MS-OXCICAL 2.1.3.1.1.20.26): «vCal-Uid», 1, the UID, 0, all in hexadecimal.
_WRAPPED = re.compile(
    r"040000008200E00074C5B7101A82E008[0-9A-F]{40}7643616C2D55696401000000((?:[0-9A-F]{2}){1,255})",
    re.IGNORECASE,
)
_LONGEST = 500_000
_LONGEST_COMMENT = 500
_MOST_EVENTS = 10
_MOST_ATTENDEES = 1_000


def said_in(text: str, method: str, ours: str) -> list[Said]:
    """What each event of a calendar says. `method` is the one of its MIME part, `ours` the address
    it was sent to. Raises Unusable."""
    if len(text) > _LONGEST:
        raise Unusable("too-much")
    try:
        calendars = components(text, _KINDS, _NAMES)
        return [said for one in calendars for said in _said(one, method, ours.lower())]
    except CutOffCalendar:
        raise Unusable("truncated") from None
    except UnreadableCalendar as error:
        reason = error.code
        if reason in ("not-a-calendar", "too-much"):
            raise Unusable("too-much" if reason == "too-much" else "not-a-calendar") from None
        raise Unusable("broken") from None


def _said(calendar: Component, outside: str, ours: str) -> list[Said]:
    events = [part for part in calendar.parts if part.kind == "VEVENT"]
    zones = Zones([part for part in calendar.parts if part.kind == "VTIMEZONE"])
    method = _method(calendar, outside, events)
    if method not in _TO_ORGANIZERS:
        return [Foreign(method)]
    if not events:
        raise Unusable("no-event")
    if len(events) > _MOST_EVENTS:
        raise Unusable("too-much")
    return [_Reading(method, event, zones, ours).said() for event in events]


def _method(calendar: Component, outside: str, events: Sequence[Component]) -> str | None:
    """The calendar's own word; else its part's; else what it looks like, if both were lost or say
    what no standard knows. Raises Unusable for such a word on what doesn't look like an answer."""
    line = _only(calendar, "METHOD")
    told = (line.value if line else "", outside)
    for value in told:
        found = _WORD.search(value)
        if found and found[0].upper() in _METHODS:
            return found[0].upper()
    if len(events) == 1 and _looks_like_an_answer(events[0]):
        return "REPLY"
    if any(value.strip() for value in told):
        raise Unusable("unknown-method")
    return None


def _looks_like_an_answer(event: Component) -> bool:
    attendees = event.all("ATTENDEE")
    return len(attendees) == 1 and _partstat(attendees[0]) in _ANSWERS


def _partstat(attendee: Property) -> str:
    return attendee.parameters.get("PARTSTAT", "").strip().upper()


def _only(component: Component, name: str) -> Property | None:
    """A line that there may be one of. Raises Unusable if there are two that differ."""
    lines = component.all(name)
    if any(line != lines[0] for line in lines):
        raise Unusable("contradiction")
    return lines[0] if lines else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One event of a calendar that somebody sends to its organizer."""

    method: str
    event: Component
    zones: Zones
    ours: str

    def said(self) -> Said:
        if any(self.event.all(name) for name in ("RECURRENCE-ID", "RRULE", "RDATE")):
            raise Unusable("recurring")
        uid, (attendee, address) = self._uid(), self._attendee()
        if self.method == "REFRESH":
            return Refresh(uid, address)
        sequence, stamp, comment = self._sequence(), self._stamp(), self._comment(attendee)
        if self.method == "COUNTER":
            starts_at, ends_at = self._times()
            return Counter(uid, sequence, stamp, address, starts_at, ends_at, comment)
        self._times_can_be_read()
        answer = _ANSWERS.get(_partstat(attendee))
        if answer is None:
            raise Unusable("no-answer")
        return Reply(uid, sequence, stamp, address, answer, comment)

    def _uid(self) -> str:
        line = _only(self.event, "UID")
        uid = _unescaped(line.value) if line else ""
        if wrapped := _WRAPPED.fullmatch(uid):
            uid = bytes.fromhex(wrapped[1]).split(b"\0")[0].decode("ascii", errors="replace")
        if not _UID.fullmatch(uid):
            raise Unusable("no-uid")
        return uid

    def _attendee(self) -> tuple[Property, str]:
        """Who answers. Some programs list the organizer too, who is us."""
        lines = self.event.all("ATTENDEE")[:_MOST_ATTENDEES]
        known = [(line, _address(line)) for line in lines]
        others = [(line, address) for line, address in known if address != self.ours]
        if any("DELEGATED" in name for line, _ in others for name in line.parameters) or any(
            _partstat(line) == "DELEGATED" for line, _ in others
        ):
            raise Unusable("delegated")
        if len({address for _, address in others}) > 1:
            raise Unusable("two-attendees")
        if len({_partstat(line) for line, _ in others}) > 1:
            raise Unusable("contradiction")
        if not others or others[0][1] is None:
            raise Unusable("no-attendee")
        return others[0][0], others[0][1]

    def _sequence(self) -> int | None:
        line = _only(self.event, "SEQUENCE")
        if line is None:
            return None
        if not _SEQUENCE.fullmatch(line.value):
            raise Unusable("broken")
        return int(line.value)

    def _stamp(self) -> datetime | None:
        """None if it's missing, or by a clock that isn't known."""
        line = _only(self.event, "DTSTAMP")
        if line is None:
            return None
        at = moment(line)
        if at.zone is UTC or known_zone(line.parameters.get("TZID", "")) is not None:
            return at.instant
        return None

    def _times_can_be_read(self) -> None:
        """An answer says nothing by its times; but a file that is damaged there isn't trusted."""
        for name in ("DTSTART", "DTEND"):
            for line in self.event.all(name):
                moment(line)

    def _times(self) -> tuple[datetime, datetime]:
        start, end = _only(self.event, "DTSTART"), _only(self.event, "DTEND")
        length = _only(self.event, "DURATION")
        if start is None or (end is None and length is None):
            raise Unusable("no-time")
        starts_at = self.zones.instant(start)
        if end is not None:
            ends_at = self.zones.instant(end)
        else:
            ends_at = later(starts_at, duration(length.value if length else ""))
        if ends_at <= starts_at:
            raise Unusable("no-time")
        return starts_at, ends_at

    def _comment(self, attendee: Property) -> str:
        """Google writes it as a parameter besides."""
        lines = " ".join(_unescaped(line.value) for line in self.event.all("COMMENT"))
        beside = _CARET.sub(_uncareted, attendee.parameters.get("X-RESPONSE-COMMENT", ""))
        return one_line(lines, _LONGEST_COMMENT) or one_line(beside, _LONGEST_COMMENT)


def _address(line: Property) -> str | None:
    """In lower case. Apple's may be an address in its own system, with the mailbox beside it."""
    scheme, colon, rest = line.value.partition(":")
    mailto = unquote(rest if colon and scheme.strip().lower() == "mailto" else line.value)
    for told in (mailto, line.parameters.get("EMAIL", "")):
        bare = told.strip().strip("<>'\"").strip().lower()
        bare = bare.removeprefix("mailto:")
        if ADDRESS.fullmatch(bare):
            return as_entered(bare)
    return None


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _uncareted(found: re.Match[str]) -> str:
    return {"n": "\n", "'": '"', "^": "^"}[found[1]]
