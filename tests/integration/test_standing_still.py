"""F4: who stands still in a transaction holds what others need no longer than a lease."""

from urllib.parse import quote

import pytest
from psycopg.errors import IdleInTransactionSessionTimeout

from shared.bus.heartbeat import heartbeat
from shared.bus.subscribers import NOTIFIER
from shared.db import Database

_SHORT = "-c idle_in_transaction_session_timeout=300ms"
_SHOWN = """
    SELECT current_setting('idle_in_transaction_session_timeout') AS idle,
           current_setting('transaction_timeout') AS whole
"""


@pytest.mark.parametrize("role", ["samspel_cases", "samspel_scheduler", "samspel_notifier"])
def test_F4_no_service_holds_a_transaction_for_long(database_url: str, role: str) -> None:
    assert shown(database_url, role) == ("20s", "2min")


def test_what_whoever_runs_the_database_has_set_stays(database_url: str) -> None:
    assert shown(with_short(database_url), "samspel_cases") == ("300ms", "2min")


def test_F4_others_go_on_while_a_process_stands_still_in_a_transaction(database_url: str) -> None:
    sleeper = Database(with_short(database_url), role="samspel_notifier", demo=True, size=1)
    other = Database(database_url, role="samspel_notifier", demo=True, size=1)
    heartbeat(other, NOTIFIER)
    try:
        with pytest.raises(IdleInTransactionSessionTimeout) as ended:
            stand_still(sleeper, other)
        assert sleeper.was_in_the_way(ended.value), "nothing that was being done is to blame"
        heartbeat(sleeper, NOTIFIER)
    finally:
        sleeper.close()
        other.close()


def stand_still(sleeper: Database, other: Database) -> None:
    with sleeper.unit() as unit:
        unit.connection.execute("UPDATE bus.heartbeats SET at = at")
        heartbeat(other, NOTIFIER)  # waits until the database has ended what stands still
        unit.connection.execute("SELECT")


def with_short(url: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}options={quote(_SHORT)}"


def shown(url: str, role: str) -> tuple[str, str]:
    database = Database(url, role=role, demo=True, size=1)
    try:
        with database.plain() as connection:
            (row,) = connection.execute(_SHOWN).fetchall()
    finally:
        database.close()
    return row["idle"], row["whole"]
