"""The servers and processes of a run: embedded PostgreSQL and Valkey, and workers beside them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
import psycopg
import redis
from celery import Celery
from psycopg import sql

from samspel.process import popen_options
from shared import migrations
from shared.queue import celery_app, task_of
from tests.bench.postfix import Postfix
from tests.conftest import EXAMPLE, ROOT, make_conninfo_url
from tests.support.notifier import SECRET

WORKERS = 2  # of the notifier, on two cores
NOTIFIER = "notifier"
_PATIENCE = 600.0
_POKES = 2.0  # seconds between those of beat


@dataclass(slots=True)
class Bench:
    """What a measurement works with. `quick`: so small that its figures mean nothing. `migrated`:
    a database to make others of; without it one is migrated first."""

    postgres_url: str
    valkey_url: str
    home: Path
    rounds: int = 5
    quick: bool = False
    postfix: Postfix | None = None
    migrated: str | None = None
    _templates: dict[str, str] = field(default_factory=dict)

    def count(self, usual: int, quick: int) -> int:
        return quick if self.quick else usual

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of a copy of it, for one round: each begins from the same pages and indexes."""
        name = f"bench_{uuid4().hex[:8]}"
        self._copy(template, name)
        try:
            yield make_conninfo_url(self.postgres_url, name)
        finally:
            self._say(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def template(self, name: str, fill: Callable[[str], object]) -> str:
        """A migrated database that is filled once and copied from then on; its name."""
        if name not in self._templates:
            made = self._templates[name] = f"{name.replace('-', '_')}_{uuid4().hex[:8]}"
            self._copy(self._migrated(), made)
            url = make_conninfo_url(self.postgres_url, made)
            fill(url)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
                connection.execute("CHECKPOINT")
        return self._templates[name]

    def drop_templates(self) -> None:
        for name in self._templates.values():
            self._say(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        self._templates.clear()

    def empty_broker(self) -> str:
        """The URL of a Valkey database with nothing in it."""
        with redis.Redis.from_url(self.valkey_url) as valkey:
            valkey.flushdb()
        return self.valkey_url

    def environment(self, database_url: str, smtp_port: int) -> dict[str, str]:
        """What the services are told; nothing else of them stands in the machine's."""
        ours = {key: value for key, value in os.environ.items() if not key.startswith("SAMSPEL_")}
        keep = self.home / f"keep-{uuid4().hex[:8]}"
        return ours | {
            "SAMSPEL_DATABASE_URL": database_url,
            "SAMSPEL_BROKER_URL": self.valkey_url,
            "SAMSPEL_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "SAMSPEL_PUBLIC_URL": "http://samspel.example",
            "SAMSPEL_SECRET_KEY": SECRET.decode(),
            "SAMSPEL_MUNICIPALITY": str(EXAMPLE),
            "SAMSPEL_KEEP": str(keep),
            "SAMSPEL_LOG": "text",
            "SAMSPEL_DEMO": "1",
            "PYTHONWARNINGS": "ignore",
        }

    def _migrated(self) -> str:
        if self.migrated is None:
            self.migrated = f"migrated_{uuid4().hex[:8]}"
            self._copy("template0", self.migrated)
            migrations.upgrade(make_conninfo_url(self.postgres_url, self.migrated))
        return self.migrated

    def _copy(self, template: str, name: str) -> None:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._say(made.format(sql.Identifier(name), sql.Identifier(template)))

    def _say(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.postgres_url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], log: Path
) -> Iterator[psutil.Process]:
    """A Python module as a process of its own (`command`: after `-m`), ended at the end."""
    with log.open("ab") as output:
        popen = subprocess.Popen(
            (sys.executable, "-m", *command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            **popen_options(environment, ROOT),
        )
    process = psutil.Process(popen.pid)
    try:
        yield process
    finally:
        family = _family(process)
        popen.terminate()
        with suppress(subprocess.TimeoutExpired):
            popen.wait(20)
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        popen.wait()


def cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    """User and system, of these and of what they have started and is there still."""
    total = 0.0
    for one in (each for process in processes for each in _family(process)):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system
    return total


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def speaks_with(process: psutil.Process, url: str) -> bool:
    """Whether one of its family has a connection to the server of that URL."""
    port = urlsplit(url).port
    for one in _family(process):
        with suppress(psutil.Error):
            ports = {getattr(each.raddr, "port", None) for each in one.net_connections()}
            if port in ports:
                return True
    return False


@dataclass(slots=True)
class Pokes:
    """What beat does: the notifier's workers are told to look, each time anew after 2 s."""

    broker_url: str
    workers: int = WORKERS
    _celery: Celery = field(init=False)
    _next: float = 0.0

    def __post_init__(self) -> None:
        self._celery = celery_app("bench", self.broker_url)

    def ring(self) -> None:
        for _ in range(self.workers):
            self._celery.send_task(task_of(NOTIFIER))
        self._next = time.monotonic() + _POKES

    def keep_up(self) -> None:
        if time.monotonic() >= self._next:
            self.ring()


def until(holds: Callable[[], bool], what: str, *, seconds: float = _PATIENCE) -> None:
    """Wait for it, asking every 10 ms. AssertionError, naming it, if it doesn't come."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.01)
