"""The years as matters of the staff, in SQL."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.cases import ReferencesExhausted
from services.cases.adapters.facts import facts_of
from services.cases.adapters.staffing import SqlStaffing
from services.cases.domain.posts import Post
from services.cases.handlers.year_ports import NewYear
from shared.domain.facts import CaseFacts
from shared.ids import new_reference

_TRIES = 20
_LONGER_AFTER = 5

_OPEN = """
    INSERT INTO cases.cases (id, reference, procedure, procedure_on, known_on, opened_at,
                             process_owner, initiator, coordinator, unit, about)
    VALUES (%(id)s, %(reference)s, %(procedure)s, %(procedure_on)s, %(known_on)s, %(now)s,
            %(process_owner)s, %(process_owner)s, %(coordinator)s, %(unit)s, 'year')
    ON CONFLICT DO NOTHING
"""
_THERE = "SELECT 1 FROM cases.cases WHERE about = 'year' AND procedure = %s AND known_on = %s"
_ALL_THERE = "SELECT known_on FROM cases.cases WHERE about = 'year' AND procedure = %s"
_LOCK_OPEN = """
    SELECT id FROM cases.cases WHERE about = 'year' AND state = 'open' ORDER BY id FOR UPDATE
"""
_LEAD = """
    UPDATE cases.cases SET process_owner = %(owner)s, initiator = %(owner)s, coordinator = %(other)s
    WHERE id = %(id)s
"""
_STAND_IN = """
    UPDATE cases.attendance SET stands_for = %s WHERE meeting_id = %s AND person_id = %s
"""
_SUBSTITUTES = """
    SELECT a.meeting_id, a.person_id, a.stands_for
    FROM cases.attendance a JOIN cases.meetings m ON m.id = a.meeting_id
    WHERE m.case_id = ANY (%s) AND a.stands_for IS NOT NULL AND NOT a.removed
"""


class SqlYears:
    """The port Years as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def posts(self) -> dict[str, Post]:
        return {post.code: post for post in SqlStaffing(self._connection).posts()}

    def open(self, new: NewYear) -> bool:
        """X15: with a random reference, a longer one where the short ones are used up."""
        first = date(new.year, 1, 1)
        row = {
            "id": new.id,
            "procedure": new.procedure,
            "procedure_on": new.procedure_on,
            "known_on": first,
            "now": self._now,
            "process_owner": new.process_owner,
            "coordinator": new.coordinator,
            "unit": new.unit,
        }
        for attempt in range(_TRIES):
            reference = new_reference(4 + attempt // _LONGER_AFTER)
            if self._connection.execute(_OPEN, {**row, "reference": reference}).rowcount:
                return True
            if self._connection.execute(_THERE, [new.procedure, first]).fetchone():
                return False
        raise ReferencesExhausted

    def lock_open(self) -> list[UUID]:
        return [row["id"] for row in self._connection.execute(_LOCK_OPEN)]

    def lead(self, matter: UUID, process_owner: UUID, coordinator: UUID | None) -> None:
        row = {"id": matter, "owner": process_owner, "other": coordinator}
        self._connection.execute(_LEAD, row)

    def stand_in(self, meeting_id: UUID, person: UUID, instead_of: UUID) -> None:
        self._connection.execute(_STAND_IN, [instead_of, meeting_id, person])

    def facts(self, matters: Sequence[UUID]) -> list[CaseFacts]:
        found = {one.id: one for one in facts_of(self._connection, matters)}
        return [found[one] for one in matters]

    def there(self, procedure: str) -> set[int]:
        return {row["known_on"].year for row in self._connection.execute(_ALL_THERE, [procedure])}

    def substitutes(self, *matters: UUID) -> dict[UUID, dict[UUID, UUID]]:
        found: dict[UUID, dict[UUID, UUID]] = {}
        for row in self._connection.execute(_SUBSTITUTES, [list(matters)]):
            found.setdefault(row["meeting_id"], {})[row["person_id"]] = row["stands_for"]
        return found
