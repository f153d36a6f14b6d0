"""Messages in great numbers: rows that were copied in the database."""

from dataclasses import replace

import psycopg
from psycopg.rows import tuple_row

from tests.support.mailing import message

_KEYS = "SELECT key FROM notifier.messages"
_NAME = """
    UPDATE notifier.messages m SET id = named.id
    FROM unnest(%s::text[], %s::uuid[]) AS named(key, id) WHERE named.key = m.key
"""


def name_messages(connection: psycopg.Connection) -> None:
    """Their ids follow from their keys, as those of all messages do."""
    keys = [key for (key,) in connection.cursor(row_factory=tuple_row).execute(_KEYS)]
    connection.execute(_NAME, [keys, [replace(message(), key=key).id for key in keys]])
