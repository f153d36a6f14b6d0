"""What papers need of a case, in SQL; who reads it is logged by whoever asks."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.facts import facts_of
from services.cases.domain.papers import Person
from services.cases.domain.refused import Language
from shared.domain.facts import CaseFacts

_PEOPLE = """
    SELECT id, name, language, postal_address, coalesce(protected, true) AS protected, interpreter
    FROM cases.people WHERE id = ANY (%s)
"""
_MEETING = """
    SELECT m.secretary, place.public_text AS place
    FROM cases.meetings m LEFT JOIN cases.places place ON place.code = m.place
    WHERE m.id = %s
"""
_LAST_OF_THE_YEAR = """
    SELECT m.starts_at, m.minutes_reference AS minutes
    FROM cases.meetings m JOIN cases.cases c ON c.id = m.case_id
    WHERE c.about = 'year' AND m.state = 'held' AND m.starts_at < %s
    ORDER BY m.starts_at DESC, m.id LIMIT 1
"""
_WAS_INVITED = """
    SELECT 1 FROM cases.attendance a JOIN cases.people p ON p.id = a.person_id
    WHERE a.meeting_id = %s AND a.person_id = %s AND p.party <> 'staff'
"""


class SqlPaperViews:
    """Reads in one transaction."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def case_of_meeting(self, meeting_id: UUID) -> UUID | None:
        found = self._one("SELECT case_id FROM cases.meetings WHERE id = %s", meeting_id)
        return found["case_id"] if found else None

    def facts(self, case_id: UUID) -> CaseFacts | None:
        return next(iter(facts_of(self._connection, [case_id])), None)

    def case(self, case_id: UUID) -> DictRow:
        found = self._one("SELECT child, contact_person FROM cases.cases WHERE id = %s", case_id)
        assert found is not None
        return found

    def meeting(self, meeting_id: UUID) -> DictRow:
        """Its secretary, and the place as the public knows it."""
        found = self._one(_MEETING, meeting_id)
        assert found is not None
        return found

    def was_invited(self, meeting_id: UUID, person: UUID) -> bool:
        """Whether somebody who isn't of the staff is on the meeting, or was and was taken off."""
        return self._one(_WAS_INVITED, meeting_id, person) is not None

    def form_reference(self, consent_id: UUID) -> str | None:
        found = self._one("SELECT form_reference FROM cases.consents WHERE id = %s", consent_id)
        return found["form_reference"] if found else None

    def people(self, people: Collection[UUID]) -> dict[UUID, Person]:
        rows = self._connection.execute(_PEOPLE, [list(people)]).fetchall()
        return {
            row["id"]: Person(
                id=row["id"],
                name=row["name"],
                language=_language(row["language"]),
                postal_address=row["postal_address"],
                protected=row["protected"],
                interpreter=row["interpreter"],
            )
            for row in rows
        }

    def last_of_the_year(self, before: datetime) -> DictRow | None:
        return self._one(_LAST_OF_THE_YEAR, before)

    def _one(self, query: LiteralString, *values: Any) -> DictRow | None:
        return self._connection.execute(query, values).fetchone()


def _language(tag: str) -> Language:
    """There are words in two languages; whoever reads another gets Swedish."""
    return "en" if tag == "en" else "sv"
