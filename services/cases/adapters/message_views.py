"""Mails that went out, as the notifier publishes them, in SQL."""

from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

_FIELDS = """id, case_id, task_id, meeting_id, kind, recipient, state, attempts, reason, rule,
           due_at, accepted_at, next_try, bounced, repeats, carried_by,
           (SELECT t.owner FROM cases.tasks t WHERE t.id = task_id) AS task_owner"""
# What belongs to no case is seen by whom it went to.
MESSAGES = f"""
    SELECT {_FIELDS} FROM notifier_api.messages
    WHERE (%(case)s::uuid IS NULL OR case_id = %(case)s)
      AND (%(only)s::uuid[] IS NULL OR case_id = ANY (%(only)s)
           OR (case_id IS NULL AND recipient = %(person)s))
      AND (%(state)s::text IS NULL OR state = %(state)s)
      AND (%(after)s::uuid IS NULL OR (created_at, id) >
           (SELECT created_at, id FROM notifier_api.messages WHERE id = %(after)s))
    ORDER BY created_at, id LIMIT %(limit)s
"""  # noqa: S608 - fixed text
_MESSAGE = f"""
    SELECT {_FIELDS}, useful_until, doubts FROM notifier_api.messages WHERE id = %s
"""  # noqa: S608 - fixed text


class SqlMessageViews:
    """A part of the port Views."""

    _connection: Connection[DictRow]

    def message(self, message_id: UUID) -> DictRow | None:
        return self._connection.execute(_MESSAGE, [message_id]).fetchone()

    def attempts(self, message_id: UUID) -> list[DictRow]:
        return self._connection.execute(
            "SELECT state, reason, times, first_at, last_at FROM notifier_api.attempts"
            " WHERE message_id = %s ORDER BY first_at, last_at",
            [message_id],
        ).fetchall()

    def mail_server(self, now: datetime) -> DictRow:
        row = self._connection.execute(
            "SELECT * FROM notifier_api.mail_server(%s)", [now]
        ).fetchone()
        assert row is not None
        return row
