"""Rows that fall due, at the scheduler: with few and with very many waiting, and beside a snapshot.

Each round lets as many fall due as it then puts back behind the others: what is measured is a queue
that stays as long as it is, and no index that is being emptied.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg

from services.scheduler.adapters.store import SqlStore
from services.scheduler.tasks import DUES, fall_due
from shared.db import Database
from tests.bench.figures import Figure, Sample, Wanted, interleaved, sampled
from tests.bench.servers import Bench
from tests.support.facts import Facts

_UNIT = "rows/s"
_CASES = 1_000
_ADD = """
    INSERT INTO scheduler.due (key, case_id, event_type, event, due_at, useful_until)
    SELECT 'a-key-of-a-rule-' || n, plan.case_id, 'case.opened',
      jsonb_build_object('case_id', plan.case_id), timestamptz '2020-01-01' + n * interval '0.1 s',
      '2099-01-01'
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
    JOIN (SELECT case_id, row_number() OVER () - 1 AS number FROM scheduler.plans) plan
      ON plan.number = n %% %(cases)s
"""


def due_rows(bench: Bench) -> list[Figure]:
    few, many = bench.count(100_000, 1_000), bench.count(10_000_000, 10_000)
    at_a_time = bench.count(20_000, DUES)
    with ExitStack() as stack:
        short, long = (stack.enter_context(_queue(bench, count)) for count in (few, many))
        beside = stack.enter_context(_queue(bench, few))
        sides = interleaved(bench.rounds, {
            f"{few:,} waiting": lambda: short.round(at_a_time),
            f"{many:,} waiting": lambda: long.round(at_a_time),
            "beside a snapshot": lambda: beside.round_beside_snapshot(at_a_time),
        })  # fmt: skip
    usual, at_many, at_snapshot = sides.values()
    return [
        Figure("due-rows-many", f"due rows at {many:,} waiting, against {few:,}", _UNIT,
               at_many, usual, Wanted(0.6, 0.95)),
        Figure("due-rows-snapshot", "due rows while a snapshot is held elsewhere, against without",
               _UNIT, at_snapshot, usual, Wanted(0.6, 0.9)),
    ]  # fmt: skip


class _Queue:
    """The scheduler's rows in a database of their own, `last` of which is the newest."""

    def __init__(self, url: str, database: Database) -> None:
        self._url, self._database = url, database
        self._last = 0

    def fill(self, count: int) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO scheduler.plans (case_id)"
                " SELECT gen_random_uuid() FROM generate_series(1, %s)", [_CASES]
            )  # fmt: skip
            self._add(connection, count)
            connection.execute("VACUUM ANALYZE scheduler.plans, scheduler.due")
            connection.execute("CHECKPOINT")  # writing all that out belongs to no round

    def round(self, count: int) -> Sample:
        """So many fall due and are told of, in batches as a worker takes them."""
        done = sampled(count, lambda: self._batches(count // DUES))
        self._tidy(count)
        return done

    def round_beside_snapshot(self, count: int) -> Sample:
        """While somebody's report, say, reads from before all this, none of it can be cleared."""
        with psycopg.connect(self._url) as reader:
            reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            reader.execute("SELECT txid_current_snapshot()")
            done = sampled(count, lambda: self._batches(count // DUES))
            reader.rollback()
        self._tidy(count)
        return done

    def _batches(self, count: int) -> None:
        for _ in range(count):
            taken = fall_due(self._database, SqlStore)
            assert taken == DUES, taken

    def _tidy(self, count: int) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("DELETE FROM scheduler.due WHERE state <> 'planned'")
            connection.execute("TRUNCATE bus.deliveries, bus.events")
            self._add(connection, count)
            connection.execute("VACUUM ANALYZE scheduler.due")
            connection.execute("CHECKPOINT")

    def _add(self, connection: psycopg.Connection, count: int) -> None:
        """Behind the others. That a row is of a plan isn't checked, as it would be row by row."""
        values = {"first": self._last, "last": self._last + count - 1, "cases": _CASES}
        connection.execute("SET session_replication_role = replica")
        connection.execute(_ADD, values)
        self._last += count


@contextmanager
def _queue(bench: Bench, count: int) -> Iterator[_Queue]:
    template = bench.template("empty", lambda url: Facts(url).set_clock())
    with bench.database(template) as url:
        database = Database(url, role="samspel_scheduler", demo=True)
        try:
            queue = _Queue(url, database)
            queue.fill(count)
            yield queue
        finally:
            database.close()
