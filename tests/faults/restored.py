"""F13: yesterday's data is put back, with all that it still believes it has to send."""

import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import ClassVar

from samspel.embedded.ground import Ground
from services.notifier.adapters.keep import Keep
from tests.faults.fault import Missed, Plain
from tests.faults.wires_mail import identity
from tests.faults.world import PATIENCE, World

_WATCHED_SECONDS = 4.0  # two pokes of beat
_BRAKE = "SELECT brake_reason FROM notifier.high_water"
_HELD = "SELECT count(*) AS n FROM notifier.messages WHERE state = 'held'"
_HELD_ONES = "SELECT message_id, mailbox FROM notifier.messages WHERE state = 'held'"
_DUE = """
    SELECT count(*) AS n FROM notifier.messages
    WHERE state IN ('due', 'claimed', 'data', 'retry', 'unknown') AND due_at <= clock.read()
"""


class Yesterday(Plain):
    """The disk as it was in the middle of sending. What was due then has gone since: held."""

    waits: ClassVar[bool] = True
    id: ClassVar[str] = "F13"
    name: ClassVar[str] = "F13-restored"
    sentence: ClassVar[str] = "the disk of the database as it was while it sent, put back"

    def strike(self, world: World, random: Random) -> None:
        self.wrong: list[str] = []
        data = _data(world)
        sending = threading.Event()
        hook = world.mail.on(random.choice(("mail", "rcpt", "dot")), lambda _: sending.set())
        struck = world.while_loaded(sending)
        world.mail.off(hook)
        if not struck:
            raise Missed
        yesterday, today = data.with_name("yesterday"), data.with_name("today")
        with _stopped(world):
            shutil.rmtree(yesterday, ignore_errors=True)
            _copy(data, yesterday)
        world.until_loaded()
        assert world.rest(), "it doesn't come to rest before anything is restored"
        keep = world.home / "keep"
        noted = world.until(lambda: _is_noted(world, keep), PATIENCE)
        assert noted, "the mark of what was sent isn't kept"
        sent = len(world.mail.taken)
        with _stopped(world):
            data.rename(today)
            yesterday.rename(data)
            shutil.copytree(keep, kept := data.with_name("keep"), dirs_exist_ok=True)
            world.postgres.refuse()  # what is due is counted before anybody sends it
        try:
            was_due = world.rows(_DUE)[0]["n"] + world.rows(_HELD)[0]["n"]
            world.postgres.allow()
            self._watch(world, sent, was_due)
            if was_due:
                self._decide(world, sent, random.choice(("release", "drop")))
        finally:
            world.postgres.allow()
            with _stopped(world):
                shutil.rmtree(data)
                today.rename(data)
                shutil.copytree(kept, keep, dirs_exist_ok=True)
            # What left the copy isn't of the world that goes on.
            del world.mail.taken[sent:]
        if not was_due and not self.wrong:
            raise Missed

    def _watch(self, world: World, sent: int, was_due: int) -> None:
        """`was_due`: so much was due in it. Where that is nothing, nothing leaves all the same."""
        patience = PATIENCE if was_due else 0.0
        braked = world.until(lambda: world.rows(_BRAKE)[0]["brake_reason"] is not None, patience)
        time.sleep(_WATCHED_SECONDS)
        if was_due and not braked:
            self.wrong.append(f"nobody noticed that the database had been restored, {was_due} due")
        if len(world.mail.taken) > sent:
            self.wrong.append(f"{len(world.mail.taken) - sent} mails left the restored database")
        if was_due and not world.rows(_HELD)[0]["n"]:
            self.wrong.append(f"none of {was_due} due messages was held")

    def _decide(self, world: World, sent: int, word: str) -> None:
        """As an administrator does, who can't know either: nothing goes more than once more."""
        held = {str(row["message_id"]): row["mailbox"] for row in world.rows(_HELD_ONES)}
        world.run("held", word)
        if not world.rest():
            self.wrong.append(f"it doesn't come to rest after held {word}")
        again = Counter(
            (identity(one.content).partition(":")[2].strip(), one.recipient.lower())
            for one in world.mail.taken[sent:]
        )
        for (ident, recipient), number in again.items():
            if number > 1:
                self.wrong.append(f"{number} mails of one message after held {word}")
            if ident in held and word == "drop":
                self.wrong.append("what was dropped has left")
            if held.get(ident, recipient) != recipient:
                self.wrong.append("what was held has left to another mailbox")
        if world.rows(_HELD)[0]["n"]:
            self.wrong.append(f"after held {word} something is still held")

    def check(self, _: World, /) -> list[str]:
        return self.wrong


def _is_noted(world: World, keep: Path) -> bool:
    """Whether the notifier has looked since its last mail, as it does within seconds: a copy of the
    moment before, put back at once, can't be told from the database itself."""
    (row,) = world.rows("SELECT quiet, mark FROM notifier.high_water")
    kept = Keep(keep).read()
    return bool(row["quiet"]) and kept is not None and kept.count == row["mark"]


def _data(world: World) -> Path:
    return Ground.of(world.home).folder / "postgres" / "data"


def _copy(source: Path, target: Path) -> None:
    """With its owners: the server runs as another user than the harness."""
    shutil.copytree(source, target, symlinks=True)
    for one in (source, *source.rglob("*")):
        copied, owned = target / one.relative_to(source), one.lstat()
        shutil.chown(copied, owned.st_uid, owned.st_gid)


@contextmanager
def _stopped(world: World) -> Iterator[None]:
    world.stop("postgres")
    try:
        yield
    finally:
        world.start("postgres")


FAULTS = [Yesterday]
