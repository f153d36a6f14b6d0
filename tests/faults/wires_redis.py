"""F6: Redis goes, forgets, falls silent, and is full. All it holds stands in the database too."""

import time
from random import Random
from typing import ClassVar

import redis

from tests.faults.wires_own import OwnCase
from tests.faults.world import World

MINUTE = 60.0
_RESETS, _RESETS_SECONDS = 20, 3.0
_BEATS = "SELECT service FROM bus.heartbeats WHERE at > to_timestamp(%s)"


class Doorbell:
    """Meanwhile the API has to take on a case and its consents; after it, all services look again
    within a minute, without anybody's help."""

    id: ClassVar[str] = "F6"
    twin: ClassVar[bool] = False  # it has a case of its own

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        self.harm(world, random)
        began = time.monotonic()
        self.own.sign()
        self.answered = time.monotonic() - began
        self.mend(world, random)
        (now,) = world.rows("SELECT extract(epoch FROM clock_timestamp())::float AS now")
        self.mended = now["now"]

    def harm(self, world: World, random: Random, /) -> None:
        raise NotImplementedError

    def mend(self, world: World, random: Random, /) -> None:
        """What has to be done for Redis to be well again; nothing, if it is by itself."""

    def check(self, world: World, /) -> list[str]:
        wrong = []
        if not world.until(lambda: len(world.rows(_BEATS, self.mended)) == 3, MINUTE):
            looked = [row["service"] for row in world.rows(_BEATS, self.mended)]
            wrong.append(f"a minute after Redis was well again only {looked} have looked")
        if self.answered > 10:
            wrong.append(f"two calls took {self.answered:.0f} s meanwhile")
        states = [one["state"] for one in self.own.messages() if one["kind"] == "call"]
        if states != ["accepted"] * 4:
            wrong.append(f"the four calls of the own case ended as {sorted(states)}")
        self.own.end()
        return wrong


class Restarted(Doorbell):
    name: ClassVar[str] = "F6-restarted"
    sentence: ClassVar[str] = "Redis is killed, and comes back empty"

    def harm(self, world: World, _: Random, /) -> None:
        world.kill("valkey")


class Flushed(Doorbell):
    name: ClassVar[str] = "F6-flushall"
    sentence: ClassVar[str] = "FLUSHALL, three times in a second"

    def harm(self, world: World, random: Random, /) -> None:
        with redis.Redis.from_url(world.valkey_url) as valkey:
            for _ in range(3):
                valkey.flushall()
                time.sleep(random.uniform(0, 0.5))


class HalfOpen(Doorbell):
    name: ClassVar[str] = "F6-half-open"
    sentence: ClassVar[str] = "every connection to Redis falls silent and stays open"

    def harm(self, world: World, _: Random, /) -> None:
        world.valkey.half_open()

    def mend(self, world: World, random: Random, /) -> None:
        time.sleep(random.uniform(0, 2))
        world.valkey.allow()


class Resets(Doorbell):
    name: ClassVar[str] = "F6-resets"
    sentence: ClassVar[str] = "20 times in 3 s every connection to Redis is reset"

    def harm(self, world: World, random: Random, /) -> None:
        for _ in range(_RESETS):
            world.valkey.reset_all()
            time.sleep(random.uniform(0.5, 1.5) * _RESETS_SECONDS / _RESETS)


class OutOfMemory(Doorbell):
    name: ClassVar[str] = "F6-out-of-memory"
    sentence: ClassVar[str] = "Redis has no memory left and refuses to be written to"

    def harm(self, world: World, _: Random, /) -> None:
        with redis.Redis.from_url(world.valkey_url) as valkey:
            self.before = valkey.config_get("maxmemory")["maxmemory"]
            valkey.config_set("maxmemory", "1")

    def mend(self, world: World, random: Random, /) -> None:
        time.sleep(random.uniform(0.5, 2))
        with redis.Redis.from_url(world.valkey_url) as valkey:
            valkey.config_set("maxmemory", self.before)


FAULTS = [Restarted, Flushed, HalfOpen, Resets, OutOfMemory]
