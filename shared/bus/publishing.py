"""Publishing: the event and a delivery for each subscriber, inside the producer's transaction."""

from psycopg.types.json import Jsonb

from shared.bus.events import Event
from shared.bus.subscribers import SUBSCRIBERS
from shared.db import Unit

_PUBLISH = """
    WITH event AS (
        INSERT INTO bus.events (type, source, subject, time, data)
        VALUES (%(type)s, current_user, %(subject)s, %(time)s, %(data)s)
        RETURNING id
    )
    INSERT INTO bus.deliveries (event_id, subscriber)
    SELECT event.id, subscriber FROM event, unnest(%(subscribers)s::text[]) AS subscriber
"""


def publish(unit: Unit, event: Event) -> None:
    """Store `event` in the unit's transaction; its subscribers are rung for after the commit."""
    subscribers = SUBSCRIBERS[type(event)]
    unit.connection.execute(
        _PUBLISH,
        {
            "type": event.type,
            "subject": event.subject,
            "time": unit.now,
            "data": Jsonb(event.model_dump(mode="json")),
            "subscribers": list(subscribers),
        },
    )
    unit.rings.update(subscribers)
