"""The movable clock of demo and test mode: its row, and how far everybody has come."""

import time
from datetime import datetime

from psycopg import Connection, Error
from psycopg.rows import DictRow

from services.cases.handlers.clock import ForwardsOnly, Left
from shared.db import Database, Ring
from shared.queue import SERVICES

_POLL_SECONDS = 0.02
_RING_EVERY_SECONDS = 0.5
_BACKWARDS = "SA001"  # raised by clock.move

_LEFT = """
    WITH clock AS MATERIALIZED (SELECT clock.read() AS now)
    SELECT (SELECT count(*) FROM bus.deliveries WHERE state = 'waiting') AS events,
           (SELECT count(*) FROM cases.daily
            WHERE done_on < (clock.now AT TIME ZONE 'Europe/Stockholm')::date)
           + (SELECT count(*) FROM cases.tasks WHERE state = 'open' AND late_at <= clock.now)
           + (SELECT count(*) FROM cases.tasks WHERE state = 'open' AND next_reminder <= clock.now)
           + (SELECT count(*) FROM cases.options WHERE starts_at <= clock.now)
           + (SELECT count(*) FROM cases.digest_weeks WHERE NOT begun AND due_at <= clock.now)
           + (SELECT count(*) FROM cases.digests WHERE counted_at IS NULL AND due_at <= clock.now)
           AS daily,
           scheduler_api.unsettled(clock.now) AS scheduler,
           notifier_api.unsettled(clock.now) AS messages
    FROM clock
"""
# Days on which a daily look has something to do begin at midnight.
_NEXT = """
    WITH clock AS MATERIALIZED (
      SELECT now, (now AT TIME ZONE 'Europe/Stockholm')::date AS today FROM clock.read() AS now),
    days AS (
      SELECT next_on AS day FROM cases.daily
      UNION ALL SELECT first_day FROM cases.holders
      UNION ALL SELECT last_day + 1 FROM cases.holders
      UNION ALL SELECT feedback_from FROM cases.reports WHERE wants_feedback AND feedback IS NULL)
    SELECT LEAST(scheduler_api.next_instant(clock.now), notifier_api.next_instant(clock.now),
                 (SELECT min(late_at) FROM cases.tasks
                  WHERE state = 'open' AND late_at > clock.now),
                 (SELECT min(next_reminder) FROM cases.tasks
                  WHERE state = 'open' AND next_reminder > clock.now),
                 (SELECT min(day) FROM days
                  WHERE day > clock.today)::timestamp AT TIME ZONE 'Europe/Stockholm',
                 (SELECT min(starts_at) FROM cases.options WHERE starts_at > clock.now),
                 (SELECT min(due_at) FROM cases.digest_weeks
                  WHERE NOT begun AND due_at > clock.now)) AS at
    FROM clock
"""


class Clockwork:
    """The port Clock; `ring` wakes the services so that nobody waits for the next poke."""

    def __init__(self, database: Database, ring: Ring) -> None:
        self._database = database
        self._ring = ring

    def now(self) -> datetime:
        with self._database.unit() as unit:
            return unit.now

    def next_instant(self) -> datetime | None:
        with self._database.plain() as connection:
            instant: datetime | None = _only(connection, _NEXT)["at"]
        return instant

    def stand_at(self, instant: datetime) -> None:
        try:
            with self._database.plain() as connection:
                connection.execute("SELECT clock.move(%s)", [instant])
        except Error as error:
            if error.sqlstate == _BACKWARDS:
                raise ForwardsOnly("now") from error
            raise

    def settle(self, seconds: float) -> Left:
        end = time.monotonic() + seconds
        ring_at = time.monotonic()
        while left := self._left():
            if time.monotonic() >= end:
                break
            if time.monotonic() >= ring_at:
                self._ring(set(SERVICES))
                ring_at = time.monotonic() + _RING_EVERY_SECONDS
            time.sleep(_POLL_SECONDS)
        return left

    def _left(self) -> Left:
        with self._database.plain() as connection:
            return Left(**_only(connection, _LEFT))


def _only(connection: Connection[DictRow], query: str) -> DictRow:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row
