"""What a calendar is read from, in SQL."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.handlers.calendar_ports import CalledTo, Taken

_CALLED_TO = """
    SELECT m.case_id, m.id AS meeting_id
    FROM cases.attendance a JOIN cases.meetings m ON m.id = a.meeting_id
    WHERE a.person_id = %s AND NOT a.removed AND m.state <> 'cancelled'
      AND m.ends_at > %s AND m.starts_at < %s
    ORDER BY m.starts_at, m.id
"""
_TAKEN = """
    SELECT e.person_id AS person, m.case_id, m.id AS meeting_id,
           lower(e.during) AS starts_at, upper(e.during) AS ends_at
    FROM cases.engagements e JOIN cases.meetings m ON m.id = e.meeting_id
    WHERE e.person_id = ANY (%s) AND e.during && tstzrange(%s, %s)
    ORDER BY lower(e.during), e.person_id, m.id
"""
# As `may_be_managed_by` finds them, and then whose manager it is today, in the organisation of each
# of their posts.
_MANAGED = """
    WITH RECURSIVE below AS (
      SELECT h.post FROM cases.holders h
      WHERE h.person_id = %(manager)s
        AND h.first_day <= %(today)s AND coalesce(h.last_day, 'infinity') >= %(today)s
      UNION
      SELECT p.code FROM cases.posts p JOIN below ON p.reports_to = below.post)
    SELECT DISTINCT person.id, person.name
    FROM below
    JOIN cases.holders h ON h.post = below.post
     AND h.first_day <= %(today)s AND coalesce(h.last_day, 'infinity') >= %(today)s
    JOIN cases.posts p ON p.code = h.post
    JOIN cases.units u ON u.code = p.unit
    JOIN cases.people person ON person.id = h.person_id
    WHERE h.person_id <> %(manager)s
      AND cases.manager_of(h.person_id, u.organisation, %(today)s) = %(manager)s
    ORDER BY person.name, person.id
"""
_UNITS = """
    SELECT DISTINCT p.unit FROM cases.holders h JOIN cases.posts p ON p.code = h.post
    WHERE h.person_id = %(person)s
      AND h.first_day <= %(today)s AND coalesce(h.last_day, 'infinity') >= %(today)s
    ORDER BY p.unit
"""
_DUE_BETWEEN = """
    SELECT c.id FROM cases.cases c
    WHERE c.id = ANY (%(cases)s)
      AND (EXISTS (SELECT FROM cases.tasks t WHERE t.case_id = c.id AND t.state = 'open'
                     AND t.due_on >= %(first)s AND t.due_on < %(before)s)
           OR EXISTS (SELECT FROM scheduler_api.windows w WHERE w.case_id = c.id
                        AND w.closes_on >= %(first)s AND w.closes_on < %(before)s)
           OR (c.procedure = ANY (%(procedures)s)
               AND NOT EXISTS (SELECT FROM scheduler_api.windows w WHERE w.case_id = c.id)))
    ORDER BY c.id
"""


class SqlCalendarViews:
    """A part of the port Overviews."""

    _connection: Connection[DictRow]

    def called_to(self, person: UUID, since: datetime, until: datetime) -> list[CalledTo]:
        rows = self._connection.execute(_CALLED_TO, [person, since, until])
        return [CalledTo(**row) for row in rows]

    def taken(self, people: Collection[UUID], since: datetime, until: datetime) -> list[Taken]:
        rows = self._connection.execute(_TAKEN, [sorted(people), since, until])
        return [Taken(**row) for row in rows]

    def managed_by(self, manager: UUID, today: date) -> dict[UUID, str]:
        rows = self._connection.execute(_MANAGED, {"manager": manager, "today": today})
        return {row["id"]: row["name"] for row in rows}

    def units_of(self, person: UUID, today: date) -> list[str]:
        rows = self._connection.execute(_UNITS, {"person": person, "today": today})
        return [row["unit"] for row in rows]

    def due_between(
        self, case_ids: Collection[UUID], procedures: Collection[str], first: date, before: date
    ) -> list[UUID]:
        values = {
            "cases": sorted(case_ids), "procedures": list(procedures),
            "first": first, "before": before,
        }  # fmt: skip
        return [row["id"] for row in self._connection.execute(_DUE_BETWEEN, values)]
