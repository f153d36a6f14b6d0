"""Reads calendars beside the scheduler's other work, a few at a time, so that it holds up none."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as wall_time
from typing import Protocol

from psycopg import Error
from psycopg_pool import PoolTimeout

from services.scheduler.adapters import calendar_rows
from services.scheduler.adapters.calendar_rows import Claimed
from services.scheduler.adapters.calendars import Fetched, Version
from services.scheduler.domain.freebusy import BusyTimes, UnreadableCalendar, busy_times
from shared.db import Database
from shared.domain.days import at, local_date

log = logging.getLogger(__name__)

AT_A_TIME = 8
LEASE_SECONDS = 120.0
SECONDS_BETWEEN = 15.0

# Far enough for the yearly cycle; read anew before less than a year of it is left.
_HORIZON = timedelta(days=400)
_ENOUGH = timedelta(days=370)


class Fetcher(Protocol):
    def fetch(self, url: str, known: Version) -> Fetched | None: ...


@dataclass(slots=True)
class CalendarReader:
    """`minutes`: how often each calendar is read. `own_domain`: that of our own meetings' UIDs."""

    database: Database
    fetcher: Fetcher
    own_domain: str
    minutes: int
    monotonic: Callable[[], float] = time.monotonic
    _pool: ThreadPoolExecutor = field(init=False)
    _under_way: set[Future[None]] = field(init=False, default_factory=set)
    _next_look: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="calendar")

    def start(self) -> None:
        """Begin to read what is due, without waiting for it."""
        self._under_way = {one for one in self._under_way if not one.done()}
        room = AT_A_TIME - len(self._under_way)
        if room and self.monotonic() >= self._next_look:
            claimed = self._claim(room)
            self._under_way |= {self._pool.submit(self.read, one) for one in claimed}
            if len(claimed) < room:  # else there are more, as soon as there is room
                self._next_look = self.monotonic() + SECONDS_BETWEEN

    def _claim(self, room: int) -> Sequence[Claimed]:
        """None when the database says no: the looks at cases mustn't suffer for it."""
        try:
            with self.database.plain() as connection:
                return calendar_rows.claim(connection, room, LEASE_SECONDS)
        except (Error, PoolTimeout) as error:
            log.warning("calendars are not read now: %s", type(error).__name__)
            return ()

    def close(self) -> None:
        """Waits for those that are under way: seconds."""
        self._pool.shutdown(cancel_futures=True)

    def read(self, claimed: Claimed) -> None:
        """Read one. What goes wrong is noted with a code; should even that fail, the lease ends."""
        try:
            self._read(claimed)
        except UnreadableCalendar as error:
            self._note_failure(claimed, error.code)
        except (Error, PoolTimeout) as error:
            log.warning("calendar of %s: %s", claimed.person_id, type(error).__name__)
        except Exception as error:  # noqa: BLE001 — one calendar must not stop the others
            log.warning("calendar of %s: %s", claimed.person_id, type(error).__name__)
            self._note_failure(claimed, "unreadable")

    def _read(self, claimed: Claimed) -> None:
        """The transaction begins when everything slow is done."""
        with self.database.unit() as unit:
            since = at(local_date(unit.now), wall_time())
        fetched = self.fetcher.fetch(claimed.url, _still_good(claimed, since))
        if fetched is None:
            with self.database.plain() as connection:
                calendar_rows.unchanged(connection, claimed, self.minutes)
            return
        found: BusyTimes = busy_times(fetched.data, since, since + _HORIZON, self.own_domain)
        with self.database.unit() as unit:
            calendar_rows.read(unit, claimed, found, fetched.version, self.minutes)

    def _note_failure(self, claimed: Claimed, code: str) -> None:
        log.warning("calendar of %s can't be read: %s", claimed.person_id, code)
        try:
            with self.database.plain() as connection:
                calendar_rows.failed(connection, claimed, code, self.minutes)
        except (Error, PoolTimeout) as error:
            log.warning("calendar of %s: %s", claimed.person_id, type(error).__name__)


def _still_good(claimed: Claimed, since: datetime) -> Version:
    """The version that is known, if the times of it reach far enough ahead."""
    if claimed.covers_until is None or claimed.covers_until < since + _ENOUGH:
        return Version()
    return claimed.version
