"""Signs of life: who has worked when, in real time, for `/readyz`, `/drift` and `doctor`."""

from shared.db import Database

INBOUND = "inbound"  # gives signs too, though no event is for it
_BEAT = """
    INSERT INTO bus.heartbeats (service, at) VALUES (%s, clock_timestamp())
    ON CONFLICT (service) DO UPDATE SET at = excluded.at
"""


def heartbeat(database: Database, service: str) -> None:
    """Note that `service` has just looked for work, woken through beat and the broker; or, of
    `inbound`, that mail can come in."""
    with database.plain() as connection:
        connection.execute(_BEAT, [service])
