"""The whole of Samspel in one process: three services over one database, driven by hand.

The wiring is that of the real services but for Celery and Redis: the rounds that a worker does when
it is rung for are done by `quiet()`. Time stands still until `move_clock`, and a mail server in a
thread takes every mail, so a story of months is told in seconds, and the same each time.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg.rows import dict_row
from pydantic import SecretStr

from services.cases.adapters.clockwork import Clockwork
from services.cases.app import Cases
from services.cases.handlers.clock import Left, move_clock
from services.cases.settings import Settings
from services.notifier.domain.mailserver import MailServer
from services.scheduler.adapters.store import SqlStore
from services.scheduler.tasks import Work, handlers, rules_of
from shared.bus.delivery import Deliveries
from shared.bus.subscribers import SCHEDULER
from shared.db import Database
from shared.domain.days import WorkingDays, local_date
from tests.support.diary import Diary, Mail
from tests.support.folders import around_a_child_alone, live_rules, without_letters
from tests.support.notifier import SECRET, Worker, a_worker
from tests.support.smtp import ScriptedServer
from tests.support.web import the_web

START = "2027-03-01T08:00:00+01:00"  # a Monday
TOKEN = "token-of-a-town-that-lives-for-a-test"
QUIET_SECONDS = 20.0
Json = dict[str, Any]

_TASKS = """
    SELECT t.key, t.kind, t.rule, t.state,
           coalesce(who.role, (SELECT min(p.role) FROM cases.holders h
                               JOIN cases.posts p ON p.code = h.post WHERE h.person_id = t.owner))
           AS role
    FROM cases.tasks t
    LEFT JOIN cases.participants who ON who.case_id = t.case_id AND who.person_id = t.owner
"""
_FAILED = """
    SELECT subscriber || ': ' || type || ' failed with ' || error AS failure
    FROM bus.deliveries d JOIN bus.events e ON e.id = d.event_id
    WHERE error IS NOT NULL AND state <> 'done'
    UNION ALL
    SELECT 'scheduler: looking at ' || case_id || ' failed with ' || error
    FROM scheduler.plans WHERE error IS NOT NULL
"""


@dataclass(slots=True, repr=False)
class Town:
    """Calls are answered at once; what comes of them happens in `quiet()`."""

    client: TestClient
    cases: Cases
    scheduler: Work
    notifier: Worker
    server: ScriptedServer
    clockwork: Clockwork
    looking: psycopg.Connection[Json]  # each look is a transaction of its own
    database_url: str
    diary_so_far: Diary = field(default_factory=Diary)

    # calls

    def get(self, path: str) -> Any:
        answer = self.client.get(f"/api/v1/{path}")
        assert answer.is_success, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def post(self, path: str, body: Json | None = None, *, status: int | None = None) -> Json:
        """The answer, whatever it is if its `status` was expected; nothing else happens yet."""
        answer = self.client.post(f"/api/v1/{path}", json=body or {})
        expected = answer.is_success if status is None else answer.status_code == status
        assert expected, f"POST {path}: {answer.status_code} {answer.text}"
        return cast(Json, answer.json())

    def do(self, path: str, body: Json | None = None, *, status: int | None = None) -> Json:
        """A call, and all that comes of it."""
        answer = self.post(path, body, status=status)
        self.quiet()
        return answer

    def people(self, role: str) -> list[Json]:
        answer = self.get(f"people?role={role}")
        return cast(list[Json], answer if isinstance(answer, list) else answer["items"])

    def rows(self, query: str, *values: Any) -> list[Json]:
        return self.looking.execute(query.encode(), values).fetchall()

    # time

    @property
    def today(self) -> str:
        return local_date(self.clockwork.now()).isoformat()

    def move_clock(self, to: str) -> None:
        """Time passes (an instant with an offset), and everybody does on the way what is due."""
        left = move_clock(_Clock(self), datetime.fromisoformat(to))
        assert not left, left

    def jump_clock(self, to: str) -> None:
        """The same with nobody at work until then, which takes a tenth of the time to tell."""
        self.clockwork.stand_at(datetime.fromisoformat(to))
        self.quiet()

    def quiet(self, seconds: float = QUIET_SECONDS) -> None:
        """Rounds of all three until nothing is due, undelivered or under way at this time.

        AssertionError if they don't come to rest in so many real seconds, or one of them fails.
        """
        end = time.monotonic() + seconds
        self.cases.look_daily()
        while left := self.clockwork.settle(0):
            assert time.monotonic() < end, f"not quiet after {seconds} s: {left}, {self._failed()}"
            if self._a_round():
                continue
            if left.daily:  # what the rounds have brought is late already, or to be reminded of
                self.cases.look_daily()
            assert not (failed := self._failed()), failed
            time.sleep(0.01)  # for a lease or for another attempt, which wait in real time
        self.diary_so_far.write(self.today, self.server.accepted, self.rows(_TASKS))

    def settle(self, seconds: int = 20) -> None:
        """The same, by the name it has for the real house."""
        self.quiet(seconds)

    # what has come of it

    def mails(self) -> list[Mail]:
        """Every mail that was taken, in the order of the days."""
        return [letter.mail for letter in self.diary_so_far.letters]

    def letters(self) -> list[tuple[Mail, EmailMessage]]:
        """The same, each as it came."""
        return [(letter.mail, letter.raw) for letter in self.diary_so_far.letters]

    def mail_to(self, address: str) -> EmailMessage:
        """The newest mail to somebody, as it came."""
        return next(
            one.raw for one in reversed(self.diary_so_far.letters) if one.mail.to == address
        )

    def kinds_of_mail(self) -> Counter[tuple[str, str]]:
        return Counter((mail.kind, mail.to) for mail in self.mails())

    def tasks(self, case: Json | str, state: str = "open") -> list[Json]:
        """The tasks of a case in that state."""
        shown = self.get(f"cases/{case if isinstance(case, str) else case['id']}")
        return [task for task in shown["tasks"] if task["state"] == state]

    def diary(self, since: str = "") -> list[str]:
        """What has happened from a day on: «2027-03-02 REQUEST 0 → petra@hemma.example» for a mail,
        «2027-03-02 task get-consent R4 rektor» for a task that was opened, or opened again."""
        return [line for line in self.diary_so_far.lines() if line >= since]

    # how it goes

    def _a_round(self) -> int:
        """One round of each; how much there was to do."""
        found = self.cases.deliveries.drain_batch()
        found += self.scheduler.a_round()
        found += self.notifier.a_round()
        self.notifier.sender.wait(5)
        return found

    def _failed(self) -> list[str]:
        looks = (*self.cases.failed_today, *self.cases.failed_looks)
        of_the_day = [f"the day: {part} failed" for part in looks]
        return of_the_day + [row["failure"] for row in self.rows(_FAILED)]


@dataclass(frozen=True, slots=True)
class _Clock:
    """The port that moves the clock, with the town's rounds for the workers'."""

    town: Town

    def now(self) -> datetime:
        return self.town.clockwork.now()

    def next_instant(self) -> datetime | None:
        return self.town.clockwork.next_instant()

    def stand_at(self, instant: datetime) -> None:
        self.town.clockwork.stand_at(instant)

    def settle(self, seconds: float) -> Left:
        self.town.quiet(seconds)
        return self.town.clockwork.settle(0)


class _NoBell:
    """Rings for nobody: the rounds are done by hand."""

    def __init__(self, broker_url: str) -> None: ...

    def ring(self, services: set[str]) -> None: ...

    def answer(self, service: str) -> None: ...


@contextmanager
def a_town(
    database_url: str,
    municipality: Path,
    *,
    clock: str | None = START,
    year: bool = False,
    letters: bool = False,
    archive: Path | None = None,
) -> Iterator[Town]:
    """The example municipality's Samspel on a database with its register, at that time.

    Without a `clock` it is one that was left before, at the time at which it was left. Without its
    `year` it works by the routines around a child alone, so that what is told in a story is all
    that happens; nor are there `letters` of the week.
    """
    with ExitStack() as stack:
        if not year:
            municipality = around_a_child_alone(municipality)
        if not letters:
            municipality = without_letters(municipality)
        if clock is not None:
            _set_clock(database_url, clock)
        settings = _settings(database_url, municipality, archive)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("services.cases.parts.Doorbell", _NoBell)
            patch.setattr("services.cases.parts.LiveRules", live_rules)
            web, cases = stack.enter_context(the_web(settings)), Cases(settings)
        stack.callback(cases.close)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        client = stack.enter_context(TestClient(web, headers=headers))
        clock_database = Database(database_url, role="samspel_cases", demo=True, size=1)
        stack.callback(clock_database.close)
        server = stack.enter_context(ScriptedServer())
        notifier = a_worker(database_url, municipality, MailServer.from_url(server.url))
        yield Town(
            client=client,
            cases=cases,
            scheduler=stack.enter_context(_scheduler(database_url, municipality)),
            notifier=stack.enter_context(notifier),
            server=server,
            clockwork=Clockwork(clock_database, lambda _: None),
            looking=stack.enter_context(
                psycopg.connect(database_url, autocommit=True, row_factory=dict_row)
            ),
            database_url=database_url,
        )


def _settings(database_url: str, municipality: Path, archive: Path | None) -> Settings:
    return Settings(
        database_url=database_url,
        broker_url="redis://nobody.example",
        public_url="http://samspel.example",
        secret_key=SecretStr(SECRET.decode()),
        municipality=municipality,
        demo=True,
        api_token=SecretStr(TOKEN),
        archive=archive,
    )


@contextmanager
def _scheduler(database_url: str, municipality: Path) -> Iterator[Work]:
    rules, days = live_rules(municipality), WorkingDays()
    database = Database(database_url, role="samspel_scheduler", demo=True, size=2)
    deliveries = Deliveries(database, SCHEDULER, handlers(SqlStore))
    try:
        yield Work(database, SqlStore, deliveries, lambda unit: rules_of(rules.at(unit), days))
    finally:
        database.close()


def _set_clock(database_url: str, instant: str) -> None:
    with psycopg.connect(database_url) as connection:
        stands_at = datetime.fromisoformat(instant)
        connection.execute("INSERT INTO clock.hand (stands_at) VALUES (%s)", [stands_at])
