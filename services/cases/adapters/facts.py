"""The facts of cases, as cases publishes them to all services."""

from collections.abc import Collection
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from shared.domain.facts import CaseFacts, facts_from_json

FACTS = "SELECT facts FROM cases_api.facts(%s::uuid[])"
_AT_A_TIME = 500


def facts_of(connection: Connection[DictRow], case_ids: Collection[UUID]) -> list[CaseFacts]:
    """Of those cases that there are, in no order that counts."""
    sought, found = list(case_ids), list[CaseFacts]()
    for first in range(0, len(sought), _AT_A_TIME):
        rows = connection.execute(FACTS, [sought[first : first + _AT_A_TIME]])
        found += [facts_from_json(row["facts"]) for row in rows]
    return found
