"""Celery as the hands and Redis as the doorbell: messages that say nothing but «look».

All work stands in the database. A task of a service carries no arguments: it takes up whatever the
database says is to do. So losing every message costs at most the seconds until the next poke of
beat, and a forged message can do nothing that beat doesn't do anyway (`shared/broker.py`).
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import redis
from celery import Celery
from celery.schedules import schedule
from kombu import Exchange, Queue

from shared.broker_address import BrokerAddress
from shared.settings import SettingsError

log = logging.getLogger(__name__)

SERVICES = ("cases", "scheduler", "notifier")
POKE_SECONDS = 2
_BELL_MILLISECONDS = 2_000
_PATIENCE_SECONDS = 0.5
_MUTE_SECONDS = 3


def task_of(service: str) -> str:
    """The name of the one task of a service: take up what is to do."""
    return f"{service}.work"


def celery_app(name: str, broker_url: str, *, patience: float = 10) -> Celery:
    """A Celery application whose workers reconnect by themselves and accept JSON only.

    `patience`: seconds after which a broker that doesn't answer counts as gone. Raises
    SettingsError for a URL that isn't spoken.
    """
    address = _address(broker_url)
    app = Celery(name, broker=address.url, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        # A look needs no receipt. A worker takes no more than it has given receipts for: one that
        # is lost, since Redis falls silent just then, would keep it from looking ever again (F6).
        task_queues=[_queue(service) for service in SERVICES],
        task_routes={task_of(service): {"queue": service} for service in SERVICES},
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=patience,
        # Whatever Redis refuses, for want of memory or of a right, it may grant again.
        broker_channel_error_retry=True,
        # This takes the place of the scheme, also of its TLS: that has to be asked for by itself.
        broker_transport="shared.broker:Transport",
        broker_use_ssl=address.tls,
        broker_transport_options={
            "socket_connect_timeout": min(patience, 2),
            "socket_timeout": patience,
            "socket_keepalive": True,
            "health_check_interval": 5,
            "retry_on_timeout": False,
        },
        # In memory: nothing that an earlier beat had written down can hold this one's pokes back.
        beat_scheduler="celery.beat:Scheduler",
        beat_schedule={
            f"poke {service}": {
                "task": task_of(service),
                "schedule": schedule(POKE_SECONDS, nowfun=_seconds_passed),
                "options": {"expires": POKE_SECONDS * 2, "retry": False},
            }
            for service in SERVICES
        },
        timezone="UTC",
    )
    return app


def _seconds_passed() -> datetime:
    """What beat reckons by, as a time since Celery wants one: of the seconds alone, so that a clock
    that is set doesn't still the pokes."""
    return datetime.fromtimestamp(time.monotonic(), UTC)


def _queue(service: str) -> Queue:
    return Queue(service, Exchange(service), routing_key=service, no_ack=True)


def _address(broker_url: str) -> BrokerAddress:
    try:
        return BrokerAddress.read(broker_url)
    except ValueError as error:
        raise SettingsError(f"Settings: SAMSPEL_BROKER_URL: {error}.") from None


def plain_client(address: BrokerAddress, *, seconds: float) -> redis.Redis:
    """A client of Redis that connects as the workers do, and waits no longer than `seconds`."""
    return redis.Redis.from_url(
        address.url, socket_timeout=seconds, socket_connect_timeout=seconds, **address.tls
    )


@dataclass(slots=True)
class Doorbell:
    """Rings for a service so that it looks at once; a dead Redis costs a moment, nothing else."""

    broker_url: str
    _celery: Celery = field(init=False)
    _redis: redis.Redis = field(init=False)
    _mute_until: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._celery = celery_app("doorbell", self.broker_url, patience=_PATIENCE_SECONDS)
        self._redis = plain_client(_address(self.broker_url), seconds=_PATIENCE_SECONDS)

    def ring(self, services: set[str]) -> None:
        """Ring for each service unless its bell still rings. Never raises, never waits long."""
        if time.monotonic() < self._mute_until:
            return
        try:
            for service in sorted(services):
                if self._redis.set(f"bell:{service}", 1, nx=True, px=_BELL_MILLISECONDS):
                    self._celery.send_task(task_of(service), retry=False, expires=30)
        except Exception as error:  # noqa: BLE001 — whatever it was, beat's poke finds the work
            self._mute_until = time.monotonic() + _MUTE_SECONDS
            log.warning("The doorbell is silent: %s", type(error).__name__)

    def answer(self, service: str) -> None:
        """The service has come to look: what happens from now on rings again."""
        try:
            self._redis.delete(f"bell:{service}")
        except redis.RedisError as error:
            log.warning("The doorbell is silent: %s", type(error).__name__)


def work_while_there_is_work(
    rounds: Callable[[], int], beat: Callable[[], None], *, seconds: float
) -> bool:
    """Do rounds until one finds nothing, for at most `seconds` (of real time); `beat` after each.

    True if there was more to do than there was time for: the caller rings for itself again.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = rounds()
        beat()
        if not found:
            return False
    return True
