"""What decides who sees which case, in SQL."""

from collections.abc import Collection
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.tasks import owner_of_task
from shared.domain.facts import CaseFacts, facts_from_json

# The case that something with an id of its own belongs to, by the name the id has in a path.
_CASE_OF: dict[str, LiteralString] = {
    "meeting_id": "SELECT case_id FROM cases.meetings WHERE id = %s",
    "task_id": "SELECT case_id FROM cases.tasks WHERE id = %s",
    "consent_id": "SELECT case_id FROM cases.consents WHERE id = %s",
}
_AT_A_TIME = 500


class SqlSights:
    """Implements handlers.sight.Sights over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def party(self, person: UUID) -> str | None:
        party: str | None = self._one("SELECT party FROM cases.people WHERE id = %s", person)
        return party

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

    def facts(self, case_ids: Collection[UUID]) -> list[CaseFacts]:
        sought, found = list(case_ids), list[CaseFacts]()
        for first in range(0, len(sought), _AT_A_TIME):
            some = sought[first : first + _AT_A_TIME]
            rows = self._connection.execute("SELECT facts FROM cases_api.facts(%s::uuid[])", [some])
            found += [facts_from_json(row["facts"]) for row in rows]
        return found

    def _one(self, query: LiteralString, value: UUID) -> Any:
        row = self._connection.execute(query, [value]).fetchone()
        return None if row is None else next(iter(row.values()))
