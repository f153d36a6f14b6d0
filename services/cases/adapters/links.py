"""Personal links and the codes of their second step, in SQL."""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.links import MOST_WRONG_TRIES, Code, Link, Try
from shared.ids import keyed_token

# One look for every link, whatever is the matter with it: all that is wrong takes as long (X13).
_FIND = """
    SELECT a.link AS id, m.case_id, a.meeting_id, a.person_id, own.language
    FROM cases.attendance a
    JOIN cases.meetings m ON m.id = a.meeting_id
    JOIN cases.people own ON own.id = a.person_id
    JOIN cases.participants x
      ON x.case_id = m.case_id AND x.person_id = a.person_id AND x.removed_at IS NULL
    WHERE a.link = %(link)s AND NOT a.removed AND a.link_revoked_at IS NULL
      AND own.protected IS FALSE AND m.ends_at > %(since)s
      AND NOT EXISTS (
        SELECT 1 FROM cases.participants y JOIN cases.people other ON other.id = y.person_id
        WHERE y.case_id = m.case_id AND other.protected IS NOT FALSE
          AND lower(other.email) = lower(own.email))
"""
_SHARING = """
    SELECT p.id, p.name
    FROM cases.attendance a
    JOIN cases.people p ON p.id = a.person_id
    JOIN cases.people own ON own.id = %(person)s
    WHERE a.meeting_id = %(meeting)s AND NOT a.removed
      AND (p.id = own.id
           OR (lower(p.email) = lower(own.email) AND p.protected IS FALSE AND NOT p.no_mail
               AND 'child' NOT IN (p.party, own.party)))
"""
_MAKE_CODE = """
    INSERT INTO cases.link_codes (case_id, person_id, code_hash, made_at, made_by, expires_at)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (case_id, person_id) DO UPDATE
    SET code_hash = excluded.code_hash, made_at = excluded.made_at, made_by = excluded.made_by,
        expires_at = excluded.expires_at, wrong_tries = 0
"""
# Counted before it is compared, under the row's lock: many at a time are no more tries than one.
_TRY = """
    UPDATE cases.link_codes SET wrong_tries = wrong_tries + 1
    WHERE case_id = %s AND person_id = %s AND wrong_tries < %s AND expires_at > %s
    RETURNING code_hash, wrong_tries
"""
_RENEW = """
    UPDATE cases.attendance a SET link = gen_random_uuid(), link_revoked_at = NULL
    FROM cases.meetings m
    WHERE m.id = a.meeting_id AND m.case_id = %(case)s AND a.person_id = %(person)s
      AND m.state IN ('booked', 'proposed') AND m.starts_at > %(now)s
    RETURNING a.meeting_id
"""
_END = """
    UPDATE cases.attendance a SET link_revoked_at = coalesce(link_revoked_at, %(now)s)
    FROM cases.meetings m
    WHERE m.id = a.meeting_id AND m.case_id = %(case)s AND a.person_id = %(person)s
      AND NOT (m.state IN ('booked', 'proposed') AND m.starts_at > %(now)s)
"""
_PLACES = """
    SELECT m.id, place.public_text
    FROM cases.meetings m JOIN cases.places place ON place.code = m.place
    WHERE m.id = ANY (%s) AND NOT EXISTS (
      SELECT 1 FROM cases.attendance a JOIN cases.people p ON p.id = a.person_id
      WHERE a.meeting_id = m.id AND NOT a.removed AND p.protected IS NOT FALSE)
"""


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """How long links and codes are good for, and the secret that codes are kept by."""

    secret: bytes
    lasts: timedelta = timedelta(days=30)  # after the meeting
    code_lasts: timedelta = timedelta(days=14)


class SqlLinks:
    """The port Links as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime, terms: LinkTerms) -> None:
        self._connection = connection
        self._now = now
        self._terms = terms

    def find(self, link: UUID | None) -> Link | None:
        """None is looked up like any other that there isn't."""
        sought = {"link": link or UUID(int=0), "since": self._now - self._terms.lasts}
        row = self._connection.execute(_FIND, sought).fetchone()
        if row is None:
            return None
        return Link(**{**row, "language": "en" if row["language"] == "en" else "sv"})

    def sharing(self, link: Link) -> dict[UUID, str]:
        sought = {"meeting": link.meeting_id, "person": link.person_id}
        rows = self._connection.execute(_SHARING, sought)
        return {row["id"]: row["name"] for row in rows}

    def case_of(self, link: UUID) -> UUID | None:
        row = self._connection.execute(
            "SELECT m.case_id FROM cases.attendance a JOIN cases.meetings m ON m.id = a.meeting_id"
            " WHERE a.link = %s",
            [link],
        ).fetchone()
        return None if row is None else row["case_id"]

    def is_open_to(self, person: UUID) -> bool:
        row = self._connection.execute(
            "SELECT protected FROM cases.people WHERE id = %s", [person]
        ).fetchone()
        return row is not None and row["protected"] is False

    def language_of(self, person: UUID) -> Literal["sv", "en"] | None:
        row = self._connection.execute(
            "SELECT language FROM cases.people WHERE id = %s AND protected IS FALSE", [person]
        ).fetchone()
        if row is None:
            return None
        return "en" if row["language"] == "en" else "sv"

    def make_code(self, case_id: UUID, person: UUID, made_by: str) -> Code:
        code, expires_at = f"{secrets.randbelow(10**6):06}", self._now + self._terms.code_lasts
        hashed = self._hash(case_id, person, code)
        row = [case_id, person, hashed, self._now, made_by, expires_at]
        self._connection.execute(_MAKE_CODE, row)
        return Code(code, expires_at)

    def try_code(self, case_id: UUID, person: UUID, code: str) -> Try:
        sought = [case_id, person, MOST_WRONG_TRIES, self._now]
        row = self._connection.execute(_TRY, sought).fetchone()
        if row is None:
            return "none"
        if hmac.compare_digest(bytes(row["code_hash"]), self._hash(case_id, person, code)):
            self._connection.execute(
                "UPDATE cases.link_codes SET wrong_tries = 0 WHERE case_id = %s AND person_id = %s",
                [case_id, person],
            )
            return "right"
        return "void" if row["wrong_tries"] >= MOST_WRONG_TRIES else "wrong"

    def generation(self, case_id: UUID, person: UUID) -> str | None:
        row = self._connection.execute(
            "SELECT code_hash, made_at FROM cases.link_codes"
            " WHERE case_id = %s AND person_id = %s AND wrong_tries < %s AND expires_at > %s",
            [case_id, person, MOST_WRONG_TRIES, self._now],
        ).fetchone()
        if row is None:
            return None
        made = f"{row['made_at'].timestamp():.6f}"
        return keyed_token(self._terms.secret, "generation", bytes(row["code_hash"]).hex(), made)

    def end_codes(self, case_id: UUID, people: Collection[UUID]) -> None:
        self._connection.execute(
            "DELETE FROM cases.link_codes WHERE case_id = %s AND person_id = ANY (%s)",
            [case_id, list(people)],
        )

    def renew(self, case_id: UUID, person: UUID) -> list[UUID]:
        sought = {"case": case_id, "person": person, "now": self._now}
        self._connection.execute(_END, sought)
        renewed = self._connection.execute(_RENEW, sought).fetchall()
        self.end_codes(case_id, [person])
        return sorted(row["meeting_id"] for row in renewed)

    def places(self, meetings: Collection[UUID]) -> dict[UUID, str]:
        rows = self._connection.execute(_PLACES, [list(meetings)])
        return {row["id"]: row["public_text"] for row in rows}

    def has_place(self, meeting: UUID) -> bool:
        query = "SELECT FROM cases.meetings WHERE id = %s AND place IS NOT NULL"
        return self._connection.execute(query, [meeting]).fetchone() is not None

    def _hash(self, case_id: UUID, person: UUID, code: str) -> bytes:
        text = f"link-code\x1f{case_id}\x1f{person}\x1f{code}"
        return hmac.new(self._terms.secret, text.encode(), sha256).digest()
