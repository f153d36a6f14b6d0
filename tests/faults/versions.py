"""F14: workers of the version before run beside those of this one, over this one's database."""

import shutil
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path
from random import Random
from typing import ClassVar

from tests.conftest import ROOT
from tests.faults.fault import Plain
from tests.faults.world import WORKERS, World

BEFORE = "0ef1849"  # the last commit before the database's revision 0007


class OldBesideNew(Plain):
    """From the first moment on; one of the six dies, and the others take up what it had."""

    id: ClassVar[str] = "F14"
    name: ClassVar[str] = "F14-versions"
    sentence: ClassVar[str] = "workers of the version before beside the new ones, and one dies"

    def strike(self, world: World, random: Random) -> None:
        old = world.home / "old"
        if not old.exists():
            check_out(old)
        for name in WORKERS:
            if f"{name}-2" not in world.keeper.names:
                added = world.add(name, cwd=old)
                # The folder it runs in comes before the one that is installed.
                assert added == f"{name}-2"
        both = [*WORKERS, *(f"{name}-2" for name in WORKERS)]
        world.kill(random.choice(both))


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
        archive.extractall(folder, filter="data")


FAULTS = [OldBesideNew]
