"""F14: processes of the version before run beside those of this one, over this one's database."""

import shutil
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path
from random import Random
from typing import ClassVar

from tests.conftest import ROOT
from tests.faults.wires_own import OwnCase
from tests.faults.world import PATIENCE, WORKERS, World

BEFORE = "0ef1849"  # the last commit before the database's revision 0007


class OldBesideNew:
    """From the first moment on. For a while the old one of a kind is alone, then the new one; and
    one of the six dies, and the others take up what it had. Of the web process there is one."""

    id: ClassVar[str] = "F14"
    name: ClassVar[str] = "F14-versions"
    sentence: ClassVar[str] = "processes of the version before beside and in place of the new ones"
    twin: ClassVar[bool] = False  # it has cases of its own

    @staticmethod
    def hindrance() -> str:
        return "" if is_here() else "the version before isn't in this clone"

    def strike(self, world: World, random: Random, /) -> None:
        self.wrong: list[str] = []
        for name in WORKERS:
            if old_one(name) not in world.keeper.names:
                add_old(world, name)
        kind = random.choice((*WORKERS, "web"))
        if kind == "web":
            self._answer_for_both(world, random)
        else:
            for whose, alone, other in (
                ("old", old_one(kind), kind),
                ("new", kind, old_one(kind)),
            ):
                self._work_alone(world, random, whose, alone, other)
        world.kill(random.choice([*WORKERS, *map(old_one, WORKERS)]))

    def _work_alone(self, world: World, random: Random, whose: str, alone: str, other: str) -> None:
        """A case of its own is called to its meeting with nobody else of that kind there."""
        lives = world.keeper.restarts(alone)
        world.stop(other)
        try:
            self._bring_to_its_calls(world, random, whose)
        finally:
            world.start(other)
        if world.keeper.restarts(alone) != lives:
            self.wrong.append(f"the {whose} {alone} died by itself")

    def _answer_for_both(self, world: World, random: Random) -> None:
        """The old web process at the new one's address, for a while."""
        world.stop("web")
        try:
            old = add_old(world, "web")
            try:
                assert world.await_web(), "the old web process doesn't answer"
                self._bring_to_its_calls(world, random, "old")
                if world.keeper.restarts(old):
                    self.wrong.append("the old web process died by itself")
            finally:
                world.stop(old)
        finally:
            world.start("web")
            assert world.await_web(), "the new web process doesn't answer"

    def _bring_to_its_calls(self, world: World, random: Random, whose: str) -> None:
        own = OwnCase.open(world, random)
        own.sign()
        world.until(lambda: _is_called(own), PATIENCE)
        self.wrong += [f"the {whose} one alone: {line}" for line in own.every_call_was_accepted()]

    def check(self, _: World, /) -> list[str]:
        return self.wrong


def old_one(name: str) -> str:
    return f"{name}-2"


def add_old(world: World, name: str) -> str:
    """The folder it runs in comes before the one that is installed."""
    old = world.home / "old"
    if not old.exists():
        check_out(old)
    return world.add(name, cwd=old)


def _is_called(own: OwnCase) -> bool:
    states = [one["state"] for one in own.messages() if one["kind"] == "call"]
    return states == ["accepted"] * 4


def is_here() -> bool:
    """Whether the clone has that version."""
    command = ("git", "cat-file", "-e", f"{BEFORE}^{{commit}}")
    return (
        bool(shutil.which("git"))
        and not subprocess.run(command, cwd=ROOT, check=False, stderr=subprocess.DEVNULL).returncode
    )


def check_out(folder: Path) -> None:
    """That version's code, in `folder`."""
    paths = ("samspel", "services", "shared")
    packed = subprocess.run(
        ("git", "archive", BEFORE, *paths), cwd=ROOT, check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        # Debian 12's Python has no filters yet.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
        archive.extractall(folder)  # noqa: S202 - what git has packed of our own clone


FAULTS = [OldBesideNew]
