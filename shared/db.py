"""Connections and units of work: one transaction, one time, and bells rung after the commit."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from psycopg import Connection, Error, OperationalError
from psycopg.errors import (
    DeadlockDetected,
    IdleInTransactionSessionTimeout,
    InsufficientPrivilege,
    TransactionTimeout,
)
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from shared import clock

T = TypeVar("T")
Ring = Callable[[set[str]], None]
_PAUSES = (0.05, 0.1, 0.2)
_TRUSTED_SECONDS = 0.5
_BESIDE_OTHERS = "40"  # a deadlock
# What says that the database was in the way: no connection or no room; or it has ended a
# transaction that stood still.
IN_THE_WAY = (OperationalError, IdleInTransactionSessionTimeout, TransactionTimeout)
# What each connection begins with. A process that stands still (stopped, or its machine asleep) in
# the midst of a transaction holds what everybody needs, and its connection lives: so the database
# ends that. Unless whoever runs the database has set times of their own.
AT_FIRST = """
    SELECT set_config(name, value, false)
    FROM (VALUES ('role', %s), ('TimeZone', 'UTC'),
                 ('idle_in_transaction_session_timeout', '20s'), ('transaction_timeout', '2min'))
         AS usual(name, value)
    WHERE name NOT LIKE '%%timeout' OR current_setting(name) = '0'
"""
# Some hundred kilobytes where all tables are; a disk that is full has none for them.
_TAKE_ROOM = """
    SET LOCAL temp_tablespaces = '';
    CREATE TEMP TABLE samspel_room ON COMMIT DROP AS SELECT FROM generate_series(1, 20000)
"""


@dataclass(slots=True)
class Unit:
    """One unit of work: a transaction, the time it happens at (UTC), whom to ring for after it."""

    connection: Connection[DictRow]
    now: datetime
    rings: set[str] = field(default_factory=set)


def again_after_deadlock(work: Callable[[], T]) -> T:
    """What `work` gives; a deadlock has undone all of it, so it is done once more, three times."""
    for pause in _PAUSES:
        try:
            return work()
        except DeadlockDetected:
            time.sleep(pause)
    return work()


def silent(_subscribers: set[str]) -> None:
    """Ring for nobody: the periodic sweep will find the work."""


class Database:
    """A pool of connections in one service's own role, so that grants hold between the services.

    Opened in the process that uses it (after any fork), closed with `close()`.
    """

    def __init__(
        self, url: str, *, role: str, demo: bool, ring: Ring = silent, size: int = 8
    ) -> None:
        self.demo = demo
        self._role = role
        self._ring = ring
        self._size = size
        self._rests_since: WeakKeyDictionary[Connection[DictRow], float] = WeakKeyDictionary()
        self._pool = self._opened(url)

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """A unit of work: commits at the end or rolls back; rings after the commit."""
        with self._pool.connection() as connection:
            unit = Unit(connection, self._now_in(connection))
            yield unit
        if unit.rings:
            self._ring(unit.rings)

    @contextmanager
    def swift_unit(self) -> Iterator[Unit]:
        """A unit of work that waits for the server only where a result is fetched: what is sent
        before goes along, and the last of it with the commit (libpq's pipeline mode). Errors of
        what isn't fetched are raised by a later call, at the latest at the end."""
        with self._pool.connection() as connection, connection.pipeline():
            unit = Unit(connection, self._now_in(connection))
            yield unit
            connection.commit()
        if unit.rings:
            self._ring(unit.rings)

    @contextmanager
    def plain(self) -> Iterator[Connection[DictRow]]:
        """A transaction that needs no time of the domain (leases, heartbeats, reading)."""
        with self._pool.connection() as connection:
            yield connection

    def _now_in(self, connection: Connection[DictRow]) -> datetime:
        return clock.now_in(connection, demo=self.demo)

    def was_in_the_way(self, error: Exception) -> bool:
        """Whether it failed by the database, whatever was to be done: asked right afterwards.

        No connection and no room may be the database's state, or come of this one thing alone,
        each time anew. So it tells whether it answers, takes changes and has room otherwise.
        """
        if isinstance(error, IdleInTransactionSessionTimeout):
            return True  # it was this process that stood still
        if not isinstance(error, IN_THE_WAY):
            return False
        return (error.sqlstate or "").startswith(_BESIDE_OTHERS) or not self._is_well()

    def _is_well(self) -> bool:
        self._rests_since.clear()  # those in use just now may have been cut off together
        try:
            with self.plain() as connection:
                connection.execute(_TAKE_ROOM)
        except InsufficientPrivilege:
            return True  # it answers; an administrator has forbidden temporary tables
        except Error:
            return False
        return True

    def _opened(self, url: str) -> ConnectionPool[Connection[DictRow]]:
        return ConnectionPool(
            url,
            connection_class=Connection[DictRow],
            kwargs=self._kwargs(),
            configure=self._take_role,
            min_size=1,
            max_size=self._size,
            timeout=10,
            check=self._check,
            reset=self._rest,
            open=True,
        )

    def _check(self, connection: Connection[DictRow]) -> None:
        """One that has rested may have been cut off; one that was in use just now has told."""
        if time.monotonic() - self._rests_since.get(connection, 0.0) > _TRUSTED_SECONDS:
            ConnectionPool.check_connection(connection)

    def _rest(self, connection: Connection[DictRow]) -> None:
        self._rests_since[connection] = time.monotonic()

    def _kwargs(self) -> dict[str, Any]:
        return {"row_factory": dict_row, "application_name": self._role}

    def _take_role(self, connection: Connection[DictRow]) -> None:
        connection.execute(AT_FIRST, [self._role])
        connection.commit()
