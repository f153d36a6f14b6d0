"""Who can't be mailed, as the register and the family's particulars say."""

from collections.abc import Collection
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

# X6, X7: without an address; or of a family, and protected for all that is known, or wants no mail.
_UNMAILABLE = """
    SELECT id FROM cases.people
    WHERE id = ANY (%s)
      AND (email IS NULL OR (party <> 'staff' AND (protected IS NOT FALSE OR no_mail)))
"""


def unmailable_of(connection: Connection[DictRow], people: Collection[UUID]) -> frozenset[UUID]:
    """Of these people."""
    rows = connection.execute(_UNMAILABLE, [sorted(people)])
    return frozenset(row["id"] for row in rows)
