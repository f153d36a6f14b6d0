"""Wishes for another time, in SQL."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.counters import Counter, CounterState

_COUNTERS: LiteralString = (
    "SELECT id, meeting_id, person_id, sequence, starts_at, ends_at, via, state FROM cases.counters"
)
_ADD = """
    INSERT INTO cases.counters
           (id, meeting_id, person_id, sequence, starts_at, ends_at, via, state, asked_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class SqlCounters:
    """The port Counters as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def newest_of(self, meeting_id: UUID, person: UUID) -> Counter | None:
        where: LiteralString = (
            " WHERE meeting_id = %s AND person_id = %s"
            " ORDER BY state = 'asked' DESC, asked_at DESC, state = 'stale', id LIMIT 1"
        )
        return self._one(where, meeting_id, person)

    def find(self, meeting_id: UUID, counter_id: UUID) -> Counter | None:
        return self._one(" WHERE meeting_id = %s AND id = %s", meeting_id, counter_id)

    def add(self, counter: Counter) -> None:
        row = [
            counter.id, counter.meeting_id, counter.person_id, counter.sequence,
            counter.starts_at, counter.ends_at, counter.via, counter.state, self._now,
        ]  # fmt: skip
        self._connection.execute(_ADD, row)

    def settle(self, counter_id: UUID, state: CounterState) -> None:
        self._connection.execute(
            "UPDATE cases.counters SET state = %s, settled_at = %s WHERE id = %s",
            [state, self._now, counter_id],
        )

    def make_stale(self, meeting_id: UUID) -> None:
        """Those of a meeting that nobody has answered: it isn't as it was when they came."""
        self._connection.execute(
            "UPDATE cases.counters SET state = 'stale', settled_at = %s"
            " WHERE meeting_id = %s AND state = 'asked'",
            [self._now, meeting_id],
        )

    def _one(self, where: LiteralString, *values: UUID) -> Counter | None:
        row = self._connection.execute(_COUNTERS + where, values).fetchone()
        return None if row is None else Counter(**row)
