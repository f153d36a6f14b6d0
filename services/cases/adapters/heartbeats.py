"""Which services have given a sign of life lately, in real time."""

from collections.abc import Iterable

from shared.bus.heartbeat import INBOUND
from shared.db import Database

_FRESH = "15 seconds"
# A mailbox that refuses us is an alarm, but no reason to take the web out of a balancer. A sign
# that lies ahead was given before the clock was set back; one at infinity is no service's.
_BEATS = """
    SELECT service, at > clock_timestamp() - %s::interval
      AND (at <= clock_timestamp() + interval '1 minute' OR NOT isfinite(at)) AS fresh
    FROM bus.heartbeats WHERE service <> %s
"""


def silent_services(database: Database, expected: Iterable[str]) -> list[str]:
    """Those that are expected and never came, and any that has fallen silent."""
    with database.plain() as connection:
        rows = connection.execute(_BEATS, [_FRESH, INBOUND])
        beats = {row["service"]: row["fresh"] for row in rows}
    fallen = {service for service, fresh in beats.items() if not fresh}
    return sorted(fallen | (set(expected) - beats.keys()))
