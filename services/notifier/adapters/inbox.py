"""Mail that has come in, as rows: stored before the sender is told «taken», claimed one by one."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from services.notifier.domain.arriving import Arrival
from shared.bus.subscribers import NOTIFIER
from shared.db import Database, Unit

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
_LEASE = timedelta(seconds=60)

_STORE = """
    INSERT INTO notifier.inbound
      (id, digest, via, recipient, sender, raw, size, received_at, keep_until)
    VALUES
      (%(id)s, %(digest)s, %(via)s, %(recipient)s, %(sender)s, %(raw)s, %(size)s, %(now)s,
       %(keep_until)s)
    ON CONFLICT (digest) DO NOTHING
"""
# Whoever dies while reading one dies by it: it's left alone after a few times.
_POISON = """
    SELECT id, recipient, received_at FROM notifier.inbound
    WHERE state = 'received' AND attempts >= %s AND lease_until <= clock_timestamp()
    ORDER BY received_at, id LIMIT 20
"""
_BURY = """
    UPDATE notifier.inbound SET state = 'quarantined', kind = 'unclear', reason = 'poison'
    WHERE id = %s AND state = 'received' AND attempts >= %s AND lease_until <= clock_timestamp()
"""
# What nobody has decided about in all that time is nobody's any more. What is held stays as it is.
_FORGET = """
    UPDATE notifier.inbound
    SET raw = NULL, words = NULL, sender = NULL, mailbox = NULL,
        settled_at = CASE state WHEN 'quarantined' THEN %(now)s ELSE settled_at END,
        settled_by = CASE state WHEN 'quarantined' THEN 'time' ELSE settled_by END,
        state = CASE state WHEN 'quarantined' THEN 'discarded' ELSE state END
    WHERE id IN (
        SELECT id FROM notifier.inbound
        WHERE keep_until <= %(now)s AND state <> 'received'
          AND (raw IS NOT NULL OR words IS NOT NULL OR sender IS NOT NULL)
          AND NOT notifier.came_from_held(
            id, (SELECT cases_api.held()), (SELECT cases_api.held_addresses()))
        LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
"""
_CLAIM = """
    UPDATE notifier.inbound
    SET attempts = attempts + 1, lease_until = clock_timestamp() + %(lease)s
    WHERE id = (
        SELECT id FROM notifier.inbound
        WHERE state = 'received' AND lease_until <= clock_timestamp() AND attempts < %(most)s
        ORDER BY received_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, recipient, sender, raw, size, received_at, attempts
"""
_OURS = """
    SELECT FROM notifier.inbound WHERE id = %s AND state = 'received' AND attempts = %s FOR UPDATE
"""
_PUT_BACK = """
    UPDATE notifier.inbound
    SET lease_until = clock_timestamp() + interval '0.1 s' * 2 ^ attempts
    WHERE id = %s AND state = 'received' AND attempts = %s
"""
_GIVE_BACK = """
    UPDATE notifier.inbound
    SET attempts = attempts - 1, lease_until = clock_timestamp() + interval '0.5 s'
    WHERE id = %s AND state = 'received' AND attempts = %s
"""


@dataclass(frozen=True, slots=True)
class Poison:
    """A mail over which everybody who took it up has failed."""

    id: UUID
    recipient: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that one worker reads now; `attempt` is its fence."""

    id: UUID
    recipient: str
    sender: str | None
    raw: bytes
    size: int
    received_at: datetime
    attempt: int

    @property
    def is_cut(self) -> bool:
        """Only its headers were kept: the rest was too big."""
        return self.size != len(self.raw)


@dataclass(frozen=True, slots=True)
class Inbox:
    """The queue of mails that have come in. `keep`: for so long their words are kept."""

    database: Database
    keep: timedelta

    def store(self, arrivals: Sequence[Arrival], via: Literal["smtp", "lmtp", "imap"]) -> None:
        """All or none, committed when it returns; the same mail again changes nothing (B3)."""
        with self.database.unit() as unit:
            for one in arrivals:
                digest = hashlib.sha256(one.recipient.encode() + b"\0" + one.raw).digest()
                unit.connection.execute(
                    _STORE,
                    {
                        "id": uuid4(),
                        "digest": digest,
                        "via": via,
                        "recipient": one.recipient,
                        "sender": one.sender,
                        "raw": one.raw,
                        "size": one.size,
                        "now": unit.now,
                        "keep_until": unit.now + self.keep,
                    },
                )
            unit.rings.add(NOTIFIER)

    def claim(self) -> Claimed | None:
        """The oldest that nobody reads; its attempt is committed before anything is tried."""
        with self.database.unit() as unit:
            unit.connection.execute(_FORGET, {"now": unit.now, "limit": 200})
            row = unit.connection.execute(
                _CLAIM, {"lease": _LEASE, "most": MOST_ATTEMPTS}
            ).fetchone()
        if row is None:
            return None
        row["attempt"] = row.pop("attempts")
        return Claimed(**{**row, "raw": row["raw"] or b""})

    def is_ours(self, claimed: Claimed, unit: Unit) -> bool:
        """Whether nobody else has taken it up meanwhile; locks it until the end of the unit."""
        values = [claimed.id, claimed.attempt]
        return unit.connection.execute(_OURS, values).fetchone() is not None

    def put_back(self, claimed: Claimed) -> None:
        """It couldn't be handled: again in a moment, a few times."""
        with self.database.plain() as connection:
            connection.execute(_PUT_BACK, [claimed.id, claimed.attempt])

    def give_back(self, claimed: Claimed) -> None:
        """It wasn't tried at all: it counts as no attempt."""
        with self.database.plain() as connection:
            connection.execute(_GIVE_BACK, [claimed.id, claimed.attempt])

    def poison(self) -> list[Poison]:
        """What has been tried often enough, and is to be buried."""
        with self.database.plain() as connection:
            return [Poison(**row) for row in connection.execute(_POISON, [MOST_ATTEMPTS])]

    def bury(self, poison: Poison, unit: Unit) -> bool:
        """It waits for a person from now on. Whether nobody else has buried it."""
        buried = unit.connection.execute(_BURY, [poison.id, MOST_ATTEMPTS]).rowcount > 0
        if buried:
            log.error("Mail %s that came in can't be read; set aside for a person.", poison.id)
        return buried
