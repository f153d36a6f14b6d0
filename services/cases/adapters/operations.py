"""How the machinery is, in SQL."""

from datetime import datetime
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.operations import Kept, Operations, SetAside

# One at infinity is no service's: the example says by it whether it has been made. One that lies
# ahead was given before the clock was set back: nobody knows how long ago.
_HEARTBEATS = """
    SELECT service, at FROM bus.heartbeats
    WHERE isfinite(at) AND at <= %s + interval '1 minute' ORDER BY service
"""
_UNDELIVERED = """
    SELECT d.subscriber AS service, count(*) AS count, min(e.time) AS since
    FROM bus.deliveries d JOIN bus.events e ON e.id = d.event_id
    WHERE d.state = 'waiting' GROUP BY d.subscriber
"""
_SET_ASIDE = """
    SELECT d.subscriber AS service, e.type, d.error, count(*) AS count
    FROM bus.deliveries d JOIN bus.events e ON e.id = d.event_id
    WHERE d.state = 'set-aside' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_LETTERS = """
    SELECT count(*) AS count, min(due_at) AS oldest
    FROM cases.digests WHERE counted_at IS NULL AND due_at <= %s
"""
_QUARANTINED = """
    SELECT count(*) AS count, min(received_at) AS oldest
    FROM notifier_api.inbound WHERE state = 'quarantined'
"""
# A mail whose content left once more, after an attempt that had no answer. Of a day: no index has
# them, and a week of messages is read for their states already.
_REPEATED = """
    SELECT count(*) AS count FROM notifier_api.messages
    WHERE created_at > %s - interval '1 day' AND doubts > 0 AND began > 1
"""
# Not further back: else all that was ever noted would be read where there is no backup.
_BACKED_UP = """
    SELECT max(at) AS at FROM cases.audit
    WHERE case_id IS NULL AND at > %s - interval '7 days' AND action = 'backup.made'
"""
_LET_GO = "SELECT max(done_on) AS day FROM cases.daily WHERE look = 'retention'"
_PUBLISHED = "SELECT coalesce(max(id), 0) AS count FROM bus.events"
_SESSIONS = "SELECT count(*) AS count FROM cases.sessions WHERE ends_at > clock_timestamp()"
# Of the cases that are open or were closed in the last year.
_KEPT = """
    SELECT w.rule, count(*) FILTER (WHERE w.state = 'met') AS met,
           count(*) FILTER (WHERE w.state = 'missed') AS missed
    FROM cases.cases c JOIN scheduler_api.windows w ON w.case_id = c.id
    WHERE c.about = 'child' AND (c.state = 'open' OR c.closed_at > %s - interval '1 year')
    GROUP BY w.rule ORDER BY w.rule
"""
_TRY_AGAIN = """
    UPDATE bus.deliveries d SET state = 'waiting', attempts = 0, error = NULL
    FROM bus.events e
    WHERE d.state = 'set-aside' AND d.subscriber = %s AND e.id = d.event_id AND e.type = %s
"""


class SqlOperations:
    """Implements handlers.operations.OperationsViews over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def operations(self, now: datetime, clock: datetime) -> Operations:
        mail = self._row("SELECT * FROM notifier_api.operations(%s)", now)
        server = self._row("SELECT * FROM notifier_api.mail_server(%s)", now)
        due = self._row("SELECT * FROM scheduler_api.operations(%s)", now)
        letters = self._row(_LETTERS, now)
        apart = self._row(_QUARANTINED)
        size = self._row("SELECT pg_database_size(current_database()) AS octets")
        return Operations(
            now=now,
            clock=clock,
            heartbeats={row["service"]: row["at"] for row in self._rows(_HEARTBEATS, clock)},
            undelivered={
                row["service"]: (row["count"], row["since"]) for row in self._rows(_UNDELIVERED)
            },
            set_aside=[SetAside(**row) for row in self._rows(_SET_ASIDE)],
            oldest_mail=mail["oldest_due_at"],
            oldest_due=due["oldest_due_at"],
            missed=due["missed"],
            plans_set_aside=due["set_aside"],
            swept_on=due["swept_on"],
            let_go_on=self._row(_LET_GO)["day"],
            backed_up_at=self._row(_BACKED_UP, clock)["at"],
            messages=mail["states"],
            repeated=self._row(_REPEATED, now)["count"],
            inbound_waiting=mail["inbound_waiting"],
            quarantined=apart["count"],
            oldest_quarantined=apart["oldest"],
            letters=letters["count"],
            oldest_letter=letters["oldest"],
            held_since=mail["held_since"],
            held_because=mail["held_because"],
            paused_since=server["paused_since"],
            paused_because=server["reason"],
            next_try=server["next_try"],
            resting_domains=server["resting"],
            published=self._row(_PUBLISHED)["count"],
            sessions=self._row(_SESSIONS)["count"],
            revision=self._revision(),
            database_octets=size["octets"],
        )

    def kept(self, now: datetime) -> list[Kept]:
        return [Kept(**row) for row in self._connection.execute(_KEPT, [now])]

    def hurry(self, milliseconds: int) -> None:
        self._connection.execute(
            "SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)]
        )

    def try_again(self, service: str, kind: str) -> int:
        return self._connection.execute(_TRY_AGAIN, [service, kind]).rowcount

    def _revision(self) -> str | None:
        there = self._row("SELECT to_regclass('public.alembic_version') IS NOT NULL AS there")
        if not there["there"]:
            return None
        return str(self._row("SELECT version_num FROM public.alembic_version")["version_num"])

    def _rows(self, query: LiteralString, *values: object) -> list[DictRow]:
        return self._connection.execute(query, values or None).fetchall()

    def _row(self, query: LiteralString, *values: object) -> DictRow:
        row = self._connection.execute(query, values or None).fetchone()
        assert row is not None
        return row
