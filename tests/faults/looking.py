"""What the database itself holds, read by one connection that is kept and made anew when lost."""

import threading
import time
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.rows import dict_row

# The nightly look at every case begins by itself, so that the day isn't over without it.
_LEFT = """
    WITH today AS (SELECT (clock.read() AT TIME ZONE 'Europe/Stockholm')::date AS day)
    SELECT scheduler_api.unsettled(clock.read()) AS scheduler,
           notifier_api.unsettled(clock.read()) AS messages,
           (SELECT count(*) FROM bus.deliveries WHERE state = 'waiting') AS events,
           (SELECT count(*) FROM today
            WHERE clock.read() >= (day + time '03:00') AT TIME ZONE 'Europe/Stockholm'
              AND NOT EXISTS (SELECT FROM scheduler.sweeps s
                              WHERE s.day = today.day AND s.done)) AS sweep
"""
Json = dict[str, Any]


class Looking:
    """Each look is a transaction of its own; from any thread, one at a time."""

    def __init__(self, url: str, patience: float) -> None:
        """`patience`: seconds for which the database may be away."""
        self._url, self._patience = url, patience
        self._lock = threading.Lock()
        self._kept: psycopg.Connection[Json] | None = None

    def rows(self, query: str, *values: Any) -> list[Json]:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                with self._lock:
                    return self._connection().execute(query.encode(), values).fetchall()
            except psycopg.OperationalError:  # it is being started again
                self.close()
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def is_at_rest(self) -> bool:
        """Nothing is due, undelivered or under way."""
        return not any(self.rows(_LEFT)[0].values())

    def close(self) -> None:
        with self._lock, suppress(psycopg.Error):
            kept, self._kept = self._kept, None
            if kept is not None:
                kept.close()

    def _connection(self) -> "psycopg.Connection[Json]":
        if self._kept is None or self._kept.closed:
            # A database that is put back in its place knows no statement prepared before.
            self._kept = psycopg.connect(
                self._url, row_factory=dict_row, autocommit=True, prepare_threshold=None
            )
        return self._kept
