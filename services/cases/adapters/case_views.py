"""Somebody's own cases, and the people on one case by name, in SQL."""

from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.facts import facts_of
from services.cases.handlers.case_list import SoughtCases
from services.cases.handlers.sight import Sight
from shared.domain.facts import CaseFacts

# By the limits that the scheduler has announced; the newest first of those that have none.
_OWN_CASES = """
    SELECT c.id FROM cases.cases c
    LEFT JOIN LATERAL (SELECT min(w.closes_on) AS closes_on FROM scheduler_api.windows w
                       WHERE w.case_id = c.id AND w.state IN ('open', 'missed')) pressing
           ON c.state = 'open'
    WHERE c.about = 'child' AND c.state = %(state)s AND c.id = ANY (%(only)s)
      AND (%(procedure)s::text IS NULL OR c.procedure = %(procedure)s)
      AND (%(reference)s::text IS NULL OR starts_with(c.reference, %(reference)s))
    ORDER BY pressing.closes_on NULLS LAST, c.closed_at DESC NULLS LAST, c.known_on DESC,
             c.reference
    LIMIT %(limit)s OFFSET %(offset)s
"""
_CONTACTS = """
    SELECT person.id, person.name, person.email, person.phone, person.postal_address,
           person.birth_date, person.language, person.interpreter, person.no_mail,
           person.protected, who.party, who.role, who.organisation, who.custody,
           who.wanted_by_youth
    FROM cases.participants who JOIN cases.people person ON person.id = who.person_id
    WHERE who.case_id = %s AND who.removed_at IS NULL
    ORDER BY who.party, who.organisation, person.name, person.id
"""

_GONE_WRONG = """
    SELECT count(*) AS count FROM notifier_api.messages
    WHERE case_id = %s AND state IN ('failed', 'held')
"""


class SqlCaseViews:
    """A part of the port Views."""

    _connection: Connection[DictRow]
    _now: datetime
    _sight: Sight | None

    def own_cases(
        self, sought: SoughtCases, limit: int
    ) -> tuple[list[tuple[DictRow, CaseFacts]], int | None]:
        """Nobody's without somebody's sight; no more cases are looked into than a page needs."""
        shown = list[tuple[DictRow, CaseFacts]]()
        only = None if self._sight is None else self._sight.on()
        if self._sight is None or not only:
            return shown, None
        offset = sought.offset
        while True:
            values = {
                "state": sought.state,
                "procedure": sought.procedure,
                "reference": sought.reference,
                "only": only,
                "limit": limit + 1,
                "offset": offset,
            }
            rows = self._connection.execute(_OWN_CASES, values).fetchall()
            facts = {one.id: one for one in facts_of(self._connection, [r["id"] for r in rows])}
            for row in rows:
                if len(shown) == limit:
                    return shown, offset
                offset += 1
                if self._sight.shows(facts[row["id"]]):
                    shown.append((row, facts[row["id"]]))
            if len(rows) <= limit:
                return shown, None

    def mails_gone_wrong(self, case_id: UUID) -> int:
        row = self._connection.execute(_GONE_WRONG, [case_id]).fetchone()
        return 0 if row is None else row["count"]

    def contacts_of(self, case_id: UUID) -> list[DictRow]:
        return self._connection.execute(_CONTACTS, [case_id]).fetchall()
