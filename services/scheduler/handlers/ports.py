"""What looking needs: the scheduler's own rows, and what a municipality decides about time."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from services.scheduler.domain.due import Due
from services.scheduler.domain.seeking import Wanting
from shared.bus.events import Event
from shared.domain.days import SchoolYears, WorkingDays
from shared.domain.hours import OfficeHours
from shared.domain.quiet import USUAL_HOURS, QuietHours
from shared.domain.windows import Window

# "auto" books where the calendars of all the staff are known, and else proposes.
Mode = Literal["book", "propose", "auto"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A time that cases has been asked to book and hasn't answered about yet."""

    key: str
    step: str
    starts_at: datetime
    ends_at: datetime
    person_ids: frozenset[UUID]
    moves: UUID | None = None  # the meeting that is to be put there


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for a case: as last announced, planned and proposed."""

    windows: tuple[Window, ...]
    due_keys: frozenset[str]
    planned_keys: frozenset[str]
    proposal: Proposal | None
    proposals: int
    refused: frozenset[datetime]
    refused_for: str | None  # the search that these times were refused for
    wanting: Wanting | None


class Store(Protocol):
    """The scheduler's own rows and what cases publishes, in one transaction at one time."""

    def look_at(self, case_id: UUID) -> None:
        """Have a case looked at now, once, however many ask for it."""

    def refuse(self, case_id: UUID, key: str) -> None:
        """The proposal with this key can't be booked: not that time again for this step."""

    def claim_looks(self, limit: int) -> list[UUID]:
        """Lock the plans that are to be looked at, in the order of their case ids."""
        ...

    def note_failed_look(self, case_id: UUID, error: str, attempts: int) -> None:
        """Look again a little later; after so many attempts set the case aside, visibly."""

    def facts(self, case_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        """The facts of cases whose plans are locked, as JSON; read after the lock: the newest."""
        ...

    def forget(self, case_id: UUID) -> None:
        """The case is gone: nothing of it falls due any more."""

    def standing(self, case_id: UUID) -> Standing: ...

    def plan_dues(self, dues: Iterable[Due]) -> None: ...

    def withdraw_dues(self, keys: Iterable[str]) -> None:
        """Only what is still planned: what has fallen due stays as history."""

    def ask_to_remind(self, case_id: UUID, meeting_id: UUID, sequence: int) -> None:
        """A person wants this meeting, as it is now, to be reminded of."""

    def take_asked(self, case_id: UUID) -> list[tuple[UUID, int]]:
        """What people have asked to be reminded of: meetings with their sequences, each once."""
        ...

    def save(self, case_id: UUID, standing: Standing, look_at: datetime | None) -> None: ...

    def taken(
        self, person_ids: Iterable[UUID], since: datetime, until: datetime, *, apart_from: UUID
    ) -> Sequence[tuple[datetime, datetime]]:
        """When people are taken: by booked meetings, by proposals still in question, elsewhere."""
        ...

    def calendars_known(
        self, person_ids: Collection[UUID], until: datetime, fresh: timedelta
    ) -> bool:
        """Whether everybody's calendar was read lately (real time), and reaches to `until`."""
        ...

    def fall_due(self, limit: int) -> list[dict[str, Any]]:
        """Settle what is due, as fired or (past its latest useful instant) as missed."""
        ...

    def sweep_anew(self, day: date) -> None:
        """Have all open cases looked at today, also if they have been: by `sweep`, bit by bit."""
        ...

    def sweep(self, day: date, limit: int, *, begin: bool) -> int:
        """Have the next open cases looked at, as part of the day's sweep. How many it were.

        Unless it is to `begin`, only one that has begun goes on.
        """
        ...


Publish = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Municipal:
    """What a municipality decides about time: its days, hours and breaks."""

    days: WorkingDays
    hours: OfficeHours
    breaks: SchoolYears
    mode: Mode  # whatever the procedure says, where it isn't "book"
    gap: timedelta = timedelta(0)  # between two meetings of a person
    fresh: timedelta = timedelta(hours=24)  # how old a calendar may be that counts as known
    quiet: QuietHours = USUAL_HOURS
