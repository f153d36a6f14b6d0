"""Brings a municipality's units, places, people, posts and holders into the database."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from typing import Any, LiteralString

from psycopg import Connection, connect
from psycopg.rows import DictRow, dict_row

from services.cases.adapters.audit import SqlAudit
from services.cases.adapters.cases import SqlCases
from services.cases.adapters.duties import SqlDuties
from services.cases.adapters.meetings import SqlMeetings
from services.cases.adapters.staffing import POSTS_CHANGE, SqlStaffing
from services.cases.adapters.tasks import SqlTasks
from services.cases.adapters.years import SqlYears
from services.cases.domain.importing import Change, Changes
from services.cases.handlers.importing import ImportDesk, Imported, import_files
from shared import clock
from shared.bus.publishing import publish
from shared.db import Ring, Unit, again_after_deadlock, silent
from shared.ids import staff_id
from shared.live_rules import saved_rules
from shared.procedures import ProcedureFiles, Procedures, read_procedures
from shared.register import Holder, PersonRow, Place, Post, Register
from shared.register import Unit as UnitRow
from shared.saved_rules import SavedRule, lay

_ACTOR = "import"
_UNITS = "SELECT code, name, kind, organisation, parent FROM cases.units WHERE ended_on IS NULL"
_PLACES = "SELECT code, unit, public_text FROM cases.places WHERE ended_on IS NULL"
_PEOPLE = """
    SELECT code, name, email, coalesce(phone, '') AS phone, coalesce(calendar_url, '') AS calendar
    FROM cases.people WHERE party = 'staff'
"""
_POSTS = "SELECT code, role, unit, reports_to FROM cases.posts WHERE ended_on IS NULL"
_HOLDERS = """
    SELECT h.post, p.code AS person, h.first_day, h.last_day, h.capacity
    FROM cases.holders h JOIN cases.people p ON p.id = h.person_id
"""
_LAST_IMPORT = "SELECT fingerprint FROM cases.imports ORDER BY id DESC LIMIT 1"

# Parents first come without their parent, so the order of the file doesn't matter.
_UNIT = """
    INSERT INTO cases.units (code, name, kind, organisation) VALUES (%s, %s, %s, %s)
    ON CONFLICT (code) DO UPDATE
    SET name = excluded.name, kind = excluded.kind, organisation = excluded.organisation,
        ended_on = NULL
"""
_PARENT = "UPDATE cases.units SET parent = %s WHERE code = %s"
_PLACE = """
    INSERT INTO cases.places (code, unit, public_text) VALUES (%s, %s, %s)
    ON CONFLICT (code) DO UPDATE
    SET unit = excluded.unit, public_text = excluded.public_text, ended_on = NULL
"""
_PERSON = """
    INSERT INTO cases.people (id, code, party, name, email, phone, calendar_url, protected)
    VALUES (%s, %s, 'staff', %s, %s, %s, %s, false)
    ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, email = excluded.email, phone = excluded.phone,
        calendar_url = excluded.calendar_url
"""
_POST = """
    INSERT INTO cases.posts (code, role, unit, reports_to) VALUES (%s, %s, %s, %s)
    ON CONFLICT (code) DO UPDATE
    SET role = excluded.role, unit = excluded.unit, reports_to = excluded.reports_to,
        ended_on = NULL
"""
_HOLDER = """
    INSERT INTO cases.holders (post, person_id, first_day, last_day, capacity)
    VALUES (%s, %s, %s, %s, %s)
"""
_TAKE_HOLDER = """
    DELETE FROM cases.holders
    WHERE post = %s AND person_id = %s AND first_day = %s AND capacity = %s
"""
_END_UNIT = "UPDATE cases.units SET ended_on = %s WHERE code = %s"
_END_PLACE = "UPDATE cases.places SET ended_on = %s WHERE code = %s"
_END_POST = "UPDATE cases.posts SET ended_on = %s WHERE code = %s"


def import_register(
    database_url: str,
    register: Register,
    *,
    procedures: ProcedureFiles | None = None,
    dry_run: bool = False,
    demo: bool = False,
    ring: Ring = silent,
) -> Imported:
    """All of it in one transaction, as often as one likes; a dry run writes nothing.

    `procedures`: the municipality's own files, if it has changed or added any. What was saved in
    the web lies over them, as in everything that runs.
    """
    files = procedures or read_procedures(None)

    def once() -> tuple[Imported, set[str]]:
        with _unit(database_url, demo=demo) as unit:
            desk = ImportDesk(
                now=unit.now,
                procedures=_procedures(files, unit.connection),
                files=SqlFiles(unit.connection, unit.now),
                staffing=SqlStaffing(unit.connection),
                tasks=SqlTasks(unit.connection, unit.now),
                duties=SqlDuties(unit.connection, unit.now),
                years=SqlYears(unit.connection, unit.now),
                cases=SqlCases(unit.connection, unit.now),
                meetings=SqlMeetings(unit.connection, unit.now),
                audit=SqlAudit(unit.connection, unit.now, _ACTOR),
                publish=partial(publish, unit),
            )
            return import_files(register, desk, dry_run=dry_run), unit.rings

    imported, rings = again_after_deadlock(once)
    if rings:
        ring(rings)
    return imported


def _procedures(files: ProcedureFiles, connection: Connection[DictRow]) -> Procedures:
    def over(saved: Collection[SavedRule]) -> Procedures:
        return files.procedures([one.as_file for one in saved if one.kind == "procedure"])

    return lay(over, saved_rules(connection)).rules


class SqlFiles:
    """The register as the files have it, read and written in one transaction.

    `sent`: by somebody in the web. Such files aren't the folder's, which counts as unchanged
    after them, so that the next start doesn't undo them.
    """

    def __init__(
        self, connection: Connection[DictRow], now: datetime, *, sent: bool = False
    ) -> None:
        self._connection = connection
        self._now = now
        self._sent = sent

    def begin(self) -> None:
        """Two imports at a time would each see only what was there before both."""
        self._connection.execute(POSTS_CHANGE)

    def imported(self) -> bytes | None:
        """The fingerprint of the folder's files that were imported last."""
        if self._sent:
            return None
        row = self._connection.execute(_LAST_IMPORT).fetchone()
        return None if row is None else bytes(row["fingerprint"])

    def note_import(self, fingerprint: bytes) -> None:
        if self._sent:
            return
        self._connection.execute(
            "INSERT INTO cases.imports (at, fingerprint) VALUES (%s, %s)", [self._now, fingerprint]
        )

    def read(self) -> Register:
        return Register(
            units=tuple(UnitRow(**row) for row in self._connection.execute(_UNITS)),
            places=tuple(Place(**row) for row in self._connection.execute(_PLACES)),
            people=tuple(PersonRow(**row) for row in self._connection.execute(_PEOPLE)),
            posts=tuple(Post(**row) for row in self._connection.execute(_POSTS)),
            holders=tuple(Holder(**row) for row in self._connection.execute(_HOLDERS)),
        )

    def write(self, changes: Changes, today: date) -> None:
        """What ends stays, with the day it ended; a holder's row is taken and written anew."""
        units, places = _after(changes.units), _after(changes.places)
        people, posts = _after(changes.people), _after(changes.posts)
        self._many(_UNIT, ((one.code, one.name, one.kind, one.organisation) for one in units))
        self._many(_PARENT, ((one.parent, one.code) for one in units))
        self._many(_PLACE, ((one.code, one.unit, one.public_text) for one in places))
        self._many(
            _PERSON,
            (
                (
                    staff_id(one.code),
                    one.code,
                    one.name,
                    one.email,
                    one.phone or None,
                    one.calendar or None,
                )
                for one in people
            ),
        )
        self._many(_POST, ((one.code, one.role, one.unit, one.reports_to) for one in posts))
        self._many(_TAKE_HOLDER, (_key(change.before) for change in changes.holders))
        self._many(
            _HOLDER,
            (
                (one.post, staff_id(one.person), one.first_day, one.last_day, one.capacity)
                for one in _after(changes.holders)
            ),
        )
        for query, kind in (
            (_END_UNIT, changes.units),
            (_END_PLACE, changes.places),
            (_END_POST, changes.posts),
        ):
            self._many(
                query, ((today, one.before.code) for one in kind if one.before and not one.after)
            )

    def _many(self, query: LiteralString, rows: Iterable[tuple[Any, ...] | None]) -> None:
        self._connection.cursor().executemany(query, [row for row in rows if row is not None])


def _after(changes: Iterable[Change]) -> list[Any]:
    return [change.after for change in changes if change.after is not None]


def _key(holder: Holder | None) -> tuple[Any, ...] | None:
    if holder is None:
        return None
    return holder.post, staff_id(holder.person), holder.first_day, holder.capacity


@contextmanager
def _unit(database_url: str, *, demo: bool) -> Iterator[Unit]:
    with connect(database_url, row_factory=dict_row) as connection:
        connection.execute("SET ROLE samspel_cases")
        connection.execute("SET TIME ZONE 'UTC'")
        yield Unit(connection, clock.now_in(connection, demo=demo))
