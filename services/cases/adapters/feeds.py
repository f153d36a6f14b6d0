"""Calendar feeds in SQL."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.handlers.link_ports import FeedMeeting, FeedOf, Revision
from shared.domain.facts import CaseFacts, facts_from_json

_FIND = """
    SELECT f.id, f.person_id, p.party, p.language
    FROM cases.feeds f JOIN cases.people p ON p.id = f.person_id
    WHERE f.id = %s AND f.revoked_at IS NULL AND p.protected IS FALSE
"""
_MEETINGS = """
    SELECT m.case_id, m.id AS meeting_id
    FROM cases.attendance a JOIN cases.meetings m ON m.id = a.meeting_id
    WHERE a.person_id = %s AND NOT a.removed AND m.state <> 'proposed' AND m.ends_at > %s
    ORDER BY m.starts_at, m.id
"""
_REVISIONS = """
    SELECT r.meeting_id, r.sequence, r.stamp
    FROM cases.people p, notifier_api.revisions(%(meetings)s::uuid[], lower(p.email)) r
    WHERE p.id = %(person)s
"""


class SqlFeeds:
    """The port Feeds as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def find(self, feed: UUID | None) -> FeedOf | None:
        """None is looked up like any other that there isn't: what is wrong takes as long."""
        row = self._connection.execute(_FIND, [feed or UUID(int=0)]).fetchone()
        if row is None:
            return None
        return FeedOf(
            row["id"], row["person_id"], row["party"], "en" if row["language"] == "en" else "sv"
        )

    def of(self, person: UUID) -> UUID | None:
        row = self._connection.execute(
            "SELECT id FROM cases.feeds WHERE person_id = %s AND revoked_at IS NULL", [person]
        ).fetchone()
        return None if row is None else row["id"]

    def make(self, person: UUID) -> UUID:
        made = uuid4()
        self.revoke([person])
        self._connection.execute(
            "INSERT INTO cases.feeds (id, person_id, made_at) VALUES (%s, %s, %s)",
            [made, person, self._now],
        )
        return made

    def revoke(self, people: Collection[UUID]) -> int:
        return self._connection.execute(
            "UPDATE cases.feeds SET revoked_at = %s WHERE person_id = ANY (%s)"
            " AND revoked_at IS NULL",
            [self._now, list(people)],
        ).rowcount

    def owner(self, person: UUID) -> DictRow | None:
        """Locked until the transaction ends: two new feeds at once are one after the other."""
        return self._connection.execute(
            "SELECT party, birth_date FROM cases.people WHERE id = %s FOR NO KEY UPDATE", [person]
        ).fetchone()

    def meetings(self, person: UUID, since: datetime) -> list[FeedMeeting]:
        rows = self._connection.execute(_MEETINGS, [person, since])
        return [FeedMeeting(**row) for row in rows]

    def revisions(self, person: UUID, meetings: Collection[UUID]) -> Mapping[UUID, Revision]:
        rows = self._connection.execute(
            _REVISIONS, {"person": person, "meetings": sorted(meetings)}
        )
        return {row["meeting_id"]: Revision(row["sequence"], row["stamp"]) for row in rows}

    def facts(self, case_ids: Collection[UUID]) -> list[CaseFacts]:
        rows = self._connection.execute(
            "SELECT facts FROM cases_api.facts(%s::uuid[])", [sorted(case_ids)]
        )
        return [facts_from_json(row["facts"]) for row in rows]
