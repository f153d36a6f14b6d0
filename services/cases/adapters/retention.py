"""What goes when, in SQL; functions of the database delete, and check that it may go."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection, Error, connect
from psycopg.rows import DictRow, dict_row

from services.cases.adapters.archive import ArchiveFolder
from services.cases.adapters.staffing import SqlStaffing
from services.cases.adapters.tasks import SqlAudit
from services.cases.domain import retention as words
from services.cases.domain.retention import Hold
from services.cases.handlers.retention import RetentionDesk, Rows
from shared import clock
from shared.db import Unit
from shared.domain.retention import Kind, Retention

# As the functions of revision 0007 raise them.
_REFUSED: dict[str, type[words.StaysFor]] = {
    "SA002": words.StillOpen,
    "SA003": words.IsHeld,
    "SA004": words.UnderWay,
    "SA005": words.HasPost,
    "SA006": words.GoesWithCase,
}
_LOOK = "retention"
_OF_MEETINGS: LiteralString = "meeting_id IN (SELECT id FROM cases.meetings WHERE case_id = %s)"
# What a package has of a case; the notifier and the scheduler add what they have.
_TABLES: tuple[tuple[LiteralString, LiteralString, LiteralString], ...] = (
    ("cases", "id = %s", "opened_at"),
    ("participants", "case_id = %s", "added_at, person_id"),
    ("consents", "case_id = %s", "requested_on, id"),
    ("meetings", "case_id = %s", "starts_at, id"),
    ("attendance", _OF_MEETINGS, "meeting_id, person_id"),
    ("counters", _OF_MEETINGS, "asked_at, id"),
    ("wishes", "case_id = %s", "asked_at, id"),
    ("tasks", "case_id = %s", "created_at, id"),
    ("inquiries", "case_id = %s", "received_at, id"),
    ("glass", "case_id = %s", "opened_at, id"),
    ("holds", "case_id = %s", "placed_at, id"),
    ("audit", "case_id = %s", "id"),
    ("access_log", "case_id = %s", "id"),
)
_SECRET = ["link", "link_revoked_at"]
_FAMILY = """
    SELECT to_jsonb(p) - '{calendar_url,no_digest}'::text[] AS row FROM cases.people p
    WHERE p.party <> 'staff'
      AND (p.id IN (SELECT person_id FROM cases.participants WHERE case_id = %(case)s)
           OR p.id IN (SELECT person_id FROM cases.wishes WHERE case_id = %(case)s))
    ORDER BY p.party, p.id
"""
# Of staff no more than who it was: by any id in what is packed.
_STAFF = """
    SELECT jsonb_build_object('id', p.id, 'party', p.party, 'code', p.code, 'name', p.name) AS row
    FROM cases.people p WHERE p.party = 'staff' AND p.id::text = ANY (%s) ORDER BY p.id
"""
_DUE = """
    SELECT id FROM cases.cases c
    WHERE about = %s AND state = 'closed' AND closed_at < %s AND NOT cases.is_held(c.id)
    ORDER BY closed_at, id LIMIT %s
"""
_HOLDS = """
    SELECT h.id, h.because, h.placed_at, h.placed_by, c.reference, h.person_id AS person
    FROM cases.holds h LEFT JOIN cases.cases c ON c.id = h.case_id
    WHERE h.lifted_at IS NULL ORDER BY h.placed_at, h.id
"""
_HOLD = """
    INSERT INTO cases.holds (id, case_id, person_id, because, placed_at, placed_by)
    VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_LIFT = """
    UPDATE cases.holds SET lifted_at = %s, lifted_by = %s
    WHERE lifted_at IS NULL AND (case_id = %s OR person_id = %s)
"""
_PERSON = """
    SELECT id FROM cases.people WHERE id::text = %(said)s OR lower(email) = %(said)s LIMIT 2
"""
_OF_PERSON: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("people", "id = %(id)s"),
    ("participants", "person_id = %(id)s"),
    ("consents", "person_id = %(id)s"),
    ("attendance", "person_id = %(id)s"),
    ("counters", "person_id = %(id)s"),
    ("votes", "person_id = %(id)s"),
    ("wishes", "person_id = %(id)s"),
    ("tasks", "owner = %(id)s OR about = %(id)s"),
    ("holders", "person_id = %(id)s"),
    ("inquiries", "by_person = %(id)s"),
    ("feeds", "person_id = %(id)s"),
    ("digests", "person_id = %(id)s"),
    ("evaluation_answers", "person_id = %(id)s"),
    ("former_particulars", "person_id = %(id)s"),
    ("glass", "person_id = %(id)s"),
    ("audit", "actor = %(actor)s"),
    ("access_log", "actor = %(actor)s"),
)


class SqlKeeping:
    """Implements handlers.retention.Keeping over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def case_by_reference(self, reference: str) -> UUID | None:
        row = self._one("SELECT id FROM cases.cases WHERE reference = %s", reference)
        return None if row is None else row["id"]

    def person_by(self, id_or_address: str) -> UUID | None:
        rows = self._connection.execute(_PERSON, {"said": id_or_address.lower()}).fetchall()
        return rows[0]["id"] if len(rows) == 1 else None

    def due(self, about: str, before: datetime, limit: int) -> list[UUID]:
        return [row["id"] for row in self._connection.execute(_DUE, [about, before, limit])]

    def next_closing(self, about: str) -> datetime | None:
        row = self._one("SELECT min(closed_at) AS at FROM cases.cases WHERE about = %s", about)
        return None if row is None else row["at"]

    def rows_of_case(self, case_id: UUID) -> Rows:
        """Locks the case first: nobody changes what is packed until it has gone."""
        self._connection.execute("SELECT 1 FROM cases.cases WHERE id = %s FOR UPDATE", [case_id])
        rows: dict[str, list[dict[str, Any]]] = {
            f"cases.{table}": self._rows(
                f"SELECT to_jsonb(t) - %s::text[] AS row FROM cases.{table} t WHERE {which}"  # noqa: S608 — ours
                f" ORDER BY {order}",
                [_SECRET, case_id],
            )
            for table, which, order in _TABLES
        }
        rows |= self._of_others("of_case", case_id)
        named = sorted(set(_ids(rows)))
        family = self._rows(_FAMILY, {"case": case_id})
        rows["cases.people"] = family + self._rows(_STAFF, [named])
        return rows

    def rows_of_person(self, person: UUID) -> Rows:
        values = {"id": person, "actor": f"person:{person}", "secret": _SECRET}
        rows = {
            f"cases.{table}": self._rows(
                f"SELECT to_jsonb(t) - %(secret)s::text[] AS row FROM cases.{table} t"  # noqa: S608
                f" WHERE {which}",
                values,
            )
            for table, which in _OF_PERSON
        }
        return rows | self._of_others("of_person", person)

    def erase_case(self, case_id: UUID, log_since: datetime) -> dict[str, int]:
        return self._gone("SELECT * FROM cases.erase_case(%s, %s)", case_id, log_since)

    def erase_person(self, person: UUID, today: date) -> dict[str, int]:
        return self._gone("SELECT * FROM cases.erase_person(%s, %s)", person, today)

    def erase_old(self, kind: Kind, before: datetime) -> dict[str, int]:
        return self._gone("SELECT * FROM cases.erase_old(%s, %s)", kind, before)

    def traces(self, ids: Collection[UUID]) -> dict[str, int]:
        rows = self._connection.execute(
            "SELECT place, hits FROM cases.traces(%s)", [[str(one) for one in ids]]
        )
        return {row["place"]: row["hits"] for row in rows}

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

    def begin_day(self, today: date) -> bool:
        return SqlStaffing(self._connection).begin_day(_LOOK, today)

    def note_next(self, day: date | None) -> None:
        SqlStaffing(self._connection).note_next(_LOOK, day)

    def holds(self) -> list[Hold]:
        return [Hold(**row) for row in self._connection.execute(_HOLDS)]

    def hold(self, hold: Hold, case_id: UUID | None) -> bool:
        values = [hold.id, case_id, hold.person, hold.because, hold.placed_at, hold.placed_by]
        return self._connection.execute(_HOLD, values).rowcount > 0

    def lift(self, case_id: UUID | None, person: UUID | None, by: str, at: datetime) -> int:
        return self._connection.execute(_LIFT, [at, by, case_id, person]).rowcount

    def _of_others(self, what: str, about: UUID) -> dict[str, list[dict[str, Any]]]:
        """What the other services publish of it."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for schema in ("notifier_api", "scheduler_api"):
            found = self._one(f"SELECT {schema}.{what}(%s) AS rows", about)
            rows |= found["rows"] if found is not None else {}
        return rows

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

    def _rows(self, query: str, values: Any) -> list[dict[str, Any]]:
        return [row["row"] for row in self._connection.execute(query.encode(), values)]


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
) -> Iterator[RetentionDesk]:
    """A desk over a connection of its own, for commands; leaving it by an error undoes it all."""
    with connect(database_url, row_factory=dict_row) as connection:
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


def _ids(value: Any) -> Iterator[str]:
    """Every text in it; an actor is `person:` and an id."""
    if isinstance(value, str):
        yield value.removeprefix("person:")
    elif isinstance(value, dict):
        for one in value.values():
            yield from _ids(one)
    elif isinstance(value, list):
        for one in value:
            yield from _ids(one)
