"""Mail that came in, as the notifier publishes it; addresses that mail came back from; in SQL."""

from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

# By everybody who has that address: where one can't be reached, nobody can.
_DEAD = """
    WITH dead AS (
        UPDATE cases.people SET dead_email = mailbox.address
        FROM (SELECT notifier_api.mailbox_of(%s) AS address) mailbox
        WHERE lower(people.email) = mailbox.address
        RETURNING people.id)
    SELECT DISTINCT c.id
    FROM dead JOIN cases.participants who ON who.person_id = dead.id AND who.removed_at IS NULL
    JOIN cases.cases c ON c.id = who.case_id AND c.state = 'open'
"""
_FIELDS = """
    i.id, i.via, i.state, i.kind, i.reason, i.answer, i.stamp, i.received_at, i.keep_until,
    i.case_id, i.meeting_id, i.person_id, i.message_id, i.settled_at, i.settled_by, i.is_kept
"""
MAILS = f"""
    SELECT {_FIELDS} FROM notifier_api.inbound i
    WHERE (%(case)s::uuid IS NULL OR i.case_id = %(case)s)
      AND (%(only)s::uuid[] IS NULL OR i.case_id = ANY (%(only)s))
      AND (%(state)s::text IS NULL OR i.state = %(state)s)
      AND (%(after)s::uuid IS NULL OR (i.received_at, i.id) >
           (SELECT received_at, id FROM notifier_api.inbound WHERE id = %(after)s))
    ORDER BY i.received_at, i.id LIMIT %(limit)s
"""  # noqa: S608 - fixed text
_MAIL = f"""
    SELECT {_FIELDS}, said.sender, said.mailbox, said.words
    FROM notifier_api.inbound i LEFT JOIN notifier_api.inbound_words(%(id)s) said ON true
    WHERE i.id = %(id)s
"""  # noqa: S608 - fixed text


# What belongs to no case and waits for somebody to decide, the oldest first.
_LOOSE = f"""
    SELECT {_FIELDS} FROM notifier_api.inbound i
    WHERE i.case_id IS NULL AND i.state = 'quarantined' ORDER BY i.received_at, i.id LIMIT %s
"""  # noqa: S608 - fixed text


class SqlMails:
    """Implements handlers.mail_ports.Mails over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def note_dead(self, message_id: UUID) -> list[UUID]:
        rows = self._connection.execute(_DEAD, [message_id])
        return [row["id"] for row in rows]


class SqlMailViews:
    """A part of the port Views."""

    _connection: Connection[DictRow]

    def loose_mails(self, limit: int) -> list[DictRow]:
        return self._connection.execute(_LOOSE, [limit]).fetchall()

    def mail(self, mail_id: UUID) -> DictRow | None:
        return self._connection.execute(_MAIL, {"id": mail_id}).fetchone()
