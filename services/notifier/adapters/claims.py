"""Claims messages that are due and notes what became of them: in batches, with leases and fences.

Leases and waits are real time (clock_timestamp()), what is due is the domain's time (`now`).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.notifier.adapters.brake import Brake
from services.notifier.domain.messages import KINDS, Sending
from services.notifier.domain.outcomes import DOUBTS, Verdict
from shared.bus.events import MessageFailed
from shared.bus.publishing import publish
from shared.db import Database, Unit

log = logging.getLogger(__name__)

_FOR_A_NEWER_VERSION = timedelta(minutes=1)

_FIELDS = """m.key, m.kind, m.ground, m.case_id, m.meeting_id, m.person_id, m.party, m.mailbox,
    m.address, m.language, m.rule, m.told, m.payload, m.message_id, m.due_at, m.useful_until,
    m.created_at, m.state, m.attempts, m.began, m.doubts, m.fence, m.content"""

# What a calendar message says of a meeting mustn't overtake what is on its way to the same mailbox.
# A kind that this version doesn't know is for a newer one (F14).
_CLAIM = f"""
    UPDATE notifier.messages m
    SET state = 'claimed', attempts = m.attempts + 1, fence = m.fence + 1,
        lease_until = clock_timestamp() + %(lease)s
    WHERE m.id IN (
        SELECT due.id FROM notifier.messages due
        WHERE due.state IN ('due', 'retry', 'unknown')
          AND due.due_at <= %(now)s AND due.try_at <= clock_timestamp()
          AND due.kind = ANY(%(kinds)s)
          AND NOT EXISTS (
            SELECT FROM notifier.messages leaving
            WHERE leaving.meeting_id = due.meeting_id AND leaving.mailbox = due.mailbox
              AND leaving.id <> due.id AND leaving.state = 'data')
        ORDER BY due.due_at, due.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING {_FIELDS}
"""  # noqa: S608 - fixed text
# Locked one after the other in the order of everybody else, before any is changed.
_TOO_LATE = """
    WITH late AS (
        SELECT id FROM notifier.messages
        WHERE state IN ('due', 'retry', 'unknown') AND due_at <= %(now)s AND useful_until <= %(now)s
        ORDER BY case_id, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    UPDATE notifier.messages m
    SET state = 'suppressed', reason = 'too-late', content = NULL, fence = fence + 1
    FROM late WHERE m.id = late.id
"""
# A worker died, or stood still: before the content it is safe to try again, inside it nobody knows.
_RECOVER = """
    WITH dead AS (
        SELECT id, state FROM notifier.messages
        WHERE state IN ('claimed', 'data') AND lease_until <= clock_timestamp()
        ORDER BY case_id, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    UPDATE notifier.messages m
    SET fence = m.fence + 1,
        doubts = m.doubts + (dead.state = 'data')::integer,
        reason = 'worker-lost',
        content = CASE WHEN dead.state = 'data' AND m.doubts >= %(doubts)s THEN NULL
                       ELSE m.content END,
        state = CASE WHEN dead.state = 'claimed' THEN 'retry'
                     WHEN m.doubts >= %(doubts)s THEN 'failed'
                     ELSE 'unknown' END,
        try_at = clock_timestamp() + CASE WHEN dead.state = 'claimed' THEN interval '0'
                                          ELSE %(unknown_wait)s END
    FROM dead WHERE m.id = dead.id
    RETURNING m.id, m.state
"""
_RENEW = """
    UPDATE notifier.messages SET lease_until = clock_timestamp() + %(lease)s
    WHERE state IN ('claimed', 'data')
      AND id IN (
        SELECT m.id FROM notifier.messages m
        JOIN unnest(%(ids)s::uuid[], %(fences)s::bigint[]) AS own(id, fence) USING (id, fence)
        ORDER BY m.case_id, m.id FOR UPDATE OF m)
    RETURNING id
"""
# Nothing was tried: it counts as no attempt.
_GIVE_BACK = """
    UPDATE notifier.messages m
    SET state = 'retry', reason = %(reason)s, attempts = m.attempts - 1, fence = m.fence + 1,
        try_at = clock_timestamp() + %(wait)s
    WHERE m.id IN (
        SELECT ours.id FROM notifier.messages ours
        JOIN unnest(%(ids)s::uuid[], %(fences)s::bigint[]) AS own(id, fence) USING (id, fence)
        WHERE ours.state = 'claimed'
        ORDER BY ours.case_id, ours.id FOR UPDATE OF ours)
"""
_MARK = """
    WITH verdict AS (
        SELECT m.id, v.state, v.reason, v.wait, v.doubt
        FROM notifier.messages m
        JOIN unnest(%(ids)s::uuid[], %(fences)s::bigint[], %(states)s::text[], %(reasons)s::text[],
                    %(waits)s::float[], %(doubts)s::boolean[])
             AS v(id, fence, state, reason, wait, doubt) USING (id, fence)
        WHERE m.state IN ('claimed', 'data')
        ORDER BY m.case_id, m.id FOR UPDATE OF m)
    UPDATE notifier.messages m
    SET state = verdict.state, reason = verdict.reason,
        doubts = m.doubts + verdict.doubt::integer,
        try_at = clock_timestamp() + verdict.wait * interval '1 second',
        content = CASE WHEN verdict.state IN ('accepted', 'failed') THEN NULL ELSE m.content END,
        accepted_at = CASE WHEN verdict.state = 'accepted' THEN %(now)s END,
        fence = m.fence + 1
    FROM verdict WHERE m.id = verdict.id
    RETURNING m.id, m.state
"""
_FAILED = """
    SELECT key, case_id, meeting_id, person_id, kind, rule FROM notifier.messages WHERE id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Claims:
    """The queue of messages, as one worker sees it. `lease` and `unknown_wait` are real time."""

    database: Database
    lease: timedelta
    unknown_wait: timedelta
    brake: Brake = field(default_factory=Brake)

    def claim(self, limit: int) -> list[Sending]:
        """Up to `limit` messages that are due; what is too late by now is put aside first.

        None while the brake is on, which is looked at in the same transaction.
        """
        with self.database.unit() as unit:
            leave = self.brake.leave(unit)
            sendings = self._claim(limit, unit) if leave is not None and leave.to_do else []
        if leave is not None:
            self.brake.remember(leave.mark)
        return sendings

    def _claim(self, limit: int, unit: Unit) -> list[Sending]:
        unit.connection.execute(_TOO_LATE, {"now": unit.now, "limit": 1000})
        values = {"now": unit.now, "lease": self.lease, "limit": limit, "kinds": list(KINDS)}
        claimed = [Sending.from_row(row) for row in unit.connection.execute(_CLAIM, values)]
        unreadable = [sending for sending in claimed if not sending.is_readable]
        if unreadable:
            log.warning("%s messages wait for a newer version that can read them.", len(unreadable))
            _give_back(unreadable, "unreadable", _FOR_A_NEWER_VERSION, unit.connection)
        return [sending for sending in claimed if sending.is_readable]

    def recover(self) -> int:
        """Take up what a worker left behind when its lease ran out. How many."""
        with self.database.unit() as unit:
            rows = unit.connection.execute(
                _RECOVER, {"limit": 1000, "doubts": DOUBTS, "unknown_wait": self.unknown_wait}
            ).fetchall()
            tell_of_failed(unit, [row["id"] for row in rows if row["state"] == "failed"])
            return len(rows)

    def renew(self, sendings: Sequence[Sending]) -> frozenset[UUID]:
        """Still at it. Which of them are: the others have been taken up by somebody else."""
        values = _own(sendings) | {"lease": self.lease}
        with self.database.plain() as connection:
            return frozenset(row["id"] for row in connection.execute(_RENEW, values))

    def give_back(self, sendings: Sequence[Sending], reason: str, wait: timedelta) -> None:
        """Not begun, and not to be by us: for anybody, after a while."""
        with self.database.plain() as connection:
            _give_back(sendings, reason, wait, connection)

    def mark(self, verdicts: Sequence[tuple[Sending, Verdict]]) -> None:
        """Note what became of these; those whose fence is another's by now are left alone."""
        with self.database.unit() as unit:
            rows = unit.connection.execute(_MARK, _columns(verdicts) | {"now": unit.now}).fetchall()
            tell_of_failed(unit, [row["id"] for row in rows if row["state"] == "failed"])

    def server_is_back(self) -> None:
        """What only waits because the server couldn't be reached needn't wait any longer."""
        with self.database.plain() as connection:
            _hurry(connection)


def _hurry(connection: Connection[DictRow]) -> None:
    connection.execute(
        "UPDATE notifier.messages SET try_at = '-infinity' WHERE id IN ("
        "SELECT id FROM notifier.messages WHERE state = 'retry' AND reason LIKE 'connect%'"
        " ORDER BY case_id, id FOR UPDATE SKIP LOCKED)"
    )


def _give_back(
    sendings: Sequence[Sending], reason: str, wait: timedelta, connection: Connection[DictRow]
) -> None:
    connection.execute(_GIVE_BACK, _own(sendings) | {"reason": reason, "wait": wait})


def _own(sendings: Sequence[Sending]) -> dict[str, object]:
    return {
        "ids": [sending.id for sending in sendings],
        "fences": [sending.fence for sending in sendings],
    }


def _columns(verdicts: Sequence[tuple[Sending, Verdict]]) -> dict[str, object]:
    return _own([sending for sending, _ in verdicts]) | {
        "states": [verdict.state for _, verdict in verdicts],
        "reasons": [verdict.reason for _, verdict in verdicts],
        "waits": [verdict.wait for _, verdict in verdicts],
        "doubts": [verdict.doubt for _, verdict in verdicts],
    }


def tell_of_failed(unit: Unit, ids: list[UUID]) -> None:
    """A message that won't be tried again becomes a task for a person (invariant 1)."""
    for row in unit.connection.execute(_FAILED, [ids]).fetchall() if ids else ():
        publish(unit, MessageFailed.model_validate(row))
