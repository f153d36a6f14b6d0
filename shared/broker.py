"""The broker as it is read: of a message nothing counts but which service is to look.

Whoever can write to Redis can put anything there. Celery would end at a message that can't be read,
wait for hours at one that says so, and write what it doesn't know into the log. So each message is
made anew before Celery sees it, out of the one name that it may hold; whatever else it says isn't
read. What holds no such name is thrown away, and said so without a word of it.
"""

import base64
import json
import logging
import time
from datetime import datetime
from queue import Empty
from typing import Any, TypeGuard
from uuid import uuid4

from kombu.transport import redis as kombu_redis
from redis import Redis
from redis.exceptions import ResponseError

from shared.queue import SERVICES, task_of

log = logging.getLogger(__name__)

_SERVICE_OF = {task_of(service): service for service in SERVICES}
_NOTHING_MORE = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
_BODY = base64.b64encode(json.dumps([[], {}, _NOTHING_MORE]).encode()).decode()
_ALARM_SECONDS = 60


def made_anew(item: bytes | str) -> str | None:
    """The message that Celery itself would have written, or None if it is none of ours.

    It says who is to look, and until when that is of any use.
    """
    try:
        message = json.loads(item)
    except (ValueError, RecursionError):
        return None
    match message:
        case {"content-type": "application/json", "headers": {"task": str(task), **more}}:
            until = more.get("expires")
        case _:
            return None
    if task not in _SERVICE_OF or more.get("eta") is not None or not _is_until(until):
        return None
    return json.dumps(_written(task, until))


def _is_until(until: object) -> TypeGuard[str | None]:
    """None: it's of use whenever it comes."""
    if not isinstance(until, str):
        return until is None
    try:
        return datetime.fromisoformat(until).tzinfo is not None
    except ValueError:
        return False


def _written(task: str, until: str | None) -> dict[str, Any]:
    """Celery's protocol 2 in the envelope of its transport for Redis."""
    own = str(uuid4())
    return {
        "body": _BODY,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py",
            "task": task,
            "id": own,
            "root_id": own,
            "expires": until,
            "retries": 0,
            "timelimit": [None, None],
            "ignore_result": True,
        },
        "properties": {
            "correlation_id": own,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": _SERVICE_OF[task]},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": own,
        },
    }


class _Alarm:
    """Said now and then: there may be very many."""

    def __init__(self) -> None:
        self._next = 0.0

    def ring(self) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _ALARM_SECONDS
            log.error(
                "The broker held a message that is none of ours; it was thrown away."
                " Somebody else can write to it."
            )


_alarm = _Alarm()


class Client(Redis):
    """Answers a worker that waits for a message with one that was made anew, or with none."""

    def parse_response(self, connection: Any, command_name: Any, **options: Any) -> Any:
        found = super().parse_response(connection, command_name, **options)  # type: ignore[no-untyped-call]
        if command_name != "BRPOP" or not found:
            return found
        queue, item = found
        look = made_anew(item)
        if look is None:
            _alarm.ring()
            return None
        return queue, look


class Channel(kombu_redis.Channel):
    """Reads by such a client, and goes on where something lies that is no queue.

    Connecting asks nothing of what lies there and writes nothing: whatever that is, and however
    full Redis may be, a worker that has lost its connection comes back.
    """

    ack_emulation = False  # without receipts there are no notes about them

    def _get_client(self) -> type[Redis]:
        return Client

    def _queue_bind(self, *_: str) -> None:
        """Which queue is whose isn't kept in Redis: each has the name of its exchange."""

    def get_table(self, exchange: str) -> list[tuple[str, str, str]]:
        """The one queue of an exchange, as kombu would have kept it: key, pattern, queue."""
        return [(exchange, "", exchange)]

    def _size(self, _queue: str) -> int:
        """Asked for at each connection, and used by nobody."""
        return 0

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:  # noqa: FBT001, FBT002
        """Nobody waits for a receipt (`shared/queue.py`), so none is given."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]
        except ResponseError as error:
            if "WRONGTYPE" not in str(error):
                raise
            _alarm.ring()
            self._clear_the_way()
            raise Empty from None

    def _clear_the_way(self) -> None:
        """Where the queue lies, something lies that is none."""
        with self.conn_or_acquire() as client:
            for queue in self.active_queues:
                for step in self.priority_steps:
                    key = self._q_for_pri(queue, step)  # type: ignore[attr-defined]
                    if client.type(key) not in (b"list", b"none"):
                        client.delete(key)


class Transport(kombu_redis.Transport):
    """Celery's own over Redis, with such channels."""

    Channel = Channel
