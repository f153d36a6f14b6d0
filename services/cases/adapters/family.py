"""The child, the guardians and those whom they wished for in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection, sql
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.cases.adapters.rows import recordset
from services.cases.handlers.commands import NewChild, NewGuardian
from services.cases.handlers.ledger import KEPT

_ADD_PEOPLE = """
    INSERT INTO cases.people (id, party, name, birth_date, email, phone, postal_address, language,
                              interpreter, no_mail, protected)
    SELECT * FROM jsonb_to_recordset(%s) AS one (
      id uuid, party text, name text, birth_date date, email text, phone text, postal_address text,
      language text, interpreter text, no_mail boolean, protected boolean)
"""
_KEEP_FORMER = """
    INSERT INTO cases.former_particulars (person_id, id, changed_by, changed_at, particulars)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (person_id) DO UPDATE
    SET id = excluded.id, changed_by = excluded.changed_by, changed_at = excluded.changed_at,
        particulars = excluded.particulars
"""


def insert_family(
    connection: Connection[DictRow], guardians: Sequence[NewGuardian], *children: NewChild
) -> list[UUID]:
    """New people, the guardians first: whoever is one on two cases is two people to Samspel."""
    rows = [*map(_guardian_row, guardians), *map(_child_row, children)]
    connection.execute(_ADD_PEOPLE, [recordset(rows)])
    return [row["id"] for row in rows]


def _guardian_row(guardian: NewGuardian) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "party": "guardian",
        "name": guardian.name,
        "email": guardian.email,
        "phone": guardian.phone,
        "postal_address": guardian.postal_address,
        "language": guardian.language,
        "interpreter": guardian.interpreter,
        "no_mail": guardian.no_mail,
        "protected": guardian.protected,
    }


def _child_row(child: NewChild) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "party": "child",
        "name": child.name,
        "birth_date": child.birth_date,
        "email": child.email,
        "language": "sv",
        "no_mail": False,
        "protected": child.protected,
    }


class SqlFamily:
    """The family of cases that are locked, as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add_guardian(self, case_id: UUID, guardian: NewGuardian) -> UUID:
        (person,) = insert_family(self._connection, [guardian])
        self._connection.execute(
            "INSERT INTO cases.participants (case_id, person_id, party, custody, added_at)"
            " VALUES (%s, %s, 'guardian', %s, %s)",
            [case_id, person, guardian.custody, self._now],
        )
        return person

    def change(self, person: UUID, values: Mapping[str, Any]) -> dict[str, Any]:
        """What had another value before: which, by field in their order."""
        before = self._connection.execute(
            "SELECT * FROM cases.people WHERE id = %s FOR UPDATE", [person]
        ).fetchone()
        assert before is not None
        changed = [name for name in sorted(values) if before[name] != values[name]]
        for name in changed:
            self._set(person, name, values[name])
        return {name: before[name] for name in changed}

    def keep_former(self, person: UUID, by: UUID, particulars: Mapping[str, Any]) -> UUID:
        change = uuid4()
        row = [person, change, by, self._now, Jsonb(dict(particulars))]
        self._connection.execute(_KEEP_FORMER, row)
        return change

    def former(self, person: UUID, by: UUID, change: UUID) -> dict[str, Any] | None:
        row = self._connection.execute(
            "SELECT particulars FROM cases.former_particulars"
            " WHERE person_id = %s AND id = %s AND changed_by = %s AND changed_at > %s",
            [person, change, by, self._now - KEPT],
        ).fetchone()
        return None if row is None else row["particulars"]

    def drop_former(self, person: UUID) -> None:
        self._connection.execute(
            "DELETE FROM cases.former_particulars WHERE person_id = %s", [person]
        )

    def set_custody(self, case_id: UUID, person: UUID, *, custody: bool) -> None:
        self._connection.execute(
            "UPDATE cases.participants SET custody = %s WHERE case_id = %s AND person_id = %s",
            [custody, case_id, person],
        )

    def set_wanted(self, case_id: UUID, guardians: Collection[UUID]) -> None:
        """These, and no other guardian."""
        self._connection.execute(
            "UPDATE cases.participants SET wanted_by_youth = person_id = ANY (%s)"
            " WHERE case_id = %s AND party = 'guardian'",
            [list(guardians), case_id],
        )

    def set_never_together(self, case_id: UUID, *, never: bool) -> None:
        self._connection.execute(
            "UPDATE cases.cases SET never_together = %s WHERE id = %s", [never, case_id]
        )

    def _set(self, person: UUID, name: str, value: Any) -> None:
        statement = sql.SQL("UPDATE cases.people SET {column} = %s WHERE id = %s")
        query = statement.format(column=sql.Identifier(name))
        self._connection.execute(query, [value, person])


def forget_former(connection: Connection[DictRow], now: datetime) -> None:
    """What nobody takes back any more."""
    connection.execute("DELETE FROM cases.former_particulars WHERE changed_at <= %s", [now - KEPT])
