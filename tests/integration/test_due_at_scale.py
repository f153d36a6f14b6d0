"""What is due is found as quickly however much is planned, and whatever was last counted."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from services.scheduler.adapters.store import _FALL_DUE, SqlStore
from services.scheduler.tasks import DUES, fall_due
from shared.db import Database
from tests.support.facts import NOW, Facts

_PLANS = (
    "INSERT INTO scheduler.plans (case_id) SELECT gen_random_uuid() FROM generate_series(1, 50)"
)
_DUES = """
    INSERT INTO scheduler.due (key, case_id, event_type, event, due_at, useful_until)
    SELECT case_id || '/' || n, case_id, 'case.opened', jsonb_build_object('case_id', case_id),
      %(now)s - n * interval '1 s', '2099-01-01'
    FROM scheduler.plans, generate_series(1, 400) AS n
"""
_CASES = "SELECT case_id FROM scheduler.plans"


@pytest.fixture
def facts(database_url: str) -> Facts:
    """Twenty thousand rows of fifty cases, all of them due."""
    facts = Facts(database_url)
    facts.set_clock()
    facts.run(_PLANS)
    with psycopg.connect(database_url) as connection:
        connection.execute(_DUES, {"now": NOW})
    facts.run("ANALYZE scheduler.due")
    return facts


@pytest.fixture
def database(facts: Facts) -> Iterator[Database]:
    database = Database(facts.url, role="samspel_scheduler", demo=True)
    yield database
    database.close()


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
def test_what_is_due_is_read_along_an_index_also_by_the_statistics_of_a_nights_sweep(
    facts: Facts, mode: str
) -> None:
    facts.run("UPDATE scheduler.plans SET look_at = %s", NOW)
    facts.run("ANALYZE scheduler.plans")
    facts.run("UPDATE scheduler.plans SET look_at = NULL")
    with psycopg.connect(facts.url) as connection:
        connection.execute("SELECT set_config('plan_cache_mode', %s, false)", [mode])
        values = {"now": NOW, "limit": DUES}
        settled = connection.execute(_FALL_DUE, values, prepare=True).fetchall()
        read = connection.execute(
            "SELECT seq_scan FROM pg_stat_xact_user_tables"
            " WHERE schemaname = 'scheduler' AND relname = 'due'"
        ).fetchone()
    assert len(settled) == DUES
    assert read == (0,)


def test_what_was_due_first_falls_due_first_and_each_row_once(
    facts: Facts, database: Database
) -> None:
    assert fall_due(database, SqlStore) == DUES
    (first,) = facts.run("SELECT min(due_at) FROM scheduler.due WHERE state = 'planned'")
    assert first["min"] == NOW - timedelta(seconds=390)  # ten instants of fifty cases have gone
    assert fall_due(database, SqlStore) == DUES
    (told,) = facts.run("SELECT count(*) FROM bus.events")
    assert told == {"count": 2 * DUES}


def test_only_what_is_of_a_case_that_is_still_to_be_looked_at_waits(
    facts: Facts, database: Database
) -> None:
    one, other, aside, *_ = [row["case_id"] for row in facts.run(_CASES)]
    facts.run("DELETE FROM scheduler.due WHERE case_id <> ALL (%s)", [one, other, aside])
    facts.run("DELETE FROM scheduler.due WHERE due_at < %s", NOW - timedelta(seconds=2))
    facts.run("UPDATE scheduler.plans SET look_at = %s WHERE case_id = %s", NOW, one)
    later = NOW + timedelta(hours=1)
    facts.run("UPDATE scheduler.plans SET look_at = %s WHERE case_id = %s", later, other)
    facts.run(
        "UPDATE scheduler.plans SET look_at = %s, set_aside = true WHERE case_id = %s", NOW, aside
    )
    assert fall_due(database, SqlStore) == 4
    waits = facts.run("SELECT DISTINCT case_id FROM scheduler.due WHERE state = 'planned'")
    assert waits == [{"case_id": one}]
