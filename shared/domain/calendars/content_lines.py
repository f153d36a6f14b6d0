"""What a calendar file says, line by line (RFC 5545 3.1); what isn't asked for is passed over."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

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


class CutOffCalendar(UnreadableCalendar):
    """It ends before it has come to its end."""

    def __init__(self) -> None:
        super().__init__("unreadable")


@dataclass(frozen=True, slots=True)
class Property:
    """A content line: its parameters by upper-case name, unquoted, and its value as it stands."""

    parameters: dict[str, str]
    value: str


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a calendar: the lines and the parts within it that were asked for, in order."""

    kind: str
    properties: dict[str, list[Property]] = field(default_factory=dict)
    parts: "list[Component]" = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return self.properties.get(name, [])

    def first(self, name: str) -> Property | None:
        return next(iter(self.all(name)), None)

    def says(self, name: str) -> str:
        """A word in upper case; empty if it isn't there."""
        found = self.first(name)
        return found.value.strip().upper() if found else ""


def components(text: str, kinds: Collection[str], names: Collection[str]) -> list[Component]:
    """The outermost components of these kinds, with their properties of these names (upper case).

    One within another is collected if that one is: an alarm that isn't asked for hides its lines.
    Raises UnreadableCalendar for what is no calendar, or only a part of one.
    """
    reader = _Reader(kinds)
    for line in _lines(text):
        named = _NAME.match(line)
        if named is None:
            continue  # a description that was folded badly, say
        name = named[1].upper()
        if name == "BEGIN":
            reader.begin(_word(line))
        elif name == "END":
            reader.end(_word(line))
        elif name in names and (inside := reader.inside) is not None:
            inside.properties.setdefault(name, []).append(_property(line, named.end(1)))
    return reader.finished()


class _Reader:
    """Where in the file one is, and what has been found so far."""

    def __init__(self, kinds: Collection[str]) -> None:
        self._kinds = kinds
        self._open: list[tuple[str, Component | None]] = []
        self._found: list[Component] = []
        self._count = 0
        self._calendars = 0

    @property
    def inside(self) -> Component | None:
        """What a line belongs to, if that is collected."""
        return self._open[-1][1] if self._open else None

    def begin(self, kind: str) -> None:
        if not self._open and kind != "VCALENDAR":
            raise UnreadableCalendar("not-a-calendar")
        if len(self._open) == _DEEPEST:
            raise UnreadableCalendar("unreadable")
        self._open.append((kind, self._collected(kind)))

    def end(self, kind: str) -> None:
        if not self._open or self._open.pop()[0] != kind:
            raise UnreadableCalendar("unreadable")
        self._calendars += not self._open

    def _collected(self, kind: str) -> Component | None:
        if kind not in self._kinds or (len(self._open) > 1 and self.inside is None):
            return None
        self._count += 1
        if self._count > _MOST_COMPONENTS:
            raise UnreadableCalendar("too-much")
        component = Component(kind)
        siblings = self._found if self.inside is None else self.inside.parts
        siblings.append(component)
        return component

    def finished(self) -> list[Component]:
        if self._open:
            raise CutOffCalendar
        if not self._calendars:
            raise UnreadableCalendar("not-a-calendar")
        return self._found


def _lines(text: str) -> Iterator[str]:
    return (line.rstrip("\r") for line in _FOLD.sub("", text.lstrip("\ufeff")).split("\n"))


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
