"""The axis of a case's picture: whole weeks over a width, with its months and week numbers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

GAP = 4.0
LETTER = 7.6  # what a letter of a label takes, at most, in the picture's units
MonthName = Callable[[date, bool], str]  # with its year, or without
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_WEEK_LABEL = 30.0
_WEEK_TICK = 5.0
_EVERY = (1, 2, 4, 8, 13, 26, 52)


@dataclass(frozen=True, slots=True)
class Frame:
    """From the Monday of the first week to the Sunday of the last one, over so many units."""

    first: date
    last: date
    width: float

    def begins(self, day: date) -> float:
        """Where a day begins, within the picture."""
        days = (day - self.first).days
        return min(max(days * self.day, 0.0), self.width)

    def ends(self, day: date) -> float:
        """Where a day ends, within the picture."""
        return self.begins(day + _DAY)

    def middle(self, day: date) -> float:
        return (self.begins(day) + self.ends(day)) / 2

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def day(self) -> float:
        """How wide a day is."""
        return self.width / ((self.last - self.first).days + 1)


@dataclass(frozen=True, slots=True)
class Tick:
    """Where a month or a week begins, and what is written there; nothing, if there's no room."""

    x: float
    label: str = ""


def months(frame: Frame, name: MonthName) -> Iterator[Tick]:
    """The first of each month; its name where there is room, the year with January's."""
    free_from, told_year = 0.0, 0
    day = frame.first
    while day <= frame.last:
        x = frame.begins(day)
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        label = name(day, day.year != told_year)
        room = len(label) * LETTER + 2 * GAP
        if x >= free_from and x + room <= min(frame.width, _room_of(following, frame, x, room)):
            yield Tick(x, label)
            free_from, told_year = x + room, day.year
        else:
            yield Tick(x)
        day = following


def _room_of(following: date, frame: Frame, x: float, room: float) -> float:
    """A month that is cut off at the left has no more room than what is left of it; others may
    reach into the next one, which then goes without.
    """
    return frame.begins(following) if x == 0 else x + room


def weeks(frame: Frame) -> Iterator[Tick]:
    """The Mondays, while they can be told apart; numbered as Swedes number them (ISO 8601)."""
    wide = frame.day * 7
    if wide < _WEEK_TICK:
        return
    every = next(count for count in _EVERY if count * wide >= _WEEK_LABEL)
    monday, count = frame.first, 0
    while monday <= frame.last:
        x = frame.begins(monday)
        fits = count % every == 0 and x + _WEEK_LABEL <= frame.width + GAP
        yield Tick(x, str(monday.isocalendar().week) if fits else "")
        monday, count = monday + _WEEK, count + 1
