"""When somebody is busy, from a published calendar or its free/busy times; nothing else is kept."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from shared.domain.calendars.content_lines import (
    Component,
    Property,
    UnreadableCalendar,
    components,
)
from shared.domain.calendars.moments import (
    Moment,
    duration,
    instant_of,
    later,
    moment,
    moments,
    periods,
)
from shared.domain.calendars.repeats import Budget, rule

__all__ = ["BusyTimes", "UnreadableCalendar", "busy_times"]

Interval = tuple[datetime, datetime]

_COMPONENTS = frozenset({"VEVENT", "VFREEBUSY"})
_PROPERTIES = frozenset({
    "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS",
    "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "FREEBUSY",
})  # fmt: skip
_DAY = timedelta(days=1)
_MOST_TIMES = 10_000
# Outlook counts who works elsewhere as free to meet.
_FREE_STATUS = frozenset({"FREE", "WORKINGELSEWHERE"})


@dataclass(frozen=True, slots=True)
class BusyTimes:
    """Busy times in UTC, merged and in order, and until when they are known."""

    times: tuple[Interval, ...]
    covers_until: datetime


def busy_times(data: bytes, since: datetime, until: datetime, own_domain: str) -> BusyTimes:
    """The busy times between two instants. Raises UnreadableCalendar, with a code.

    What Samspel itself has invited to (UIDs at `own_domain`) is left out: the meeting that is to
    be moved doesn't stand in its own way, and the others are known better than a calendar shows.
    """
    found = components(data.decode("utf-8", errors="replace"), _COMPONENTS, _PROPERTIES)
    own = re.compile(rf"[a-z2-7]{{24}}@{re.escape(own_domain)}", re.IGNORECASE)
    events = [
        _Event(one)
        for one in found
        if one.kind == "VEVENT" and not own.fullmatch(_value(one.first("UID")))
    ]
    free_busy = [one for one in found if one.kind == "VFREEBUSY"]
    spans = _Spans(since, until)
    for one in free_busy:
        spans.add(_of_free_busy(one))
    for series in _by_uid(events):
        spans.add(_of_series(series, spans))
    return BusyTimes(spans.merged(), _covered(free_busy, until) if not events else until)


class _Spans:
    """Busy times within a horizon, as they are found."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since, self.until = since, until
        self.budget = Budget()
        self._found: set[Interval] = set()

    def add(self, times: Iterable[Interval]) -> None:
        for start, end in times:
            clipped = max(start, self.since), min(end, self.until)
            if clipped[0] < clipped[1]:
                self._found.add(clipped)
                if len(self._found) > _MOST_TIMES:
                    raise UnreadableCalendar("too-much")

    def merged(self) -> tuple[Interval, ...]:
        times: list[Interval] = []
        for start, end in sorted(self._found):
            if times and start <= times[-1][1]:
                times[-1] = times[-1][0], max(times[-1][1], end)
            else:
                times.append((start, end))
        return tuple(times)


class _Event:
    """One VEVENT: something that may repeat, or what has become of a single time of it."""

    def __init__(self, component: Component) -> None:
        self.uid = _value(component.first("UID"))
        self._component = component
        self.busy = (
            component.says("STATUS") != "CANCELLED"
            and component.says("TRANSP") != "TRANSPARENT"
            and component.says("X-MICROSOFT-CDO-BUSYSTATUS") not in _FREE_STATUS
        )
        replaces = component.first("RECURRENCE-ID")
        self.replaces = None if replaces is None else moment(replaces)

    def times(self, gone: Iterable[Moment], spans: _Spans) -> Iterator[Interval]:
        """Its busy times around the horizon, but for those that are gone."""
        if not self.busy:
            return
        line = self._component.first("DTSTART")
        if line is None:
            raise UnreadableCalendar("unreadable")
        start = moment(line)
        skipped = _Skipped([*gone, *self._moments("EXDATE")], start)
        end = _end(self._component, start)
        for wall in self._walls(start, end.wall_in(start.zone) - start.wall, spans):
            if wall not in skipped:
                yield _span(wall, start, end)
        for given in self._component.all("RDATE"):
            if given.parameters.get("VALUE", "").upper() == "PERIOD":
                yield from periods(given)

    def _walls(self, start: Moment, length: timedelta, spans: _Spans) -> set[datetime]:
        first = later(_wall(spans.since, start.zone), -max(length, timedelta()) - _DAY)
        last = _wall(spans.until, start.zone)
        walls = {start.wall}
        for line in self._component.all("RRULE"):
            walls.update(rule(line, start).walls(start, first, last, spans.budget))
        walls.update(given.wall_in(start.zone) for given in self._moments("RDATE"))
        return walls

    def _moments(self, name: str) -> Iterator[Moment]:
        for line in self._component.all(name):
            if line.parameters.get("VALUE", "").upper() != "PERIOD":
                yield from moments(line)


class _Skipped:
    """Times of a series that don't take place as they would. A day may stand for its time."""

    def __init__(self, gone: Iterable[Moment], start: Moment) -> None:
        every = list(gone)
        self._days = {one.wall.date() for one in every if one.whole_day or start.whole_day}
        self._walls = {one.wall_in(start.zone) for one in every if not one.whole_day}

    def __contains__(self, wall: datetime) -> bool:
        return wall in self._walls or wall.date() in self._days


def _by_uid(events: Iterable[_Event]) -> Iterable[list[_Event]]:
    """Each series with its changed times; an event without a UID stands for itself."""
    series: dict[object, list[_Event]] = {}
    for event in events:
        series.setdefault(event.uid or event, []).append(event)
    return series.values()


def _of_series(series: list[_Event], spans: _Spans) -> Iterator[Interval]:
    changed = [event.replaces for event in series if event.replaces is not None]
    for event in series:
        yield from event.times(changed if event.replaces is None else (), spans)


def _of_free_busy(component: Component) -> Iterator[Interval]:
    for line in component.all("FREEBUSY"):
        if line.parameters.get("FBTYPE", "BUSY").upper() != "FREE":
            yield from periods(line)


def _covered(free_busy: list[Component], until: datetime) -> datetime:
    """Until when free/busy times say something, where they say how far they go."""
    ends = [moment(end).instant for one in free_busy if (end := one.first("DTEND")) is not None]
    return min(max(ends, default=until), until)


def _end(component: Component, start: Moment) -> Moment:
    if (line := component.first("DTEND")) is not None:
        return moment(line)
    if (line := component.first("DURATION")) is not None:
        length = duration(line.value)
    else:
        length = _DAY if start.whole_day else timedelta()
    return Moment(later(start.wall, length), start.zone, start.whole_day)


def _span(wall: datetime, start: Moment, end: Moment) -> Interval:
    """Days are counted on the calendar, hours as they pass."""
    begins = instant_of(wall, start.zone)
    if start.whole_day:
        return begins, instant_of(later(wall, end.wall - start.wall), start.zone)
    return begins, later(begins, end.instant - start.instant)


def _wall(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _value(line: Property | None) -> str:
    return "" if line is None else line.value
