"""Cases that were opened in an emergency, in SQL."""

from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.glass import Glass
from services.cases.handlers.glass_ports import Opened

_CASE_OF = "SELECT id FROM cases.cases WHERE reference = %s AND about = 'child'"
# Whoever has been of the family stays so, also after a change of custody.
_OF_THE_FAMILY = """
    SELECT FROM cases.people staff
    JOIN cases.people own ON lower(own.email) = lower(staff.email)
    JOIN cases.participants who ON who.person_id = own.id
    WHERE staff.id = %s AND who.case_id = %s AND who.party <> 'staff' LIMIT 1
"""
_ADD = """
    INSERT INTO cases.glass (id, case_id, person_id, on_day, reason, opened_at)
    VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_OPENED = """
    SELECT g.id, g.case_id, g.person_id AS person, p.name, c.reference, g.reason, g.opened_at
    FROM cases.glass g
    JOIN cases.people p ON p.id = g.person_id
    JOIN cases.cases c ON c.id = g.case_id
"""
_OF_PERSON = _OPENED + "WHERE g.person_id = %s AND g.on_day = %s ORDER BY g.opened_at, g.id"
_OF_DUTY = _OPENED + "JOIN cases.tasks t ON t.glass_id = g.id WHERE t.id = %s"


class SqlGlasses:
    """Implements handlers.glass.Glasses over one connection."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def case_of(self, reference: str) -> UUID | None:
        row = self._one(_CASE_OF, reference)
        return None if row is None else row["id"]

    def is_of_the_family(self, person: UUID, case_id: UUID) -> bool:
        return self._one(_OF_THE_FAMILY, person, case_id) is not None

    def add(self, glass: Glass) -> bool:
        row = [glass.id, glass.case_id, glass.person, glass.on_day, glass.reason, self._now]
        return self._connection.execute(_ADD, row).rowcount == 1

    def of_person(self, person: UUID, on: date) -> list[Opened]:
        return [Opened(**row) for row in self._connection.execute(_OF_PERSON, [person, on])]

    def of_duty(self, task_id: UUID) -> Opened | None:
        row = self._one(_OF_DUTY, task_id)
        return None if row is None else Opened(**row)

    def _one(self, query: LiteralString, *values: Any) -> DictRow | None:
        return self._connection.execute(query, values).fetchone()
