"""F15: there is no room left, for the database, its log, the logs and what is kept beside it.

The world stands on a disk of its own, so small that it can be filled: a mount in memory, which only
root may make. Where it can't be made the fault can't strike, and the run says so.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import ClassVar

import httpx2
import psycopg

from tests.faults.fault import Missed
from tests.faults.wires_mail import repeats_are_the_same
from tests.faults.wires_own import OwnCase
from tests.faults.world import World

MEGABYTES = 700
PATIENCE = 60.0
_MOST_FOR_A_SMALL_ONE = 4 * 2**30
_NO_ROOM = ("No space left on device", "DiskFull")
_PIECE = 2**20


class Full:
    """For some seconds, for everything at once; then there is room again, and nobody does more."""

    id: ClassVar[str] = "F15"
    name: ClassVar[str] = "F15-disk-full"
    sentence: ClassVar[str] = "the disk of the database, the logs and what is kept is full"
    twin: ClassVar[bool] = False  # it has a case of its own
    needs_small_disk: ClassVar[bool] = True

    @staticmethod
    def hindrance() -> str:
        try:
            with TemporaryDirectory() as folder, a_small_disk(Path(folder), 1):
                return ""
        except OSError as error:
            return str(error)

    def strike(self, world: World, random: Random, /) -> None:
        if not is_small(world.home / "postgres"):
            raise Missed
        self.own = OwnCase.open(world, random)
        ballast = world.home / "ballast"
        sizes = {path.stem: world.log_size(path.stem) for path in world.logs.glob("*.log")}
        self.told: list[httpx2.Response] = []
        try:
            fill(ballast)
            use_up_the_log(world, random.choice((0, 12)))
            end = time.monotonic() + random.uniform(1.5, 4)
            while time.monotonic() < end:
                fill(ballast)  # what somebody else has given back meanwhile
                self._ask_for_something(world)
                time.sleep(0.1)
        finally:
            ballast.unlink(missing_ok=True)
        self.own.sign()
        refused = any(one.status_code == 503 for one in self.told)
        if not refused and not any(_had_no_room(world, *one) for one in sizes.items()):
            raise Missed

    def _ask_for_something(self, world: World) -> None:
        """A change, once: what is wanted is a clear answer."""
        consent = self.own.consents[0]["id"]
        path = f"/api/v1/cases/{self.own.id}/consents/{consent}/sign"
        try:
            self.told.append(world.web.post(path, json={}, timeout=30))
        except httpx2.TransportError:
            return

    def check(self, world: World, /) -> list[str]:
        unclear = {one.status_code for one in self.told if not one.is_success} - {503}
        wrong = [f"a call was answered by {code}" for code in sorted(unclear)]
        wrong += ["an error tells of the family" for one in self.told if self.own.mark in one.text]
        return [*wrong, *self.own.every_call_was_accepted(), *repeats_are_the_same(self.own, world)]


def _had_no_room(world: World, name: str, since: int) -> bool:
    return any(words in world.log_of(name, since) for words in _NO_ROOM)


def fill(ballast: Path) -> None:
    """To the last block."""
    with ballast.open("ab", buffering=0) as file:
        for size in (_PIECE, 2**12, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue


def use_up_the_log(world: World, segments: int) -> None:
    """What PostgreSQL had put aside for its log beforehand; without any it ends, and recovers."""
    with (
        suppress(psycopg.Error),
        psycopg.connect(world.database_url, autocommit=True) as database,
    ):
        for _ in range(segments):
            database.execute("SELECT pg_current_xact_id()")
            database.execute("SELECT pg_switch_wal()")


def is_small(folder: Path) -> bool:
    """Whether what stands there may be filled without harm to anything else."""
    if not folder.exists():  # as root, the servers' data can lie elsewhere
        return False
    mounted = folder.stat().st_dev != Path("/").stat().st_dev
    room = os.statvfs(folder)
    return mounted and room.f_blocks * room.f_frsize < _MOST_FOR_A_SMALL_ONE


@contextmanager
def a_small_disk(folder: Path, megabytes: int = MEGABYTES) -> Iterator[Path]:
    """A disk of this size at «home» in `folder`, whose servers' user may enter. When it is taken
    away, the logs stay. Raises OSError where it can't be made."""
    folder.chmod(0o711)
    home = folder / "home"
    home.mkdir()
    size = f"size={megabytes}m,mode=711"
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "samspel-faults", str(home)],
        check=False,
        capture_output=True,
    )
    if made.returncode != 0:
        home.rmdir()
        raise OSError("a small disk can only be mounted by root")
    try:
        yield home
    finally:
        (home / "home" / "logs").mkdir(parents=True, exist_ok=True)
        shutil.copytree(home / "home" / "logs", folder / "logs")
        subprocess.run(["umount", "--lazy", str(home)], check=True)
        shutil.move(folder / "logs", home / "logs")


FAULTS = [Full]
