"""Who answers for a case, in SQL."""

from collections.abc import Collection
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

_GO_ALONG = """
    UPDATE cases.tasks SET owner = %s
    WHERE case_id = %s AND owner = %s AND state = 'open' AND kind <> ALL (%s)
"""


class SqlOwnership:
    """The port Ownership, in one transaction; the case is locked."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def give_to(self, case_id: UUID, owner: UUID) -> None:
        self._connection.execute(
            "UPDATE cases.cases SET process_owner = %s WHERE id = %s", [owner, case_id]
        )

    def coordinate(self, case_id: UUID, coordinator: UUID | None) -> None:
        self._connection.execute(
            "UPDATE cases.cases SET coordinator = %s WHERE id = %s", [coordinator, case_id]
        )

    def contact(self, case_id: UUID, person: UUID | None) -> None:
        self._connection.execute(
            "UPDATE cases.cases SET contact_person = %s WHERE id = %s", [person, case_id]
        )

    def contact_person(self, case_id: UUID) -> UUID | None:
        person: UUID | None = self._of(
            "SELECT contact_person AS value FROM cases.cases WHERE id = %s", case_id
        )
        return person

    def follow(self, case_id: UUID, procedure_on: date) -> None:
        self._connection.execute(
            "UPDATE cases.cases SET procedure_on = %s WHERE id = %s", [procedure_on, case_id]
        )

    def evaluation(self, case_id: UUID) -> str | None:
        evaluation: str | None = self._of(
            "SELECT evaluation AS value FROM cases.cases WHERE id = %s", case_id
        )
        return evaluation

    def evaluate(self, case_id: UUID, evaluation: str | None) -> None:
        self._connection.execute(
            "UPDATE cases.cases SET evaluation = %s WHERE id = %s", [evaluation, case_id]
        )

    def pass_on(self, case_id: UUID, to: UUID, *, of: UUID, apart_from: Collection[str]) -> None:
        """The open tasks of one person on the case become another's, but for these kinds."""
        self._connection.execute(_GO_ALONG, [to, case_id, of, list(apart_from)])

    def hold_back(self, case_id: UUID, waits_for: str | None) -> None:
        """X11: nothing is sought or told by itself until this has been done; None: it has."""
        self._connection.execute(
            "UPDATE cases.cases SET held_back_for = %s WHERE id = %s", [waits_for, case_id]
        )

    def _of(self, query: LiteralString, key: UUID) -> Any:
        row = self._connection.execute(query, [key]).fetchone()
        return None if row is None else row["value"]
