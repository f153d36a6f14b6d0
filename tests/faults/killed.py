"""F1, F2: processes that die at once, in the middle of what they do (kill -9)."""

import threading
import time
from random import Random
from typing import ClassVar

from tests.faults.fault import Missed, Plain
from tests.faults.world import World
from tests.support.smtp import Moment, Step

# Those that only a call of the API makes.
_NEWEST = """
    SELECT coalesce(max(id), 0) AS id FROM bus.events
    WHERE type IN ('case.opened', 'consent.signed', 'consent.refused', 'consent.withdrawn',
                   'meeting.moved', 'participants.changed')
"""


class WebAnytime(Plain):
    """The supervisor starts it again; whoever got no answer asks once more with the same key."""

    id: ClassVar[str] = "F1"
    name: ClassVar[str] = "F1-web"
    sentence: ClassVar[str] = "kill -9 of the web process at any instant, twice"

    def strike(self, world: World, random: Random) -> None:
        for _ in range(2):
            world.kill("web")
            time.sleep(random.uniform(0.0, 3.0))


class WebAfterCommit(Plain):
    """What it had committed takes effect, though nobody was told."""

    waits: ClassVar[bool] = True
    id: ClassVar[str] = "F1"
    name: ClassVar[str] = "F1-web-after-commit"
    sentence: ClassVar[str] = "kill -9 of the web process just after it has committed an event"

    def strike(self, world: World, _: Random) -> None:
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
        if not struck:
            raise Missed


class WorkerAnytime(Plain):
    """Leases run out, and others or the next life of the worker take up what was left."""

    id: ClassVar[str] = "F2"
    name: ClassVar[str] = "F2-worker"
    sentence: ClassVar[str] = "kill -9 of one worker after the other at any instant"

    def strike(self, world: World, random: Random) -> None:
        for name in random.sample(["cases", "scheduler", "notifier", "notifier"], 3):
            world.kill(name)
            time.sleep(random.uniform(0.0, 1.0))


class NotifierAt(Plain):
    """kill -9 of the notifier at an exact step of a mail, or shortly after it."""

    waits: ClassVar[bool] = True
    id: ClassVar[str] = "F2"
    steps: ClassVar[tuple[Step, ...]]
    after: ClassVar[float] = 0.0  # seconds after the server has answered the step, at most

    def strike(self, world: World, random: Random) -> None:
        step, wait, came = (
            random.choice(self.steps),
            random.uniform(0, self.after),
            threading.Event(),
        )

        def kill(_: Moment) -> None:
            if came.is_set():
                return
            came.set()
            if wait:
                threading.Timer(wait, world.kill, ["notifier"]).start()
            else:
                world.kill("notifier")

        hook = world.mail.on(step, kill)
        struck = world.while_loaded(came)
        world.mail.off(hook)
        if not struck:
            raise Missed
        time.sleep(wait)


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


FAULTS = [WebAnytime, WebAfterCommit, WorkerAnytime, BeforeContent, AfterTheDot, AfterTheAnswer]
