"""Whoever can write to Redis: forged messages into a real Valkey, with a real worker."""

import base64
import json
import os
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis

from samspel.embedded.valkey import EmbeddedValkey
from samspel.process import popen_options
from shared.broker import made_anew
from shared.queue import SERVICES, Doorbell, celery_app, task_of
from tests.conftest import ROOT

MARKER = "Alva-Exempel"
SECONDS = 60
KEYS_OF_CELERY = (
    "scheduler", "_kombu.binding.scheduler", "_kombu.binding_permanent.scheduler",
    "_kombu.binding.cases", "_kombu.binding_deadlines", "unacked", "unacked_index",
    "unacked_mutex",
)  # fmt: skip
Json = dict[str, Any]


def encoded(body: bytes) -> str:
    return base64.b64encode(body).decode()


def written_by_celery(queue: redis.Redis) -> list[Json]:
    """The messages that lie there, as Celery itself has written them; they are taken away."""
    found = [json.loads(one) for name in SERVICES for one in queue.lrange(name, 0, -1)]
    queue.flushdb()
    return found


@dataclass(frozen=True, slots=True)
class RunsACommand:
    """What pickle would run when it's read."""

    command: str

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (self.command,)


def forged(good: Json, command: str) -> Iterator[bytes | str]:
    """Messages that Celery would run, choke on, wait for or write down, and what isn't one."""

    def headed(**changed: Any) -> str:
        return json.dumps(good | {"headers": good["headers"] | changed})

    def carrying(body: object) -> str:
        return json.dumps(good | {"body": encoded(json.dumps(body).encode())})

    def with_properties(**changed: Any) -> str:
        return json.dumps(good | {"properties": good["properties"] | changed})

    evil = pickle.dumps(RunsACommand(command))
    by_pickle = {"content-type": "application/x-python-serialize", "content-encoding": "binary"}
    yield json.dumps(good | by_pickle | {"body": encoded(evil)})
    yield evil
    by_yaml = f"!!python/object/apply:os.system ['{command}']".encode()
    yield json.dumps(good | {"content-type": "application/x-yaml", "body": encoded(by_yaml)})
    yield json.dumps(good | {"content-type": {"a": MARKER}})
    # No message at all.
    yield from (MARKER + "{", b"\xff\xfe" + MARKER.encode(), f'["{MARKER}"]', "null", "{}", "7")
    yield "[" * 200_000
    yield json.dumps({"body": MARKER})
    # Of unknown and of Celery's own tasks.
    yield headed(task=f"{MARKER}\nos.system")
    yield from (headed(task=name) for name in ("celery.map", "celery.chord_unlock", [MARKER], None))
    yield json.dumps(good | {"headers": {"task": MARKER}})
    yield json.dumps(good | {"headers": [MARKER]})
    yield json.dumps(good | {"headers": None})
    yield json.dumps(good | {"headers": {"task": good["headers"]["task"]}})  # without an id
    yield headed(id=[MARKER])
    yield headed(shadow=MARKER)
    yield headed(x={"__type__": "datetime", "__value__": MARKER})
    # With times that it would wait for, die of, or complain about.
    yield from (headed(eta=at) for at in (MARKER, "9999-12-31T23:59:59+00:00", 7))
    no_day = "2027-02-29T00:00:00+00:00"
    yield from (headed(expires=at) for at in (MARKER, {"a": 1}, no_day, "9999"))
    yield from (headed(timelimit=limits) for limits in (MARKER, [0.0001, 0.0001], 7))
    yield headed(compression=MARKER)
    yield headed(compression="application/x-gzip")
    # With arguments, and with what is to be done next.
    yield carrying([[MARKER], {"name": MARKER}, {}])
    yield carrying([["M" * 10_000_000], {}, {}])
    more = {"task": MARKER, "args": [], "kwargs": {}, "options": {}}
    yield carrying([[], {}, {"callbacks": [more], "errbacks": [more], "chain": [more]}])
    yield carrying(MARKER)
    yield json.dumps(good | {"body": f"{MARKER}!"})
    yield json.dumps({key: part for key, part in good.items() if key != "body"})
    yield json.dumps(good | {"content-encoding": MARKER})
    yield with_properties(delivery_tag={"a": MARKER})
    yield with_properties(delivery_info=MARKER)
    yield with_properties(body_encoding=MARKER)
    # As an older Celery would have written it.
    before = {"task": task_of("scheduler"), "id": "x", "args": [MARKER], "kwargs": {}}
    yield json.dumps(good | {"headers": {}, "body": encoded(json.dumps(before).encode())})


class Worker:
    """A scheduler's worker, and the signs of life that it leaves in the database."""

    def __init__(self, database_url: str, broker_url: str, log: Path) -> None:
        self._database_url = database_url
        self.broker = redis.Redis.from_url(broker_url)
        self._log = log
        self._bell = celery_app("ringing", broker_url)
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("SAMSPEL_")
        } | {
            "SAMSPEL_DATABASE_URL": database_url,
            "SAMSPEL_BROKER_URL": broker_url,
            "SAMSPEL_PUBLIC_URL": "http://samspel.example",
            "SAMSPEL_SECRET_KEY": "s" * 32,
            "SAMSPEL_MUNICIPALITY": str(ROOT / "examples" / "exempelkommun"),
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
        }
        command = (
            "-m celery --quiet -A services.scheduler.app:celery worker --pool solo -Q scheduler"
            " --loglevel WARNING --without-gossip --without-mingle --without-heartbeat"
        )
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command.split()],
                stdout=output, stderr=output, **popen_options(environment, ROOT),
            )  # fmt: skip

    def ring(self) -> None:
        self._bell.send_task(task_of("scheduler"), expires=30)

    def looks_again(self) -> None:
        """It is rung for, now and then, until it has looked anew."""
        before, ends = self._looked_at(), time.monotonic() + SECONDS
        while self._looked_at() == before:
            assert self.process.poll() is None, f"it is dead:\n{self.said()}"
            assert time.monotonic() < ends, f"it doesn't look any more:\n{self.said()}"
            if not self.broker.exists("scheduler"):
                self.ring()
            time.sleep(0.05)

    def loses_its_connection(self) -> None:
        """All of them, but for this one."""
        self.broker.client_kill_filter(_type="normal", skipme=True)

    def comes_back(self) -> None:
        """Until it waits for a message again."""
        ends = time.monotonic() + SECONDS
        while not any(one["cmd"] == "brpop" for one in self.broker.client_list()):
            assert self.process.poll() is None, f"it is dead:\n{self.said()}"
            assert time.monotonic() < ends, f"it doesn't come back:\n{self.said()}"
            time.sleep(0.05)

    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def _looked_at(self) -> object:
        query = "SELECT at FROM bus.heartbeats WHERE service = 'scheduler'"
        with psycopg.connect(self._database_url) as connection:
            return connection.execute(query).fetchone()


@contextmanager
def a_worker(database_url: str, broker_url: str, log: Path) -> Iterator[Worker]:
    worker = Worker(database_url, broker_url, log)
    try:
        worker.looks_again()
        yield worker
    finally:
        worker.process.kill()
        worker.process.wait()
        worker.broker.close()


def test_a_forged_message_does_nothing_and_the_worker_lives(
    database_url: str, broker_url: str, tmp_path: Path
) -> None:
    """Pickled, unknown, broken, endless: one alarm, without a word of what it held."""
    executed = tmp_path / "executed"
    with redis.Redis.from_url(broker_url) as queue:
        celery_app("writing", broker_url).send_task(task_of("scheduler"), expires=30)
        (good,) = written_by_celery(queue)
    with a_worker(database_url, broker_url, tmp_path / "log") as worker:
        quiet = worker.said()
        for message in forged(good, f"touch {executed}"):
            worker.broker.lpush("scheduler", message)
        worker.looks_again()
        # Something else lies where the queue is.
        for key in ("scheduler", "scheduler\x06\x163"):
            worker.broker.delete(key)
            worker.broker.set(key, MARKER)
            worker.looks_again()
        # A bell that never stops ringing, notes about messages that never were.
        worker.broker.set("bell:scheduler", MARKER)
        worker.broker.hset("unacked", "x", MARKER)
        worker.broker.zadd("unacked_index", {"x": 1})
        worker.looks_again()
        said = worker.said().removeprefix(quiet)
        # It has to come back where everything that Celery would look at is something else.
        for key in KEYS_OF_CELERY:
            worker.broker.delete(key)
            worker.broker.set(key, MARKER)
        worker.loses_its_connection()
        worker.comes_back()
        worker.looks_again()
        assert MARKER not in worker.said()
    assert not executed.exists()
    assert MARKER not in said
    assert said.count("none of ours") == 1  # once a minute
    assert len(said.splitlines()) == 1


def test_F6_a_worker_that_loses_a_full_redis_comes_back_by_itself(
    database_url: str, tmp_path: Path
) -> None:
    """Without memory nothing can be written, and a worker needs to write nothing to wait."""
    server = EmbeddedValkey(tmp_path / "valkey")
    try:
        with a_worker(database_url, server.start(), tmp_path / "log") as worker:
            worker.broker.config_set("maxmemory", "1")
            worker.loses_its_connection()
            worker.comes_back()
            worker.broker.config_set("maxmemory", "256mb")
            worker.looks_again()
    finally:
        server.discard()


def test_X3_what_lies_in_the_broker_says_look_and_nothing_else(broker_url: str) -> None:
    """No argument, no id of anything, and what we read of it is what Celery wrote."""
    with redis.Redis.from_url(broker_url) as queue:
        Doorbell(broker_url).ring(set(SERVICES))
        keys = [key.decode() for key in queue.scan_iter()]
        written = written_by_celery(queue)
    ours = rf"(bell:)?({'|'.join(SERVICES)})"
    assert [key for key in keys if not re.fullmatch(ours, key)] == []
    assert sorted(one["headers"]["task"] for one in written) == sorted(map(task_of, SERVICES))
    for one in written:
        nothing = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
        assert json.loads(base64.b64decode(one["body"])) == [[], {}, nothing]
        assert (one["headers"]["argsrepr"], one["headers"]["kwargsrepr"]) == ("()", "{}")
        look = json.loads(made_anew(json.dumps(one)) or "{}")
        assert look["body"] == one["body"]
        for name in ("task", "expires"):
            assert look["headers"][name] == one["headers"][name]
        assert look["headers"].keys() <= one["headers"].keys()
        assert look["properties"].keys() <= one["properties"].keys()
        for name in ("delivery_info", "body_encoding"):
            assert look["properties"][name] == one["properties"][name]
