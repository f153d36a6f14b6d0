"""Inquiries and considerations in SQL."""

from datetime import date, datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.inquiries import Consideration, Inquiry, PointedTo, Source
from services.cases.domain.opening import COORDINATOR

_INQUIRY = """
    SELECT id, procedure, source, received_at, by_person, name, phone, email, unit, reason,
           coordinator, state, pointed_to, settled_at, case_id
    FROM cases.inquiries
"""
_ADD = """
    INSERT INTO cases.inquiries
           (id, procedure, source, received_at, by_person, name, phone, email, unit, reason,
            coordinator)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_SETTLE = """
    UPDATE cases.inquiries
    SET state = %s, pointed_to = %s, settled_at = %s, case_id = %s, settled_by = %s,
        name = NULL, phone = NULL, email = NULL
    WHERE id = %s
"""
# The page after an inquiry, in the order they came.
_OF_PAGE = """
    WHERE (%(state)s::text IS NULL OR state = %(state)s)
      AND (%(after)s::uuid IS NULL OR (received_at, id) >
           (SELECT received_at, id FROM cases.inquiries WHERE id = %(after)s))
    ORDER BY received_at, id LIMIT %(limit)s
"""
_CONSIDER = """
    INSERT INTO cases.considerations (id, unit, by_person, considered_on, wanted, noted_at)
    VALUES (%s, %s, %s, %s, %s, %s)
"""
_CONSIDERATIONS = """
    SELECT id, unit, by_person, considered_on, wanted FROM cases.considerations
    WHERE %(unit)s::text IS NULL OR unit = %(unit)s
    ORDER BY considered_on DESC, noted_at DESC, id LIMIT %(limit)s
"""


class SqlInquiries:
    """The ports Inquiries and InquiryViews, in one transaction at `now`."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add(self, inquiry: Inquiry) -> None:
        self._connection.execute(
            _ADD,
            [
                inquiry.id,
                inquiry.procedure,
                inquiry.source,
                inquiry.received_at,
                inquiry.by_person,
                inquiry.name,
                inquiry.phone,
                inquiry.email,
                inquiry.unit,
                inquiry.reason,
                inquiry.coordinator,
            ],
        )

    def take(self, inquiry_id: UUID) -> Inquiry | None:
        row = self._connection.execute(_INQUIRY + "WHERE id = %s FOR UPDATE", [inquiry_id])
        found = row.fetchone()
        return None if found is None else _inquiry(found)

    def settle(self, inquiry: Inquiry, by: str) -> None:
        self._connection.execute(
            _SETTLE,
            [
                inquiry.state,
                inquiry.pointed_to,
                inquiry.settled_at,
                inquiry.case_id,
                by,
                inquiry.id,
            ],
        )

    def inquiries(self, state: str | None, after: UUID | None, limit: int) -> list[Inquiry]:
        """In the order they came."""
        values = {"state": state, "after": after, "limit": limit}
        return [_inquiry(row) for row in self._connection.execute(_INQUIRY + _OF_PAGE, values)]

    def consider(self, consideration: Consideration) -> None:
        self._connection.execute(
            _CONSIDER,
            [
                consideration.id,
                consideration.unit,
                consideration.by_person,
                consideration.considered_on,
                consideration.wanted,
                self._now,
            ],
        )

    def considerations(self, unit: str | None, limit: int) -> list[Consideration]:
        """The newest first."""
        rows = self._connection.execute(_CONSIDERATIONS, {"unit": unit, "limit": limit})
        return [Consideration(**row) for row in rows]

    def is_coordinator(self, person: UUID, on: date) -> bool:
        """Whether somebody is in a coordinating post, or acts for one that is vacant."""
        row = self._connection.execute(
            "SELECT 1 FROM cases.posts WHERE role = %s AND cases.acting(code, %s) = %s",
            [COORDINATOR, on, person],
        ).fetchone()
        return row is not None


def _inquiry(row: DictRow) -> Inquiry:
    pointed_to = row["pointed_to"]
    kinds = {
        "source": Source(row["source"]),
        "pointed_to": None if pointed_to is None else PointedTo(pointed_to),
    }
    return Inquiry(**{**row, **kinds})
