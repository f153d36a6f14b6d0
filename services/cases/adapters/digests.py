"""The letters of the week, in SQL."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from uuid import UUID

from psycopg import Connection
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.cases.domain.digest import Counts
from services.cases.domain.today import OpenTask
from services.cases.handlers.digest_ports import Letter

_PLAN = """
    INSERT INTO cases.digest_weeks AS planned (week, due_at) VALUES (%s, %s)
    ON CONFLICT (week) DO UPDATE SET due_at = excluded.due_at
    WHERE NOT planned.begun AND planned.due_at <> excluded.due_at
"""
# Whoever comes first has the week; others leave it out.
_DUE_WEEKS = """
    SELECT week, due_at FROM cases.digest_weeks WHERE NOT begun AND due_at <= %s
    ORDER BY week FOR UPDATE SKIP LOCKED
"""
_ADD = """
    INSERT INTO cases.digests (id, person_id, week, due_at)
    SELECT gen_random_uuid(), who.id, %(week)s, %(due_at)s
    FROM cases.people who
    WHERE who.party = 'staff' AND NOT who.no_digest AND who.email IS NOT NULL
      AND (EXISTS (SELECT FROM cases.holders h
                   WHERE h.person_id = who.id AND h.first_day <= %(today)s
                     AND coalesce(h.last_day, 'infinity') >= %(today)s)
           OR EXISTS (SELECT FROM cases.tasks t WHERE t.owner = who.id AND t.state = 'open'))
    ON CONFLICT (person_id, week) DO NOTHING
"""
_TO_COUNT = """
    SELECT id, person_id, week FROM cases.digests
    WHERE counted_at IS NULL AND due_at <= %s AND id <> ALL (%s)
    ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_TAKE = "SELECT id, person_id, week FROM cases.digests WHERE id = %s FOR UPDATE"
_OPEN_TASKS = """
    SELECT t.id, t.kind, t.rule, t.due_on, t.case_id, t.inquiry_id, t.report_id, t.meeting_id,
           coalesce(t.year, d.year) AS year, m.starts_at AS meeting_starts_at, t.details,
           t.link IS NOT NULL AS has_page,
           CASE WHEN i.id IS NOT NULL THEN i.procedure WHEN t.report_id IS NOT NULL THEN 'anmalan'
                WHEN t.glass_id IS NOT NULL THEN opened.procedure
                WHEN t.case_id IS NULL THEN 'arshjul' END AS procedure,
           (t.created_at AT TIME ZONE 'Europe/Stockholm')::date AS procedure_on
    FROM cases.tasks t
    LEFT JOIN cases.cases c ON c.id = t.case_id
    LEFT JOIN cases.meetings m ON m.id = t.meeting_id
    LEFT JOIN cases.inquiries i ON i.id = t.inquiry_id
    LEFT JOIN cases.dispatches d ON d.id = t.dispatch_id
    LEFT JOIN cases.glass g ON g.id = t.glass_id
    LEFT JOIN cases.cases opened ON opened.id = g.case_id
    WHERE t.state = 'open' AND t.owner = %(person)s
      AND (t.case_id IS NULL OR t.case_id = ANY (%(seen)s))
    ORDER BY t.due_on NULLS LAST, t.created_at, t.key
"""


class SqlDigests:
    """Implements handlers.digests.Digests over one connection."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def plan(self, week: date, due_at: datetime) -> None:
        self._connection.execute(_PLAN, [week, due_at])

    def begin_due(self) -> list[tuple[date, datetime]]:
        rows = self._connection.execute(_DUE_WEEKS, [self._now]).fetchall()
        self._connection.execute(
            "UPDATE cases.digest_weeks SET begun = true WHERE week = ANY (%s)",
            [[row["week"] for row in rows]],
        )
        return [(row["week"], row["due_at"]) for row in rows]

    def add(self, week: date, due_at: datetime, today: date) -> None:
        self._connection.execute(_ADD, {"week": week, "due_at": due_at, "today": today})

    def to_count(self, limit: int, without: Collection[UUID]) -> list[Letter]:
        rows = self._connection.execute(_TO_COUNT, [self._now, list(without), limit])
        return [Letter(**row) for row in rows]

    def apart(self, work: Callable[[], None]) -> str | None:
        try:
            with self._connection.transaction():
                work()
        except (DeadlockDetected, SerializationFailure):
            raise  # all of it is taken up again
        except Exception as error:
            if self._connection.closed:
                raise
            return type(error).__name__
        return None

    def take(self, digest_id: UUID) -> Letter | None:
        row = self._connection.execute(_TAKE, [digest_id]).fetchone()
        return None if row is None else Letter(**row)

    def save(self, digest_id: UUID, counts: Counts | None) -> None:
        self._connection.execute(
            "UPDATE cases.digests SET counted_at = %s, counts = %s WHERE id = %s",
            [self._now, None if counts is None else Jsonb(counts.as_json()), digest_id],
        )

    def open_tasks(self, person: UUID, seen: Collection[UUID]) -> list[OpenTask]:
        rows = self._connection.execute(_OPEN_TASKS, {"person": person, "seen": list(seen)})
        return [OpenTask(**row) for row in rows]

    def wants(self, person: UUID) -> bool:
        row = self._connection.execute(
            "SELECT NOT no_digest AS wanted FROM cases.people WHERE id = %s", [person]
        ).fetchone()
        return row is not None and bool(row["wanted"])

    def want(self, person: UUID, *, wanted: bool) -> None:
        self._connection.execute(
            "UPDATE cases.people SET no_digest = %s WHERE id = %s", [not wanted, person]
        )
