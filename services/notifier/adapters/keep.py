"""The high-water mark outside the database: one small file per machine, shared by its workers."""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from services.notifier.domain.high_water import Mark

log = logging.getLogger(__name__)

_MARK = TypeAdapter(Mark)
_ALARM_EVERY = 60.0


@dataclass(slots=True)
class Keep:
    """Keeps the highest mark that a worker of this machine has seen before it sent.

    A file that can't be read or written doesn't stop the mail: it is a second net, below the place
    that the database itself remembers. It is said in the log.
    """

    folder: Path
    _alarm_at: float = 0.0

    @property
    def path(self) -> Path:
        return self.folder / "high-water.json"

    def read(self) -> Mark | None:
        try:
            return _MARK.validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._complain("read", error)
            return None

    def note(self, mark: Mark) -> None:
        """Raise the file to `mark`, durably; what stands higher already stays."""
        if not self._is_higher(mark):
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._alone() as folder:
                if self._is_higher(mark):
                    self._replace(_MARK.dump_json(mark))
                    os.fsync(folder)
        except OSError as error:
            self._complain("written", error)

    def _is_higher(self, mark: Mark) -> bool:
        kept = self.read()
        return kept is None or mark.height > kept.height

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """The folder's descriptor, while no other worker writes here."""
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield folder
        finally:
            os.close(folder)

    def _replace(self, content: bytes) -> None:
        fresh = self.path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)

    def _complain(self, done: str, error: Exception) -> None:
        if time.monotonic() >= self._alarm_at:
            self._alarm_at = time.monotonic() + _ALARM_EVERY
            log.error(
                "%s can't be %s (%s): mail is sent, but a database that is rolled back in place"
                " wouldn't be noticed.",
                self.path,
                done,
                type(error).__name__,
            )
