"""The rules as they stand at each look: a process takes up what is changed without a restart."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from shared.municipality import Folder, Municipality, read_folder
from shared.saved_rules import Laid, LeftOut, SavedRule, lay

log = logging.getLogger(__name__)

RulesAt = Callable[[Connection[DictRow]], Municipality]


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds, by which change the last, and the changes that are left out."""

    revision: UUID | None
    municipality: Municipality
    left_out: tuple[LeftOut, ...] = ()


class LiveRules:
    """The municipality's folder, read once, with what the database has of changes laid over it.

    Each unit of work asks for the rules over its own connection: one id is read, and only if it
    is another than last time is anything made anew. So a unit sees every change that was committed
    before it asked, and threads and processes need to tell each other nothing.
    """

    def __init__(self, folder: Path) -> None:
        """Raises MunicipalityError."""
        self.folder: Folder = read_folder(folder)
        self._lock = Lock()
        self._last = Rules(None, self.folder.municipality())

    @property
    def last(self) -> Municipality:
        """As they were at the last look of this process; the folder's before the first."""
        return self._last.municipality

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The saved changes that don't count, at the last look."""
        return self._last.left_out

    def lay(self, saved: Iterable[SavedRule]) -> Laid[Municipality]:
        """What would hold with these changes, laid as those that are saved."""
        return lay(self.folder.municipality, saved)

    def at(self, connection: Connection[DictRow]) -> Municipality:
        """As they are in this transaction."""
        return self.rules_at(connection).municipality

    def rules_at(self, connection: Connection[DictRow]) -> Rules:
        """The same, with the revision."""
        row = connection.execute("SELECT revision FROM cases_api.rules_revision").fetchone()
        assert row is not None
        last = self._last
        if row["revision"] == last.revision:
            return last
        with self._lock:
            if self._last.revision == row["revision"]:  # made while this thread waited
                return self._last
            self._last = self._made_anew(row["revision"], connection)
            return self._last

    def _made_anew(self, revision: UUID | None, connection: Connection[DictRow]) -> Rules:
        if revision is None:
            return Rules(None, self.folder.municipality())
        laid = self.lay(saved_rules(connection))
        for one in laid.left_out:
            log.error("A saved change of %s is left out: %s", one.change.name, one.reason)
        return Rules(revision, laid.rules, laid.left_out)


def saved_rules(connection: Connection[DictRow]) -> list[SavedRule]:
    """What counts of all that was ever saved."""
    rows = connection.execute(
        "SELECT kind, name, valid_from, content FROM cases_api.saved_rules"
        " ORDER BY kind, name, valid_from"
    )
    return [SavedRule(**row) for row in rows]
