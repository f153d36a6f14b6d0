"""Dispatches and their files in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.dispatching import (
    CONFIRMING,
    Confirmation,
    Dispatch,
    DispatchFile,
    NewFile,
)

_ADD = """
    INSERT INTO cases.dispatches (id, kind, year, title, rule, due_on, sent_by, sent_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (kind, year) WHERE sent_by IS NULL DO NOTHING
"""
_ADD_FILE = """
    INSERT INTO cases.dispatch_files (id, dispatch_id, turn, name, media_type, content)
    VALUES (%s, %s, %s, %s, %s, %s)
"""
_DISPATCH = """
    SELECT d.id, d.kind, d.year, d.title, d.rule, d.due_on, d.sent_by, d.sent_at,
           coalesce((SELECT jsonb_agg(jsonb_build_object(
                       'id', f.id, 'name', f.name, 'media_type', f.media_type,
                       'size', octet_length(f.content)) ORDER BY f.turn)
                     FROM cases.dispatch_files f WHERE f.dispatch_id = d.id), '[]') AS files
    FROM cases.dispatches d
"""
_OF_PAGE = """
    WHERE (%(after)s::uuid IS NULL OR (d.sent_at, d.id) >
           (SELECT sent_at, id FROM cases.dispatches WHERE id = %(after)s))
      AND (%(seen_by)s::uuid IS NULL OR d.sent_by = %(seen_by)s
           OR EXISTS (SELECT FROM cases.tasks t
                      WHERE t.dispatch_id = d.id AND t.owner = %(seen_by)s
                        AND t.kind = ANY (%(confirming)s)))
    ORDER BY d.sent_at, d.id LIMIT %(limit)s
"""
_CONFIRMATIONS = """
    SELECT post, owner, due_on, CASE WHEN state = 'done' THEN done_at END AS confirmed_at
    FROM cases.tasks WHERE dispatch_id = %s AND kind = ANY (%s) ORDER BY post
"""


class SqlDispatches:
    """The port Dispatches as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add(self, dispatch: Dispatch, files: Sequence[NewFile]) -> bool:
        row = [
            dispatch.id, dispatch.kind, dispatch.year, dispatch.title, dispatch.rule,
            dispatch.due_on, dispatch.sent_by, dispatch.sent_at,
        ]  # fmt: skip
        if not self._connection.execute(_ADD, row).rowcount:
            return False
        for turn, file in enumerate(files):
            of_file = [uuid4(), dispatch.id, turn, file.name, file.media_type, file.content]
            self._connection.execute(_ADD_FILE, of_file)
        return True

    def find(self, dispatch: UUID) -> Dispatch | None:
        row = self._connection.execute(_DISPATCH + "WHERE d.id = %s", [dispatch]).fetchone()
        return None if row is None else _dispatch(row)

    def page(
        self, after: UUID | None, limit: int, seen_by: UUID | None = None
    ) -> Sequence[Dispatch]:
        values = {
            "after": after,
            "limit": limit,
            "seen_by": seen_by,
            "confirming": list(CONFIRMING),
        }
        rows = self._connection.execute(_DISPATCH + _OF_PAGE, values)
        return [_dispatch(row) for row in rows]

    def was_sent(self, kind: str, since: datetime, before: datetime) -> bool:
        return self._has(
            "SELECT 1 FROM cases.dispatches"
            " WHERE kind = %s AND sent_at >= %s AND sent_at < %s LIMIT 1",
            [kind, since, before],
        )

    def confirmations(self, dispatch: UUID) -> Sequence[Confirmation]:
        rows = self._connection.execute(_CONFIRMATIONS, [dispatch, list(CONFIRMING)])
        return [Confirmation(**row) for row in rows]

    def content(self, file: UUID) -> bytes | None:
        row = self._connection.execute(
            "SELECT content FROM cases.dispatch_files WHERE id = %s", [file]
        ).fetchone()
        return None if row is None else bytes(row["content"])

    def has_run_since(self, instant: datetime) -> bool:
        return self._has(
            "SELECT 1 FROM cases.cases WHERE about = 'year' AND opened_at < %s LIMIT 1", [instant]
        )

    def _has(self, query: Any, values: Sequence[Any]) -> bool:
        return self._connection.execute(query, values).fetchone() is not None


def _dispatch(row: DictRow) -> Dispatch:
    files = tuple(DispatchFile(**{**file, "id": UUID(file["id"])}) for file in row["files"])
    return Dispatch(**{**row, "files": files})
