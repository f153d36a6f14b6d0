"""The ledger of parent meetings in SQL."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.parent_meetings import HOLD, Cohort, Kept, Unit

# Of several posts of the role at a unit the first by its code.
_UNITS = """
    SELECT u.code, u.kind,
           (SELECT min(p.code) FROM cases.posts p
            WHERE p.unit = u.code AND p.role = %s AND p.ended_on IS NULL) AS post
    FROM cases.units u WHERE u.kind = ANY (%s) AND u.ended_on IS NULL ORDER BY u.code
"""
_KEPT = """
    SELECT l.unit, l.stage, l.cohort, l.state, l.held_on, l.matter, m.id AS meeting, m.starts_at
    FROM cases.parent_meetings l
    LEFT JOIN cases.meetings m ON m.case_id = l.matter AND m.state <> 'cancelled'
    WHERE (%(unit)s::text IS NULL OR l.unit = %(unit)s)
      AND (%(matter)s::uuid IS NULL OR l.matter = %(matter)s)
    ORDER BY l.unit, l.stage, l.cohort
"""
_ASKED = """
    SELECT details ->> 'unit' AS unit, details ->> 'stage' AS stage,
           (details ->> 'cohort')::int AS cohort
    FROM cases.tasks
    WHERE kind = %(kind)s AND year IS NOT NULL
      AND (%(unit)s::text IS NULL OR details ->> 'unit' = %(unit)s)
"""
_PLAN = """
    INSERT INTO cases.parent_meetings (unit, stage, cohort, state, matter, noted_at)
    VALUES (%s, %s, %s, 'planned', %s, %s)
    ON CONFLICT (unit, stage, cohort) DO NOTHING
"""
_NOTE = """
    INSERT INTO cases.parent_meetings (unit, stage, cohort, state, held_on, noted_at)
    VALUES (%s, %s, %s, 'held', %s, %s)
    ON CONFLICT (unit, stage, cohort) DO NOTHING
"""
_HOLD = """
    UPDATE cases.parent_meetings SET state = 'held', held_on = %s, noted_at = %s
    WHERE matter = %s AND state = 'planned'
"""


class SqlParentMeetings:
    """The port ParentMeetings as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def units(self, kinds: Collection[str], role: str) -> Sequence[Unit]:
        rows = self._connection.execute(_UNITS, [role, list(kinds)])
        return [Unit(**row) for row in rows]

    def kept(self, unit: str | None = None) -> Sequence[Kept]:
        return self._kept(unit=unit)

    def of_matter(self, matter: UUID) -> Sequence[Kept]:
        return self._kept(matter=matter)

    def asked(self, unit: str | None = None) -> Sequence[Cohort]:
        rows = self._connection.execute(_ASKED, {"kind": HOLD, "unit": unit})
        return [Cohort(**row) for row in rows]

    def plan(self, cohorts: Collection[Cohort], matter: UUID) -> bool:
        return all(self._insert(_PLAN, one, matter) for one in _in_order(cohorts))

    def forget_plan(self, matter: UUID) -> None:
        self._connection.execute(
            "DELETE FROM cases.parent_meetings WHERE matter = %s AND state = 'planned'", [matter]
        )

    def hold(self, matter: UUID, on: date) -> None:
        self._connection.execute(_HOLD, [on, self._now, matter])

    def note_held(self, cohorts: Collection[Cohort], on: date) -> None:
        for one in _in_order(cohorts):
            self._insert(_NOTE, one, on)

    def _insert(self, query: LiteralString, one: Cohort, value: Any) -> bool:
        row = [one.unit, one.stage, one.cohort, value, self._now]
        return self._connection.execute(query, row).rowcount > 0

    def _kept(self, unit: str | None = None, matter: UUID | None = None) -> list[Kept]:
        rows = self._connection.execute(_KEPT, {"unit": unit, "matter": matter})
        return [_kept(row) for row in rows]


def _in_order(cohorts: Iterable[Cohort]) -> list[Cohort]:
    """By everybody in the same, so that two who write the same wait and don't deadlock."""
    return sorted(cohorts, key=lambda one: (one.unit, one.stage, one.cohort))


def _kept(row: DictRow) -> Kept:
    cohort = Cohort(row.pop("unit"), row.pop("stage"), row.pop("cohort"))
    return Kept(cohort, **row)
