"""What the notifier publishes of the mails' words, in SQL."""

from psycopg import Connection
from psycopg.rows import DictRow

_PREVIEWS = """
    SELECT language, kind, variant, subject, text, html FROM notifier_api.previews
    WHERE language = %(language)s OR %(language)s::text IS NULL ORDER BY turn
"""


class SqlPreviews:
    """A part of the port Views."""

    _connection: Connection[DictRow]

    def previews(self, language: str | None) -> list[DictRow]:
        """One of each kind and variant, filled with an example."""
        return self._connection.execute(_PREVIEWS, {"language": language}).fetchall()
