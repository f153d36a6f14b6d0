"""The child, the guardians and those whom they wished for in SQL."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection, sql
from psycopg.rows import DictRow

from services.cases.handlers.commands import NewGuardian

_ADD_GUARDIAN = """
    INSERT INTO cases.people (id, party, name, email, phone, postal_address, language, interpreter,
                              no_mail, protected)
    VALUES (%(id)s, 'guardian', %(name)s, %(email)s, %(phone)s, %(postal_address)s, %(language)s,
            %(interpreter)s, %(no_mail)s, %(protected)s)
"""


def insert_guardian(connection: Connection[DictRow], guardian: NewGuardian) -> UUID:
    """A new person: whoever is a guardian on two cases is two people to Samspel."""
    person = uuid4()
    values = {
        "id": person,
        "name": guardian.name,
        "email": guardian.email,
        "phone": guardian.phone,
        "postal_address": guardian.postal_address,
        "language": guardian.language,
        "interpreter": guardian.interpreter,
        "no_mail": guardian.no_mail,
        "protected": guardian.protected,
    }
    connection.execute(_ADD_GUARDIAN, values)
    return person


class SqlFamily:
    """The family of cases that are locked, as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add_guardian(self, case_id: UUID, guardian: NewGuardian) -> UUID:
        person = insert_guardian(self._connection, guardian)
        self._connection.execute(
            "INSERT INTO cases.participants (case_id, person_id, party, custody, added_at)"
            " VALUES (%s, %s, 'guardian', %s, %s)",
            [case_id, person, guardian.custody, self._now],
        )
        return person

    def change(self, person: UUID, values: Mapping[str, Any]) -> list[str]:
        """The names of the fields that had another value before."""
        changed = [name for name, value in values.items() if self._sets(person, name, value)]
        return sorted(changed)

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

    def _sets(self, person: UUID, name: str, value: Any) -> bool:
        statement = sql.SQL(
            "UPDATE cases.people SET {column} = %s WHERE id = %s AND {column} IS DISTINCT FROM %s"
        ).format(column=sql.Identifier(name))
        return self._connection.execute(statement, [value, person, value]).rowcount > 0
