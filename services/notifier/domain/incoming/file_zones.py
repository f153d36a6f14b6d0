"""An instant by the time zones that a calendar file brings along, else by those that are known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.notifier.domain.incoming.kinds import Unusable
from shared.domain.calendars.content_lines import Component, Property, UnreadableCalendar
from shared.domain.calendars.moments import Moment, instant_of, known_zone, later, moment, moments
from shared.domain.calendars.repeats import Budget, rule
from shared.domain.days import STOCKHOLM

_OFFSET = re.compile(r"([+-])([01]\d|2[0-3])([0-5]\d)([0-5]\d)?", re.ASCII)
_LOOK_BACK = timedelta(days=400)
_MOST_DAYS = 20_000


class Zones:
    """The zones of one file; its rules may be followed for so many days, and no further."""

    def __init__(self, brought: Sequence[Component]) -> None:
        self._brought = brought
        self._budget = Budget(_MOST_DAYS)

    def instant(self, line: Property) -> datetime:
        """In UTC; a time without a zone is Stockholm's. Raises Unusable for whole days and for a
        zone that nobody knows, UnreadableCalendar for what is no time."""
        at = moment(line)
        if at.whole_day:
            raise Unusable("no-time")
        name = line.parameters.get("TZID")
        if at.zone is UTC:
            return at.instant
        if name is None:
            return instant_of(at.wall, STOCKHOLM)
        brought = next((zone for zone in self._brought if _name(zone) == name), None)
        if brought is not None and brought.parts:
            ahead = _offset_at(at.wall, brought, self._budget)
            return later(at.wall, -ahead).replace(tzinfo=UTC)
        if (zone := known_zone(name)) is None:
            raise Unusable("unknown-zone")
        return instant_of(at.wall, zone)


def _name(zone: Component) -> str:
    line = zone.first("TZID")
    return "" if line is None else line.value.strip('"')


@dataclass(frozen=True, slots=True)
class _Observance:
    """Summer or winter time: from when, and how far ahead of UTC before and since."""

    since: datetime
    before: timedelta
    ahead: timedelta


def _offset_at(wall: datetime, zone: Component, budget: Budget) -> timedelta:
    """How far ahead of UTC a wall clock is. A time that comes twice is the first of the two; one
    that never comes is read as if the clock hadn't been put forward."""
    began = [one for part in zone.parts for one in _observances(part, wall, budget)]
    passed = [one for one in began if one.since + max(timedelta(), one.ahead - one.before) <= wall]
    if passed:
        return max(passed, key=lambda one: one.since).ahead
    return min(began, key=lambda one: one.since).before


def _observances(part: Component, wall: datetime, budget: Budget) -> list[_Observance]:
    """Its beginnings up to a time, as far as the last of them may be among these."""
    line = part.first("DTSTART")
    if line is None:
        raise UnreadableCalendar("unreadable")
    start = moment(Property({}, line.value))
    begins = [start.wall, *(_repeated(part, start, wall, budget))]
    begins += [
        one.wall for given in part.all("RDATE") for one in moments(Property({}, given.value))
    ]
    before, ahead = _offset(part, "TZOFFSETFROM"), _offset(part, "TZOFFSETTO")
    return [_Observance(since, before, ahead) for since in begins]


def _repeated(part: Component, start: Moment, wall: datetime, budget: Budget) -> list[datetime]:
    found: list[datetime] = []
    for line in part.all("RRULE"):
        repeats = rule(line, start)
        if repeats.every != "YEARLY" or len(repeats.times) != 1:
            raise UnreadableCalendar("unreadable")
        last = wall if repeats.until is None else min(wall, repeats.until.wall)
        found += repeats.walls(start, later(last, -_LOOK_BACK), wall, budget)
    return found


def _offset(part: Component, name: str) -> timedelta:
    line = part.first(name)
    found = _OFFSET.fullmatch(line.value) if line else None
    if found is None:
        raise UnreadableCalendar("unreadable")
    sign, hours, minutes, seconds = found.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
    return -ahead if sign == "-" else ahead
