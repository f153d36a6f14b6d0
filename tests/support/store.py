"""The scheduler's rows in memory, for tests that live through many cases."""

# ruff: noqa: ARG002 — a port has its arguments
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.scheduler.domain.due import Due
from services.scheduler.handlers import Standing
from shared.bus.events import Event
from shared.domain.slots import Interval

NOTHING = Standing(
    windows=(),
    due_keys=frozenset(),
    planned_keys=frozenset(),
    proposal=None,
    proposals=0,
    refused=frozenset(),
    refused_for=None,
    wanting=None,
)
Busy = Callable[[Iterable[UUID], datetime, datetime], Sequence[Interval]]


def nobody_is_busy(people: Iterable[UUID], since: datetime, until: datetime) -> Sequence[Interval]:
    return ()


@dataclass(slots=True)
class FakeStore:
    """The port Store for one case, in one unit after the other; the test moves `now`."""

    now: datetime
    busy: Busy = nobody_is_busy
    knows_calendars: bool = True
    looks_at: datetime | None = None
    plan: Standing = NOTHING
    planned: dict[str, Due] = field(default_factory=dict)
    settled: dict[str, Due] = field(default_factory=dict)
    asked: set[tuple[UUID, int]] = field(default_factory=set)

    def look_at(self, case_id: UUID) -> None:
        self.looks_at = self.now if self.looks_at is None else min(self.looks_at, self.now)

    def refuse(self, case_id: UUID, key: str) -> None:
        proposal = self.plan.proposal
        if proposal is not None and proposal.key == key:
            refused = self.plan.refused | {proposal.starts_at}
            self.plan = replace(self.plan, proposal=None, refused=refused)

    def claim_looks(self, limit: int) -> list[UUID]:
        raise NotImplementedError("one case at a time")

    def note_failed_look(self, case_id: UUID, error: str, attempts: int) -> None:
        raise AssertionError(error)

    def facts(self, case_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        raise NotImplementedError("the test has the facts")

    def forget(self, case_id: UUID) -> None:
        self.plan, self.planned, self.settled, self.looks_at = NOTHING, {}, {}, None

    def standing(self, case_id: UUID) -> Standing:
        planned = frozenset(self.planned)
        return replace(self.plan, due_keys=planned | self.settled.keys(), planned_keys=planned)

    def plan_dues(self, dues: Iterable[Due]) -> None:
        for due in dues:
            if due.key not in self.settled:
                self.planned.setdefault(due.key, due)

    def withdraw_dues(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.planned.pop(key, None)

    def ask_to_remind(self, case_id: UUID, meeting_id: UUID, sequence: int) -> None:
        self.asked.add((meeting_id, sequence))

    def take_asked(self, case_id: UUID) -> list[tuple[UUID, int]]:
        asked, self.asked = sorted(self.asked), set()
        return asked

    def save(self, case_id: UUID, standing: Standing, look_at: datetime | None) -> None:
        self.looks_at = look_at
        self.plan = replace(standing, due_keys=frozenset(), planned_keys=frozenset())

    def taken(
        self, person_ids: Iterable[UUID], since: datetime, until: datetime, *, apart_from: UUID
    ) -> Sequence[Interval]:
        return self.busy(person_ids, since, until)

    def calendars_known(
        self, person_ids: Collection[UUID], until: datetime, fresh: timedelta
    ) -> bool:
        return self.knows_calendars

    def fall_due(self, limit: int) -> list[dict[str, Any]]:
        raise NotImplementedError("see fallen_due")

    def sweep_anew(self, day: date) -> None:
        raise NotImplementedError("one case at a time")

    def sweep(self, day: date, limit: int, *, begin: bool) -> int:
        raise NotImplementedError("one case at a time")

    # what a test asks besides

    def next_instant(self) -> datetime | None:
        """When there is something to do next: a look, or something that falls due."""
        instants = [due.due_at for due in self.planned.values()]
        if self.looks_at is not None:
            instants.append(self.looks_at)
        return min(instants, default=None)

    def fallen_due(self) -> list[Event]:
        """Settle what is due; the events of what isn't too late, in their order."""
        due = sorted(
            (one for one in self.planned.values() if one.due_at <= self.now),
            key=lambda one: (one.due_at, one.key),
        )
        for one in due:
            self.settled[one.key] = self.planned.pop(one.key)
        return [one.event for one in due if one.useful_until > self.now]
