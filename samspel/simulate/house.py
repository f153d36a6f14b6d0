"""The three services in one process, over one database, and the time that passes for them."""

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
from psycopg.rows import dict_row
from pydantic import SecretStr

from samspel.simulate.calls import Answer, Caller, Json
from samspel.simulate.courier import Courier, Taken
from samspel.simulate.faults import Crash, Fuse, FusedDatabase
from services.cases.adapters.clockwork import Clockwork
from services.cases.app import Cases
from services.cases.parts import Parts
from services.cases.settings import Settings
from services.cases.website import make_web
from services.notifier.adapters.claims import Claims
from services.notifier.adapters.gate import Gate
from services.notifier.adapters.inbox import Inbox
from services.notifier.adapters.intake import Intake, mail_desk, ours_of
from services.notifier.adapters.rows import SqlRows
from services.notifier.domain.arriving import Arrival
from services.notifier.tasks import a_round, desk_of, handlers, post_of
from services.scheduler.adapters.store import SqlStore
from services.scheduler.tasks import Work, rules_of
from services.scheduler.tasks import handlers as scheduler_handlers
from shared.bus.delivery import Deliveries
from shared.bus.subscribers import CASES, NOTIFIER, SCHEDULER
from shared.domain.days import WorkingDays
from shared.live_rules import LiveRules

SECRET = "only for simulations, only for simulations"  # noqa: S105 - nobody is let in by it
_TOKEN = "token-of-a-simulation"  # noqa: S105
_ROUNDS = 300

# As time passes for leases, waits and pauses, which are real time and never waited for here.
_REAL_TIME_PASSES = """
    UPDATE bus.deliveries SET lease_until = '-infinity' WHERE state = 'waiting';
    UPDATE notifier.messages SET lease_until = '-infinity' WHERE state IN ('claimed', 'data');
    UPDATE notifier.messages SET try_at = '-infinity' WHERE state IN ('retry', 'unknown');
    UPDATE notifier.mail_server SET probe_at = '-infinity' WHERE paused_since IS NOT NULL;
    UPDATE notifier.resting_domains SET until = '-infinity';
    UPDATE notifier.inbound SET lease_until = '-infinity' WHERE lease_until IS NOT NULL;
    UPDATE scheduler.plans SET lease_until = '-infinity'
    WHERE lease_until > clock_timestamp() AND NOT set_aside;
"""

_WHO_WAITS = "SELECT DISTINCT subscriber FROM bus.deliveries WHERE state = 'waiting'"


class NotQuiet(Exception):
    """The services don't come to rest; what is left is named."""


class _NoBell:
    """Every ring is lost: what is to do stands in the database."""

    def ring(self, services: set[str]) -> None: ...

    def answer(self, service: str) -> None: ...


@dataclass(slots=True, repr=False)
class House:
    """Whoever makes it closes it, by the context manager `a_house`.

    `rows` looks as an owner who sees all schemas, and changes nothing. `slept`: from when to when
    nobody was at work; `restored`: the database has been put back at least once.
    """

    fuse: Fuse
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
        (row,) = self.rows("SELECT stands_at FROM clock.hand")
        now: datetime = row["stands_at"]
        return now

    def walk(self, to: datetime) -> None:
        """Time passes from one due instant to the next, and everything is done at each."""
        while (instant := self.clockwork.next_instant()) is not None and instant <= to:
            self.clockwork.stand_at(instant)
            self.settle()
        self._stand_at(to)

    def sleep(self, to: datetime) -> None:
        """The same with nobody at work until then."""
        self.slept.append((self.now(), to))
        self._stand_at(to)

    def _stand_at(self, to: datetime) -> None:
        if to > self.now():
            self.clockwork.stand_at(to)
        self.settle()

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

    def real_time_passes(self) -> None:
        self.cases._look_again_at = 0.0  # noqa: SLF001 - what failed is tried again after a while
        self.change(_REAL_TIME_PASSES)

    def cases_look(self) -> int:
        """How much it did isn't told; what is left tells."""
        self.cases.look_daily()
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


@contextmanager
def ids_from(seed: int) -> Iterator[None]:
    """Ids are drawn from the seed too, so that what is ordered by them is the same each time."""
    drawn = random.Random(seed)  # noqa: S311 - to be repeated, not to be kept secret
    usual = uuid.os  # type: ignore[attr-defined]
    uuid.os = SimpleNamespace(urandom=drawn.randbytes)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        uuid.os = usual  # type: ignore[attr-defined]


@contextmanager
def a_house(
    database_url: str, folder: Path, clock: datetime, take: Callable[[Taken], None]
) -> Iterator[House]:
    """On a database with the municipality's register, at that time."""
    with ExitStack() as stack:
        fuse = Fuse()
        looking = stack.enter_context(
            psycopg.connect(database_url, autocommit=True, row_factory=dict_row)
        )
        looking.execute("INSERT INTO clock.hand (stands_at) VALUES (%s)", [clock])
        settings = _settings(database_url, folder)
        parts = Parts(
            settings, connections=3, bell=_NoBell(), database=partial(FusedDatabase, fuse)
        )
        stack.callback(parts.database.close)
        caller = Caller(make_web(settings, parts), _TOKEN)
        stack.callback(caller.close)
        plain = FusedDatabase(Fuse(), database_url, role="samspel_cases", demo=True, size=1)
        stack.callback(plain.close)
        house = House(
            fuse=fuse,
            caller=caller,
            cases=Cases(settings, parts),
            remake_cases=lambda: Cases(settings, parts),
            scheduler=_scheduler(stack, fuse, database_url, folder),
            clockwork=Clockwork(plain, lambda _: None),
            looking=looking,
            **_notifier(stack, fuse, database_url, folder, take),
        )
        house.courier.real_time_passes = house.real_time_passes
        yield house


def _scheduler(stack: ExitStack, fuse: Fuse, url: str, folder: Path) -> Work:
    rules, days = LiveRules(folder), WorkingDays()
    database = FusedDatabase(fuse, url, role="samspel_scheduler", demo=True, size=1)
    stack.callback(database.close)
    deliveries = Deliveries(database, SCHEDULER, scheduler_handlers(SqlStore))
    return Work(database, SqlStore, deliveries, lambda unit: rules_of(rules.at(unit), days))


def _notifier(
    stack: ExitStack, fuse: Fuse, url: str, folder: Path, take: Callable[[Taken], None]
) -> dict[str, Any]:
    rules = LiveRules(folder)
    post = post_of(rules.last, "http://samspel.example", SECRET.encode())
    database = FusedDatabase(fuse, url, role="samspel_notifier", demo=True, size=2)
    stack.callback(database.close)
    claims = Claims(database, timedelta(seconds=60), unknown_wait=timedelta(0))
    gate = Gate(database, rules.at, post)
    courier = Courier(gate, claims, take, lambda: None)
    desk = desk_of(rules.at, post, SqlRows)
    deliveries = Deliveries(database, NOTIFIER, handlers(desk, mail_desk))
    inbox = Inbox(database, timedelta(days=30))
    intake = Intake(inbox, desk, ours_of(post), "mx.exempelkommun.example")
    return {
        "notifier": lambda: a_round(deliveries, claims, courier, intake),
        "courier": courier,
        "inbox": inbox,
        "post": post,
    }


def _settings(database_url: str, folder: Path) -> Settings:
    return Settings(
        database_url=database_url,
        broker_url="redis://nobody.example",
        public_url="http://samspel.example",
        secret_key=SecretStr(SECRET),
        municipality=folder,
        demo=True,
        api_token=SecretStr(_TOKEN),
    )
