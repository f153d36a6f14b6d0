"""Claims messages that are due and notes what became of them: in batches, with leases and fences.

Leases and waits are real time (clock_timestamp()), what is due is the domain's time (`now`).
`state || ''` is a state that no index is asked for (see `planning.py`).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.notifier.adapters import attempts
from services.notifier.adapters.brake import Brake
from services.notifier.adapters.pause import Pause, hurry
from services.notifier.adapters.taking import take_due
from services.notifier.domain.messages import KINDS, Claim, Sending
from services.notifier.domain.outcomes import DOUBTS, Verdict
from shared.bus.events import MessageFailed
from shared.bus.publishing import publish
from shared.db import Database, Unit

log = logging.getLogger(__name__)

_FOR_A_NEWER_VERSION = timedelta(minutes=1)
# Locked one after the other in the order of everybody else, before any is changed.
_TOO_LATE = """
    WITH late AS (
        SELECT id FROM notifier.messages
        WHERE state IN ('due', 'retry', 'unknown') AND due_at <= %(now)s AND useful_until <= %(now)s
          AND carried_by IS NULL
        ORDER BY case_id, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    UPDATE notifier.messages m
    SET state = 'suppressed', reason = 'too-late', content = NULL, fence = fence + 1
    FROM late WHERE m.id = late.id
"""
# What is changed is locked first, in a statement of its own: one that locks and changes can lose a
# row that a lease was renewed for meanwhile (it looks for it as it was before it waited).
_STALE = """
    SELECT id FROM notifier.messages
    WHERE state IN ('claimed', 'data') AND lease_until <= clock_timestamp() AND carried_by IS NULL
    ORDER BY case_id, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_LOCK = """
    SELECT FROM notifier.messages
    WHERE id = ANY(%(ids)s::uuid[]) OR carried_by = ANY(%(ids)s::uuid[]) AND state || '' = 'data'
    ORDER BY case_id, id FOR UPDATE
"""
# A worker died, or stood still: before the content it is safe to try again, inside it nobody knows.
# What its mail carried is where the mail is.
_RECOVER = """
    WITH dead AS (
        SELECT one.id, mail.state, mail.doubts
        FROM notifier.messages mail
        JOIN notifier.messages one
          ON one.id = mail.id OR one.carried_by = mail.id AND one.state = 'data'
        WHERE mail.id = ANY(%(ids)s))
    UPDATE notifier.messages m
    SET fence = m.fence + 1,
        doubts = m.doubts + (dead.state = 'data')::integer,
        reason = 'worker-lost',
        content = CASE WHEN dead.state = 'data' AND dead.doubts >= %(doubts)s THEN NULL
                       ELSE m.content END,
        state = CASE WHEN dead.state = 'claimed' THEN 'retry'
                     WHEN dead.doubts >= %(doubts)s THEN 'failed'
                     ELSE 'unknown' END,
        try_at = clock_timestamp() + CASE WHEN dead.state = 'claimed' THEN interval '0'
                                          ELSE %(unknown_wait)s END
    FROM dead WHERE m.id = dead.id
    RETURNING m.id, m.state
"""
# The mail that was to carry them didn't go, for a reason of its own, or goes elsewhere now.
_LET_OFF = """
    WITH waiting AS (
        SELECT m.id FROM notifier.messages m JOIN notifier.messages mail ON mail.id = m.carried_by
        WHERE m.carried_by IS NOT NULL AND m.state IN ('due', 'retry', 'unknown')
          AND (mail.state IN ('suppressed', 'failed', 'accepted') OR mail.mailbox <> m.mailbox)
        ORDER BY m.case_id, m.id LIMIT %(limit)s FOR UPDATE OF m SKIP LOCKED)
    UPDATE notifier.messages m SET carried_by = NULL FROM waiting WHERE m.id = waiting.id
"""
_RENEW = """
    UPDATE notifier.messages SET lease_until = clock_timestamp() + %(lease)s
    WHERE state || '' IN ('claimed', 'data')
      AND id IN (
        SELECT m.id FROM notifier.messages m
        JOIN unnest(%(ids)s::uuid[], %(fences)s::bigint[]) AS own(id, fence) USING (id, fence)
        ORDER BY m.case_id, m.id FOR UPDATE OF m)
    RETURNING id, fence
"""
# What a mail carries has its lease.
_RENEW_CARRIED = """
    UPDATE notifier.messages SET lease_until = clock_timestamp() + %(lease)s
    WHERE state || '' = 'data'
      AND id IN (
        SELECT m.id FROM notifier.messages m
        WHERE m.carried_by = ANY(%(ids)s::uuid[]) AND m.state || '' = 'data'
        ORDER BY m.case_id, m.id FOR UPDATE)
"""
# Nothing was tried: it counts as no attempt.
_GIVE_BACK = """
    UPDATE notifier.messages m
    SET state = 'retry', reason = %(reason)s, attempts = m.attempts - 1, fence = m.fence + 1,
        try_at = clock_timestamp() + %(wait)s
    WHERE m.id IN (
        SELECT ours.id FROM notifier.messages ours
        JOIN unnest(%(ids)s::uuid[], %(fences)s::bigint[]) AS own(id, fence) USING (id, fence)
        WHERE ours.state || '' = 'claimed'
        ORDER BY ours.case_id, ours.id FOR UPDATE OF ours)
"""
# What a mail carries ends as the mail does, in the same statement.
_MARK = """
    WITH mails AS (
        SELECT m.id, v.fence, v.state, v.reason, v.wait, v.doubt
        FROM notifier.messages m
        JOIN unnest(%(ids)s::uuid[], %(fences)s::bigint[], %(states)s::text[], %(reasons)s::text[],
                    %(waits)s::float[], %(doubts)s::boolean[])
             AS v(id, fence, state, reason, wait, doubt) USING (id, fence)
        WHERE m.state || '' IN ('claimed', 'data')),
    verdict AS (
        SELECT * FROM mails
        UNION ALL
        SELECT rider.id, NULL, mails.state, mails.reason, mails.wait, mails.doubt
        FROM notifier.messages rider JOIN mails ON mails.id = rider.carried_by
        WHERE rider.state || '' = 'data')
    UPDATE notifier.messages m
    SET state = verdict.state, reason = verdict.reason,
        doubts = m.doubts + verdict.doubt::integer,
        try_at = clock_timestamp() + verdict.wait * interval '1 second',
        content = CASE WHEN verdict.state IN ('accepted', 'failed') THEN NULL ELSE m.content END,
        accepted_at = CASE WHEN verdict.state = 'accepted' THEN %(now)s END,
        fence = m.fence + 1
    FROM verdict WHERE m.id = verdict.id
    RETURNING m.id, m.state, verdict.fence AS claimed
"""
# Repeated by hand and failed again: that's another task.
_FAILED = """
    SELECT key || CASE WHEN repeats > 0 THEN '/by-hand/' || repeats ELSE '' END AS key, case_id,
           task_id, meeting_id, person_id, kind, rule
    FROM notifier.messages
    WHERE id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Claims:
    """The queue of messages, as one worker sees it. `lease` and `unknown_wait` are real time."""

    database: Database
    lease: timedelta
    unknown_wait: timedelta
    brake: Brake = field(default_factory=Brake)
    pause: Pause = field(default_factory=Pause)

    def claim(self, limit: int, crowded: frozenset[str] = frozenset()) -> list[Sending]:
        """Up to `limit` messages that are due; what is too late by now is put aside first.

        None while the brake or the pause is on, which are looked at in the same transaction; none
        to domains that are `crowded`, or that rest.
        """
        with self.database.swift_unit() as unit:
            leave = self.brake.leave(unit)
            to_do = leave is not None and leave.to_do
            sendings = self._claim(limit, crowded, unit) if to_do else []
        if leave is not None:
            self.brake.remember(leave.mark)
        return sendings

    def _claim(self, limit: int, crowded: frozenset[str], unit: Unit) -> list[Sending]:
        unit.connection.execute(_TOO_LATE, {"now": unit.now, "limit": 1000})
        limit = self.pause.room(limit, unit.connection)
        values = {
            "now": unit.now,
            "lease": self.lease,
            "kinds": list(KINDS),
            "crowded": list(crowded),
        }
        found = take_due(limit, values, unit.connection)
        claimed = [Sending.from_row(row) for row in found]
        if len(claimed) == 1:
            self.pause.probed(unit.connection)
        unreadable = [sending for sending in claimed if not sending.is_readable]
        if unreadable:
            log.warning("%s messages wait for a newer version that can read them.", len(unreadable))
            _give_back(unreadable, "unreadable", _FOR_A_NEWER_VERSION, unit.connection)
        return [sending for sending in claimed if sending.is_readable]

    def recover(self) -> int:
        """Take up what a worker left behind when its lease ran out. How many."""
        with self.database.unit() as unit:
            rows = self._recover(unit.connection)
            lost = [(row["id"], row["state"], "worker-lost") for row in rows]
            attempts.note(lost, unit.now, unit.connection)
            tell_of_failed(unit, [row["id"] for row in rows if row["state"] == "failed"])
            let_off = unit.connection.execute(_LET_OFF, {"limit": 1000}).rowcount
            return len(rows) + let_off

    def _recover(self, connection: Connection[DictRow]) -> list[DictRow]:
        stale = [row["id"] for row in connection.execute(_STALE, {"limit": 1000})]
        if not stale:
            return []
        values = {"ids": stale, "doubts": DOUBTS, "unknown_wait": self.unknown_wait}
        connection.execute(_LOCK, values)
        return connection.execute(_RECOVER, values).fetchall()

    def renew(self, sendings: Sequence[Sending]) -> frozenset[Claim]:
        """Still at it. Which of them are: the others have been taken up by somebody else."""
        values = _own(sendings) | {"lease": self.lease}
        with self.database.plain() as connection:
            rows = connection.execute(_RENEW, values)
            ours = frozenset((row["id"], row["fence"]) for row in rows)
        gathered = [one.id for one in sendings if one.optional and one.claim in ours]
        if gathered:  # apart, since all of these have one order with the others
            with self.database.plain() as connection:
                connection.execute(_RENEW_CARRIED, {"ids": gathered, "lease": self.lease})
        return ours

    def give_back(self, sendings: Sequence[Sending], reason: str, wait: timedelta) -> None:
        """Not begun, and not to be by us: for anybody, after a while."""
        with self.database.plain() as connection:
            _give_back(sendings, reason, wait, connection)

    def mark(self, verdicts: Sequence[tuple[Sending, Verdict]]) -> None:
        """Note what became of these; those whose fence is another's by now are left alone."""
        with self.database.swift_unit() as unit:
            works_again = self.pause.note(verdicts, unit.connection)
            values = _columns(verdicts) | {"now": unit.now}
            unit.connection.execute(_LOCK, values)
            rows = unit.connection.execute(_MARK, values).fetchall()
            marked = frozenset((row["id"], row["claimed"]) for row in rows)
            attempts.note_verdicts(verdicts, marked, unit.now, unit.connection)
            tell_of_failed(unit, [row["id"] for row in rows if row["state"] == "failed"])
            if works_again():
                hurry(unit.connection)


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
