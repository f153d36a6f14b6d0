"""Many meetings with their invitations ready to leave: one that the notifier has made, copied.

Every copy has people, mailboxes and tokens of its own. Their addresses are shared out on forty
domains, as people's are, so that no pacing by domain decides how fast mail leaves.
"""

import json
import re
from datetime import datetime, timedelta

import psycopg

from services.notifier.domain.mailserver import MailServer
from shared.bus.events import MeetingBooked
from tests.conftest import EXAMPLE
from tests.support.copies import name_messages
from tests.support.facts import NOW, START, Facts
from tests.support.notifier import a_worker

MAILS_OF_A_MEETING = 4
WARM_AT, MAIN_AT = NOW + timedelta(minutes=30), NOW + timedelta(hours=1)
_DOMAINS = 40
_TABLES = (
    "cases.people", "cases.posts", "cases.holders", "cases.cases", "cases.participants",
    "cases.consents", "cases.meetings", "cases.attendance", "notifier.by_hand",
    "notifier.invitations", "notifier.messages",
)  # fmt: skip
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
_MAILBOX = re.compile(r"\.[0-9a-f]{6}@hem\.example")
_NUMBER, _DOMAIN = "§§", "¤"  # where a copy has its own, as eight digits
_COLUMNS = """
    SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
    WHERE table_schema || '.' || table_name = %s AND is_generated = 'NEVER' AND is_identity = 'NO'
"""
# The statistics are those of a quiet hour, as they are on most mornings.
_QUIET = """
    UPDATE notifier.messages SET state = 'accepted', attempts = 1, began = 1,
      accepted_at = created_at
"""
# What has left already is there to be looked up, as in use; the first ones warm the workers up.
_WHEN = """
    UPDATE notifier.messages m
    SET state = 'due', attempts = 0, began = 0, accepted_at = NULL,
        due_at = CASE WHEN n.number <= %(warm)s THEN %(warm_at)s::timestamptz
                      ELSE %(main_at)s END
    FROM (SELECT id, (row_number() OVER (ORDER BY case_id) - 1) / 4 AS number
          FROM notifier.messages) n
    WHERE n.id = m.id
"""


def many_invitations(url: str, meetings: int, warm: int) -> None:
    """Those of so many meetings, due at MAIN_AT; of some more than `warm`, at WARM_AT."""
    facts = one_meeting(url)
    copy(url, facts, meetings + warm)
    values = {"warm": warm, "warm_at": WARM_AT, "main_at": MAIN_AT}
    calm(url)
    with psycopg.connect(url) as connection:
        connection.execute(_WHEN.encode(), values)


def calm(url: str) -> None:
    """All mail has left, and that is what the statistics know."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_QUIET)
        connection.execute("VACUUM ANALYZE")


def one_meeting(url: str) -> Facts:
    """A case with a meeting whose four mailboxes the notifier has looked at."""
    facts = Facts(url)
    facts.set_clock()
    facts.open_case(reference=_NUMBER)
    event = MeetingBooked(case_id=facts.case_id, meeting_id=facts.book(starts_at=START), sequence=0)
    facts.publish(event)
    nowhere = MailServer.from_url("smtp://127.0.0.1:1")
    with a_worker(url, EXAMPLE, nowhere, connections=1) as worker:
        while worker.deliveries.drain_batch():
            pass
    facts.run("TRUNCATE bus.deliveries, bus.events")
    return facts


def copy(url: str, original: Facts, count: int) -> None:
    """So many copies beside the original; what checks each row has checked that one."""
    ids = [original.case_id, *original.people.values()]
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in _TABLES:
            (columns,) = connection.execute(_COLUMNS, [table]).fetchone() or ("",)
            rows = connection.execute(
                f"SELECT to_jsonb(x)::text FROM {table} x"  # noqa: S608 - fixed names
                " WHERE to_jsonb(x)::text ~ %s".encode(),
                ["|".join(map(str, [*ids, *_meetings(connection, original)]))],
            ).fetchall()
            for (row,) in rows:
                connection.execute(
                    f"INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608 - fixed names
                    " FROM generate_series(1, %s) AS copy_number,"
                    " LATERAL jsonb_populate_record(null::"
                    f"{table}, replace(replace(%s, '{_NUMBER}', lpad(to_hex(copy_number), 8, '0')),"
                    f" '{_DOMAIN}', (copy_number %% {_DOMAINS})::text)::jsonb)".encode(),
                    [count, _as_pattern(row)],
                )
        name_messages(connection)


def _meetings(connection: psycopg.Connection, original: Facts) -> list[str]:
    query = "SELECT id::text FROM cases.meetings WHERE case_id = %s"
    return [row[0] for row in connection.execute(query, [original.case_id])]


def _as_pattern(row: str) -> str:
    """The row with marks where a copy has its own number: ids, tokens, addresses."""
    values = json.loads(row)
    text = _UUID.sub(rf"{_NUMBER}\1", row)
    text = _MAILBOX.sub(rf".{_NUMBER}@hem-{_DOMAIN}.example", text)
    tokens = [values.get("token"), str(values.get("message_id") or "").partition("@")[0][1:]]
    for token in filter(None, tokens):
        text = text.replace(token, token[:16] + _NUMBER)
    if (code := str(values.get("code") or "")) and "party" in values:  # a person's in the register
        text = text.replace(code, code[:-8] + _NUMBER)
    return text


def move_hand(url: str, to: datetime) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("SELECT clock.move(%s)", [to])


def open_mails(connection: psycopg.Connection, due_by: datetime) -> bool:
    """Whether any that is due by then hasn't come to its end."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM notifier.messages WHERE due_at <= %s"
        " AND state IN ('due', 'claimed', 'data', 'retry', 'unknown'))", [due_by]
    ).fetchone()  # fmt: skip
    assert row is not None
    return bool(row[0])


def states(connection: psycopg.Connection) -> dict[str, int]:
    rows = connection.execute("SELECT state, count(*) FROM notifier.messages GROUP BY state")
    return dict(rows.fetchall())
