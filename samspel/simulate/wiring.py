"""Makes a house: wires the services as their programs do, over connections that burn a fuse."""

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
from fastapi import FastAPI
from psycopg.rows import dict_row
from pydantic import SecretStr

from samspel.simulate.calls import Caller, Json
from samspel.simulate.courier import Courier, Taken
from samspel.simulate.faults import Fuse, FusedDatabase, Hand
from samspel.simulate.house import House
from services.cases.adapters.clockwork import Clockwork
from services.cases.api.application import make_api
from services.cases.app import Cases
from services.cases.office import Office
from services.cases.parts import Parts
from services.cases.settings import Settings
from services.cases.website import office_of
from services.notifier.adapters.claims import Claims
from services.notifier.adapters.gate import Gate
from services.notifier.adapters.inbox import Inbox
from services.notifier.adapters.intake import Intake, mail_desk, ours_of
from services.notifier.adapters.rows import SqlRows
from services.notifier.tasks import a_round, desk_of, handlers, post_of
from services.scheduler.adapters.store import SqlStore
from services.scheduler.tasks import Work, rules_of
from services.scheduler.tasks import handlers as scheduler_handlers
from shared.bus.delivery import Deliveries
from shared.bus.subscribers import NOTIFIER, SCHEDULER
from shared.domain.days import WorkingDays
from shared.live_rules import LiveRules

SECRET = "only for simulations, only for simulations"  # noqa: S105 - nobody is let in by it
_TOKEN = "token-of-a-simulation"  # noqa: S105


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
        fuse, hand = Fuse(), Hand(clock.astimezone(UTC))
        looking = stack.enter_context(
            psycopg.connect(database_url, autocommit=True, row_factory=dict_row)
        )
        looking.execute("INSERT INTO clock.hand (stands_at) VALUES (%s)", [clock])
        settings = _settings(database_url, folder)
        parts = Parts(
            settings, connections=3, bell=_NoBell(), database=partial(FusedDatabase, fuse, hand)
        )
        stack.callback(parts.database.close)
        caller = Caller(_api(office_of(parts, settings)), _TOKEN)
        stack.callback(caller.close)
        watching = _Straight(Fuse(), hand, database_url, role="samspel_cases", demo=True, size=1)
        stack.callback(watching.close)
        house = House(
            fuse=fuse,
            hand=hand,
            caller=caller,
            cases=Cases(settings, parts),
            remake_cases=lambda: Cases(settings, parts),
            scheduler=_scheduler(stack, fuse, hand, database_url, folder),
            clockwork=Clockwork(watching, lambda _: None),
            looking=looking,
            **_notifier(stack, fuse, hand, database_url, folder, take),
        )
        house.courier.real_time_passes = house.real_time_passes
        yield house


_apis: list[FastAPI] = []


def _api(office: Office) -> FastAPI:
    """Made once in a process, since its routes take a while; its office is the house's."""
    if not _apis:
        _apis.append(make_api(office))
    _apis[0].state.office = office
    return _apis[0]


def _scheduler(stack: ExitStack, fuse: Fuse, hand: Hand, url: str, folder: Path) -> Work:
    rules, days = LiveRules(folder), WorkingDays()
    database = FusedDatabase(fuse, hand, url, role="samspel_scheduler", demo=True, size=1)
    stack.callback(database.close)
    deliveries = Deliveries(database, SCHEDULER, scheduler_handlers(SqlStore))
    return Work(database, SqlStore, deliveries, lambda unit: rules_of(rules.at(unit), days))


def _notifier(
    stack: ExitStack,
    fuse: Fuse,
    hand: Hand,
    url: str,
    folder: Path,
    take: Callable[[Taken], None],
) -> dict[str, Any]:
    rules = LiveRules(folder)
    post = post_of(rules.last, "http://samspel.example", SECRET.encode())
    database = FusedDatabase(fuse, hand, url, role="samspel_notifier", demo=True, size=2)
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


class _NoBell:
    """Every ring is lost: what is to do stands in the database."""

    def ring(self, services: set[str]) -> None: ...

    def answer(self, service: str) -> None: ...


class _Straight(FusedDatabase):
    """Every statement is a transaction of its own."""

    def _kwargs(self) -> Json:
        return {**super()._kwargs(), "autocommit": True}
