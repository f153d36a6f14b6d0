"""Sessions in SQL."""

from datetime import date, datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.rights import Standing
from services.cases.handlers.sessions import Found

_FIND = """
    SELECT a.id AS account, a.person_id AS person, coalesce(p.name, a.name) AS name, a.roles,
           s.seen_at, s.ends_at
    FROM cases.sessions s
    JOIN cases.accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
    LEFT JOIN cases.people p ON p.id = a.person_id
    WHERE s.key = %s
"""
_STANDING = """
    WITH held AS (
      SELECT p.code, p.role FROM cases.holders h JOIN cases.posts p ON p.code = h.post
      WHERE h.person_id = %(person)s AND p.ended_on IS NULL
        AND h.first_day <= %(on)s AND coalesce(h.last_day, 'infinity') >= %(on)s)
    SELECT coalesce(array_agg(role), '{}') AS roles,
           EXISTS (SELECT FROM cases.posts WHERE reports_to IN (SELECT code FROM held)) AS manages
    FROM held
"""


def end_every_session(connection: Connection[DictRow]) -> None:
    """Sign everybody out: of a restored database nobody knows who had signed out since."""
    connection.execute("DELETE FROM cases.sessions")


class SqlSessions:
    """Implements handlers.sessions.Sessions over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def begin(self, key: bytes, account: UUID, now: datetime, ends_at: datetime) -> None:
        self._connection.execute(
            "INSERT INTO cases.sessions (key, account_id, began_at, seen_at, ends_at)"
            " VALUES (%s, %s, %s, %s, %s)",
            [key, account, now, now, ends_at],
        )

    def find(self, key: bytes) -> Found | None:
        row = self._connection.execute(_FIND, [key]).fetchone()
        return None if row is None else Found(**row | {"roles": frozenset(row["roles"])})

    def note_seen(self, key: bytes, now: datetime) -> None:
        self._connection.execute(
            "UPDATE cases.sessions SET seen_at = %s WHERE key = %s AND seen_at < %s",
            [now, key, now],
        )

    def end(self, key: bytes) -> None:
        self._connection.execute("DELETE FROM cases.sessions WHERE key = %s", [key])

    def end_all(self, account: UUID) -> None:
        self._connection.execute("DELETE FROM cases.sessions WHERE account_id = %s", [account])

    def forget_ended(self, now: datetime, idle_since: datetime) -> None:
        self._connection.execute(
            "DELETE FROM cases.sessions WHERE ends_at <= %s OR seen_at <= %s", [now, idle_since]
        )

    def standing(self, person: UUID, on: date) -> Standing:
        row = self._connection.execute(_STANDING, {"person": person, "on": on}).fetchone()
        assert row is not None
        return Standing(frozenset(row["roles"]), row["manages"])
