"""A database that is in the way: whatever takes room in it fails, as on a full disk."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

_NO_ROOM = """
    CREATE FUNCTION public.no_room() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE SQLSTATE '{}'; END $$;
    CREATE EVENT TRIGGER no_room ON ddl_command_start WHEN TAG IN ('CREATE TABLE AS')
    EXECUTE FUNCTION public.no_room();
"""
_ROOM = "DROP EVENT TRIGGER no_room; DROP FUNCTION public.no_room"


@contextmanager
def no_room(database_url: str, code: str = "53100") -> Iterator[None]:
    """Meanwhile no table can be made or grow; what changes in place goes on."""
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(_NO_ROOM.format(code).encode())
        try:
            yield
        finally:
            owner.execute(_ROOM)


def raising(code: str) -> bytes:
    """A statement that fails so."""
    return f"DO $$ BEGIN RAISE SQLSTATE '{code}'; END $$".encode()
