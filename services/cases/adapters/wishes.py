"""Whom families wish for in SQL: the wish, and the person it is about."""

from datetime import datetime
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.wishes import Wish
from services.cases.handlers.meeting_ports import Wished

_ADD_PERSON = """
    INSERT INTO cases.people (id, party, name, email, phone, language, protected)
    VALUES (%s, 'external', %s, %s, %s, %s, %s)
"""
_ADD = """
    INSERT INTO cases.wishes (id, case_id, person_id, by_person, relation, asked_at)
    VALUES (%s, %s, %s, %s, %s, %s)
"""
_ADD_PARTICIPANT = """
    INSERT INTO cases.participants (case_id, person_id, party, added_at)
    VALUES (%s, %s, 'external', %s)
    ON CONFLICT (case_id, person_id) DO UPDATE SET removed_at = NULL
"""
# Nothing is kept of somebody who won't come.
_FORGET = """
    UPDATE cases.people SET name = '–', email = NULL, phone = NULL, protected = NULL WHERE id = %s
"""
_FORGET_USED_ADDRESS = """
    UPDATE cases.people wished SET email = NULL
    WHERE wished.id = %(person)s AND EXISTS (
      SELECT FROM cases.participants x JOIN cases.people p ON p.id = x.person_id
      WHERE x.case_id = %(case)s AND x.removed_at IS NULL AND p.id <> wished.id
        AND lower(p.email) = lower(wished.email))
"""


class SqlWishes:
    """The port Wishes as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add(self, case_id: UUID, wished: Wished) -> Wish:
        wish = Wish(uuid4(), uuid4(), "asked")
        self._connection.execute(
            _ADD_PERSON,
            [
                wish.person_id, wished.name, wished.email, wished.phone, wished.language,
                wished.protected,
            ],
        )  # fmt: skip
        self._connection.execute(
            _ADD, [wish.id, case_id, wish.person_id, wished.by, wished.relation, self._now]
        )
        self._forget_used_address(case_id, wish)
        return wish

    def find(self, case_id: UUID, wish_id: UUID) -> Wish | None:
        row = self._connection.execute(
            "SELECT id, person_id, state FROM cases.wishes WHERE case_id = %s AND id = %s",
            [case_id, wish_id],
        ).fetchone()
        return None if row is None else Wish(row["id"], row["person_id"], row["state"])

    def waiting(self, case_id: UUID, by: UUID) -> list[tuple[str, str]]:
        rows = self._connection.execute(
            "SELECT p.name, w.relation"
            " FROM cases.wishes w JOIN cases.people p ON p.id = w.person_id"
            " WHERE w.case_id = %s AND w.by_person = %s AND w.state = 'asked'",
            [case_id, by],
        )
        return [(row["name"], row["relation"]) for row in rows]

    def accept(self, case_id: UUID, wish: Wish) -> None:
        """They are on the case from now on."""
        self._settle(wish, "accepted")
        self._forget_used_address(case_id, wish)
        self._connection.execute(_ADD_PARTICIPANT, [case_id, wish.person_id, self._now])

    def decline(self, wish: Wish) -> None:
        self._settle(wish, "declined")
        self._connection.execute(_FORGET, [wish.person_id])

    def _forget_used_address(self, case_id: UUID, wish: Wish) -> None:
        """The mailbox of somebody on the case is theirs: nobody gets a place in it by a wish."""
        self._connection.execute(_FORGET_USED_ADDRESS, {"case": case_id, "person": wish.person_id})

    def _settle(self, wish: Wish, state: str) -> None:
        self._connection.execute(
            "UPDATE cases.wishes SET state = %s, settled_at = %s WHERE id = %s",
            [state, self._now, wish.id],
        )
