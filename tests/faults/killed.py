"""F1, F2: processes that die at once, in the middle of what they do (kill -9)."""

import threading
import time
from collections.abc import Callable
from math import inf
from random import Random
from typing import ClassVar

from tests.faults.fault import Missed, Plain
from tests.faults.wires_mail import identity
from tests.faults.world import World
from tests.support.smtp import Moment, Step

# Those that only a call of the API makes.
_NEWEST = """
    SELECT coalesce(max(id), 0) AS id FROM bus.events
    WHERE type IN ('case.opened', 'consent.signed', 'consent.refused', 'consent.withdrawn',
                   'meeting.moved', 'participants.changed')
"""
_STATE = "SELECT state FROM notifier.messages WHERE message_id = %s"
# Its leases; a lease of what failed once is only a wait. And whatever it writes just now.
_AT_WORK = """
    SELECT EXISTS (SELECT FROM bus.deliveries WHERE subscriber = %s AND state = 'waiting'
                   AND error IS NULL AND lease_until > clock_timestamp())
        OR %s = 'notifier' AND EXISTS (SELECT FROM notifier.messages
                                       WHERE state IN ('claimed', 'data'))
        OR %s = 'scheduler' AND EXISTS (
             SELECT FROM pg_stat_activity
             WHERE application_name = 'samspel_scheduler' AND backend_xid IS NOT NULL) AS at_work
"""
MOST_CALLS = 4  # of the load that are answered first
USUAL_ANSWER = 0.02  # seconds


class WebAnytime(Plain):
    """The supervisor starts it again; whoever got no answer asks once more with the same key."""

    waits: ClassVar[bool] = True
    id: ClassVar[str] = "F1"
    name: ClassVar[str] = "F1-web"
    sentence: ClassVar[str] = "kill -9 of the web process while it answers calls, twice"

    def strike(self, world: World, random: Random) -> None:
        struck = 0
        for _ in range(2):
            number = world.calls.begun + random.randint(1, MOST_CALLS)
            if comes(world, lambda n=number: _is_open(world, n), pause=0.002):  # type: ignore[misc]
                time.sleep(random.uniform(0.0, USUAL_ANSWER))
                struck += world.calls.open > 0
                world.kill("web")
                world.await_web()
        if not struck:
            raise Missed


class WebAfterCommit(Plain):
    """What it had committed takes effect, though nobody was told."""

    waits: ClassVar[bool] = True
    id: ClassVar[str] = "F1"
    name: ClassVar[str] = "F1-web-after-commit"
    sentence: ClassVar[str] = "kill -9 of the web process just after it has committed an event"

    def strike(self, world: World, _: Random) -> None:
        self.retried = world.calls.retried
        newest = world.rows(_NEWEST)[0]["id"]
        came = threading.Event()

        def watch() -> None:
            while not came.is_set():
                if world.rows(_NEWEST)[0]["id"] > newest:
                    world.kill("web")
                    came.set()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        struck = world.while_loaded(came)
        came.set()
        thread.join()
        # Where the answer was quicker than the kill, nothing was asked twice.
        if not struck or not comes(world, lambda: world.calls.retried > self.retried):
            raise Missed


class WorkerAnytime(Plain):
    """Leases run out, and others or the next life of the worker take up what was left."""

    waits: ClassVar[bool] = True
    id: ClassVar[str] = "F2"
    name: ClassVar[str] = "F2-worker"
    sentence: ClassVar[str] = "kill -9 of one worker after the other, each in the midst of work"

    def strike(self, world: World, random: Random) -> None:
        struck = 0
        for name in random.sample(["cases", "scheduler", "notifier", "notifier"], 3):
            if comes(world, lambda name=name: is_at_work(world, name), pause=0.002):  # type: ignore[misc]
                world.kill(name)
                struck += 1
        if not struck:
            raise Missed


class NotifierAt(Plain):
    """kill -9 of the notifier at an exact step of a mail, or shortly after it."""

    waits: ClassVar[bool] = True
    id: ClassVar[str] = "F2"
    steps: ClassVar[tuple[Step, ...]]
    after: ClassVar[float] = 0.0  # seconds after the server has answered the step, at most

    def strike(self, world: World, random: Random) -> None:
        self.came, self.busy = threading.Event(), threading.Lock()
        step = random.choice(self.steps)

        def kill(moment: Moment) -> None:
            if self.came.is_set() or not self.busy.acquire(blocking=False):
                return
            wait = random.uniform(0, self.after)
            if wait:
                threading.Timer(wait, self._kill, [world, moment]).start()
            else:
                self._kill(world, moment)

        hook = world.mail.on(step, kill)
        struck = world.while_loaded(self.came)
        world.mail.off(hook)
        with self.busy:
            if not struck:
                raise Missed

    def _kill(self, world: World, moment: Moment) -> None:
        try:
            world.kill("notifier")
            if self.counts(world, moment):
                self.came.set()
        finally:
            self.busy.release()

    def counts(self, _: World, __: Moment) -> bool:
        """Whether it was the instant that is meant; else the next one is waited for."""
        return True


class BeforeContent(NotifierAt):
    name: ClassVar[str] = "F2-before-content"
    sentence: ClassVar[str] = "kill -9 of the notifier in connect, MAIL, RCPT or DATA"
    steps: ClassVar[tuple[Step, ...]] = ("connect", "mail", "rcpt", "data")


class AfterTheDot(NotifierAt):
    name: ClassVar[str] = "F2-after-dot"
    sentence: ClassVar[str] = "kill -9 of the notifier after the final dot, before the answer"
    steps: ClassVar[tuple[Step, ...]] = ("dot",)


class AfterTheAnswer(NotifierAt):
    name: ClassVar[str] = "F2-before-commit"
    sentence: ClassVar[str] = "kill -9 of the notifier between the server's 250 and its own commit"
    steps: ClassVar[tuple[Step, ...]] = ("dot",)
    after: ClassVar[float] = 0.03

    def counts(self, world: World, moment: Moment) -> bool:
        """The server has taken it, and the database doesn't know."""
        message = identity(moment.content).partition(":")[2].strip()
        states = [row["state"] for row in world.rows(_STATE, message)]
        return states == ["data"]


def comes(
    world: World, holds: Callable[[], bool], seconds: float = inf, *, pause: float = 0.02
) -> bool:
    """Whether it comes to hold while the load goes on, at most for so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end or not world.loading.is_set():
            return False
        time.sleep(pause)
    return True


def _is_open(world: World, number: int) -> bool:
    """Whether the load has come to this call, by its number, and some call isn't answered yet."""
    return world.calls.begun >= number and world.calls.open > 0


def is_at_work(world: World, name: str) -> bool:
    """Whether a worker has claimed something and not yet said what became of it."""
    return bool(world.rows(_AT_WORK, name, name, name)[0]["at_work"])


FAULTS = [WebAnytime, WebAfterCommit, WorkerAnytime, BeforeContent, AfterTheDot, AfterTheAnswer]
