"""Wires the notifier together: settings, database, bell, sender, and the Celery application."""

from datetime import timedelta
from functools import cache

from celery.signals import worker_shutdown

from services.notifier.adapters.claims import Claims
from services.notifier.adapters.gate import Gate
from services.notifier.adapters.rows import SqlRows
from services.notifier.adapters.sender import Pace, Sender
from services.notifier.settings import Settings
from services.notifier.tasks import a_round, handlers, post_of
from shared.bus.delivery import Deliveries
from shared.bus.heartbeat import heartbeat
from shared.bus.subscribers import NOTIFIER
from shared.db import Database
from shared.municipality import load_municipality
from shared.queue import Doorbell, celery_app, task_of, work_while_there_is_work

_SECONDS_A_TASK = 5.0


class Notifier:
    """Everything one worker process holds; made when its first task comes, after any fork."""

    def __init__(self, settings: Settings) -> None:
        municipality = load_municipality(settings.municipality)
        post = post_of(municipality, settings.secret)
        self.bell = Doorbell(settings.broker_url)
        self.database = Database(
            settings.database_url, role="samspel_notifier", demo=settings.demo, ring=self.bell.ring
        )
        self.deliveries = Deliveries(
            self.database, NOTIFIER, handlers(municipality.procedures, post, SqlRows)
        )
        lease = timedelta(seconds=settings.lease_seconds)
        self.claims = Claims(
            self.database, lease, unknown_wait=timedelta(seconds=settings.smtp_unknown_wait)
        )
        self.sender = Sender(
            server=settings.mail_server,
            gate=Gate(self.database, municipality.procedures, post),
            claims=self.claims,
            pace=Pace(
                connections=settings.smtp_connections,
                answer_seconds=settings.smtp_timeout,
                command_seconds=settings.smtp_command_timeout,
                lease=lease,
            ),
        )

    def work(self) -> None:
        self.bell.answer(NOTIFIER)
        more = work_while_there_is_work(self._round, self._beat, seconds=_SECONDS_A_TASK)
        if more:
            self.bell.ring({NOTIFIER})

    def close(self) -> None:
        self.sender.close()
        self.database.close()

    def _round(self) -> int:
        return a_round(self.deliveries, self.claims, self.sender)

    def _beat(self) -> None:
        heartbeat(self.database, NOTIFIER)


@cache
def _service() -> Notifier:
    return Notifier(Settings.read())


celery = celery_app("notifier", Settings.read().broker_url)


@celery.task(name=task_of(NOTIFIER))
def work() -> None:
    """Take up whatever the database says is to do."""
    _service().work()


@worker_shutdown.connect
def _end(**_: object) -> None:
    """Let the mails that are on their way arrive, so that nobody has to wonder about them."""
    if _service.cache_info().currsize:
        _service().close()
