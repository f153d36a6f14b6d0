"""Publishes what every kind of mail says, for people who want to read it before it is sent."""

from collections.abc import Iterable

from services.notifier.domain.samples import Sample
from shared.db import Database

# Several workers start at once, and an old version beside a new one: the last one's words stay.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('notifier/previews', 0))"
_FORGET = "DELETE FROM notifier.previews"
_SAVE = """
    INSERT INTO notifier.previews (language, kind, variant, turn, subject, text, html)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def publish_previews(database: Database, samples: Iterable[Sample]) -> None:
    """Puts these in the place of all that were there."""
    rows = [
        (one.language, one.kind, one.variant, turn, said.subject, said.text, said.html)
        for turn, one in enumerate(samples)
        for said in (one.words,)
    ]
    with database.plain() as connection, connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)
        cursor.execute(_FORGET)
        cursor.executemany(_SAVE, rows)
