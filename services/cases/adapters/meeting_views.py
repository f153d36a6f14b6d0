"""What is read of wishes in SQL."""

from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

_WISHES = """
    SELECT w.id, w.case_id, w.person_id, w.by_person, w.relation, w.state, w.asked_at,
           w.settled_at, p.name, p.email, p.phone, p.protected
    FROM cases.wishes w JOIN cases.people p ON p.id = w.person_id
    WHERE w.case_id = %s ORDER BY w.asked_at, w.id
"""


class SqlMeetingViews:
    """A part of the port Views."""

    _connection: Connection[DictRow]

    def wishes(self, case_id: UUID) -> list[DictRow]:
        return self._connection.execute(_WISHES, [case_id]).fetchall()
