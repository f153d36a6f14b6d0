"""Wires the scheduler together: settings, database, bell, and the Celery task."""

from functools import cache

from services.scheduler.adapters.calendar_reader import CalendarReader
from services.scheduler.adapters.calendars import CalendarFetcher
from services.scheduler.adapters.store import SqlStore
from services.scheduler.settings import Settings
from services.scheduler.tasks import Work, handlers, rules_of
from shared.bus.delivery import Deliveries
from shared.bus.heartbeat import heartbeat
from shared.bus.subscribers import SCHEDULER
from shared.db import Database
from shared.domain.days import WorkingDays
from shared.live_rules import LiveRules
from shared.queue import Doorbell, celery_app, task_of, work_while_there_is_work
from shared.settled import settled
from shared.watching import begin_in_workers

_SECONDS_A_TASK = 5.0


class Scheduler:
    """Everything one worker process holds; made when its first task comes, after any fork."""

    def __init__(self, settings: Settings) -> None:
        rules = LiveRules(settings.municipality)
        days = WorkingDays()
        self.bell = Doorbell(settings.broker_url)
        self.database = Database(
            settings.database_url, role="samspel_scheduler", demo=settings.demo, ring=self.bell.ring
        )
        self._work = Work(
            database=self.database,
            store_of=SqlStore,
            deliveries=Deliveries(self.database, SCHEDULER, handlers(SqlStore)),
            rules_at=lambda connection: rules_of(rules.at(connection), days),
        )
        self._calendars = CalendarReader(
            database=self.database,
            fetcher=CalendarFetcher(settings.own_calendar_hosts, settings.calendar_ca),
            own_domain=rules.last.mail.domain,
            minutes=rules.last.booking.calendar_minutes,
        )

    def work(self) -> None:
        self.bell.answer(SCHEDULER)
        more = work_while_there_is_work(self._work.a_round, self._beat, seconds=_SECONDS_A_TASK)
        if more:
            self.bell.ring({SCHEDULER})
        self._calendars.start()

    def close(self) -> None:
        self._calendars.close()
        self.database.close()

    def _beat(self) -> None:
        heartbeat(self.database, SCHEDULER)


@cache
def _service() -> Scheduler:
    return settled(Scheduler(Settings.read()))


celery = celery_app("scheduler", Settings.read().broker_url)
begin_in_workers("scheduler")


@celery.task(name=task_of(SCHEDULER))
def work() -> None:
    """Take up whatever the database says is to do."""
    _service().work()
