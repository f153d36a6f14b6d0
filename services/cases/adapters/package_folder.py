"""A package as a folder of its own, all of it or nothing, which only its owner can read.

Everything is written to the disk before it counts: the files, then the folder under its own name.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from services.cases.adapters.archive_files import FILES, MANIFEST, digest

OURS = 0o700
_OUR_FILE = 0o600
_UNFINISHED = ".samspel-new"


class BrokenPackageError(Exception):
    """What was read again isn't what was written: nothing goes."""


def write_package(folder: Path, files: Mapping[str, bytes], *, replace: bool = False) -> None:
    """All of it or nothing under that name, read again before it counts. What others left
    unfinished beside it is removed. Raises OSError and BrokenPackageError."""
    folder.parent.mkdir(mode=OURS, parents=True, exist_ok=True)
    _clean(folder.parent)
    fresh = folder.with_name(f".{folder.name}{_UNFINISHED}")
    fresh.mkdir(mode=OURS)
    with _at_work_in(fresh):
        for name, content in files.items():
            with open(fresh / name, "wb", opener=private) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        in_order(fresh)
        check_package(fresh)
    if replace and folder.exists():
        _remove(folder)
    fresh.rename(folder)
    in_order(folder.parent)
    check_package(folder)


def check_package(folder: Path) -> None:
    """Whether every file is as the manifest says. Raises BrokenPackageError, OSError and
    ValueError."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    for one in manifest["files"]:
        if digest((folder / one["name"]).read_bytes()) != one["sha256"]:
            raise BrokenPackageError(one["name"])
    names = {one["name"] for one in manifest["files"]} | {MANIFEST}
    if names != {path.name for path in folder.iterdir()}:
        raise BrokenPackageError(MANIFEST)


def of_whom(folder: Path) -> str | None:
    """The id of the case that the manifest there names, if there is one that can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes()).get("id")
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, str) else None


def private(path: str, flags: int) -> int:
    """Open a file that only its owner can read, whatever the umask, and whoever could before."""
    opened = os.open(path, flags, _OUR_FILE)
    with suppress(PermissionError):  # a share has rights of its own
        os.fchmod(opened, _OUR_FILE)
    return opened


def in_order(folder: Path) -> None:
    """What has been made, or has another name, in the folder is on the disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _clean(parent: Path) -> None:
    """Whoever was killed has left everything in a folder with a hidden name."""
    for left in parent.glob(f".*{_UNFINISHED}"):
        with suppress(OSError):  # somebody is at it, or it isn't ours
            if {path.name for path in left.iterdir()} <= FILES:
                with _at_work_in(left):
                    _remove(left)


@contextmanager
def _at_work_in(folder: Path) -> Iterator[None]:
    """Nobody else takes it for left behind. Raises BlockingIOError if somebody is at it."""
    # The lock is on a file: a folder can't be locked on every network share.
    opened = os.open(folder / MANIFEST, os.O_RDWR | os.O_CREAT, _OUR_FILE)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)


def _remove(folder: Path) -> None:
    """A package of ours: files in one folder."""
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
