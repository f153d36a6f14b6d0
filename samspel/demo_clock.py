"""The movable clock of demo mode, set up at the first start and let go after the example."""

from datetime import datetime

import psycopg


def begin(database_url: str, at: datetime | None) -> None:
    """Let the clock stand at `at` (aware), or follow real time; a clock that is there goes on."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO clock.hand (stands_at) VALUES (%s) ON CONFLICT DO NOTHING", [at]
        )


def release(database_url: str) -> None:
    """From now on the clock follows real time, until somebody moves it."""
    with psycopg.connect(database_url) as connection:
        connection.execute("SELECT clock.move(NULL)")
