"""F3, F4, F8: processes that stand still, and more of them than one."""

import threading
import time
from random import Random
from typing import ClassVar

from tests.faults.fault import Missed, Plain
from tests.faults.killed import comes, is_at_work
from tests.faults.wires_mail import identity
from tests.faults.world import WORKERS, World
from tests.support.smtp import Moment, Step

LONGEST_DELAY = 0.8
LONGEST_STOP = 10.0
STARTS = 12.0  # within which another worker has started and looked; then the clock goes on
_EACH, _KINDS = 3, (*WORKERS, "beat")
_WAITS = """
    SELECT count(*)::integer AS n FROM bus.deliveries WHERE subscriber = %s AND state = 'waiting'
"""
_DUE = """
    SELECT scheduler_api.unsettled(clock.read())::integer AS scheduler,
           notifier_api.unsettled(clock.read())::integer AS notifier
"""
# To when the next thing falls due, if that is later than tomorrow.
_A_DAY_OR_MORE = """
    SELECT clock.move(greatest(
        clock.read() + interval '1 day',
        least(scheduler_api.next_instant(clock.read()), notifier_api.next_instant(clock.read()))
        + interval '1 minute'))
"""
# An alert is about one limit, or one late task: the earlier ones of a limit give way to the last.
_BURST = """
    SELECT kind, count(*)::integer AS n FROM notifier.messages
    WHERE message_id = ANY(%s) AND (meeting_id IS NOT NULL OR kind = 'alert')
    GROUP BY case_id, meeting_id, task_id, mailbox, kind,
             CASE kind WHEN 'alert' THEN concat_ws('/', payload ->> 'to', payload ->> 'limit_on')
             END
    HAVING count(*) > 1
"""
# What the one that is about to stand still has; to the mailbox of the mail it was at.
_HAS = """
    SELECT id, fence FROM notifier.messages
    WHERE state IN ('claimed', 'data') AND %s IN (mailbox, '')
"""
_TAKEN_UP = """
    SELECT count(*)::integer AS n FROM notifier.messages m
    JOIN unnest(%s::uuid[], %s::bigint[]) AS had(id, fence) USING (id)
    WHERE m.fence > had.fence
"""


class StoppedThenKilled(Plain):
    """It may have taken a call from the queue, which is then lost with it. The sweep finds it."""

    waits: ClassVar[bool] = True
    id: ClassVar[str] = "F3"
    name: ClassVar[str] = "F3-stopped"
    sentence: ClassVar[str] = "SIGSTOP of a worker, work rung for, then kill -9"

    def strike(self, world: World, random: Random) -> None:
        name = random.choice(WORKERS)
        time.sleep(random.uniform(0.0, LONGEST_DELAY))
        world.freeze(name)
        # The load itself may wait for what the worker has locked, and then nothing more comes.
        came = comes(world, lambda: _is_left(world, name), LONGEST_STOP)
        time.sleep(random.uniform(0.3, 2.0))
        came = came or _is_left(world, name)
        world.kill(name)
        if not came:
            raise Missed


class PausedBeyondItsLease(Plain):
    """Another one takes up what it had; when it wakes up, its fence is refused."""

    waits: ClassVar[bool] = True
    id: ClassVar[str] = "F4"
    name: ClassVar[str] = "F4-paused"
    sentence: ClassVar[str] = "a notifier paused at a step of a mail until after its lease"

    def strike(self, world: World, random: Random) -> None:
        step: Step = random.choice(("mail", "rcpt", "data", "dot"))
        came = threading.Event()
        self.recipient = ""

        def freeze(moment: Moment) -> None:
            if not came.is_set():
                world.freeze("notifier")
                self.recipient = moment.recipient.lower()
                came.set()

        hook = world.mail.on(step, freeze)
        struck = world.while_loaded(came)
        world.mail.off(hook)
        if not struck:
            raise Missed
        other = world.add("notifier")
        try:
            taken_up = self._is_taken_up(world)
            time.sleep(random.uniform(0.5, 1.5))
        finally:
            world.thaw("notifier")
            time.sleep(random.uniform(0.2, 0.5))
            world.stop(other)
        if not taken_up:
            raise Missed

    def _is_taken_up(self, world: World) -> bool:
        """Whether the other one, once it has started and the lease is over, takes the message."""
        had = world.rows(_HAS, self.recipient)
        ids, fences = [row["id"] for row in had], [row["fence"] for row in had]
        return bool(had) and world.until(
            lambda: world.rows(_TAKEN_UP, ids, fences)[0]["n"] > 0, STARTS
        )


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
    sentence: ClassVar[str] = "beat dead for a day or more in which nobody else rings"
    twin: ClassVar[bool] = False  # time stands still in the calm one

    def strike(self, world: World, random: Random) -> None:
        world.stop("beat")
        try:
            world.until_loaded()
            world.settle()
            self.before = len(world.mail.taken)
            world.meddle(_A_DAY_OR_MORE)
            due = sum(world.rows(_DUE)[0].values())
            time.sleep(random.uniform(0.5, 1.5))
        finally:
            world.start("beat")
        if not due:
            raise Missed

    def check(self, world: World) -> list[str]:
        """What is caught up with doesn't come in a burst."""
        mails = [identity(one.content) for one in world.mail.taken[self.before :]]
        idents = [one.partition(":")[2].strip() for one in mails]
        return [
            f"{row['n']} mails of {row['kind']} about one thing to one mailbox"
            for row in world.rows(_BURST, idents)
        ]


def _is_left(world: World, name: str) -> bool:
    """Whether there is work that a worker that stands still has, or has been rung for."""
    return bool(world.rows(_WAITS, name)[0]["n"]) or is_at_work(world, name)


def _all(world: World) -> list[str]:
    return [one for one in world.keeper.names if one.partition("-")[0] in _KINDS]


FAULTS = [StoppedThenKilled, PausedBeyondItsLease, ThreeOfEach, BeatDeadForADay]
