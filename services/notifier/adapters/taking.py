"""Takes messages that are due: chosen without a lock, then locked, no more than are taken.

Several workers choose the same; each locks what the others haven't, so none waits and none goes
away with nothing while there is something. What is read doesn't grow with what waits (see
`planning.py`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.notifier.adapters.columns import OF_A_MESSAGE
from services.notifier.adapters.planning import along_its_index

EACH_DOMAIN = 50
"""How many messages to one domain are taken at a time."""
_TIMES_AS_MANY = (1, 3)  # are chosen as are taken: the second where others lock them just then

# A kind that this version doesn't know is for a newer one (F14). What is carried goes with its
# mail.
_MAY_GO = """m.due_at <= %(now)s
    AND m.try_at <= clock_timestamp() AND m.kind = ANY(%(kinds)s) AND m.carried_by IS NULL"""
_DUE = f"m.state IN ('due', 'retry', 'unknown') AND {_MAY_GO}"
# The same of messages that are known by their ids.
_STILL_DUE = f"m.state || '' IN ('due', 'retry', 'unknown') AND {_MAY_GO}"
# What a calendar message says of a meeting mustn't overtake what is on its way to the same mailbox.
# Of what can wait the first in line goes for its mailbox, and the gate has its mail carry the
# others; one that only a newer version can read holds back none. (OFFSET 0: looked up for each, and
# never for all at once.)
_IN_TURN = """
    NOT (m.optional AND EXISTS (
      SELECT FROM notifier.messages first
      WHERE first.optional AND first.mailbox = m.mailbox AND first.carried_by IS NULL
        AND first.id <> m.id AND first.kind = ANY(%(kinds)s)
        AND first.state IN ('due', 'claimed', 'data', 'retry', 'unknown')
        AND (first.state || '' IN ('claimed', 'data')
             OR first.due_at <= %(now)s AND first.reason IS DISTINCT FROM 'unreadable'
            AND (first.due_at, first.id) < (m.due_at, m.id))
      ORDER BY first.due_at, first.id OFFSET 0))
    AND NOT EXISTS (
      SELECT FROM notifier.messages leaving
      WHERE leaving.meeting_id = m.meeting_id AND leaving.mailbox = m.mailbox
        AND leaving.id <> m.id AND leaving.state || '' = 'data' OFFSET 0)"""
# Each recipient domain is looked up by itself: however much waits for one that rests, or that this
# worker has enough of, the others are found at once. So many messages, the first of all, are of at
# most so many domains: those whose own first is due first.
_CHOOSE = f"""
    WITH RECURSIVE domains AS (
        (SELECT domain FROM notifier.messages
         WHERE state IN ('due', 'retry', 'unknown') ORDER BY domain LIMIT 1)
        UNION ALL
        SELECT (SELECT next.domain FROM notifier.messages next
                WHERE next.state IN ('due', 'retry', 'unknown') AND next.domain > domains.domain
                ORDER BY next.domain LIMIT 1)
        FROM domains WHERE domains.domain IS NOT NULL),
    open AS (
        SELECT domains.domain, head.due_at
        FROM domains CROSS JOIN LATERAL (
            SELECT m.due_at, m.id FROM notifier.messages m
            WHERE m.domain = domains.domain AND {_DUE} AND {_IN_TURN}
            ORDER BY m.due_at, m.case_id, m.id LIMIT 1) head
        WHERE domains.domain <> ALL(%(crowded)s) AND NOT EXISTS (
            SELECT FROM notifier.resting_domains resting
            WHERE resting.domain = domains.domain AND resting.until > clock_timestamp())
        ORDER BY head.due_at, head.id LIMIT %(choice)s)
    SELECT found.id, open.domain FROM open CROSS JOIN LATERAL (
        SELECT m.id, m.due_at, m.case_id FROM notifier.messages m
        WHERE m.domain = open.domain AND {_DUE} AND {_IN_TURN}
        ORDER BY m.due_at, m.case_id, m.id LIMIT %(each_choice)s) found
    ORDER BY found.due_at, found.case_id, found.id LIMIT %(choice)s
"""  # noqa: S608 - fixed text
_LOCK = f"""
    SELECT m.id, m.domain FROM notifier.messages m
    WHERE m.id = ANY(%(ids)s::uuid[]) AND {_STILL_DUE}
    ORDER BY m.due_at, m.case_id, m.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - fixed text
# In a statement of its own, which sees what became of the others while these were being locked.
_TAKE = f"""
    UPDATE notifier.messages m
    SET state = 'claimed', attempts = m.attempts + 1, fence = m.fence + 1,
        lease_until = clock_timestamp() + %(lease)s
    WHERE m.id = ANY(%(ids)s::uuid[]) AND {_STILL_DUE} AND {_IN_TURN}
    RETURNING m.id, {OF_A_MESSAGE}, m.attempts - m.spared AS attempts, m.content
"""  # noqa: S608 - fixed text


def take_due(
    limit: int, values: Mapping[str, Any], connection: Connection[DictRow]
) -> list[DictRow]:
    """Up to `limit` rows, claimed: first what is due first, and of that what is of one case
    together, since the gate reads a case once for all of it. `values`: now, lease, kinds, crowded.
    """
    if limit < 1:
        return []
    each = min(limit, EACH_DOMAIN)
    ids: list[UUID] = []
    with along_its_index(connection):
        for times in _TIMES_AS_MANY:
            choice = {"choice": limit * times, "each_choice": each * times}
            chosen = connection.execute(_CHOOSE, {**values, **choice}).fetchall()
            ids = _lock(chosen, limit, each, values, connection)
            if len(ids) == len(chosen):
                break
        taken = connection.execute(_TAKE, {**values, "ids": ids}).fetchall() if ids else []
    turn = {ident: number for number, ident in enumerate(ids)}
    return sorted(taken, key=lambda row: turn[row["id"]])


def _lock(
    chosen: Sequence[DictRow],
    limit: int,
    each: int,
    values: Mapping[str, Any],
    connection: Connection[DictRow],
) -> list[UUID]:
    """At most so many, and `each` of a domain: what another worker has locked is passed over."""
    locked: Counter[str] = Counter()
    ids: list[UUID] = []
    rest = list(chosen)
    while rest and len(ids) < limit:
        room = {row["domain"]: each - locked[row["domain"]] for row in rest}
        tried: list[DictRow] = []
        left: list[DictRow] = []
        for row in rest:
            room[row["domain"]] -= 1
            (tried if room[row["domain"]] >= 0 else left).append(row)
        if not tried:
            break
        asked = {**values, "ids": [row["id"] for row in tried], "limit": limit - len(ids)}
        found = connection.execute(_LOCK, asked).fetchall()
        ids += [row["id"] for row in found]
        locked.update(row["domain"] for row in found)
        rest = left
    return ids
