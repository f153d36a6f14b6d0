"""Mails that went out, as the notifier publishes them, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.handlers.messages import SoughtMessages
from services.cases.handlers.sight import Sight

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
_NEWEST = f"""
    SELECT {_FIELDS}, created_at FROM notifier_api.messages
    WHERE (case_id = ANY (%(cases)s) OR (case_id IS NULL AND recipient = %(person)s))
      AND (%(states)s::text[] = '{{}}' OR state = ANY (%(states)s))
      AND (%(before)s::uuid IS NULL OR (created_at, id) <
           (SELECT created_at, id FROM notifier_api.messages WHERE id = %(before)s))
    ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - fixed text
_MESSAGE = f"""
    SELECT {_FIELDS}, created_at, useful_until, doubts FROM notifier_api.messages WHERE id = %s
"""  # noqa: S608 - fixed text


class SqlMessageViews:
    """A part of the port Views."""

    _connection: Connection[DictRow]
    _sight: Sight | None

    def message(self, message_id: UUID) -> DictRow | None:
        return self._connection.execute(_MESSAGE, [message_id]).fetchone()

    def newest_messages(self, sought: SoughtMessages) -> list[DictRow]:
        if sought.case is not None:  # whoever asks for one has had its sight checked
            return self._newest(sought, [sought.case], sought.before)
        if self._sight is None:
            return self._newest(sought, [], sought.before)
        on, before, shown = self._sight.on() or [], sought.before, list[DictRow]()
        while True:  # no more cases are looked into than those that are shown
            rows = self._newest(sought, on, before)
            seen = self._sight.seen({row["case_id"] for row in rows} - {None})
            shown += [row for row in rows if row["case_id"] is None or row["case_id"] in seen]
            if len(shown) >= sought.limit or len(rows) < sought.limit:
                return shown[: sought.limit]
            before = rows[-1]["id"]

    def _newest(
        self, sought: SoughtMessages, cases: Sequence[UUID], before: UUID | None
    ) -> list[DictRow]:
        values = {
            "cases": list(cases), "person": sought.person, "states": list(sought.states),
            "before": before, "limit": sought.limit,
        }  # fmt: skip
        return self._connection.execute(_NEWEST, values).fetchall()

    def sent_words(self, message_id: UUID) -> DictRow | None:
        return self._connection.execute(
            "SELECT subject, text, written_at FROM notifier_api.sent_words(%s)", [message_id]
        ).fetchone()

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
