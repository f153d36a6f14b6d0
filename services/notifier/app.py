"""Wires the notifier together: settings, database, bell, sender, and the Celery application."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial

from celery.signals import worker_shutdown
from psycopg import Connection
from psycopg.rows import DictRow

from services.notifier.adapters import brake
from services.notifier.adapters.brake import Brake, Held
from services.notifier.adapters.claims import Claims
from services.notifier.adapters.gate import Gate
from services.notifier.adapters.imap import Mailbox
from services.notifier.adapters.inbox import Inbox
from services.notifier.adapters.intake import Intake, mail_desk, ours_of
from services.notifier.adapters.keep import Keep
from services.notifier.adapters.oauth import Tokens
from services.notifier.adapters.pause import Pause
from services.notifier.adapters.previews import publish_previews
from services.notifier.adapters.rows import SqlRows
from services.notifier.adapters.sender import Pace, Sender
from services.notifier.adapters.sent_words import forget_words
from services.notifier.domain.ours import OurAddresses
from services.notifier.domain.samples import samples
from services.notifier.inbound.receiver import Door
from services.notifier.inbound.taking_in import STORING_THREADS, TakingIn
from services.notifier.settings import InboundSettings, Settings
from services.notifier.tasks import a_round, desk_of, handlers, post_of
from shared.bus.delivery import Deliveries
from shared.bus.heartbeat import INBOUND, heartbeat
from shared.bus.subscribers import NOTIFIER
from shared.db import Database
from shared.live_rules import LiveRules
from shared.municipality import load_municipality
from shared.queue import Doorbell, celery_app, task_of, work_while_there_is_work
from shared.settings import SettingsError
from shared.settled import settled
from shared.watching import begin, begin_in_workers

log = logging.getLogger(__name__)

_SECONDS_A_TASK = 5.0
_TIDY_SECONDS = 300.0
_A_TIDYING = 5000


class Notifier:
    """Everything one worker process holds; made when its first task comes, after any fork."""

    def __init__(self, settings: Settings) -> None:
        self._keep_words = settings.sent_words_keep
        self._tidy_at = 0.0
        rules = LiveRules(settings.municipality)
        municipality = rules.last
        post = post_of(municipality, settings.public_url, settings.secret)
        desk = desk_of(rules.at, post, SqlRows, municipality.mail.quiet)
        self.bell = Doorbell(settings.broker_url)
        self.database = Database(
            settings.database_url, role="samspel_notifier", demo=settings.demo, ring=self.bell.ring
        )
        self.deliveries = Deliveries(self.database, NOTIFIER, handlers(desk, mail_desk))
        self.intake = Intake(
            Inbox(self.database, settings.inbound_keep),
            desk,
            ours_of(post),
            settings.trusted_authserv,
        )
        publish_previews(self.database, samples(post))
        lease = timedelta(seconds=settings.lease_seconds)
        self.claims = Claims(
            self.database,
            lease,
            unknown_wait=timedelta(seconds=settings.smtp_unknown_wait),
            brake=Brake(_keep(settings)),
            pause=Pause(settings.smtp_failures, timedelta(seconds=settings.smtp_pause)),
        )
        self.sender = Sender(
            server=settings.mail_server,
            gate=Gate(self.database, rules.at, post, municipality.mail.quiet),
            claims=self.claims,
            pace=Pace(
                connections=settings.smtp_connections,
                answer_seconds=settings.smtp_timeout,
                command_seconds=settings.smtp_command_timeout,
                lease=lease,
                pacing=settings.pacing(own={municipality.mail.domain}),
            ),
            tokens=None if settings.oauth is None else Tokens(settings.oauth),
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
        return a_round(self.deliveries, self.claims, self.sender, self.intake)

    def _beat(self) -> None:
        heartbeat(self.database, NOTIFIER)
        if time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + _TIDY_SECONDS
            with self.database.unit() as unit:
                forget_words(unit.now - self._keep_words, _A_TIDYING, unit)


def held() -> Held:
    """What is held after a restore, for the person who has to decide."""
    return _in_database(brake.held)


def release_held() -> Held:
    """Send from this database again, also what was held; what that was."""
    return _in_database(brake.release)


def drop_held() -> Held:
    """Send from this database again, but not what was held; what that was."""
    return _in_database(brake.drop)


def _in_database(act: Callable[[Connection[DictRow]], Held]) -> Held:
    settings = Settings.read()
    database = Database(settings.database_url, role="samspel_notifier", demo=settings.demo, size=1)
    try:
        with database.plain() as connection:
            return act(connection)
    finally:
        database.close()


def _keep(settings: Settings) -> Keep | None:
    if settings.keep is not None:
        return Keep(settings.keep)
    if not settings.demo:
        log.warning(
            "SAMSPEL_KEEP isn't set: a database that is rolled back in place won't be noticed, and"
            " mail may be sent twice. See docs/keeping.md, Restore."
        )
    return None


def receive() -> None:
    """Take mail in until the process is told to end: at the door, or from a mailbox, or both."""
    try:
        begin("inbound")
        settings = InboundSettings.read()
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    database = Database(
        settings.database_url,
        role="samspel_notifier",
        demo=settings.demo,
        ring=Doorbell(settings.broker_url).ring,
        size=STORING_THREADS + 2,  # the mailbox, and signs of life
    )
    try:
        inbox = Inbox(database, settings.inbound_keep)
        asyncio.run(_taking_in(settings, inbox, partial(heartbeat, database, INBOUND)).run())
    except OSError as error:
        at = f"{settings.inbound_host}:{settings.inbound_port}"
        raise SystemExit(f"SAMSPEL_INBOUND_PORT: {at} can't be used: {error.strerror}.") from None
    finally:
        database.close()


def _taking_in(settings: InboundSettings, inbox: Inbox, sign: Callable[[], None]) -> TakingIn:
    municipality = load_municipality(settings.municipality)
    addresses = ours_of(post_of(municipality, settings.public_url, settings.secret))
    return TakingIn(
        door=Door(
            hostname=addresses.from_address.rpartition("@")[2],
            connections=settings.inbound_connections,
            seconds=settings.inbound_timeout,
            tls=settings.tls,
        ),
        at=(settings.inbound_host, settings.inbound_port) if settings.inbound_port else None,
        addresses=addresses,
        store=inbox.store,
        mailbox=_mailbox(settings, addresses, inbox),
        pause=settings.imap_seconds,
        sign=sign,
    )


def _mailbox(settings: InboundSettings, addresses: OurAddresses, inbox: Inbox) -> Mailbox | None:
    if settings.imap_server is None:
        return None
    return Mailbox(
        server=settings.imap_server,
        addresses=addresses,
        store=lambda arrivals: inbox.store(arrivals, "imap"),
        moved_to=settings.imap_folder,
        tokens=None if settings.oauth is None else Tokens(settings.oauth),
    )


@cache
def _service() -> Notifier:
    return settled(Notifier(Settings.read()))


celery = celery_app("notifier", Settings.read().broker_url)
begin_in_workers("notifier")


@celery.task(name=task_of(NOTIFIER))
def work() -> None:
    """Take up whatever the database says is to do."""
    _service().work()


@worker_shutdown.connect
def _end(**_: object) -> None:
    """Let the mails that are on their way arrive, so that nobody has to wonder about them."""
    if _service.cache_info().currsize:
        _service().close()
