"""However much waits, a claim, a mark and what goes along read no more than they need.

Also by the statistics of a quiet hour, which say that nothing waits.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, LiteralString, cast

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from services.notifier.adapters import claims
from services.notifier.adapters.pile import Pile
from services.notifier.adapters.taking import take_due
from services.notifier.domain.messages import KINDS, Sending
from services.notifier.domain.outcomes import Verdict
from shared.db import Unit
from tests.integration.test_notifier_side_by_side import COPIES
from tests.integration.test_one_mail_a_day import alerts
from tests.support.copies import name_messages
from tests.support.facts import NOW, Facts
from tests.support.notifier import Worker

DOMAINS, TAKEN = 10, 100
FEW, MANY = 600, 6000
_DUE = """
    UPDATE notifier.messages SET state = 'due', accepted_at = NULL, optional = %(optional)s
    WHERE id IN (SELECT id FROM notifier.messages WHERE state = 'accepted' ORDER BY id LIMIT %(n)s)
"""
_VALUES = {"now": NOW, "lease": timedelta(seconds=20), "kinds": list(KINDS), "crowded": []}


class Reading:
    """A connection that adds up the blocks its statements read: each is done once before, explained
    and undone."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        self._connection = connection
        self.blocks = 0

    def execute(self, query: LiteralString, values: Any = None) -> psycopg.Cursor[DictRow]:
        with self._connection.transaction(force_rollback=True):
            explain: LiteralString = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
            told = self._connection.execute(explain + query, values).fetchone()
        assert told is not None
        self.blocks += _blocks(told["QUERY PLAN"])
        return self._connection.execute(query, values)


def _blocks(told: str | Sequence[dict[str, Any]]) -> int:
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


@pytest.fixture
def quiet(facts: Facts, worker: Worker, database_url: str) -> Facts:
    """Thousands of messages that have left, and that is what the statistics know."""
    alerts(facts, "2027-03-12")
    worker.deliveries.drain_batch()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # people that don't exist
        connection.execute(COPIES, {"domains": DOMAINS, "count": MANY + FEW})
        name_messages(connection)
        connection.execute("UPDATE notifier.messages SET state = 'accepted', accepted_at = due_at")
        connection.execute("VACUUM ANALYZE notifier.messages")
    return facts


def _due(facts: Facts, count: int, *, optional: bool) -> None:
    with psycopg.connect(facts.url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(_DUE, {"n": count, "optional": optional})


def _read(facts: Facts) -> dict[str, int]:
    """How many blocks a worker reads to take some, to look what goes along, and to mark them."""
    with psycopg.connect(facts.url, row_factory=dict_row) as connection:
        taking, looking, marking = (Reading(connection) for _ in range(3))
        sendings = [Sending.from_row(row) for row in take_due(TAKEN, _VALUES, cast(Any, taking))]
        Pile.of(sendings, Unit(cast(Any, looking), NOW))
        values = claims._columns([(one, Verdict("accepted", None)) for one in sendings])
        marking.execute(claims._LOCK, values)
        marked = marking.execute(claims._MARK, values | {"now": NOW})
        connection.rollback()
    assert (len(sendings), marked.rowcount) == (TAKEN, TAKEN)
    return {"take": taking.blocks, "look": looking.blocks, "mark": marking.blocks}


@pytest.mark.parametrize("optional", [False, True], ids=["each goes", "those that can wait"])
def test_ten_times_as_much_that_waits_costs_a_batch_hardly_more(
    quiet: Facts, *, optional: bool
) -> None:
    _due(quiet, FEW, optional=optional)
    few = _read(quiet)
    _due(quiet, MANY - FEW, optional=optional)
    many = _read(quiet)
    grown = {what: many[what] / max(few[what], 1) for what in few}
    assert all(times < 2 for times in grown.values()), grown
