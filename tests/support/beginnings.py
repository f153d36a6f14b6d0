"""Beginnings that many stories have in common: each is lived through once by a process.

Every story gets a copy of the database as it then stands, and the diary of what had come.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg

from services.notifier.adapters.brake import _HERE
from tests.conftest import REGISTERED, a_database, copy_database, make_conninfo_url
from tests.support.diary import Diary
from tests.support.smtp import Received
from tests.support.town import Town, a_town

_STAYS = f"UPDATE notifier.high_water SET place = {_HERE}"  # noqa: S608 - fixed text


@dataclass(frozen=True, slots=True)
class _Told:
    """A beginning: its database, and what had been mailed and written down."""

    database: str
    accepted: tuple[Received, ...]
    diary: Diary


@dataclass(slots=True)
class Beginnings:
    """Those of the example municipality with its year, over a server of PostgreSQL."""

    postgres: str
    municipality: Path
    _told: dict[tuple[str, str | None], _Told] = field(default_factory=dict)

    @contextmanager
    def town(self, clock: str, until: str | None = None) -> Iterator[Town]:
        """All of Samspel, set up at `clock`, come to rest, and lived in `until` then."""
        if (clock, until) not in self._told:
            self._told[clock, until] = self._tell(clock, until)
        told = self._told[clock, until]
        with a_database(self.postgres, told.database) as url:
            with psycopg.connect(url) as connection:  # or its mails were held, as after a restore
                connection.execute(_STAYS.encode())
            with a_town(url, self.municipality, clock=None, year=True) as town:
                town.server.accepted.extend(told.accepted)
                town.diary_so_far = told.diary.copy()
                yield town

    def _tell(self, clock: str, until: str | None) -> _Told:
        database = f"told_{uuid4().hex[:12]}"
        copy_database(self.postgres, REGISTERED, database)
        url = make_conninfo_url(self.postgres, database)
        with a_town(url, self.municipality, clock=clock, year=True) as town:
            town.quiet()
            if until is not None:
                town.move_clock(until)
            return _Told(database, tuple(town.server.accepted), town.diary_so_far)
