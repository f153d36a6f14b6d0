"""Who has read a case, and how many cases somebody reads a day (decision 12)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.cases.domain.refused import Words
from services.cases.domain.timeline import People, named_actor
from services.cases.handlers.glass_ports import Opened
from services.cases.handlers.sight import person_of
from shared.domain.weekly import monday_of

WEEKS_BACK = 4  # this one counted
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Reading:
    """How often somebody has read one case on one day (in Stockholm); `glass`: in an emergency."""

    day: date
    actor: str
    times: int
    last_at: datetime
    glass: bool


@dataclass(frozen=True, slots=True)
class ReadADay:
    """How many different cases a member of staff has read on one day, and of them by emergency."""

    day: date
    person: UUID
    name: str
    cases: int
    opened: int


class Readings(Protocol):
    """What the access log holds, in one transaction."""

    def parties(self, people: Collection[UUID]) -> Mapping[UUID, str]: ...
    def staff_names(self, people: Collection[UUID]) -> Mapping[UUID, str]: ...
    def readings_of(self, case_id: UUID) -> Sequence[Reading]: ...
    def opened(self, case_id: UUID) -> Sequence[Opened]: ...
    def read_a_day(
        self, first: date, before: date, people: Collection[UUID] | None, limit: int, offset: int
    ) -> Sequence[ReadADay]:
        """Most first, on each day the latest first. None: of all of the staff."""


@dataclass(frozen=True, slots=True)
class ShownReading:
    """One line: who, in words, and when."""

    reading: Reading
    who: Words


@dataclass(frozen=True, slots=True)
class ReadAWeek:
    """A part of what was read in a week. `weeks`: the Mondays there are to choose from."""

    monday: date
    weeks: tuple[date, ...]
    days: Sequence[ReadADay]
    is_all: bool


def read_in_week(
    asked: date | None,
    people: Collection[UUID] | None,
    log: Readings,
    today: date,
    limit: int,
    offset: int,
) -> ReadAWeek:
    """Of the week of the day asked for; of this one, where that isn't one of the latest."""
    weeks = tuple(monday_of(today) - turn * _WEEK for turn in range(WEEKS_BACK))
    monday = weeks[0] if asked is None else monday_of(asked)
    monday = monday if monday in weeks else weeks[0]
    found = log.read_a_day(monday, monday + _WEEK, people, limit + 1, offset)
    return ReadAWeek(monday, weeks, found[:limit], len(found) <= limit)


def readings_of(case_id: UUID, log: Readings) -> list[ShownReading]:
    """The latest first. Families who have looked by their own links are named by what they are."""
    found = log.readings_of(case_id)
    people = {who for one in found if (who := person_of(one.actor)) is not None}
    known = People(log.parties(people), log.staff_names(people))
    return [ShownReading(one, named_actor(one.actor, known)) for one in found]
