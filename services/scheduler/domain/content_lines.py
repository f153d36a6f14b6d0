"""What a calendar file says of times, line by line (RFC 5545 3.1); all else is passed over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_COMPONENTS = frozenset({"VEVENT", "VFREEBUSY"})
_PROPERTIES = frozenset({
    "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS",
    "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "FREEBUSY",
})  # fmt: skip
_FOLD = re.compile(r"\r?\n[ \t]")
_NAME = re.compile(r"([A-Za-z0-9-]+)[;:]")
# Microsoft's zones have an unquoted colon: «TZID=tzone://Microsoft/Utc».
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:]|:(?=//))*)')
_MOST_COMPONENTS = 20_000
_DEEPEST = 8


class UnreadableCalendar(Exception):
    """A calendar that can't be read. `code` says why, and holds nothing of its content."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Property:
    """A content line: its parameters by upper-case name, unquoted, and its value as it stands."""

    parameters: dict[str, str]
    value: str


@dataclass(frozen=True, slots=True)
class Component:
    """An event or a list of busy times, with the lines that say something of its time."""

    kind: str
    properties: dict[str, list[Property]] = field(default_factory=dict)

    def all(self, name: str) -> list[Property]:
        return self.properties.get(name, [])

    def first(self, name: str) -> Property | None:
        return next(iter(self.all(name)), None)

    def says(self, name: str) -> str:
        """A word in upper case; empty if it isn't there."""
        found = self.first(name)
        return found.value.strip().upper() if found else ""


def components(data: bytes) -> list[Component]:
    """Raises UnreadableCalendar for what is no calendar, or only a part of one."""
    reader = _Reader()
    for line in _lines(data):
        named = _NAME.match(line)
        if named is None:
            continue  # a description that was folded badly, say
        name = named[1].upper()
        if name == "BEGIN":
            reader.begin(_word(line))
        elif name == "END":
            reader.end(_word(line))
        elif name in _PROPERTIES and reader.collects:
            reader.add(name, _property(line, named.end(1)))
    return reader.finished()


class _Reader:
    """Where in the file one is, and what has been found so far."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._found: list[Component] = []
        self._calendars = 0

    @property
    def collects(self) -> bool:
        """Whether a line belongs to a component itself, and not to an alarm in it."""
        return len(self._open) == 2 and self._open[1] in _COMPONENTS

    def begin(self, kind: str) -> None:
        self._open.append(kind)
        if self._open[0] != "VCALENDAR":
            raise UnreadableCalendar("not-a-calendar")
        if len(self._open) > _DEEPEST:
            raise UnreadableCalendar("unreadable")
        if self.collects:
            self._found.append(Component(kind))
        if len(self._found) > _MOST_COMPONENTS:
            raise UnreadableCalendar("too-much")

    def end(self, kind: str) -> None:
        if not self._open or self._open.pop() != kind:
            raise UnreadableCalendar("unreadable")
        self._calendars += not self._open

    def add(self, name: str, line: Property) -> None:
        self._found[-1].properties.setdefault(name, []).append(line)

    def finished(self) -> list[Component]:
        if self._open:
            raise UnreadableCalendar("unreadable")  # cut off on the way
        if not self._calendars:
            raise UnreadableCalendar("not-a-calendar")
        return self._found


def _lines(data: bytes) -> Iterator[str]:
    text = _FOLD.sub("", data.decode("utf-8-sig", errors="replace"))
    return (line.rstrip("\r") for line in text.split("\n"))


def _word(line: str) -> str:
    return line.partition(":")[2].strip().upper()


def _property(line: str, end_of_name: int) -> Property:
    parameters = {}
    position = end_of_name
    while parameter := _PARAMETER.match(line, position):
        parameters[parameter[1].upper()] = parameter[2].replace('"', "")
        position = parameter.end()
    if line[position : position + 1] != ":":
        raise UnreadableCalendar("unreadable")
    return Property(parameters, line[position + 1 :].strip())
