"""What all workers know together: whether the mail server works, and which domains rest (F5).

A server that fails some times in a row is left alone by all of them: then one message at a time
tries it, at intervals that grow. No mail fails by it. Real time throughout.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from psycopg import Connection, Cursor
from psycopg.rows import DictRow

from services.notifier.domain.messages import Sending
from services.notifier.domain.outcomes import Verdict
from services.notifier.domain.replies import Fault

log = logging.getLogger(__name__)

_LOOK = "SELECT paused_since IS NOT NULL AS paused FROM notifier.mail_server"
# Held until the claim ends, so that only one worker tries.
_MAY_PROBE = """
    SELECT FROM notifier.mail_server
    WHERE paused_since IS NOT NULL AND probe_at <= clock_timestamp() FOR UPDATE SKIP LOCKED
"""
_PROBED = """
    UPDATE notifier.mail_server
    SET probes = probes + 1,
        probe_at = clock_timestamp()
                   + LEAST(%(longest)s, interval '1 second' * 2 ^ LEAST(probes + 1, 20))
    WHERE paused_since IS NOT NULL
"""
_FAILED = """
    UPDATE notifier.mail_server s
    SET failures = s.failures + 1, reason = %(reason)s,
        paused_since = CASE WHEN stop THEN clock_timestamp() ELSE s.paused_since END,
        probe_at = CASE WHEN stop THEN clock_timestamp() + interval '1 second' ELSE s.probe_at END
    FROM (SELECT paused_since IS NULL AND (%(ours)s OR failures + 1 >= %(patience)s) AS stop
          FROM notifier.mail_server FOR UPDATE) old
    RETURNING stop, s.failures
"""
_WORKS = """
    WITH awake AS (
        DELETE FROM notifier.resting_domains WHERE domain = ANY(%(domains)s))
    UPDATE notifier.mail_server s
    SET failures = 0, reason = NULL, paused_since = NULL, probe_at = NULL, probes = 0
    FROM (SELECT paused_since FROM notifier.mail_server
          WHERE failures > 0 OR paused_since IS NOT NULL FOR UPDATE) old
    RETURNING old.paused_since IS NOT NULL AS was_paused
"""
# Both those that are to rest and those that took mail, in one order; and as a domain that is new
# can't be locked yet, one such mark after the other.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('notifier/resting', 0))"
_LOCK = """
    SELECT FROM notifier.resting_domains WHERE domain = ANY(%(domains)s)
    ORDER BY domain FOR UPDATE
"""
# Greylisting asks for each message anew, so a domain rests by it only when it does nothing else.
_REST = """
    INSERT INTO notifier.resting_domains AS r (domain, rests, until)
    SELECT domain, 1, CASE WHEN at_once THEN clock_timestamp() + interval '30 seconds'
                           ELSE '-infinity' END
    FROM unnest(%(domains)s::text[], %(at_once)s::boolean[]) AS held(domain, at_once)
    ORDER BY domain
    ON CONFLICT (domain) DO UPDATE
    SET rests = r.rests + 1,
        until = CASE WHEN excluded.until > '-infinity' OR r.rests >= 2
                     THEN clock_timestamp() + LEAST(interval '15 minutes',
                            interval '30 seconds' * 2 ^ LEAST(r.rests, 10))
                     ELSE r.until END
    WHERE r.until <= clock_timestamp()
"""
_HURRY = """
    UPDATE notifier.messages SET try_at = '-infinity', waits_for_server = false
    WHERE id IN (
        SELECT id FROM notifier.messages
        WHERE state = 'retry' AND waits_for_server ORDER BY case_id, id FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class Pause:
    """`patience`: failures in a row before all stop; `longest`: the longest time between tries."""

    patience: int = 5
    longest: timedelta = timedelta(minutes=1)

    def room(self, limit: int, connection: Connection[DictRow]) -> int:
        """How many may be claimed: while the server is paused none, or one that tries it."""
        row = connection.execute(_LOOK).fetchone()
        if row is None or not row["paused"]:
            return limit
        return 0 if connection.execute(_MAY_PROBE).fetchone() is None else min(limit, 1)

    def probed(self, connection: Connection[DictRow]) -> None:
        """One message has been claimed; if the server is paused, the next tries it later."""
        connection.execute(_PROBED, {"longest": self.longest})

    def note(
        self, verdicts: Sequence[tuple[Sending, Verdict]], connection: Connection[DictRow]
    ) -> Callable[[], bool]:
        """What these tell of the server and of domains. What is returned says, when it is asked,
        whether the server works again."""
        _lock(verdicts, connection)
        _let_rest(verdicts, connection)
        if any(one.works for _, one in verdicts):
            told = connection.execute(_WORKS, {"domains": _taking(verdicts)})
            return partial(_works_again, told)
        failed = [one for _, one in verdicts if one.works is False]
        if failed:
            self._failed(failed, connection)
        return lambda: False

    def _failed(self, failed: Sequence[Verdict], connection: Connection[DictRow]) -> None:
        """However many failed at this moment, it is one failure of the server."""
        worst = next((one for one in failed if one.fault is Fault.OURS), failed[0])
        ours = worst.fault is Fault.OURS
        values = {"reason": worst.reason, "ours": ours, "patience": self.patience}
        row = connection.execute(_FAILED, values).fetchone()
        if row is not None and row["stop"]:
            why = "our login or sender isn't accepted" if ours else f"{row['failures']} in a row"
            log.error(
                "Sending is paused: %s (%s). No mail is lost; the server is tried again by itself.",
                worst.reason,
                why,
            )


def _works_again(told: Cursor[DictRow]) -> bool:
    row = told.fetchone()
    if row is not None and row["was_paused"]:
        log.warning("The mail server works again: sending goes on.")
    return row is not None


def hurry(connection: Connection[DictRow]) -> None:
    """What only waited because the server failed needn't wait any longer."""
    connection.execute(_HURRY)


def _lock(verdicts: Sequence[tuple[Sending, Verdict]], connection: Connection[DictRow]) -> None:
    """Every domain of these that rests or did, before any is changed."""
    resting = _held(verdicts)
    if resting:
        connection.execute(_ONE_AT_A_TIME)
    connection.execute(_LOCK, {"domains": [*resting, *_taking(verdicts)]})


def _taking(verdicts: Sequence[tuple[Sending, Verdict]]) -> list[str]:
    return sorted({sending.domain for sending, one in verdicts if one.state == "accepted"})


def _let_rest(verdicts: Sequence[tuple[Sending, Verdict]], connection: Connection[DictRow]) -> None:
    held = _held(verdicts)
    if held:
        connection.execute(_REST, {"domains": list(held), "at_once": list(held.values())})


def _held(verdicts: Sequence[tuple[Sending, Verdict]]) -> dict[str, bool]:
    """Domains that want less; whether they are to rest at once."""
    held: dict[str, bool] = {}
    for sending, one in verdicts:
        if one.fault in (Fault.THROTTLED, Fault.GREYLISTED):
            at_once = one.fault is Fault.THROTTLED
            held[sending.domain] = held.get(sending.domain, False) or at_once
    return held
