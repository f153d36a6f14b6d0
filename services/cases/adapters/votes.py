"""The times of a proposal, and the votes, in SQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.votes import Option, Vote

_OPTIONS = """
    SELECT o.starts_at, v.person_id, v.answer
    FROM cases.options o
    LEFT JOIN (cases.votes v JOIN cases.attendance a
               ON a.meeting_id = v.meeting_id AND a.person_id = v.person_id AND NOT a.removed)
      ON v.meeting_id = o.meeting_id AND v.starts_at = o.starts_at
    WHERE o.meeting_id = %s ORDER BY o.rank, v.person_id
"""
_VOTE = """
    INSERT INTO cases.votes AS vote (meeting_id, starts_at, person_id, answer)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT (meeting_id, starts_at, person_id) DO UPDATE SET answer = excluded.answer
    WHERE vote.answer <> excluded.answer
"""


_WITH_PASSED = """
    SELECT DISTINCT m.case_id
    FROM cases.options o JOIN cases.meetings m ON m.id = o.meeting_id
    WHERE o.starts_at <= %s AND m.case_id <> ALL (%s) ORDER BY m.case_id LIMIT %s
"""


class SqlVotes:
    """The port Votes in one transaction."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def propose(self, meeting_id: UUID, times: Sequence[datetime]) -> None:
        self.clear(meeting_id)
        self._connection.cursor().executemany(
            "INSERT INTO cases.options (meeting_id, starts_at, rank) VALUES (%s, %s, %s)",
            [(meeting_id, starts_at, rank) for rank, starts_at in enumerate(times)],
        )

    def options(self, meeting_id: UUID) -> list[Option]:
        said: defaultdict[datetime, dict[UUID, Vote]] = defaultdict(dict)
        for row in self._connection.execute(_OPTIONS, [meeting_id]):
            votes = said[row["starts_at"]]
            if row["person_id"] is not None:
                votes[row["person_id"]] = row["answer"]
        return [Option(starts_at, votes) for starts_at, votes in said.items()]

    def vote(self, meeting_id: UUID, person: UUID, votes: Mapping[datetime, Vote]) -> bool:
        """Whether it changes anything."""
        changed = 0
        for starts_at, answer in votes.items():
            row = [meeting_id, starts_at, person, answer]
            changed += self._connection.execute(_VOTE, row).rowcount
        return changed > 0

    def with_passed_times(self, now: datetime, limit: int, without: Collection[UUID]) -> list[UUID]:
        rows = self._connection.execute(_WITH_PASSED, [now, list(without), limit])
        return [row["case_id"] for row in rows]

    def drop_passed(self, meeting_id: UUID, now: datetime) -> bool:
        dropped = self._connection.execute(
            "DELETE FROM cases.options WHERE meeting_id = %s AND starts_at <= %s",
            [meeting_id, now],
        )
        return dropped.rowcount > 0

    def clear(self, meeting_id: UUID) -> None:
        """The options with all that was said about them."""
        self._connection.execute("DELETE FROM cases.options WHERE meeting_id = %s", [meeting_id])
