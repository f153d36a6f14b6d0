"""What a message went through, noted for those who want to know why it is late or didn't arrive."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.notifier.domain.messages import Claim, Sending
from services.notifier.domain.outcomes import PAUSED, Verdict

_NOTE = """
    INSERT INTO notifier.attempts AS a (message_id, state, reason, first_at, last_at)
    SELECT id, state, reason, %(now)s, %(now)s
    FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(reasons)s::text[]) AS v(id, state, reason)
    ORDER BY id
    ON CONFLICT (message_id, reason, state) DO UPDATE
    SET times = a.times + 1, last_at = excluded.last_at
"""
# By the server's or our own fault: it costs the message nothing, and ends when the server works.
_SPARE = """
    UPDATE notifier.messages SET spared = spared + 1, waits_for_server = true
    WHERE id = ANY(%(ids)s)
"""
Ended = tuple[UUID, str, str]


def note(ended: Sequence[Ended], now: datetime, connection: Connection[DictRow]) -> None:
    """Id, state and reason of messages whose attempt ended in something else than acceptance."""
    if ended:
        ids, states, reasons = (list(column) for column in zip(*ended, strict=True))
        values = {"ids": ids, "states": states, "reasons": reasons, "now": now}
        connection.execute(_NOTE, values)


def note_verdicts(
    verdicts: Sequence[tuple[Sending, Verdict]],
    marked: frozenset[Claim],
    now: datetime,
    connection: Connection[DictRow],
) -> None:
    """After the mark: those of the verdicts that counted, since the message was still ours."""
    ours = [(sending.id, one) for sending, one in verdicts if sending.claim in marked]
    noted = [
        (id_, one.state, one.reason)
        for id_, one in ours
        if one.state != "accepted" and one.reason is not None and one.reason != PAUSED
    ]
    note(noted, now, connection)
    spared = [id_ for id_, one in ours if not one.counts]
    if spared:
        connection.execute(_SPARE, {"ids": spared})
