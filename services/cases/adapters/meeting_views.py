"""What is read of wishes, for people and for other times, in SQL."""

from collections.abc import Collection
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

_WISHES = """
    SELECT w.id, w.case_id, w.person_id, w.by_person, w.relation, w.state, w.asked_at,
           w.settled_at, p.name, p.email, p.phone, p.protected
    FROM cases.wishes w JOIN cases.people p ON p.id = w.person_id
    WHERE w.case_id = %s ORDER BY w.asked_at, w.id
"""
_COUNTERS = """
    SELECT c.id, c.meeting_id, c.person_id, c.starts_at, c.ends_at, c.via, c.state, c.asked_at,
           c.settled_at
    FROM cases.counters c JOIN cases.meetings m ON m.id = c.meeting_id
    WHERE m.case_id = ANY (%s) ORDER BY c.asked_at, c.settled_at NULLS LAST, c.id
"""


class SqlMeetingViews:
    """A part of the port Views."""

    _connection: Connection[DictRow]

    def wishes(self, case_id: UUID) -> list[DictRow]:
        return self._connection.execute(_WISHES, [case_id]).fetchall()

    def counters(self, case_ids: Collection[UUID]) -> list[DictRow]:
        return self._connection.execute(_COUNTERS, [list(case_ids)]).fetchall()
