"""Drafts of the opening, in SQL."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.cases.handlers.draft_ports import KEPT, Draft, DraftKey, Said

_DRAFT = "SELECT person_id, procedure, inquiry_id, said, saved_at FROM cases.drafts"
_DROP = "DELETE FROM cases.drafts"
_KEEP = """
    INSERT INTO cases.drafts (person_id, procedure, inquiry_id, said, saved_at)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (person_id, procedure, inquiry_id)
    DO UPDATE SET said = drafts.said || %s, saved_at = excluded.saved_at
"""
_LIVING = " AND saved_at >= %s"
_OF_KEY = " WHERE person_id = %s AND procedure = %s AND inquiry_id IS NOT DISTINCT FROM %s"


class SqlDrafts:
    """The port Drafts, in one transaction at `now`."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def find(self, key: DraftKey) -> Draft | None:
        return self._one(_DRAFT + _OF_KEY + _LIVING, key)

    def take(self, key: DraftKey) -> Draft | None:
        return self._one(_DRAFT + _OF_KEY + _LIVING + " FOR UPDATE", key)

    def of(self, person: UUID) -> list[Draft]:
        rows = self._connection.execute(
            _DRAFT + " WHERE person_id = %s" + _LIVING + " ORDER BY saved_at DESC",
            [person, self._now - KEPT],
        )
        return [_draft(row) for row in rows]

    def keep(self, draft: Draft, page: Said) -> None:
        values = [*_values(draft.key), Jsonb(dict(draft.said)), draft.saved_at, Jsonb(dict(page))]
        self._connection.execute(_KEEP, values)

    def drop(self, key: DraftKey) -> None:
        self._connection.execute(_DROP + _OF_KEY, _values(key))

    def _one(self, query: LiteralString, key: DraftKey) -> Draft | None:
        row = self._connection.execute(query, [*_values(key), self._now - KEPT]).fetchone()
        return None if row is None else _draft(row)


def forget_drafts(connection: Connection[DictRow], now: datetime) -> None:
    """What nobody has gone on with for so long."""
    connection.execute("DELETE FROM cases.drafts WHERE saved_at < %s", [now - KEPT])


def _values(key: DraftKey) -> list[object]:
    return [key.person, key.procedure, key.inquiry]


def _draft(row: DictRow) -> Draft:
    key = DraftKey(row["person_id"], row["procedure"], row["inquiry_id"])
    return Draft(key, row["said"], row["saved_at"])
