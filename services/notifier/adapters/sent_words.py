"""What a mail said, kept for a while for who wonders what was sent; without a key to anything."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from shared.db import Unit

_KEEP = """
    INSERT INTO notifier.sent_words (message_id, subject, text, written_at)
    SELECT told.id, told.subject, told.text, %(now)s
    FROM unnest(%(ids)s::uuid[], %(subjects)s::text[], %(texts)s::text[])
         AS told(id, subject, text)
    ON CONFLICT (message_id) DO UPDATE
    SET subject = excluded.subject, text = excluded.text, written_at = excluded.written_at
"""
# But for what is held.
_FORGET = """
    DELETE FROM notifier.sent_words WHERE message_id IN (
        SELECT message_id FROM notifier.sent_words
        WHERE written_at <= %s
          AND NOT notifier.is_of_held(message_id, (SELECT cases_api.held())) LIMIT %s)
"""


def keep_words(told: Mapping[UUID, tuple[str, str]], unit: Unit) -> None:
    """The subject and the text of each mail that is written now, in the gate's transaction."""
    if not told:
        return
    subjects, texts = zip(*told.values(), strict=True)
    values = {"ids": list(told), "subjects": list(subjects), "texts": list(texts), "now": unit.now}
    unit.connection.execute(_KEEP, values)


def forget_words(written_before: datetime, limit: int, unit: Unit) -> None:
    """What has been kept long enough and isn't held, so many at a time."""
    unit.connection.execute(_FORGET, [written_before, limit])
