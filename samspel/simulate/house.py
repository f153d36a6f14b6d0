"""The three services in one process, over one database, and the time that passes for them."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from samspel.simulate.calls import Answer, Caller, Json
from samspel.simulate.courier import Courier
from samspel.simulate.faults import Crash, Fuse, Hand
from services.cases.adapters.clockwork import Clockwork
from services.cases.app import Cases
from services.notifier.adapters.inbox import Inbox
from services.notifier.domain.arriving import Arrival
from services.scheduler.tasks import Work
from shared.bus.subscribers import CASES, NOTIFIER, SCHEDULER

_ROUNDS = 300

# As time passes for leases, waits and pauses, which are real time and never waited for here.
# A lease of more than a day isn't one that ends.
_REAL_TIME_PASSES = """
    UPDATE bus.deliveries SET lease_until = '-infinity'
    WHERE state = 'waiting' AND lease_until < clock_timestamp() + interval '1 day';
    UPDATE notifier.messages SET lease_until = '-infinity'
    WHERE state IN ('claimed', 'data') AND lease_until < clock_timestamp() + interval '1 day';
    UPDATE notifier.messages SET try_at = '-infinity' WHERE state IN ('retry', 'unknown');
    UPDATE notifier.mail_server SET probe_at = '-infinity' WHERE paused_since IS NOT NULL;
    UPDATE notifier.resting_domains SET until = '-infinity';
    UPDATE notifier.inbound SET lease_until = '-infinity'
    WHERE lease_until < clock_timestamp() + interval '1 day';
    UPDATE scheduler.plans SET lease_until = '-infinity'
    WHERE lease_until > clock_timestamp() AND NOT set_aside
      AND lease_until < clock_timestamp() + interval '1 day';
"""

_WHO_WAITS = "SELECT DISTINCT subscriber FROM bus.deliveries WHERE state = 'waiting'"


class NotQuiet(Exception):
    """The services don't come to rest; what is left is named."""


@dataclass(slots=True, repr=False)
class House:
    """Whoever makes it closes it, by the context manager `a_house` of `wiring.py`.

    `rows` looks as an owner who sees all schemas, and changes nothing. `slept`: from when to when
    nobody was at work; `restored`: the database has been put back at least once.
    """

    fuse: Fuse
    hand: Hand
    caller: Caller
    cases: Cases
    remake_cases: Callable[[], Cases]
    scheduler: Work
    notifier: Callable[[], int]
    courier: Courier
    inbox: Inbox
    clockwork: Clockwork
    looking: psycopg.Connection[Json]
    post: Any
    crashes: Counter[str] = field(default_factory=Counter)
    shuffle: random.Random | None = None
    held_back: int = 0
    turn: int = 0
    looks_anew: bool = True
    slept: list[tuple[datetime, datetime]] = field(default_factory=list)
    restored: bool = False

    # calls

    def post_call(self, path: str, body: Json | None = None, **headers: str) -> Answer:
        """A call that is made again, under the same key, by whoever got no answer."""
        self.turn += 1
        key = f"step-{self.turn}"
        for _ in range(5):
            try:
                return self.caller.post(path, body, Idempotency_Key=key, **headers)
            except Crash:
                self.crashes["web"] += 1
        raise NotQuiet("a call that never gets an answer")

    def get(self, path: str, **headers: str) -> Answer:
        for _ in range(5):
            try:
                return self.caller.get(path, **headers)
            except Crash:
                self.crashes["web"] += 1
        raise NotQuiet("a call that never gets an answer")

    def take_in(self, arrivals: Sequence[Arrival]) -> None:
        """Mail comes in; who crashed before it said «taken» is sent it again."""
        for _ in range(5):
            try:
                self.inbox.store(arrivals, "smtp")
            except Crash:
                self.crashes["door"] += 1
            else:
                return

    def rows(self, query: str, *values: Any) -> list[Json]:
        return self.looking.execute(query.encode(), values).fetchall()

    def change(self, query: str, *values: Any) -> int:
        """What a fault does to the database, behind everybody's back."""
        return self.looking.execute(query.encode(), values).rowcount

    # time

    def now(self) -> datetime:
        return self.hand.at

    def walk(self, to: datetime) -> None:
        """Time passes from one due instant to the next, and everything is done at each."""
        while (instant := self.clockwork.next_instant()) is not None and instant <= to:
            self._move(instant)
            self.settle()
        self._stand_at(to)

    def sleep(self, to: datetime) -> None:
        """The same with nobody at work until then."""
        self.slept.append((self.now(), to))
        self._stand_at(to)

    def _stand_at(self, to: datetime) -> None:
        if to > self.now():
            self._move(to)
        self.settle()

    def _move(self, to: datetime) -> None:
        self.clockwork.stand_at(to)
        self.hand.at = to.astimezone(UTC)

    def settle(self) -> None:
        """Rounds of all three until nothing is due, undelivered or under way at this time."""
        left = None
        for _ in range(_ROUNDS):
            left = self.clockwork.settle(0)
            if not left and not self.looks_anew:
                return
            found = 0
            if left.daily or self.looks_anew:
                self.looks_anew = False
                found = self._guarded(CASES, self.cases_look)
            found += self._a_round(left)
            if not found:
                self.real_time_passes()
        raise NotQuiet(f"not at rest: {left}")

    def notice(self) -> None:
        """The notifier looks where it is, as it does all the time, though nothing is due."""
        self._guarded(NOTIFIER, self.notifier)

    def real_time_passes(self) -> None:
        self.cases._look_again_at = 0.0  # noqa: SLF001 - what failed is tried again after a while
        self.change(_REAL_TIME_PASSES)

    def cases_look(self) -> int:
        """How much it did isn't told; what is left tells. But for a crash none of it may fail."""
        self.cases.look_daily()
        if failed := (*self.cases.failed_today, *self.cases.failed_looks):
            raise NotQuiet(f"looks that failed: {', '.join(failed)}")
        return 0

    # how it goes

    def _a_round(self, left: Any) -> int:
        """Of those who have something to do; nobody else would find anything."""
        found = 0
        self._hold_some_back()
        waiting = {row["subscriber"] for row in self.rows(_WHO_WAITS)} if left.events else set()
        if CASES in waiting:
            found += self._guarded(CASES, self.cases.deliveries.drain_batch)
        if SCHEDULER in waiting or left.scheduler:
            found += self._guarded(SCHEDULER, self.scheduler.a_round)
        if NOTIFIER in waiting or left.messages:
            found += self._guarded(NOTIFIER, self.notifier)
        return found

    def _hold_some_back(self) -> None:
        """Events come in another order than they happened: some wait until the others are done."""
        if self.shuffle is None:
            return
        waiting = self.rows(
            "SELECT subscriber, event_id FROM bus.deliveries WHERE state = 'waiting'"
            " AND attempts = 0 AND lease_until <= clock_timestamp() ORDER BY 1, 2"
        )
        for row in waiting:
            if self.shuffle.random() < 0.4:
                self.held_back += 1
                self.change(
                    "UPDATE bus.deliveries SET lease_until = clock_timestamp() + interval '1 hour'"
                    " WHERE subscriber = %s AND event_id = %s",
                    row["subscriber"],
                    row["event_id"],
                )

    def _guarded(self, service: str, work: Callable[[], int]) -> int:
        """Whoever crashes begins anew, with nothing of what was known, once its leases are over."""
        try:
            return work()
        except Crash:
            self.crashes[service] += 1
            if service == "cases":
                self.cases = self.remake_cases()
                self.looks_anew = True
            self.real_time_passes()
            return 1
