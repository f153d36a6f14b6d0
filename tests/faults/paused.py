"""F3, F4, F8: processes that stand still, and more of them than one."""

import threading
import time
from random import Random
from typing import ClassVar

from tests.faults.fault import Missed, Plain
from tests.faults.world import LEASE_SECONDS, WORKERS, World
from tests.support.smtp import Moment, Step

_EACH, _KINDS = 3, (*WORKERS, "beat")


class StoppedThenKilled(Plain):
    """It may have taken a call from the queue, which is then lost with it. The sweep finds it."""

    id: ClassVar[str] = "F3"
    name: ClassVar[str] = "F3-stopped"
    sentence: ClassVar[str] = "SIGSTOP of a worker, work rung for, then kill -9"

    def strike(self, world: World, random: Random) -> None:
        name = random.choice(WORKERS)
        world.freeze(name)
        time.sleep(random.uniform(0.3, 2.0))
        world.kill(name)


class PausedBeyondItsLease(Plain):
    """Another one takes up what it had; when it wakes up, its fence is refused."""

    waits: ClassVar[bool] = True
    id: ClassVar[str] = "F4"
    name: ClassVar[str] = "F4-paused"
    sentence: ClassVar[str] = "a notifier paused at a step of a mail until after its lease"

    def strike(self, world: World, random: Random) -> None:
        step: Step = random.choice(("mail", "rcpt", "data", "dot"))
        came = threading.Event()

        def freeze(_: Moment) -> None:
            if not came.is_set():
                world.freeze("notifier")
                came.set()

        hook = world.mail.on(step, freeze)
        struck = world.while_loaded(came)
        world.mail.off(hook)
        if not struck:
            raise Missed
        other = world.add("notifier")
        time.sleep(LEASE_SECONDS + random.uniform(0.5, 1.5))
        world.thaw("notifier")
        time.sleep(random.uniform(0.2, 0.5))
        world.stop(other)


class ThreeOfEach(Plain):
    """From the first moment on there are three beats and three of each worker."""

    id: ClassVar[str] = "F8"
    name: ClassVar[str] = "F8-three-of-each"
    sentence: ClassVar[str] = "three beats and three of each worker, and one of them dies"

    def strike(self, world: World, random: Random) -> None:
        for name in _KINDS:
            while sum(one.partition("-")[0] == name for one in world.keeper.names) < _EACH:
                world.add(name)
        world.kill(random.choice(_all(world)))


class BeatDeadForADay(Plain):
    """What fell due meanwhile is caught up with, once, without anybody's ringing."""

    id: ClassVar[str] = "F8"
    name: ClassVar[str] = "F8-beat-dead"
    sentence: ClassVar[str] = "beat dead for a day in which nobody else rings"
    twin: ClassVar[bool] = False  # time stands still in the calm one

    def strike(self, world: World, random: Random) -> None:
        world.stop("beat")
        world.until(lambda: not world.loading.is_set(), 60)
        world.settle()
        world.meddle("SELECT clock.move(clock.read() + interval '1 day')")
        time.sleep(random.uniform(0.5, 1.5))
        world.start("beat")


def _all(world: World) -> list[str]:
    return [one for one in world.keeper.names if one.partition("-")[0] in _KINDS]


FAULTS = [StoppedThenKilled, PausedBeyondItsLease, ThreeOfEach, BeatDeadForADay]
