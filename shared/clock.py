"""The only place that reads a clock; everything else is given the time as an argument."""

from datetime import UTC, datetime

from psycopg import Connection
from psycopg.rows import DictRow


def system_now() -> datetime:
    """The machine's time, as an aware UTC datetime."""
    return datetime.now(UTC)


def now_in(connection: Connection[DictRow], *, demo: bool) -> datetime:
    """The time for the unit of work that `connection` is in, as an aware UTC datetime.

    In demo mode the clock is a row that can be moved: reading it takes a shared advisory lock
    until the end of the transaction, so a move waits for the units that are under way and each
    unit has one time only. In production the machine's clock is the time.
    """
    if not demo:
        return system_now()
    row = connection.execute("SELECT clock.read() AS now").fetchone()
    assert row is not None
    now: datetime = row["now"]
    return now.astimezone(UTC)
