"""The folder for the archive: a package for each case that goes, and the list of what has gone.

Everything is written to the disk before it counts: the files, then the folder under its own name.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from services.cases.adapters.archive_files import MANIFEST, digest, package
from services.cases.domain.retention import Erased
from services.cases.handlers.retention import Rows

ERASED = "erased.jsonl"
_OURS = 0o700


class BrokenPackageError(Exception):
    """What was read again isn't what was written: nothing goes."""


@dataclass(frozen=True, slots=True)
class ArchiveFolder:
    """Implements handlers.retention.Archive."""

    folder: Path

    def keep(self, rows: Rows, at: datetime, decision: str | None) -> None:
        """Write a case's package and read it again. One that is there already is replaced.

        Raises OSError and BrokenPackageError.
        """
        (case,) = rows["cases.cases"]
        write_package(self.folder / case["reference"], package(rows, at, decision))

    def note(self, erased: Erased) -> None:
        """A line more, on the disk when it returns."""
        self.folder.mkdir(mode=_OURS, parents=True, exist_ok=True)
        line = {"what": erased.what, "id": str(erased.id), "at": erased.at.isoformat(),
                "by": erased.by}  # fmt: skip
        with (self.folder / ERASED).open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(_after_a_whole_line(file) + json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        _sync(self.folder)

    def erased(self) -> Iterator[Erased]:
        """Everything on the list, the oldest first; half a line, of a crash, isn't one."""
        try:
            lines = (self.folder / ERASED).read_text().splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            try:
                said = json.loads(line)
                at = datetime.fromisoformat(said["at"])
                yield Erased(said["what"], UUID(said["id"]), at, said["by"])
            except (ValueError, KeyError):
                continue


def write_package(folder: Path, files: Mapping[str, bytes]) -> None:
    """All of it or nothing under that name, read again before it counts. Raises OSError and
    BrokenPackageError."""
    folder.parent.mkdir(mode=_OURS, parents=True, exist_ok=True)
    fresh = folder.with_name(f".{folder.name}.new")
    _remove(fresh)
    fresh.mkdir(mode=_OURS)
    for name, content in files.items():
        with (fresh / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    _sync(fresh)
    check_package(fresh)
    _remove(folder)
    fresh.rename(folder)
    _sync(folder.parent)
    check_package(folder)


def check_package(folder: Path) -> None:
    """Whether every file is as the manifest says. Raises BrokenPackageError and OSError."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    for one in manifest["files"]:
        if digest((folder / one["name"]).read_bytes()) != one["sha256"]:
            raise BrokenPackageError(one["name"])
    names = {one["name"] for one in manifest["files"]} | {MANIFEST}
    if names != {path.name for path in folder.iterdir()}:
        raise BrokenPackageError(MANIFEST)


def _after_a_whole_line(file: BinaryIO) -> bytes:
    """What a crash has left half of doesn't take the next line along."""
    if file.seek(0, os.SEEK_END) == 0:
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


def _remove(folder: Path) -> None:
    """A package of ours: files in one folder."""
    if folder.exists():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
