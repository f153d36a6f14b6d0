"""A national morning: tens of thousands of reminders fall due at one instant, on the whole system.

From the moment at which the clock comes to that instant: the scheduler lets them fall due, the
notifier writes and sends them, and the last one is accepted and marked.
"""

import time
from datetime import datetime, timedelta

import psycopg

from tests.bench.figures import Figure, Side, Wanted
from tests.bench.prepared import MAILS_OF_A_MEETING, calm, copy, move_hand, one_meeting
from tests.bench.servers import WORKERS, Bench, until
from tests.bench.system import System, system
from tests.support.facts import NOW, START

_MORNINGS = [NOW + timedelta(days=days, hours=1) for days in (1, 2, 3, 4, 7)]  # no week-end
_FILL = """
    INSERT INTO scheduler.sweeps (day, done) SELECT date '2027-03-01' + n, true
    FROM generate_series(0, 20) AS n ON CONFLICT DO NOTHING;
    INSERT INTO scheduler.plans (case_id) SELECT id FROM cases.cases WHERE about = 'child'
    ON CONFLICT DO NOTHING
"""
_DUE = """
    INSERT INTO scheduler.due (key, case_id, event_type, event, due_at, useful_until)
    SELECT m.id || '/bench/' || %(at)s::date, m.case_id, 'reminder.due',
      jsonb_build_object('case_id', m.case_id, 'key', m.id || '/bench/' || %(at)s::date,
        'meeting_id', m.id, 'sequence', 0, 'rule', 'R10', 'due_at', %(at)s::timestamptz,
        'useful_until', %(until)s::timestamptz),
      %(at)s, %(until)s
    FROM cases.meetings m WHERE m.starts_at = %(start)s
"""
# Each by an index of its own: who counted all of them at each look would have half a core for that.
_ON_ITS_WAY = """
    SELECT EXISTS (SELECT FROM scheduler.due WHERE state = 'planned' AND due_at <= %(at)s)
        OR EXISTS (SELECT FROM bus.deliveries WHERE subscriber = 'notifier' AND state = 'waiting')
        OR EXISTS (SELECT FROM notifier.messages
                   WHERE state IN ('due', 'claimed', 'data', 'retry', 'unknown')
                     AND due_at <= %(at)s)
"""
_REMINDERS = """
    SELECT count(*), count(*) FILTER (WHERE state = 'accepted') FROM notifier.messages
    WHERE kind = 'reminder' AND created_at >= %s
"""


def national_morning(bench: Bench) -> list[Figure]:
    """Needs Postfix's smtp-sink; nothing where it can't be had."""
    if bench.postfix is None:
        return []
    meetings = bench.count(12_500, 5)
    mornings = _MORNINGS[: bench.rounds]
    mails = meetings * MAILS_OF_A_MEETING
    with (
        bench.postfix.listening() as port,
        system(bench.home / "national", port, lambda url: _fill(url, meetings, mornings)) as whole,
    ):
        for _ in range(WORKERS - 1):
            whole.keeper.add("notifier")
        seconds = tuple(_morning(whole, at, mails) for at in mornings)
    return [
        Figure("national-morning", f"{mails:,} reminders due at one instant, to the last accepted",
               "s", Side("Samspel", seconds), wanted=Wanted(120, 25),
               note=f"the whole system with {WORKERS} workers of the notifier")
    ]  # fmt: skip


def _fill(url: str, meetings: int, mornings: list[datetime]) -> None:
    copy(url, one_meeting(url), meetings - 1)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(_FILL)
        for at in mornings:
            values = {"at": at, "until": at + timedelta(hours=9), "start": START}
            connection.execute(_DUE, values)
    calm(url)


def _morning(whole: System, at: datetime, mails: int) -> float:
    """Real seconds from that instant of the town's clock."""
    move_hand(whole.database_url, at - timedelta(minutes=1))
    whole.settle()
    with psycopg.connect(whole.database_url, autocommit=True) as looking:
        move_hand(whole.database_url, at)
        began = time.perf_counter()

        def done() -> bool:
            time.sleep(0.1)
            row = looking.execute(_ON_ITS_WAY, {"at": at}).fetchone()
            return row == (False,)

        until(done, "a morning's reminders")
        seconds = time.perf_counter() - began
        made = looking.execute(_REMINDERS, [at]).fetchone()
        assert made == (mails, mails), made
        return seconds
