"""Files of the register that somebody has sent: read as a folder, kept until they say yes."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from shared.register import Holder, PersonRow, Place, Post, Register, Unit, read_register

_KEPT = timedelta(hours=1)
_KINDS: Mapping[str, tuple[str, type[Any]]] = {
    "units.csv": ("units", Unit),
    "places.csv": ("places", Place),
    "people.csv": ("people", PersonRow),
    "posts.csv": ("posts", Post),
    "holders.csv": ("holders", Holder),
}
FILES = tuple(_KINDS)


def register_of(sent: Mapping[str, bytes], standing: Register) -> Register:
    """What the files say; those that weren't sent say what stands. Raises MunicipalityError."""
    with TemporaryDirectory(prefix="samspel-") as made:
        folder = Path(made)
        for name, (part, kind) in _KINDS.items():
            if name in sent:
                (folder / name).write_bytes(sent[name])
            else:
                _write(folder / name, kind, getattr(standing, part))
        return read_register(folder)


def _write(path: Path, kind: type[Any], rows: Iterable[Any]) -> None:
    names = [field.name for field in fields(kind)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([_cell(getattr(row, name)) for name in names] for row in rows)


def _cell(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


class SqlImportDrafts:
    """The port ImportDrafts over one unit of work: those of `actor`."""

    def __init__(self, connection: Connection[DictRow], now: datetime, actor: str) -> None:
        self._connection = connection
        self._now = now
        self._actor = actor

    def keep(self, draft: UUID, files: Mapping[str, str]) -> None:
        self._connection.execute(
            "DELETE FROM cases.import_drafts WHERE made_by = %s OR made_at <= %s",
            [self._actor, self._now - _KEPT],
        )
        self._connection.execute(
            "INSERT INTO cases.import_drafts (id, made_at, made_by, files) VALUES (%s, %s, %s, %s)",
            [draft, self._now, self._actor, Jsonb(dict(files))],
        )

    def find(self, draft: UUID) -> Mapping[str, str] | None:
        row = self._connection.execute(
            "SELECT files FROM cases.import_drafts WHERE id = %s AND made_by = %s AND made_at > %s",
            [draft, self._actor, self._now - _KEPT],
        ).fetchone()
        return None if row is None else row["files"]

    def drop(self, draft: UUID) -> None:
        self._connection.execute("DELETE FROM cases.import_drafts WHERE id = %s", [draft])


def forget_import_drafts(connection: Connection[DictRow], now: datetime) -> None:
    """Files that nobody has said yes to in time."""
    connection.execute("DELETE FROM cases.import_drafts WHERE made_at <= %s", [now - _KEPT])
