"""The mails on disk: one SQLite file, written before the sender is told that the mail arrived."""

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

Summary = dict[str, Any]
Summarise = Callable[["Envelope", bytes], Summary]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS mail (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    created  TEXT NOT NULL,
    envelope TEXT NOT NULL,
    size     INTEGER NOT NULL,
    read     INTEGER NOT NULL DEFAULT 0,
    summary  TEXT
);
CREATE INDEX IF NOT EXISTS mail_unread ON mail (read) WHERE read = 0;
CREATE TABLE IF NOT EXISTS content (
    number   INTEGER PRIMARY KEY REFERENCES mail ON DELETE CASCADE,
    raw      BLOB NOT NULL
);
"""
# The raw mail is fetched only where no summary has been kept yet.
_PAGE = """
SELECT number, id, created, envelope, size, read, summary,
       CASE WHEN summary IS NULL THEN (SELECT raw FROM content c WHERE c.number = m.number) END raw
FROM mail m ORDER BY number DESC LIMIT ? OFFSET ?
"""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who the SMTP client said the mail was from (empty for a bounce) and for."""

    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a mail without reading its content; `created` is aware UTC."""

    id: str
    created: datetime
    envelope: Envelope
    size: int
    read: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many mails there are, and a mark that changes whenever the list does."""

    total: int
    unread: int
    newest: int

    @property
    def version(self) -> str:
        return f"{self.newest}-{self.total}-{self.unread}"


class Store:
    """One writing connection under a lock, and a connection per read: safe from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._writing = self._connect()
        self._writing.execute("PRAGMA journal_mode = WAL")
        # WAL with NORMAL survives the death of the process; only a power cut could take the last
        # mails of a mailbox for trials, and an fsync for each mail would slow every trial down.
        self._writing.execute("PRAGMA synchronous = NORMAL")
        self._writing.execute("PRAGMA foreign_keys = ON")
        self._writing.executescript(_SCHEMA)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The store in `folder`, which is made if it's missing. Raises OSError, sqlite3.Error."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "mailbox.sqlite3"
        path.touch(mode=0o600)
        return cls(path)

    def close(self) -> None:
        with self._lock:
            self._writing.close()

    def add(self, envelope: Envelope, raw: bytes, created: datetime) -> str:
        """Keep a mail and return its id; when this returns, it survives a kill of the process."""
        mail_id = secrets.token_hex(11)
        with self._lock, self._writing:
            row = self._writing.execute(
                "INSERT INTO mail (id, created, envelope, size) VALUES (?, ?, ?, ?)",
                (mail_id, created.isoformat(), _envelope_text(envelope), len(raw)),
            )
            self._writing.execute("INSERT INTO content VALUES (?, ?)", (row.lastrowid, raw))
        return mail_id

    def count(self) -> Count:
        with closing(self._connect()) as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM mail) AS total,"
                " (SELECT count(*) FROM mail WHERE read = 0) AS unread,"
                " (SELECT coalesce(max(number), 0) FROM mail) AS newest"
            ).fetchone()
            return Count(**dict(row))

    def page(self, start: int, limit: int, summarise: Summarise) -> list[tuple[Stored, Summary]]:
        """Newest first.

        A mail is read and summarised the first time it's listed, not as it comes in, so that
        receiving stays quick and no content can get in its way.
        """
        listed: list[tuple[Stored, Summary]] = []
        learnt: dict[int, str] = {}
        with closing(self._connect()) as connection:
            for row in connection.execute(_PAGE, (limit, start)):
                stored = _stored(row)
                if row["summary"] is None:
                    summary = summarise(stored.envelope, row["raw"])
                    learnt[row["number"]] = json.dumps(summary)
                else:
                    summary = json.loads(row["summary"])
                listed.append((stored, summary))
        self._remember(learnt)
        return listed

    def get(self, mail_id: str) -> tuple[Stored, bytes] | None:
        """The mail, its bytes as they came; `latest` is the newest. None if there is none."""
        which = "ORDER BY number DESC LIMIT 1" if mail_id == "latest" else "WHERE id = ?"
        with closing(self._connect()) as connection:
            row = connection.execute(
                f"SELECT * FROM mail JOIN content USING (number) {which}",  # noqa: S608 - fixed texts
                () if mail_id == "latest" else (mail_id,),
            ).fetchone()
        return None if row is None else (_stored(row), row["raw"])

    def mark_read(self, mail_id: str) -> None:
        with self._lock, self._writing:
            self._writing.execute("UPDATE mail SET read = 1 WHERE id = ? AND read = 0", (mail_id,))

    def delete(self, ids: Iterable[str]) -> None:
        with self._lock, self._writing:
            self._writing.executemany("DELETE FROM mail WHERE id = ?", ((i,) for i in ids))

    def delete_all(self) -> None:
        with self._lock, self._writing:
            self._writing.execute("DELETE FROM mail")

    def _remember(self, learnt: Mapping[int, str]) -> None:
        if not learnt:
            return
        with self._lock, self._writing:
            self._writing.executemany(
                "UPDATE mail SET summary = ? WHERE number = ?",
                ((text, number) for number, text in learnt.items()),
            )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        return connection


def _stored(row: sqlite3.Row) -> Stored:
    envelope = json.loads(row["envelope"])
    return Stored(
        id=row["id"],
        created=datetime.fromisoformat(row["created"]),
        envelope=Envelope(envelope["from"], tuple(envelope["to"])),
        size=row["size"],
        read=bool(row["read"]),
    )


def _envelope_text(envelope: Envelope) -> str:
    # JSON in ASCII, since an address may hold what SQLite takes for no text (a lone surrogate).
    return json.dumps({"from": envelope.sender, "to": envelope.recipients})
