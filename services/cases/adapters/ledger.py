"""The ledger of consents in SQL."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.rows import recordset
from services.cases.domain.asking import Asked
from services.cases.domain.consents import Terms
from shared.domain.days import local_date

_ASK = """
    INSERT INTO cases.consents
           (id, case_id, person_id, party, organisations, valid_until, requested_on)
    SELECT one.id, %(case)s, one.person_id, one.party, one.organisations, one.valid_until, %(on)s
    FROM jsonb_to_recordset(%(asked)s) AS one (
      id uuid, person_id uuid, party text, organisations text[], valid_until date)
"""
_SIGN = """
    UPDATE cases.consents
    SET state = 'signed', signed_on = %(on)s, method = %(method)s,
        organisations = coalesce(%(organisations)s, organisations),
        valid_until = coalesce(%(until)s, valid_until), form_reference = %(reference)s
    WHERE id = %(id)s
"""
# The case is locked, so that no other answer takes the same turn.
_TAKE_TURN = """
    UPDATE cases.consents
    SET turn = 1 + (SELECT max(other.turn) FROM cases.consents other
                    WHERE other.case_id = consents.case_id)
    WHERE id = %s
"""


class SqlLedger:
    """The consents of cases as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def ask(self, case_id: UUID, asked: Sequence[Asked]) -> list[UUID]:
        rows: list[dict[str, Any]] = [
            {
                "id": uuid4(),
                "person_id": one.person,
                "party": one.party,
                "organisations": sorted(one.organisations),
                "valid_until": one.until,
            }
            for one in asked
        ]
        values = {"case": case_id, "on": local_date(self._now), "asked": recordset(rows)}
        self._connection.execute(_ASK, values)
        return [row["id"] for row in rows]

    def sign(self, consent_id: UUID, on: date, terms: Terms) -> None:
        """What the form says takes the place of what was asked for."""
        named = terms.organisations
        self._connection.execute(
            _SIGN,
            {
                "id": consent_id,
                "on": on,
                "organisations": None if named is None else sorted(named),
                "until": terms.until,
                "method": terms.method,
                "reference": terms.reference,
            },
        )
        self._take_turn(consent_id)

    def refuse(self, consent_id: UUID, on: date) -> None:
        self._connection.execute(
            "UPDATE cases.consents SET state = 'refused', refused_on = %s WHERE id = %s",
            [on, consent_id],
        )
        self._take_turn(consent_id)

    def withdraw(self, consent_id: UUID, on: date) -> None:
        self._connection.execute(
            "UPDATE cases.consents SET state = 'withdrawn', withdrawn_on = %s WHERE id = %s",
            [on, consent_id],
        )
        self._take_turn(consent_id)

    def lapse(self, consent_id: UUID) -> None:
        """A request that is no longer one: nobody has answered it, so it takes no turn."""
        self._connection.execute(
            "UPDATE cases.consents SET state = 'lapsed' WHERE id = %s", [consent_id]
        )

    def waive(self, consent_id: UUID, on: date, reason: str) -> None:
        self._connection.execute(
            "UPDATE cases.consents SET waived_on = %s, waived_because = %s WHERE id = %s",
            [on, reason, consent_id],
        )
        self._take_turn(consent_id)

    def signed_terms(self, consent_id: UUID) -> Terms:
        """What a signed form says."""
        row = self._connection.execute(
            "SELECT organisations, valid_until, method, form_reference FROM cases.consents"
            " WHERE id = %s",
            [consent_id],
        ).fetchone()
        assert row is not None
        return Terms(
            organisations=frozenset(row["organisations"]),
            until=row["valid_until"],
            method=row["method"],
            reference=row["form_reference"],
        )

    def _take_turn(self, consent_id: UUID) -> None:
        self._connection.execute(_TAKE_TURN, [consent_id])
