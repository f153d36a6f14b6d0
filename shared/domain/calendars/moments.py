"""Dates, times, durations and time zones as calendar files write them (RFC 5545 3.3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from shared.domain.calendars.content_lines import Property, UnreadableCalendar
from shared.domain.days import STOCKHOLM

_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?",
    re.ASCII,
)
_SHOWN_BY_WINDOWS = re.compile(r"\((?:UTC|GMT)[^)]{0,9}\) ?(.{1,200})")
_LAST_SECOND = 59
_MOST_PARTS = 9


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall time in a zone. A whole day is its first midnight, in Stockholm."""

    wall: datetime
    zone: tzinfo
    whole_day: bool = False

    @property
    def instant(self) -> datetime:
        """In UTC. Raises UnreadableCalendar at the ends of time."""
        return instant_of(self.wall, self.zone)

    def wall_in(self, zone: tzinfo) -> datetime:
        """What the clocks of another zone show; a whole day is the same day everywhere."""
        if self.whole_day or zone is self.zone:
            return self.wall
        return self.instant.astimezone(zone).replace(tzinfo=None)


def instant_of(wall: datetime, zone: tzinfo) -> datetime:
    try:
        return wall.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise UnreadableCalendar("unreadable") from None


def moment(line: Property) -> Moment:
    return _moment(line.value, _zone(line))


def moments(line: Property) -> Iterator[Moment]:
    """A list of moments, or of periods' starts."""
    zone = _zone(line)
    for value in _listed(line):
        yield _moment(value.partition("/")[0], zone)


def periods(line: Property) -> Iterator[tuple[datetime, datetime]]:
    """A list of periods, each as two instants in UTC: start and end, or start and duration."""
    zone = _zone(line)
    for value in _listed(line):
        start, _, end = value.partition("/")
        starts_at = _moment(start, zone).instant
        if end.lstrip("+-").startswith("P"):
            yield starts_at, later(starts_at, duration(end))
        else:
            yield starts_at, _moment(end, zone).instant


def duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise UnreadableCalendar("unreadable")
    sign, *parts = found.groups()
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in parts)
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if sign == "-" else length


def later(instant: datetime, length: timedelta) -> datetime:
    try:
        return instant + length
    except OverflowError:
        raise UnreadableCalendar("unreadable") from None


def _listed(line: Property) -> Iterator[str]:
    return (value for value in map(str.strip, line.value.split(",")) if value)


def _zone(line: Property) -> tzinfo:
    name = line.parameters.get("TZID")
    return STOCKHOLM if name is None else zone_named(name)


def _moment(text: str, zone: tzinfo) -> Moment:
    found = _STAMP.fullmatch(text)
    if found is None:
        raise UnreadableCalendar("unreadable")
    year, month, day, hour, minute, second, utc = found.groups()
    try:
        on = date(int(year), int(month), int(day))
        if hour is None:
            return Moment(datetime.combine(on, time()), STOCKHOLM, whole_day=True)
        wall = time(int(hour), int(minute), min(int(second), _LAST_SECOND))  # a leap second
    except ValueError:
        raise UnreadableCalendar("unreadable") from None
    return Moment(datetime.combine(on, wall), UTC if utc else zone)


def zone_named(name: str) -> tzinfo:
    """The zone of that name; else Stockholm."""
    return known_zone(name) or STOCKHOLM


@lru_cache(maxsize=256)
def known_zone(name: str) -> tzinfo | None:
    """A zone by its Olson name, also behind a vendor's path, or by Windows' name.

    Windows shows its zones as «(UTC+01:00) Amsterdam, Berlin, …», in the language of the machine,
    and some programs write that: the first of the cities with a zone of its own counts.
    """
    if name.casefold().rpartition("/")[2] in ("utc", "gmt", "z"):
        return UTC
    parts = name.strip("/").split("/", _MOST_PARTS)
    candidates = ["/".join(parts[start:]) for start in range(len(parts))]
    for known in (WINDOWS_TO_OLSON.get(name), *candidates, *_by_city(name)):
        if known in _zones():
            return ZoneInfo(known)
    return None


def _by_city(name: str) -> Iterator[str]:
    shown = _SHOWN_BY_WINDOWS.fullmatch(name)
    for city in shown[1].split(",") if shown else ():
        yield "Europe/" + city.strip().replace(" ", "_")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
