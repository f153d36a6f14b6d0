"""F6: whatever Redis does just then, a worker goes on looking."""

from typing import Any

import redis
from kombu import Consumer

from shared.queue import celery_app, task_of


def test_F6_a_look_whose_receipt_is_lost_doesnt_keep_a_worker_from_the_next(
    broker_url: str,
) -> None:
    """A worker takes one message at a time, and no other until it has given a receipt for it."""
    app, came = celery_app("scheduler", broker_url), []

    def look(_: object, message: Any) -> None:
        came.append(message)  # and never acknowledges it

    with app.connection_for_read() as connection, connection.channel() as channel:
        consumer = Consumer(channel, [app.amqp.queues["scheduler"]], callbacks=[look])
        consumer.qos(prefetch_count=1)
        with consumer:
            for number in (1, 2):
                app.send_task(task_of("scheduler"))
                connection.drain_events(timeout=10)
                assert len(came) == number
            came[0].ack()
    app.close()
    with redis.Redis.from_url(broker_url) as valkey:
        assert list(valkey.scan_iter("unacked*")) == []
