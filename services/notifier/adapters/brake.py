"""The brake: a restored database sends nothing until a person has decided (decision 7, F13).

Locks are taken here first and on messages after, by everybody who takes both.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import DictRow

from services.notifier.adapters.keep import Keep
from services.notifier.domain.high_water import Mark, Reason, mismatch
from shared.db import Unit

log = logging.getLogger(__name__)

_ALARM_EVERY = 600.0

# Where this database is. Nothing of it travels in a dump, so a restored copy is somewhere else.
_HERE = """concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
    (SELECT oid FROM pg_database WHERE datname = current_database()),
    'notifier.high_water'::regclass::oid)"""
_LOOK = f"""
    SELECT place, era, mark, quiet, brake_reason, {_HERE} AS here,
           EXISTS (SELECT FROM notifier.messages
                   WHERE state IN ('due', 'claimed', 'data', 'retry', 'unknown')
                     AND due_at <= %(now)s) AS busy
    FROM notifier.high_water
"""  # noqa: S608 - fixed text
_RISE = f"""
    UPDATE notifier.high_water SET mark = mark + 1, quiet = NOT %(busy)s, place = {_HERE}
    WHERE brake_since IS NULL RETURNING mark
"""  # noqa: S608 - fixed text
_PUT_ON = """
    UPDATE notifier.high_water SET brake_since = clock_timestamp(), brake_reason = %(reason)s
    WHERE brake_since IS NULL AND era = %(era)s
"""
_IS_ON = "SELECT FROM notifier.high_water WHERE brake_since IS NOT NULL FOR UPDATE"
# The mailbox may have it from before the restore: as after an attempt without an answer, it gets
# its CANCEL when there is one, and nothing is said anew just because this was dropped.
_HOLD = """
    WITH past_due AS (
        SELECT id FROM notifier.messages
        WHERE state IN ('due', 'claimed', 'retry', 'unknown') AND due_at <= %(now)s
        ORDER BY case_id, id FOR UPDATE SKIP LOCKED)
    UPDATE notifier.messages m
    SET state = 'held', reason = 'restored', doubts = GREATEST(m.doubts, 1), fence = m.fence + 1
    FROM past_due WHERE m.id = past_due.id
"""
_TAKE_OFF = f"""
    UPDATE notifier.high_water
    SET brake_since = NULL, brake_reason = NULL, place = {_HERE}, mark = mark + 1, quiet = false,
        era = GREATEST(era + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
"""  # noqa: S608 - fixed text
_END = """
    WITH kept AS (
        SELECT id FROM notifier.messages WHERE state = 'held' ORDER BY case_id, id FOR UPDATE)
    UPDATE notifier.messages m
    SET state = %(state)s, reason = %(reason)s, try_at = '-infinity', fence = m.fence + 1,
        content = CASE WHEN %(state)s = 'due' THEN m.content END
    FROM kept WHERE m.id = kept.id
"""


@dataclass(frozen=True, slots=True)
class Held:
    """Since when (real time) and why sending stands still, None if it doesn't; what is held."""

    since: datetime | None
    reason: Reason | None
    kinds: dict[str, int]


@dataclass(frozen=True, slots=True)
class Leave:
    """That sending may go on from the database at this mark; `to_do`: there is something open."""

    mark: Mark
    to_do: bool


@dataclass(slots=True)
class Brake:
    """Asked before each claim, in its transaction. Without `keep` only copies are noticed.

    The mark rises in every round in which something is due or on its way, and once more when all
    is done: a database that goes back in time has a lower one than this machine has seen.
    """

    keep: Keep | None = None
    _alarm_at: float = 0.0

    def leave(self, unit: Unit) -> Leave | None:
        """Leave to claim. None: sending stands still, and what is due by now is held."""
        # Read before the row: another worker raises the row first and keeps it after its commit, so
        # what is kept by now the row has reached.
        kept = None if self.keep is None else self.keep.read()
        row = unit.connection.execute(_LOOK, {"now": unit.now}).fetchone()
        assert row is not None
        mark = Mark(row["here"], row["era"], row["mark"])
        reason: Reason | None = row["brake_reason"] or mismatch(row["place"], mark, kept)
        if reason is not None:
            self._stand_still(unit, mark, reason)
            return None
        if row["quiet"] and not row["busy"]:
            return Leave(mark, to_do=False)
        risen = unit.connection.execute(_RISE, {"busy": row["busy"]}).fetchone()
        if risen is None:  # put on by another worker meanwhile
            return None
        return Leave(Mark(mark.place, mark.era, risen["mark"]), to_do=row["busy"])

    def remember(self, mark: Mark) -> None:
        """Keep the mark outside the database: after its commit, before anything is sent."""
        if self.keep is not None and mark.count:  # 0: nothing has ever been sent
            self.keep.note(mark)

    def _stand_still(self, unit: Unit, mark: Mark, reason: Reason) -> None:
        unit.connection.execute(_PUT_ON, {"reason": reason, "era": mark.era})
        if unit.connection.execute(_IS_ON).fetchone() is None:
            return  # a person has just taken it off
        unit.connection.execute(_HOLD, {"now": unit.now})
        if time.monotonic() >= self._alarm_at:
            self._alarm_at = time.monotonic() + _ALARM_EVERY
            log.error(
                "No mail is sent: this database seems to be restored (%s), so what is due may have"
                " been sent already. It is held until somebody decides: `samspel held` shows it,"
                " `samspel held release` sends it, `samspel held drop` doesn't. See"
                " docs/keeping.md, Restore.",
                reason,
            )


def put_on(connection: Connection[DictRow]) -> None:
    """Send nothing from this database, which has just been restored, until a person decides."""
    row = connection.execute("SELECT era FROM notifier.high_water").fetchone()
    assert row is not None
    connection.execute(_PUT_ON, {"reason": "moved", "era": row["era"]})


def held(connection: Connection[DictRow]) -> Held:
    """What is held, for the person who has to decide."""
    row = connection.execute("SELECT brake_since, brake_reason FROM notifier.high_water").fetchone()
    assert row is not None
    kinds = connection.execute(
        "SELECT kind, count(*) AS n FROM notifier.messages WHERE state = 'held'"
        " GROUP BY kind ORDER BY kind"
    )
    return Held(row["brake_since"], row["brake_reason"], {one["kind"]: one["n"] for one in kinds})


def release(connection: Connection[DictRow]) -> Held:
    """Send again, from this database: what was held is due, and the usual decides what may go.

    What has become too late, or was put into other words, is suppressed as always.
    """
    return _take_off(connection, "due", None)


def drop(connection: Connection[DictRow]) -> Held:
    """Send again, from this database, but not what was held."""
    return _take_off(connection, "suppressed", "dropped-after-restore")


def _take_off(connection: Connection[DictRow], state: str, reason: str | None) -> Held:
    """What was held; nothing is changed if the brake isn't on."""
    is_on = connection.execute(_IS_ON).fetchone() is not None
    was_held = held(connection)
    if is_on:
        connection.execute(_TAKE_OFF)
        connection.execute(_END, {"state": state, "reason": reason})
    return was_held
