"""Which calendars are to be read, and what was read: the scheduler's own rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.range import TimestamptzRange

from services.scheduler.adapters.calendars import Version
from services.scheduler.adapters.store import SqlStore
from services.scheduler.domain.freebusy import BusyTimes, Interval
from shared.bus.subscribers import SCHEDULER
from shared.db import Unit

# In one statement, so that two workers never read the same one: the later finds the lease. What
# nobody needs any more is forgotten on the way.
_CLAIM = """
    WITH wanted AS MATERIALIZED (
      SELECT c.person_id, c.url, sha256(convert_to(c.url, 'UTF8')) AS url_hash
      FROM cases_api.calendars() c),
    forgotten AS (
      DELETE FROM scheduler.calendars k
      WHERE NOT EXISTS (SELECT FROM wanted w WHERE w.person_id = k.person_id)),
    claimed AS (
      INSERT INTO scheduler.calendars AS k (person_id, url_hash, try_at)
      SELECT w.person_id, w.url_hash, clock_timestamp() + make_interval(secs => %(lease)s)
      FROM wanted w LEFT JOIN scheduler.calendars old ON old.person_id = w.person_id
      WHERE old.person_id IS NULL OR old.try_at <= clock_timestamp()
         OR old.url_hash <> w.url_hash
      ORDER BY old.try_at NULLS FIRST, w.person_id LIMIT %(limit)s
      ON CONFLICT (person_id) DO UPDATE
      SET try_at = excluded.try_at, url_hash = excluded.url_hash,
          known_at = CASE WHEN k.url_hash = excluded.url_hash THEN k.known_at END,
          covers_until = CASE WHEN k.url_hash = excluded.url_hash THEN k.covers_until END,
          etag = CASE WHEN k.url_hash = excluded.url_hash THEN k.etag END,
          last_modified = CASE WHEN k.url_hash = excluded.url_hash THEN k.last_modified END,
          failures = CASE WHEN k.url_hash = excluded.url_hash THEN k.failures ELSE 0 END
      WHERE k.try_at <= clock_timestamp() OR k.url_hash <> excluded.url_hash
      RETURNING k.person_id, k.covers_until, k.etag, k.last_modified)
    SELECT * FROM claimed JOIN wanted USING (person_id)
"""
_READ = """
    UPDATE scheduler.calendars
    SET fetched_at = clock_timestamp(), known_at = clock_timestamp(), failures = 0, error = NULL,
        try_at = clock_timestamp() + make_interval(mins => %(minutes)s)
    WHERE person_id = %(person)s AND url_hash = %(hash)s
    RETURNING person_id
"""
_NEWER = """
    UPDATE scheduler.calendars
    SET covers_until = %(covers)s, etag = %(etag)s, last_modified = %(modified)s
    WHERE person_id = %(person)s
"""
# Twice as long after each failure, but several times a day also after many.
_FAILED = """
    UPDATE scheduler.calendars
    SET fetched_at = clock_timestamp(), failures = failures + 1, error = %(code)s,
        try_at = clock_timestamp() + least(
          make_interval(hours => 6), make_interval(mins => %(minutes)s) * 2 ^ least(failures, 8))
    WHERE person_id = %(person)s AND url_hash = %(hash)s
"""
# Only where new times may let something be booked; what is booked or proposed stays.
_HOPEFUL = """
    SELECT case_id FROM scheduler.plans
    WHERE wanting ->> 'reason' = 'no-free-time'
      AND case_id IN (SELECT cases_api.open_cases_of(%s))
    ORDER BY case_id
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A calendar that is this worker's to read for now. Its address is in no repr."""

    person_id: UUID
    url: str = field(repr=False)
    version: Version
    covers_until: datetime | None

    @property
    def url_hash(self) -> bytes:
        return sha256(self.url.encode()).digest()


def claim(connection: Connection[DictRow], limit: int, lease_seconds: float) -> list[Claimed]:
    """Calendars whose time has come (real time); those that nobody needs any more are forgotten."""
    rows = connection.execute(_CLAIM, {"limit": limit, "lease": lease_seconds})
    return [
        Claimed(
            row["person_id"],
            row["url"],
            Version(row["etag"], row["last_modified"]),
            row["covers_until"],
        )
        for row in rows
    ]


def failed(connection: Connection[DictRow], claimed: Claimed, code: str, minutes: int) -> None:
    """What was known of it stays, and is as old as it was."""
    values = {"person": claimed.person_id, "hash": claimed.url_hash, "code": code}
    connection.execute(_FAILED, values | {"minutes": minutes})


def unchanged(connection: Connection[DictRow], claimed: Claimed, minutes: int) -> bool:
    """It was read just now. False if the calendar is needed no more, or has another address."""
    values = {"person": claimed.person_id, "hash": claimed.url_hash, "minutes": minutes}
    return connection.execute(_READ, values).fetchone() is not None


def read(unit: Unit, claimed: Claimed, found: BusyTimes, version: Version, minutes: int) -> None:
    """Keeps the times, and has the cases looked at that wait for somebody to have one."""
    person = claimed.person_id
    if not unchanged(unit.connection, claimed, minutes):
        return
    unit.connection.execute(
        _NEWER,
        {
            "person": person,
            "covers": found.covers_until,
            "etag": version.etag,
            "modified": version.last_modified,
        },
    )
    if _times(unit.connection, person) == set(found.times):
        return
    _replace(unit.connection, person, found.times)
    store = SqlStore(unit)
    for row in unit.connection.execute(_HOPEFUL, [person]).fetchall():
        store.look_at(row["case_id"])
    unit.rings.add(SCHEDULER)


def _times(connection: Connection[DictRow], person: UUID) -> set[Interval]:
    rows = connection.execute(
        "SELECT lower(during) AS starts_at, upper(during) AS ends_at FROM scheduler.busy_times"
        " WHERE person_id = %s",
        [person],
    )
    return {(row["starts_at"], row["ends_at"]) for row in rows}


def _replace(connection: Connection[DictRow], person: UUID, times: Iterable[Interval]) -> None:
    connection.execute("DELETE FROM scheduler.busy_times WHERE person_id = %s", [person])
    connection.cursor().executemany(
        "INSERT INTO scheduler.busy_times (person_id, during) VALUES (%s, %s)",
        [(person, TimestamptzRange(start, end)) for start, end in times],
    )
