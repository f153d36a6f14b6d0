"""What decides who sees which case, in SQL."""

from collections.abc import Collection
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.facts import facts_of
from services.cases.adapters.tasks import owner_of_task
from shared.domain.facts import CaseFacts

# The case that something with an id of its own belongs to, by the name the id has in a path.
_CASE_OF: dict[str, LiteralString] = {
    "meeting_id": "SELECT case_id FROM cases.meetings WHERE id = %s",
    "task_id": "SELECT case_id FROM cases.tasks WHERE id = %s",
    "inbound_id": "SELECT case_id FROM notifier_api.inbound WHERE id = %s",
    "message_id": "SELECT case_id FROM notifier_api.messages WHERE id = %s",
    "consent_id": "SELECT case_id FROM cases.consents WHERE id = %s",
}
_HAS_OPENED = "SELECT FROM cases.glass WHERE person_id = %s AND case_id = %s AND on_day = %s"


class SqlSights:
    """Implements handlers.sight.Sights over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def party(self, person: UUID) -> str | None:
        party: str | None = self._one("SELECT party FROM cases.people WHERE id = %s", person)
        return party

    def is_case(self, case_id: UUID) -> bool:
        is_one = "SELECT 1 AS found FROM cases.cases WHERE id = %s AND about = 'child'"
        return self._one(is_one, case_id) is not None

    def case_of(self, name: str, thing: UUID) -> UUID | None:
        query = _CASE_OF.get(name)
        case_id: UUID | None = None if query is None else self._one(query, thing)
        return case_id

    def owner_of(self, meeting_id: UUID, kind: str) -> UUID | None:
        return owner_of_task(self._connection, meeting_id, kind)

    def cases_of(self, person: UUID) -> list[UUID]:
        rows = self._connection.execute(
            "SELECT case_id FROM cases.participants WHERE person_id = %s AND removed_at IS NULL",
            [person],
        )
        return [row["case_id"] for row in rows]

    def works_for(self, person: UUID, on: date) -> set[str]:
        return organisations_of(self._connection, person, on)

    def facts(self, case_ids: Collection[UUID]) -> list[CaseFacts]:
        return facts_of(self._connection, case_ids)

    def has_opened(self, person: UUID, case_id: UUID, on: date) -> bool:
        found = self._connection.execute(_HAS_OPENED, [person, case_id, on]).fetchone()
        return found is not None

    def _one(self, query: LiteralString, value: UUID) -> Any:
        row = self._connection.execute(query, [value]).fetchone()
        return None if row is None else next(iter(row.values()))


def organisations_of(connection: Connection[DictRow], person: UUID, on: date) -> set[str]:
    """The organisations in which somebody has a post that day."""
    row = connection.execute("SELECT cases.works_for(%s, %s)", [person, on]).fetchone()
    return set() if row is None else set(row["works_for"])
