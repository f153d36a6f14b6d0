"""What waits for the mailboxes of a batch at the gate: to go along in one mail, or for a later day.

Its locks are taken before those of the cases and of the messages, by everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Self

from services.notifier.adapters.columns import AS_IT_STANDS
from services.notifier.adapters.planning import along_its_index
from services.notifier.domain.gathering import can_be_gathered
from services.notifier.domain.messages import KINDS, Sending
from shared.db import Unit
from shared.domain.days import at, local_date

# One mail at a time to a mailbox: whoever comes next sees that this one has left. In their order.
_ONE_AT_A_TIME = """
    SELECT pg_advisory_xact_lock(hashtextextended('notifier/optional/' || mailbox, 0))
    FROM (SELECT DISTINCT mailbox FROM unnest(%s::text[]) AS mailbox ORDER BY mailbox) mailboxes
"""
_ALONGSIDE = f"""
    SELECT {AS_IT_STANDS}
    FROM unnest(%(mailboxes)s::text[]) AS own(mailbox) CROSS JOIN LATERAL (
        SELECT * FROM notifier.messages m
        WHERE m.optional AND m.mailbox = own.mailbox AND m.party = 'staff'
          AND m.state IN ('due', 'retry', 'unknown') AND m.kind = ANY(%(kinds)s)
          AND (m.carried_by = ANY(%(ids)s)
               OR m.carried_by IS NULL AND m.content IS NULL AND m.due_at <= %(now)s
              AND m.useful_until > %(now)s)
        ORDER BY m.due_at, m.id OFFSET 0) m
    ORDER BY m.due_at, m.id
"""  # noqa: S608 - columns alone
_HAD_ONE = """
    SELECT own.mailbox FROM unnest(%(mailboxes)s::text[]) AS own(mailbox)
    WHERE EXISTS (
        SELECT FROM notifier.messages m
        WHERE m.optional AND m.carried_by IS NULL AND m.mailbox = own.mailbox
          AND m.accepted_at >= %(since)s
        ORDER BY m.accepted_at OFFSET 0)
      OR EXISTS (
        SELECT FROM notifier.messages m
        WHERE m.optional AND m.carried_by IS NULL AND m.mailbox = own.mailbox
          AND m.state IN ('data', 'unknown')
        ORDER BY m.due_at, m.id OFFSET 0)
"""


@dataclass(frozen=True, slots=True)
class Pile:
    """What is due besides for these mailboxes, and which of them have had their mail of the day.

    Read before anything is locked but the mailboxes themselves.
    """

    messages: tuple[Sending, ...] = ()
    had_one: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, waiting: Sequence[Sending], unit: Unit) -> Self:
        optional = [one for one in waiting if one.optional]
        if not optional:
            return cls()
        mailboxes = sorted({one.mailbox for one in optional})
        unit.connection.execute(_ONE_AT_A_TIME, [mailboxes])
        values: dict[str, object] = {
            "mailboxes": mailboxes,
            "since": _midnight(unit.now),
            "now": unit.now,
            "kinds": list(KINDS),
            "ids": [one.id for one in optional if can_be_gathered(one)],
        }
        with along_its_index(unit.connection):
            had_one = {row["mailbox"] for row in unit.connection.execute(_HAD_ONE, values)}
            rows = unit.connection.execute(_ALONGSIDE, values).fetchall()
        found = [Sending.from_row(row) for row in rows]
        return cls(tuple(one for one in found if one.is_readable), had_one)

    def has_had_one(self, sending: Sending) -> bool:
        """A mail that had begun to leave already isn't another one."""
        return sending.optional and sending.content is None and sending.mailbox in self.had_one

    def note(self, sending: Sending) -> None:
        if sending.optional:
            self.had_one.add(sending.mailbox)


def _midnight(now: datetime) -> datetime:
    return at(local_date(now), time(0, 0))
