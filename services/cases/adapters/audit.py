"""The audit trail in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.cases.adapters.rows import recordset
from services.cases.handlers.ports import ITSELF

# In their order, which is that of their ids.
_NOTE_EACH = """
    INSERT INTO cases.audit (at, case_id, actor, action, rule, details)
    SELECT %s, %s, %s, %s, %s, one.details
    FROM jsonb_to_recordset(%s) AS one (place integer, details jsonb) ORDER BY one.place
"""


class SqlAudit:
    """Who did what; rows are only ever added."""

    def __init__(self, connection: Connection[DictRow], now: datetime, actor: str) -> None:
        self._connection = connection
        self._now = now
        self._actor = actor

    def note(
        self, case_id: UUID | None, action: str, rule: str | None, details: Mapping[str, Any]
    ) -> None:
        self._connection.execute(
            "INSERT INTO cases.audit (at, case_id, actor, action, rule, details)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [self._now, case_id, self._actor, action, rule, Jsonb(dict(details))],
        )

    def note_each(
        self, case_id: UUID, action: str, rule: str, details: Sequence[Mapping[str, Any]]
    ) -> None:
        each = recordset({"place": place, "details": one} for place, one in enumerate(details))
        row = [self._now, case_id, self._actor, action, rule, each]
        self._connection.execute(_NOTE_EACH, row)

    def by_itself(self) -> "SqlAudit":
        """Of what a rule does and no person."""
        return SqlAudit(self._connection, self._now, ITSELF)

    def last(self, case_id: UUID, action: str, about: str) -> dict[str, Any] | None:
        """The details of the newest such note about a thing."""
        row = self._connection.execute(
            "SELECT details FROM cases.audit WHERE case_id = %s AND action = %s"
            " AND details ->> 'about' = %s ORDER BY id DESC LIMIT 1",
            [case_id, action, about],
        ).fetchone()
        return None if row is None else row["details"]
