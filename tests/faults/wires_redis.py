"""F6: Redis goes, forgets, falls silent, and is full. All it holds stands in the database too."""

import threading
import time
from random import Random
from typing import ClassVar

import redis

from tests.faults.fault import Missed
from tests.faults.wires_own import OwnCase
from tests.faults.world import WORKERS, World

MINUTE = 60.0
_LONGEST_ANSWER = 20.0  # to two calls, on a machine that is busy: not as long as a minute
_RESETS, _RESETS_SECONDS = 20, 3.0
_BEATS = "SELECT service FROM bus.heartbeats WHERE service <> 'inbound' AND at > to_timestamp(%s)"


class Doorbell:
    """Meanwhile the API has to take on a case and its consents; after it, all services look again
    within a minute, without anybody's help."""

    id: ClassVar[str] = "F6"
    twin: ClassVar[bool] = False  # it has a case of its own

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        began = time.monotonic()
        self.harm(world, random)
        self.answered = time.monotonic() - began
        self.mend(world, random)
        self.await_looks(world)

    def harm(self, world: World, random: Random, /) -> None:
        """Do it, and have the own case signed in the midst of it."""
        raise NotImplementedError

    def mend(self, world: World, random: Random, /) -> None:
        """What has to be done for Redis to be well again; nothing, if it is by itself."""

    def await_looks(self, world: World, /) -> None:
        """From now on, beside all else: who has looked within the minute, not whenever it is that
        everything has come to rest."""
        (now,) = world.rows("SELECT extract(epoch FROM clock_timestamp())::float AS now")
        self.looked: set[str] = set()

        def watch() -> None:
            world.until(lambda: self._note(world, now["now"]), MINUTE)

        self.watching = threading.Thread(target=watch, daemon=True)
        self.watching.start()

    def _note(self, world: World, mended: float) -> bool:
        self.looked |= {row["service"] for row in world.rows(_BEATS, mended)}
        return len(self.looked) == len(WORKERS)

    def check(self, _: World, /) -> list[str]:
        wrong = []
        self.watching.join()
        if len(self.looked) < len(WORKERS):
            looked = sorted(self.looked)
            wrong.append(f"a minute after Redis was well again only {looked} have looked")
        if self.answered > _LONGEST_ANSWER:
            wrong.append(f"two calls took {self.answered:.0f} s meanwhile")
        states = [one["state"] for one in self.own.messages() if one["kind"] == "call"]
        if states != ["accepted"] * 4:
            wrong.append(f"the four calls of the own case ended as {sorted(states)}")
        self.own.end()
        return wrong


class Forgets(Doorbell):
    """The workers stand still, so that it lies in Redis what they have been rung for."""

    def harm(self, world: World, random: Random, /) -> None:
        for name in WORKERS:
            world.freeze(name)
        try:
            self.own.sign()
            rung = _rung_for(world)
            self.forget(world)
        finally:
            for name in WORKERS:
                world.thaw(name)
        if not rung:
            raise Missed
        self.and_again(world, random)

    def forget(self, world: World, /) -> None:
        raise NotImplementedError

    def and_again(self, world: World, random: Random, /) -> None:
        """While they are at work again."""


class Restarted(Forgets):
    name: ClassVar[str] = "F6-restarted"
    sentence: ClassVar[str] = "Redis is killed with calls in it, and comes back empty"

    def forget(self, world: World, /) -> None:
        world.kill("valkey")


class Flushed(Forgets):
    name: ClassVar[str] = "F6-flushall"
    sentence: ClassVar[str] = "FLUSHALL with calls in it, and twice more within a second"

    def forget(self, world: World, /) -> None:
        with redis.Redis.from_url(world.valkey_url) as valkey:
            valkey.flushall()

    def and_again(self, world: World, random: Random, /) -> None:
        for _ in range(2):
            time.sleep(random.uniform(0, 0.5))
            self.forget(world)


class HalfOpen(Doorbell):
    name: ClassVar[str] = "F6-half-open"
    sentence: ClassVar[str] = "every connection to Redis falls silent and stays open"

    def harm(self, world: World, _: Random, /) -> None:
        world.valkey.half_open()
        self.own.sign()

    def mend(self, world: World, random: Random, /) -> None:
        time.sleep(random.uniform(0, 2))
        world.valkey.allow()


class Resets(Doorbell):
    name: ClassVar[str] = "F6-resets"
    sentence: ClassVar[str] = "20 times in 3 s every connection to Redis is reset"

    def harm(self, world: World, random: Random, /) -> None:
        signing = threading.Thread(target=self.own.sign)
        for number in range(_RESETS):
            if number == 1:
                signing.start()
            world.valkey.reset_all()
            time.sleep(random.uniform(0.5, 1.5) * _RESETS_SECONDS / _RESETS)
        signing.join()


class OutOfMemory(Doorbell):
    name: ClassVar[str] = "F6-out-of-memory"
    sentence: ClassVar[str] = "Redis has no memory left and refuses to be written to"

    def harm(self, world: World, _: Random, /) -> None:
        with redis.Redis.from_url(world.valkey_url) as valkey:
            self.before = valkey.config_get("maxmemory")["maxmemory"]
            valkey.config_set("maxmemory", "1")
        self.own.sign()

    def mend(self, world: World, random: Random, /) -> None:
        time.sleep(random.uniform(0.5, 2))
        with redis.Redis.from_url(world.valkey_url) as valkey:
            valkey.config_set("maxmemory", self.before)


def _rung_for(world: World) -> int:
    """How many calls lie in the queues of the workers."""
    with redis.Redis.from_url(world.valkey_url) as valkey:
        return sum(int(valkey.llen(key)) for key in valkey.scan_iter(_type="list"))


FAULTS = [Restarted, Flushed, HalfOpen, Resets, OutOfMemory]
