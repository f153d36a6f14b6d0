"""Two workers at once: neither takes what the other has, waits for it, or ends the other's turn."""

import threading
from dataclasses import replace
from datetime import timedelta

import psycopg
from psycopg.rows import dict_row

from services.notifier.adapters.pause import Pause
from services.notifier.adapters.taking import take_due
from services.notifier.domain.messages import KINDS, Sending
from services.notifier.domain.outcomes import Verdict
from services.notifier.domain.replies import Fault
from tests.integration.test_notifier_staying_up import until
from tests.integration.test_one_mail_a_day import alerts
from tests.support.facts import NOW, Facts
from tests.support.notifier import Worker

_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
# The same message for so many others, spread over so many domains.
COPIES = """
    INSERT INTO notifier.messages
      (id, key, kind, ground, case_id, task_id, meeting_id, person_id, party, mailbox, address,
       language, rule, told, payload, message_id, due_at, useful_until, created_at)
    SELECT gen_random_uuid(), m.key || '/' || n, m.kind, m.ground, m.case_id, m.task_id,
           m.meeting_id, m.person_id, m.party, 'p' || n || '@d' || n %% %(domains)s || '.example',
           'p' || n || '@d' || n %% %(domains)s || '.example', m.language, m.rule, m.told,
           m.payload, m.message_id || n, m.due_at, m.useful_until, m.created_at
    FROM notifier.messages m, generate_series(1, %(count)s) n
"""


def _to(sending: Sending, domain: str) -> Sending:
    return replace(sending, mailbox=f"x@{domain}")


def test_a_second_worker_finds_what_the_first_has_not_taken(
    facts: Facts, worker: Worker, database_url: str
) -> None:
    alerts(facts, "2027-03-12")
    worker.deliveries.drain_batch()
    with psycopg.connect(database_url) as connection:
        connection.execute("SET session_replication_role = replica")  # people that don't exist
        connection.execute(COPIES, {"domains": 40, "count": 80})
    values = {"now": NOW, "lease": timedelta(seconds=20), "kinds": list(KINDS), "crowded": []}
    with (
        psycopg.connect(database_url, row_factory=dict_row) as one,
        psycopg.connect(database_url, row_factory=dict_row) as other,
    ):
        taken = [take_due(20, values, connection) for connection in (one, other)]
        assert [len(rows) for rows in taken] == [20, 20]
        assert len({row["key"] for rows in taken for row in rows}) == 40
        locked = other.execute(
            "SELECT count(*) AS free FROM"
            " (SELECT FROM notifier.messages WHERE state = 'due' FOR UPDATE SKIP LOCKED) free"
        ).fetchone()
        assert locked == {"free": 41}, "nothing is locked but what is taken"


def test_two_that_note_opposite_things_of_two_domains_end_both(
    facts: Facts, worker: Worker, database_url: str
) -> None:
    alerts(facts, "2027-03-12")
    worker.deliveries.drain_batch()
    (sending,) = worker.claims.claim(1)
    domains = ("a.example", "b.example")
    facts.run(
        "INSERT INTO notifier.resting_domains"
        " VALUES ('a.example', 1, '-infinity'), ('b.example', 1, '-infinity')"
    )
    ended: list[str] = []

    def note(rests: str, takes: str) -> None:
        verdicts = [
            (_to(sending, rests), Verdict("retry", "throttled", fault=Fault.THROTTLED)),
            (_to(sending, takes), Verdict("accepted", works=True)),
        ]
        with psycopg.connect(database_url, row_factory=dict_row) as connection:
            Pause().note(verdicts, connection)
        ended.append(rests)

    threads = [threading.Thread(target=note, args=pair) for pair in (domains, domains[::-1])]
    with psycopg.connect(database_url) as before:
        before.execute("SELECT FROM notifier.resting_domains FOR UPDATE")
        for thread in threads:
            thread.start()
        until(lambda: facts.run(_WAITING)[0]["count"] == 2)
    for thread in threads:
        thread.join(30)
    assert sorted(ended) == sorted(domains)
