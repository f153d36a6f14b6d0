"""What the access log holds, in SQL."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.handlers.glass_ports import Opened
from services.cases.handlers.readings import ReadADay, Reading

_MOST = 500
_PEOPLE = "SELECT id, party, name FROM cases.people WHERE id = ANY (%s)"
_READINGS = """
    SELECT (at AT TIME ZONE 'Europe/Stockholm')::date AS day, actor, what LIKE 'glass:%%' AS glass,
           count(*) AS times, max(at) AS last_at
    FROM cases.access_log WHERE case_id = %s
    GROUP BY 1, 2, 3 ORDER BY last_at DESC, actor LIMIT %s
"""
_OPENED = """
    SELECT g.id, g.case_id, g.person_id AS person, p.name, c.reference, g.reason, g.opened_at
    FROM cases.glass g
    JOIN cases.people p ON p.id = g.person_id
    JOIN cases.cases c ON c.id = g.case_id
    WHERE g.case_id = %s ORDER BY g.opened_at DESC, g.id
"""
_A_DAY = """
    WITH read AS (
      SELECT (at AT TIME ZONE 'Europe/Stockholm')::date AS day, actor, case_id,
             bool_or(what LIKE 'glass:%%') AS opened
      FROM cases.access_log
      WHERE case_id IS NOT NULL
        AND at >= %(first)s::date::timestamp AT TIME ZONE 'Europe/Stockholm'
        AND at < %(before)s::date::timestamp AT TIME ZONE 'Europe/Stockholm'
        AND actor LIKE 'person:%%'
        AND (%(actors)s::text[] IS NULL OR actor = ANY (%(actors)s))
      GROUP BY 1, 2, 3)
    SELECT read.day, p.id AS person, p.name, count(*) AS cases,
           count(*) FILTER (WHERE read.opened) AS opened
    FROM read JOIN cases.people p ON 'person:' || p.id = read.actor AND p.party = 'staff'
    GROUP BY read.day, p.id ORDER BY cases DESC, read.day DESC, p.name, p.id
    LIMIT %(limit)s OFFSET %(offset)s
"""


class SqlReadings:
    """Implements handlers.readings.Readings over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def parties(self, people: Collection[UUID]) -> dict[UUID, str]:
        rows = self._connection.execute(_PEOPLE, [list(people)])
        return {row["id"]: row["party"] for row in rows}

    def staff_names(self, people: Collection[UUID]) -> dict[UUID, str]:
        rows = self._connection.execute(_PEOPLE, [list(people)])
        return {row["id"]: row["name"] for row in rows if row["party"] == "staff"}

    def readings_of(self, case_id: UUID) -> list[Reading]:
        rows = self._connection.execute(_READINGS, [case_id, _MOST])
        return [Reading(**row) for row in rows]

    def opened(self, case_id: UUID) -> list[Opened]:
        return [Opened(**row) for row in self._connection.execute(_OPENED, [case_id])]

    def read_a_day(
        self, first: date, before: date, people: Collection[UUID] | None, limit: int, offset: int
    ) -> list[ReadADay]:
        values = {
            "first": first, "before": before, "limit": limit, "offset": offset,
            "actors": None if people is None else [f"person:{one}" for one in people],
        }  # fmt: skip
        return [ReadADay(**row) for row in self._connection.execute(_A_DAY, values)]
