"""What goes when, in SQL; functions of the database delete, and check that it may go."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import LiteralString
from uuid import UUID

from psycopg import Connection, Error, connect
from psycopg.rows import DictRow, dict_row

from services.cases.adapters import packing
from services.cases.adapters.archive import ArchiveFolder
from services.cases.adapters.audit import SqlAudit
from services.cases.adapters.staffing import SqlStaffing
from services.cases.domain import retention as words
from services.cases.domain.retention import Hold
from services.cases.handlers.retention import Portion, RetentionDesk, Rows
from shared import clock
from shared.db import Unit
from shared.domain.days import local_date
from shared.domain.retention import Kind, Retention

# As the functions of the database raise them.
_REFUSED: dict[str, type[words.StaysFor]] = {
    "SA002": words.StillOpen,
    "SA003": words.IsHeld,
    "SA004": words.UnderWay,
    "SA005": words.HasPost,
    "SA006": words.GoesWithCase,
}
_LOOK = "retention"
_BLOCKS = 200  # of a table at one go: some 1.6 MB, so that others soon have their turn
_DUE = """
    SELECT id FROM cases.cases
    WHERE about = %s AND state = 'closed' AND closed_at < %s AND id <> ALL (%s::uuid[])
      AND id NOT IN (SELECT * FROM cases.held_matters())
    ORDER BY closed_at, id LIMIT %s
"""
_NEXT_CLOSING = """
    SELECT min(closed_at) AS at FROM cases.cases
    WHERE about = %s AND state = 'closed' AND closed_at >= %s
      AND id NOT IN (SELECT * FROM cases.held_matters())
"""
_HOLDS = """
    SELECT h.id, h.because, h.placed_at, h.placed_by, h.person_id AS person,
           coalesce(c.reference, r.reference) AS reference
    FROM cases.holds h LEFT JOIN cases.cases c ON c.id = h.case_id
         LEFT JOIN cases.reports r ON r.id = h.report_id
    WHERE h.lifted_at IS NULL ORDER BY h.placed_at, h.id
"""
_HOLD = """
    INSERT INTO cases.holds (id, case_id, report_id, person_id, because, placed_at, placed_by)
    SELECT %(id)s, CASE WHEN is_case THEN %(matter)s::uuid END,
           CASE WHEN NOT is_case THEN %(matter)s::uuid END, %(person)s, %(because)s, %(at)s, %(by)s
    FROM (SELECT EXISTS (SELECT FROM cases.cases WHERE id = %(matter)s)) AS found (is_case)
    ON CONFLICT DO NOTHING
"""
_LIFT = """
    UPDATE cases.holds SET lifted_at = %s, lifted_by = %s
    WHERE lifted_at IS NULL AND (%s::uuid IN (case_id, report_id) OR person_id = %s)
"""
_PERSON = """
    SELECT id FROM cases.people WHERE id::text = %(said)s OR lower(email) = %(said)s LIMIT 2
"""
_CASE_AFTER = """
    SELECT 1 FROM cases.cases
    WHERE id = %s AND (opened_at > %s OR closed_at > %s) FOR UPDATE
"""
# A backup from before has nothing of them that is newer: what is came by itself.
_PERSON_AFTER = """
    SELECT 1 WHERE
      EXISTS (SELECT FROM cases.holders WHERE person_id = %(id)s AND first_day >= %(day)s)
      OR EXISTS (SELECT FROM cases.accounts WHERE person_id = %(id)s AND created_at > %(at)s)
      OR EXISTS (SELECT FROM cases.audit WHERE actor = %(actor)s AND at > %(at)s)
      OR EXISTS (SELECT FROM cases.participants p JOIN cases.cases c ON c.id = p.case_id
                 WHERE p.person_id = %(id)s
                   AND (p.added_at > %(at)s OR c.opened_at > %(at)s OR c.closed_at > %(at)s))
      OR EXISTS (SELECT FROM cases.wishes WHERE person_id = %(id)s AND asked_at > %(at)s)
"""


class SqlKeeping:
    """Implements handlers.retention.Keeping over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def case_by_reference(self, reference: str) -> UUID | None:
        row = self._one("SELECT id FROM cases.cases WHERE reference = %s", reference)
        return None if row is None else row["id"]

    def report_by_reference(self, reference: str) -> UUID | None:
        row = self._one("SELECT id FROM cases.reports WHERE reference = %s", reference)
        return None if row is None else row["id"]

    def person_by(self, id_or_address: str) -> UUID | None:
        rows = self._connection.execute(_PERSON, {"said": id_or_address.lower()}).fetchall()
        return rows[0]["id"] if len(rows) == 1 else None

    def due(self, about: str, before: datetime, limit: int, but: Collection[UUID]) -> list[UUID]:
        values = [about, before, list(but), limit]
        return [row["id"] for row in self._connection.execute(_DUE, values)]

    def next_closing(self, about: str, since: datetime) -> datetime | None:
        row = self._one(_NEXT_CLOSING, about, since)
        return None if row is None else row["at"]

    def rows_of_case(self, case_id: UUID) -> Rows:
        return packing.rows_of_case(self._connection, case_id)

    def rows_of_person(self, person: UUID) -> Rows:
        return packing.rows_of_person(self._connection, person)

    def erase_case(self, case_id: UUID, log_since: datetime) -> dict[str, int]:
        return self._gone("SELECT * FROM cases.erase_case(%s, %s)", case_id, log_since)

    def erase_person(self, person: UUID, today: date) -> dict[str, int]:
        return self._gone("SELECT * FROM cases.erase_person(%s, %s)", person, today)

    def erase_old(self, kind: Kind, before: datetime) -> dict[str, int]:
        return self._gone("SELECT * FROM cases.erase_old(%s, %s)", kind, before)

    def portions(self) -> list[Portion]:
        rows = self._connection.execute("SELECT * FROM cases.portions(%s)", [_BLOCKS])
        return [Portion(**row) for row in rows]

    def traces(self, ids: Collection[UUID], portion: Portion) -> int:
        query = "SELECT cases.traces(%s, %s, %s, %s) AS hits"
        row = self._one(query, list(ids), portion.place, portion.first, _BLOCKS)
        return 0 if row is None else row["hits"]

    def is_report(self, thing: UUID) -> bool:
        return self._one("SELECT 1 FROM cases.reports WHERE id = %s", thing) is not None

    def log(self, actor: str, case_id: UUID, what: str, at: datetime) -> None:
        self._connection.execute(
            "INSERT INTO cases.access_log (at, actor, case_id, what) VALUES (%s, %s, %s, %s)",
            [at, actor, case_id, what],
        )

    def exists(self, thing: UUID) -> bool:
        row = self._one(
            "SELECT EXISTS (SELECT FROM cases.cases WHERE id = %s)"
            " OR EXISTS (SELECT FROM cases.people WHERE id = %s) AS there",
            thing,
            thing,
        )
        return row is not None and row["there"]

    def case_changed_after(self, case_id: UUID, at: datetime) -> bool:
        return self._one(_CASE_AFTER, case_id, at, at) is not None

    def person_came_after(self, person: UUID, at: datetime) -> bool:
        day = local_date(at)
        values = {"id": person, "actor": f"person:{person}", "at": at, "day": day}
        return self._connection.execute(_PERSON_AFTER, values).fetchone() is not None

    def begin_day(self, today: date) -> bool:
        return SqlStaffing(self._connection).begin_day(_LOOK, today)

    def note_next(self, day: date | None) -> None:
        SqlStaffing(self._connection).note_next(_LOOK, day)

    def holds(self) -> list[Hold]:
        return [Hold(**row) for row in self._connection.execute(_HOLDS)]

    def hold(self, hold: Hold, matter: UUID | None) -> bool:
        values = {
            "id": hold.id,
            "matter": matter,
            "person": hold.person,
            "because": hold.because,
            "at": hold.placed_at,
            "by": hold.placed_by,
        }
        return self._connection.execute(_HOLD, values).rowcount > 0

    def lift(self, matter: UUID | None, person: UUID | None, by: str, at: datetime) -> int:
        return self._connection.execute(_LIFT, [at, by, matter, person]).rowcount

    def _gone(self, query: LiteralString, *values: object) -> dict[str, int]:
        """Raises StaysFor."""
        counted: dict[str, int] = {}
        try:
            for row in self._connection.execute(query, values):
                counted[row["place"]] = counted.get(row["place"], 0) + row["gone"]
        except Error as error:
            refused = _REFUSED.get(error.sqlstate or "")
            if refused is None:
                raise
            raise refused from None
        return counted

    def _one(self, query: str, *values: object) -> DictRow | None:
        return self._connection.execute(query.encode(), values).fetchone()


def retention_desk(
    unit: Unit, actor: str, plan: Retention | None, archive: Path | None
) -> RetentionDesk:
    """A desk over the unit's connection."""
    return _desk(unit.connection, unit.now, actor, plan, archive)


@contextmanager
def retention_in(
    database_url: str,
    actor: str,
    plan: Callable[[], Retention | None],
    archive: Path | None,
    *,
    demo: bool,
    each_alone: bool,
) -> Iterator[RetentionDesk]:
    """A desk over a connection of its own, for commands; leaving it by an error undoes it all.

    `each_alone`: instead, each thing that is asked of it is a transaction of its own.
    """
    with connect(database_url, row_factory=dict_row, autocommit=each_alone) as connection:
        connection.execute("SET ROLE samspel_cases")
        yield _desk(connection, clock.now_in(connection, demo=demo), actor, plan(), archive)


def _desk(
    connection: Connection[DictRow],
    now: datetime,
    actor: str,
    plan: Retention | None,
    archive: Path | None,
) -> RetentionDesk:
    return RetentionDesk(
        now=now,
        actor=actor,
        keeping=SqlKeeping(connection),
        archive=None if archive is None else ArchiveFolder(archive),
        plan=plan,
        audit=SqlAudit(connection, now, actor),
    )
