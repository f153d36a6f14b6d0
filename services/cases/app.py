"""Wires the case service together: what its programs, its worker and its commands begin with."""

import logging
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from psycopg.errors import DeadlockDetected

from services.cases.adapters.accounts import accounts_in
from services.cases.adapters.drafts import forget_drafts
from services.cases.adapters.family import forget_former
from services.cases.adapters.idempotency import forget_old
from services.cases.adapters.municipality import import_register
from services.cases.adapters.register_files import forget_import_drafts
from services.cases.adapters.retention import retention_desk, retention_in
from services.cases.adapters.sessions import SqlSessions
from services.cases.adapters.tokens import tokens_in
from services.cases.handlers.accounts import AccountDesk
from services.cases.handlers.daily import begin_day
from services.cases.handlers.digests import count_letters, plan_weeks
from services.cases.handlers.duties import tell_of_near
from services.cases.handlers.importing import Imported
from services.cases.handlers.lapsing import let_proposals_lapse
from services.cases.handlers.lateness import tell_of_late
from services.cases.handlers.letting_go import let_go
from services.cases.handlers.ports import ITSELF, Desk
from services.cases.handlers.retention import RetentionDesk
from services.cases.handlers.tokens import TokenDesk
from services.cases.parts import Parts
from services.cases.settings import Addresses, Settings
from services.cases.tasks import handlers
from shared.bus.delivery import Deliveries
from shared.bus.heartbeat import heartbeat
from shared.bus.subscribers import CASES
from shared.clock import system_now
from shared.db import again_after_deadlock
from shared.domain.days import local_date
from shared.domain.retention import Retention
from shared.municipality import load_municipality, read_register
from shared.procedures import ProcedureFiles, read_procedures
from shared.queue import Doorbell, celery_app, task_of, work_while_there_is_work
from shared.register import MunicipalityError
from shared.settings import SettingsError
from shared.settled import settled
from shared.tomlfile import BrokenFileError
from shared.watching import begin, begin_in_workers

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger(__name__)
T = TypeVar("T")
_SECONDS_A_TASK = 5.0
_TIDY_SECONDS = 3600.0
_AGAIN_SECONDS = 600.0
_DAY_AGAIN_SECONDS = 5.0  # at first: nobody can tell whether the database was in the way just then
_WORKER = f"{CASES}.worker"
_COMMAND = "command"


def web() -> "FastAPI":
    """The API and the pages; for `uvicorn --factory`."""
    # Imported here: FastAPI takes a second, which the worker and the commands don't need to wait.
    from services.cases.website import make_web  # noqa: PLC0415

    try:
        begin("web")
        return settled(make_web(Settings.read()))
    except SettingsError as error:
        raise SystemExit(str(error)) from None


def open_accounts() -> AbstractContextManager[AccountDesk]:
    """The accounts of those who sign in, for commands."""
    return accounts_in(Addresses().database_url, _COMMAND)


def open_tokens() -> AbstractContextManager[TokenDesk]:
    """The keys of other systems, for commands."""
    addresses = Addresses()
    return tokens_in(addresses.database_url, _COMMAND, demo=addresses.demo)


def open_retention(
    actor: str, *, each_alone: bool = False
) -> AbstractContextManager[RetentionDesk]:
    """What goes when, for commands; leaving it by an error undoes it all, unless each thing that is
    asked of it is a transaction of its own (`each_alone`). Raises MunicipalityError."""
    addresses = Addresses()

    def plan() -> Retention | None:
        folder = addresses.municipality
        return None if folder is None else load_municipality(folder).retention

    return retention_in(
        addresses.database_url,
        actor,
        plan,
        addresses.archive,
        demo=addresses.demo,
        each_alone=each_alone,
    )


def import_municipality(folder: Path, *, dry_run: bool = False) -> Imported:
    """Bring the folder's register into the database. Raises MunicipalityError."""
    addresses = Addresses()
    return import_register(
        addresses.database_url,
        read_register(folder),
        procedures=_procedures_in(folder),
        dry_run=dry_run,
        demo=addresses.demo,
        ring=Doorbell(addresses.broker_url).ring,
    )


def _procedures_in(folder: Path) -> ProcedureFiles:
    try:
        files = read_procedures(folder / "procedures")
        files.procedures()
    except BrokenFileError as error:
        raise MunicipalityError([str(error)]) from None
    return files


class Cases:
    """Everything one worker process holds; made when its first task comes, after any fork."""

    def __init__(self, settings: Settings, parts: Parts | None = None) -> None:
        self._parts = parts or Parts(settings)
        self._terms = settings.terms
        self._archive = settings.archive
        heard = handlers(lambda unit: self._parts.desk_for(unit, _WORKER))
        self._tidy_at = 0.0
        self._looked_by: tuple[date, UUID | None] | None = None
        self._look_again_at = self._look_again_after = 0.0
        self._count_again_at: dict[UUID, float] = {}
        self._lapse_again_at: dict[UUID, float] = {}
        self.failed_today: tuple[str, ...] = ()
        self.failed_looks: tuple[str, ...] = ()
        self.deliveries = Deliveries(self._parts.database, CASES, heard)

    def work(self) -> None:
        """Answer the bell, and hear events as long as there are any.

        What is to be forgotten is forgotten, whatever else fails.
        """
        try:
            self._hear_and_look()
        finally:
            if time.monotonic() >= self._tidy_at:
                self._tidy()

    def _hear_and_look(self) -> None:
        self._parts.bell.answer(CASES)
        more = work_while_there_is_work(
            self.deliveries.drain_batch, self._beat, seconds=_SECONDS_A_TASK
        )
        if more:
            self._parts.bell.ring({CASES})
            return
        self.look_daily()

    def look_daily(self) -> None:
        """What comes with the time alone: late tasks, proposed times that pass, and once on each
        day what the date brings, again if the rules have changed. What fails keeps nothing else
        away, and is tried again after a while (what the date brings after five seconds, then after
        twice as long each time); a look of every bell, with the next one, as what there was no
        database for."""
        with self._parts.database.unit() as unit:
            seen = (local_date(unit.now), self._parts.rules.rules_at(unit.connection).revision)
        again = self.failed_today and time.monotonic() >= self._look_again_at
        if again or seen != self._looked_by:
            self.failed_today = begin_day(self._in_a_unit, self._is_away) + self._failing(
                {
                    "weeks": partial(
                        self._in_a_unit, partial(plan_weeks, self._parts.municipality.digest)
                    ),
                    "retention": partial(let_go, self._in_a_retention_unit, self._hear),
                }
            )
            self._wait_for_another_try(anew=not again)
        self._looked_by = seen
        self.failed_looks = self._failing(
            {
                "late tasks": partial(self._in_a_unit, tell_of_late),
                "near duties": partial(self._in_a_unit, tell_of_near),
                "passed times": partial(self._but_resting, self._lapse_again_at, self._let_lapse),
                "letters": partial(self._but_resting, self._count_again_at, self._count_letters),
            }
        )

    def _wait_for_another_try(self, *, anew: bool) -> None:
        """Soon, and then twice as long each time."""
        longer = _DAY_AGAIN_SECONDS if anew else self._look_again_after * 2
        self._look_again_after = min(longer, _AGAIN_SECONDS)
        self._look_again_at = time.monotonic() + self._look_again_after

    def _failing(self, looks: Mapping[str, Callable[[], object]]) -> tuple[str, ...]:
        """Which of them failed. None keeps the next one away, unless there is no database."""
        failed = []
        for name, look in looks.items():
            try:
                look()
            except Exception as error:
                if self._is_away(error):
                    raise
                # Its type alone: what an error says may name somebody.
                log.error("The look %r failed: %s", name, type(error).__name__)  # noqa: TRY400
                failed.append(name)
        return tuple(failed)

    def _but_resting(
        self,
        again_at: dict[UUID, float],
        look: Callable[[Collection[UUID]], Collection[UUID]],
    ) -> None:
        """Without what failed a while ago; what fails now is tried again after a while."""
        now = time.monotonic()
        for one in [one for one, at in again_at.items() if at <= now]:
            del again_at[one]
        again_at |= dict.fromkeys(look(again_at.keys()), now + _AGAIN_SECONDS)

    def _is_away(self, error: Exception) -> bool:
        """Whether it says nothing of what was done; who meets others again and again does."""
        return not isinstance(error, DeadlockDetected) and self._parts.database.was_in_the_way(
            error
        )

    def _let_lapse(self, resting: Collection[UUID]) -> Collection[UUID]:
        return let_proposals_lapse(self._in_a_unit, self._is_away, resting)

    def _count_letters(self, resting: Collection[UUID]) -> Collection[UUID]:
        letter = self._parts.municipality.digest
        return self._in_a_unit(partial(count_letters, letter, resting))

    def _in_a_unit(self, do: Callable[[Desk], T]) -> T:
        def once() -> T:
            with self._parts.database.unit() as unit:
                return do(self._parts.desk_for(unit, _WORKER))

        return again_after_deadlock(once)

    def _in_a_retention_unit(self, do: Callable[[RetentionDesk], object]) -> object:
        plan = self._parts.municipality.retention
        with self._parts.database.unit() as unit:
            return do(retention_desk(unit, ITSELF, plan, self._archive))

    def _hear(self) -> None:
        """Events and the heartbeat don't wait for what takes long."""
        self._beat()
        self.deliveries.drain_batch()

    def _beat(self) -> None:
        heartbeat(self._parts.database, CASES)

    def _tidy(self) -> None:
        self._tidy_at = time.monotonic() + _TIDY_SECONDS
        with self._parts.database.unit() as unit:
            forget_old(unit.connection, unit.now)
            forget_drafts(unit.connection, unit.now)
            forget_former(unit.connection, unit.now)
            forget_import_drafts(unit.connection, unit.now)
            now = system_now()  # a session's times are real ones
            SqlSessions(unit.connection).forget_ended(now, now - self._terms.idle)

    def close(self) -> None:
        self._parts.database.close()


@cache
def _service() -> Cases:
    return settled(Cases(Settings.read()))


celery = celery_app("cases", Addresses().broker_url)
begin_in_workers("cases")


@celery.task(name=task_of(CASES))
def work() -> None:
    """Take up whatever the database says is to do."""
    _service().work()
