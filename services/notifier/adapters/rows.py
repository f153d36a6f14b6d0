"""The notifier's rows of one case, behind the handlers' port (`state || ''`: see `planning.py`)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from services.notifier.adapters.columns import AS_IT_STANDS
from services.notifier.domain.clearance import Stop
from services.notifier.domain.mailing import (
    Digest,
    Duty,
    Mailing,
    digest_from_row,
    duty_from_row,
    mailing_from_row,
)
from services.notifier.domain.messages import Message, Sending, words_to_json
from services.notifier.domain.outcomes import DOUBTS
from services.notifier.domain.standing import Invitation, ToldByHand
from services.notifier.handlers import Record
from shared.db import Unit
from shared.domain.days import local_date

# The messages are locked in this order by everybody, so that nobody waits in a ring.
_MESSAGES = f"""
    SELECT {AS_IT_STANDS}
    FROM notifier.messages m WHERE m.case_id = %s ORDER BY m.case_id, m.id FOR UPDATE
"""  # noqa: S608 - columns alone
# What has put the day of tasks into a calendar, or taken it out (O14).
_DAYS_TOLD = f"""
    SELECT {AS_IT_STANDS}
    FROM notifier.messages m
    WHERE m.task_id = ANY(%s) AND m.kind = 'task'
      AND m.payload -> 'calendar' ->> 'token' IS NOT NULL
    ORDER BY m.case_id, m.id FOR UPDATE
"""  # noqa: S608 - columns alone
_INVITATIONS = """
    SELECT meeting_id, mailbox, token, people, told, sequence, stamp, created_at, state, place, link
    FROM notifier.invitations WHERE case_id = %s
"""
_ADD = """
    INSERT INTO notifier.messages
      (id, key, kind, ground, case_id, task_id, digest_id, meeting_id, person_id, party, mailbox,
       address, language, rule, told, payload, message_id, due_at, useful_until, created_at,
       optional)
    VALUES
      (%(id)s, %(key)s, %(kind)s, %(ground)s, %(case_id)s, %(task_id)s, %(digest_id)s,
       %(meeting_id)s, %(person_id)s, %(party)s, %(mailbox)s, %(address)s, %(language)s, %(rule)s,
       %(told)s, %(payload)s, %(message_id)s, %(due_at)s, %(useful_until)s, %(created_at)s,
       %(optional)s)
"""
_ONCE = "ON CONFLICT (key) DO NOTHING"
# What was stopped since its person couldn't be reached, before anything of it had left.
_RENEW = """
    ON CONFLICT (key) DO UPDATE
    SET state = 'due', reason = NULL, rule = excluded.rule, mailbox = excluded.mailbox,
        address = excluded.address, language = excluded.language, payload = excluded.payload,
        due_at = excluded.due_at, useful_until = excluded.useful_until, attempts = 0,
        try_at = '-infinity', fence = messages.fence + 1
    WHERE messages.state = 'suppressed' AND messages.reason = ANY(%(unreached)s)
      AND messages.doubts = 0
"""
_UNREACHED = ("no-mail", "protected", "of-a-family", "address-changed")
_SUPPRESS = """
    UPDATE notifier.messages SET state = 'suppressed', reason = %(reason)s, rule = %(rule)s,
                                 content = NULL, fence = fence + 1
    WHERE id = %(id)s AND state || '' IN ('due', 'claimed', 'retry', 'unknown')
"""
_LOCK = """
    SELECT FROM notifier.messages WHERE id = %(id)s OR carried_by = %(id)s
    ORDER BY case_id, id FOR UPDATE
"""
# What failed with its mail is due again with it, and the gate gathers them anew.
_REPEAT = """
    UPDATE notifier.messages
    SET state = 'due', carried_by = NULL, reason = NULL, try_at = '-infinity', spared = attempts,
        content = NULL, repeats = repeats + 1, fence = fence + 1
    WHERE (id = %(id)s AND state || '' IN ('failed', 'suppressed')
           OR carried_by = %(id)s AND state || '' = 'failed')
      AND doubts <= %(doubts)s AND useful_until > %(now)s
"""
_SAVE_INVITATION = """
    INSERT INTO notifier.invitations
      (meeting_id, mailbox, case_id, token, people, told, sequence, stamp, created_at, state, place,
       link)
    VALUES
      (%(meeting_id)s, %(mailbox)s, %(case_id)s, %(token)s, %(people)s, %(told)s, %(sequence)s,
       %(stamp)s, %(created_at)s, %(state)s, %(place)s, %(link)s)
    ON CONFLICT (meeting_id, mailbox) DO UPDATE
    SET people = excluded.people, told = excluded.told, sequence = excluded.sequence,
        stamp = excluded.stamp, state = excluded.state, place = excluded.place,
        link = excluded.link
"""
_SAVE_BY_HAND = """
    INSERT INTO notifier.by_hand (meeting_id, person_id, case_id, told, state, rule)
    VALUES (%(meeting)s, %(person)s, %(case)s, %(told)s, %(state)s, %(rule)s)
    ON CONFLICT (meeting_id, person_id) DO UPDATE
    SET told = excluded.told, state = excluded.state, rule = excluded.rule
"""


class SqlRows:
    """Implements handlers.Rows over one unit's connection."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._today = local_date(unit.now)

    def lock(self, about: UUID | int) -> None:
        """One look at a time at a case, or at what is told of a year's limit.

        A statement of its own: what is read after it is new.
        """
        self._connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('notifier/' || %s, 0))", [str(about)]
        )

    def mailing(self, case_id: UUID) -> Mailing | None:
        row = self._connection.execute(
            "SELECT * FROM cases_api.mailing(%s, %s)", [[case_id], self._today]
        ).fetchone()
        return None if row is None else mailing_from_row(row)

    def duty(self, task_id: UUID) -> Duty | None:
        """None for what belongs to a case."""
        row = self._connection.execute(
            "SELECT * FROM cases_api.duties(%s, %s)", [[task_id], self._today]
        ).fetchone()
        return None if row is None else duty_from_row(row)

    def digest(self, digest_id: UUID) -> Digest | None:
        row = self._connection.execute(
            "SELECT * FROM cases_api.digests(%s)", [[digest_id]]
        ).fetchone()
        return None if row is None else digest_from_row(row)

    def duties_like(self, task_id: UUID) -> list[Duty]:
        """Those of the same kind and year, ended ones too."""
        rows = self._connection.execute(
            "SELECT * FROM cases_api.duties(cases_api.duties_like(%s), %s)", [task_id, self._today]
        )
        return [duty_from_row(row) for row in rows]

    def days_told(self, task_ids: Sequence[UUID]) -> list[Sending]:
        rows = self._connection.execute(_DAYS_TOLD, [list(task_ids)]).fetchall()
        return [one for row in rows if (one := Sending.from_row(row)).is_readable]

    def record(self, case_id: UUID) -> Record:
        messages = self._connection.execute(_MESSAGES, [case_id]).fetchall()
        invitations = self._connection.execute(_INVITATIONS, [case_id]).fetchall()
        by_hand = self._connection.execute(
            "SELECT meeting_id, person_id, told, state, rule FROM notifier.by_hand"
            " WHERE case_id = %s",
            [case_id],
        ).fetchall()
        return Record(
            invitations=tuple(invitation_from_row(row) for row in invitations),
            by_hand=tuple(
                (
                    row["meeting_id"],
                    ToldByHand(row["person_id"], row["told"], row["state"], row["rule"]),
                )
                for row in by_hand
            ),
            messages=tuple(Sending.from_row(row) for row in messages),
        )

    def add(self, message: Message) -> None:
        self._connection.execute(_ADD + _ONCE, _values(message))

    def renew(self, message: Message) -> None:
        """One that is new, or that its person couldn't be reached with before."""
        values = _values(message) | {"unreached": list(_UNREACHED)}
        self._connection.execute(_ADD + _RENEW, values)

    def repeat(self, message_id: UUID, now: datetime) -> None:
        values = {"id": message_id, "now": now, "doubts": DOUBTS}
        self._connection.execute(_LOCK, values)
        self._connection.execute(_REPEAT, values)

    def suppress(self, stops: Sequence[tuple[Message, Stop]]) -> None:
        for message, stop in stops:
            self._connection.execute(
                _SUPPRESS, {"id": message.id, "reason": stop.reason, "rule": stop.rule}
            )

    def save_invitation(self, case_id: UUID, invitation: Invitation) -> None:
        values = asdict(invitation) | {"case_id": case_id, "people": list(invitation.people)}
        self._connection.execute(_SAVE_INVITATION, values)

    def save_by_hand(self, case_id: UUID, meeting_id: UUID, told: ToldByHand) -> None:
        values = {
            "meeting": meeting_id,
            "person": told.person_id,
            "case": case_id,
            "told": told.told,
            "state": told.state,
            "rule": told.rule,
        }
        self._connection.execute(_SAVE_BY_HAND, values)


def _values(message: Message) -> dict[str, Any]:
    values = {name: getattr(message, name) for name in Message.__dataclass_fields__}
    return values | {"id": message.id, "payload": Jsonb(words_to_json(message.words))}


def invitation_from_row(row: dict[str, Any]) -> Invitation:
    return Invitation(**{**row, "people": tuple(row["people"])})
