"""The folder for the archive: a package for each case that goes, and the list of what has gone."""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from services.cases.adapters.archive_files import package
from services.cases.adapters.package_folder import (
    OURS,
    BrokenPackageError,
    check_package,
    in_order,
    of_whom,
    private,
    write_package,
)
from services.cases.domain.retention import Erased, Unreadable
from services.cases.handlers.retention import Rows

ERASED = "erased.jsonl"


class AnothersPackageError(Exception):
    """What lies there isn't this case's: it may be the only copy, and stays."""


@dataclass(frozen=True, slots=True)
class ArchiveFolder:
    """Implements handlers.retention.Archive."""

    folder: Path

    def keep(self, rows: Rows, at: datetime, decision: str | None) -> None:
        """Write a case's package and read it again. One of the same case is replaced.

        Raises OSError, BrokenPackageError and AnothersPackageError.
        """
        (case,) = rows["cases.cases"]
        # A reference can be given out again, an id can't.
        folder = self.folder / f"{case['reference']}-{case['id']}"
        if folder.exists() and of_whom(folder) != case["id"]:
            raise AnothersPackageError(folder.name)
        write_package(folder, package(rows, at, decision), replace=True)

    def has(self, case_id: UUID) -> bool:
        """Whether a whole package of this case lies there."""
        return any(_whole(folder, case_id) for folder in self.folder.glob(f"*-{case_id}"))

    def note(self, erased: Erased) -> None:
        """A line more, on the disk when it returns."""
        self.folder.mkdir(mode=OURS, parents=True, exist_ok=True)
        line = {"what": erased.what, "id": str(erased.id), "at": erased.at.isoformat(),
                "by": erased.by, "packed": erased.packed}  # fmt: skip
        with open(self.folder / ERASED, "ab+", opener=private) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(_after_a_whole_line(file) + json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        in_order(self.folder)

    def erased(self) -> Iterator[Erased | Unreadable]:
        """Everything on the list, the oldest first, and the lines of it that can't be read: a
        crash leaves half a line. Raises FileNotFoundError: there is no list."""
        lines = (self.folder / ERASED).read_bytes().split(b"\n")
        for number, line in enumerate(lines, 1):
            if line:
                yield _read(line, number)


def _read(line: bytes, number: int) -> Erased | Unreadable:
    try:
        said = json.loads(line)
        at = datetime.fromisoformat(said["at"])
        what, by, packed = said["what"], said["by"], said.get("packed", True)
        if what not in {"case", "person"} or at.tzinfo is None:
            return Unreadable(number)
        return Erased(what, UUID(said["id"]), at, by, packed=packed is True)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Unreadable(number)


def _whole(folder: Path, case_id: UUID) -> bool:
    try:
        check_package(folder)
        return of_whom(folder) == str(case_id)
    except (OSError, ValueError, LookupError, TypeError, BrokenPackageError):
        return False


def _after_a_whole_line(file: BinaryIO) -> bytes:
    """What a crash has left half of doesn't take the next line along."""
    if file.seek(0, os.SEEK_END) == 0:
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"
