"""Delivering: each event takes effect exactly once, whatever the order and number of the rings.

A delivery is claimed first (its attempt is counted and committed before anything is tried), then
handled in a savepoint and marked as done in the transaction of its effect. A batch that dies is
taken up again one by one, so a poison event stops nobody but itself, and after some attempts it is
set aside where a person sees it. A try that the database itself was in the way of, since it was
away or had no room, says nothing of the event and isn't counted: whether it was is asked of the
database right afterwards, since a poison event may run into the same errors on its own.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from psycopg import Connection, Error
from psycopg.rows import DictRow

from shared.bus.events import Event
from shared.bus.registry import event_class
from shared.db import IN_THE_WAY, Database, Unit
from shared.traces import span

log = logging.getLogger(__name__)

Handler = Callable[[Any, Unit], None]
Handlers = Mapping[type[Event], Handler]

BATCH = 100
ATTEMPTS = 8
LEASE = timedelta(seconds=10)

_CLAIM = """
    UPDATE bus.deliveries SET attempts = attempts + 1, fence = fence + 1,
                              lease_until = clock_timestamp() + %(lease)s
    WHERE (subscriber, event_id) IN (
        SELECT subscriber, event_id FROM bus.deliveries
        WHERE subscriber = %(subscriber)s AND state = 'waiting'
          AND lease_until <= clock_timestamp() AND (attempts > 0) = %(again)s
        ORDER BY event_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING event_id, fence
"""
# Dead on every attempt, it was never handled to an end that could set it aside: that is done here.
_BURY = """
    UPDATE bus.deliveries SET state = 'set-aside', error = coalesce(error, 'died')
    WHERE (subscriber, event_id) IN (
        SELECT subscriber, event_id FROM bus.deliveries
        WHERE subscriber = %(subscriber)s AND state = 'waiting'
          AND lease_until <= clock_timestamp() AND attempts >= %(attempts)s
        FOR UPDATE SKIP LOCKED)
    RETURNING event_id
"""
_LOCK = """
    SELECT d.event_id, d.attempts, e.type, e.data
    FROM bus.deliveries d JOIN bus.events e ON e.id = d.event_id
    WHERE d.subscriber = %(subscriber)s AND d.state = 'waiting'
      AND (d.event_id, d.fence) IN (SELECT * FROM unnest(%(ids)s::bigint[], %(fences)s::bigint[]))
    ORDER BY e.subject, e.id
    FOR UPDATE OF d
"""
_DONE = """
    UPDATE bus.deliveries SET state = 'done', done_at = clock_timestamp(), error = NULL
    WHERE subscriber = %(subscriber)s AND event_id = ANY(%(ids)s)
"""
_FAILED = """
    UPDATE bus.deliveries
    SET state = CASE WHEN attempts >= %(attempts)s THEN 'set-aside' ELSE 'waiting' END,
        lease_until = clock_timestamp()
                      + LEAST(interval '1 minute', interval '0.5 s' * 2 ^ attempts),
        error = %(error)s
    WHERE subscriber = %(subscriber)s AND event_id = %(id)s
"""
# What was in a batch that died stays tried: it is taken one by one from now on.
_NOT_TRIED = """
    UPDATE bus.deliveries SET attempts = GREATEST(attempts - 1, 1)
    WHERE subscriber = %(subscriber)s AND state = 'waiting'
      AND (event_id, fence) IN (SELECT * FROM unnest(%(ids)s::bigint[], %(fences)s::bigint[]))
"""
_AT_ONCE = """
    UPDATE bus.deliveries SET lease_until = clock_timestamp()
    WHERE subscriber = %(subscriber)s AND state = 'waiting'
      AND (event_id, fence) IN (SELECT * FROM unnest(%(ids)s::bigint[], %(fences)s::bigint[]))
"""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The deliveries to one subscriber, and what it does with each kind of event."""

    database: Database
    subscriber: str
    handlers: Handlers
    _untried: dict[int, int] = field(default_factory=dict, init=False)

    def drain_batch(self) -> int:
        """Handle a batch of new events and one that was tried before. How many it took."""
        return sum(
            self._take(again=again, limit=limit) for again, limit in ((False, BATCH), (True, 1))
        )

    def _take(self, *, again: bool, limit: int) -> int:
        with self.database.plain() as connection:
            self._give_back(connection)
            if again:
                self._bury(connection)
            claimed = self._claim(connection, again=again, limit=limit)
        self._untried.clear()
        if claimed:
            with span("batch", service=self.subscriber, events=len(claimed)):
                self._handle_or_give_back(claimed)
        return len(claimed)

    def _give_back(self, connection: Connection[DictRow]) -> None:
        """What the database was in the way of, as soon as it is there again."""
        if self._untried:
            connection.execute(_NOT_TRIED, self._these(self._untried))

    def _bury(self, connection: Connection[DictRow]) -> None:
        values = {"subscriber": self.subscriber, "attempts": ATTEMPTS}
        for row in connection.execute(_BURY, values):
            log.error(
                "%s: event %s died %s times; set aside", self.subscriber, row["event_id"], ATTEMPTS
            )

    def _claim(self, connection: Connection[DictRow], *, again: bool, limit: int) -> dict[int, int]:
        rows = connection.execute(
            _CLAIM,
            {"subscriber": self.subscriber, "lease": LEASE, "again": again, "limit": limit},
        )
        return {row["event_id"]: row["fence"] for row in rows}

    def _handle_or_give_back(self, claimed: dict[int, int]) -> None:
        try:
            self._handle(claimed)
        except IN_THE_WAY as error:
            if self.database.was_in_the_way(error):
                self._untried.update(claimed)
                raise
            self._blame(claimed, error)

    def _blame(self, claimed: dict[int, int], error: Error) -> None:
        """The database is well: it was one of them, and if there is but one, it was that."""
        with self.database.unit() as unit:
            rows = unit.connection.execute(_LOCK, self._these(claimed)).fetchall()
            if len(claimed) == 1:
                for row in rows:
                    self._note_failure(row, error, unit)
            else:
                unit.connection.execute(_AT_ONCE, self._these(claimed))
                log.warning(
                    "%s: %s events failed together with %s; one by one from now on",
                    self.subscriber,
                    len(rows),
                    _kind_of(error),
                )

    def _these(self, claimed: dict[int, int]) -> dict[str, object]:
        return {
            "subscriber": self.subscriber,
            "ids": list(claimed),
            "fences": list(claimed.values()),
        }

    def _handle(self, claimed: dict[int, int]) -> None:
        with self.database.unit() as unit:
            rows = unit.connection.execute(_LOCK, self._these(claimed)).fetchall()
            done = [row["event_id"] for row in rows if self._took_effect(row, unit)]
            unit.connection.execute(_DONE, {"subscriber": self.subscriber, "ids": done})

    def _took_effect(self, row: DictRow, unit: Unit) -> bool:
        try:
            with (
                span("event", service=self.subscriber, type=row["type"], id=row["event_id"]),
                unit.connection.transaction(),
            ):
                event = event_class(row["type"]).model_validate(row["data"])
                self.handlers[type(event)](event, unit)
        except IN_THE_WAY:
            raise  # the connection may be gone: the whole batch is taken up again
        except Exception as error:  # noqa: BLE001 — one event must not stop the others
            self._note_failure(row, error, unit)
            return False
        return True

    def _note_failure(self, row: DictRow, error: Exception, unit: Unit) -> None:
        """Only the kind of error is kept: its text could hold personal data."""
        kind = _kind_of(error)
        unit.connection.execute(
            _FAILED,
            {
                "subscriber": self.subscriber,
                "id": row["event_id"],
                "attempts": ATTEMPTS,
                "error": kind,
            },
        )
        aside = row["attempts"] >= ATTEMPTS
        log.log(
            logging.ERROR if aside else logging.WARNING,
            "%s: event %s (%s) failed with %s, attempt %s%s",
            self.subscriber,
            row["event_id"],
            row["type"],
            kind,
            row["attempts"],
            "; set aside" if aside else "",
        )


def _kind_of(error: Exception) -> str:
    code = f" {error.sqlstate}" if isinstance(error, Error) else ""
    return type(error).__name__ + code
