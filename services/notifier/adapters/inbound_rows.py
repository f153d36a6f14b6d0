"""What mail that comes in is held against, and what became of it, behind the handlers' port."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from services.notifier.domain.judging import Called, Sent, Verdict
from services.notifier.domain.mail import Post
from services.notifier.handlers.incoming import Kept
from shared.bus.events import InboundDecided
from shared.db import Unit

# `since`: when the SEQUENCE of now was said first; `staff`: nobody else has been called there; the
# answers: what from this mailbox has counted.
_CALLED = """
    SELECT i.case_id, i.meeting_id, i.mailbox, i.people, i.told, i.sequence, i.state,
           coalesce(said.since, i.stamp) AS since,
           coalesce(said.since, i.stamp) > i.created_at AS changed,
           answers.stamps, answers.answered_at, coalesce(said.staff, false) AS staff,
           ARRAY(SELECT o.mailbox FROM notifier.invitations o
                 WHERE o.meeting_id = i.meeting_id AND o.mailbox <> i.mailbox) AS others
    FROM notifier.invitations i
    LEFT JOIN LATERAL (
        SELECT array_agg(r.stamp) FILTER (WHERE r.stamp IS NOT NULL) AS stamps,
               max(r.answered_at) AS answered_at
        FROM notifier.inbound r
        WHERE r.meeting_id = i.meeting_id AND r.mailbox = i.mailbox AND r.kind = 'reply'
          AND r.answered_at IS NOT NULL) answers ON true
    LEFT JOIN LATERAL (
        SELECT min((m.payload -> 'calendar' ->> 'stamp')::timestamptz) FILTER (
                   WHERE (m.payload -> 'calendar' ->> 'sequence')::integer = i.sequence) AS since,
               bool_and(m.party = 'staff') AS staff
        FROM notifier.messages m
        WHERE m.meeting_id = i.meeting_id AND m.mailbox = i.mailbox
          AND m.kind IN ('call', 'change')) said ON true
    WHERE i.token = %s
"""
_OF_A_DAY = """
    SELECT FROM notifier.messages
    WHERE task_id IS NOT NULL AND payload -> 'calendar' ->> 'token' = %s LIMIT 1
"""
_SENT = """
    SELECT id, case_id, task_id, meeting_id, person_id, kind, rule, mailbox, told, bounced
    FROM notifier.messages WHERE id = %s
"""
_SENT_AS = """
    SELECT id, case_id, task_id, meeting_id, person_id, kind, rule, mailbox, told, bounced
    FROM notifier.messages WHERE message_id = %s
"""
# With what its mail carried; locked in the order of everybody, and looked at after that.
_LOCK = """
    SELECT FROM notifier.messages WHERE id = %(id)s OR carried_by = %(id)s
    ORDER BY case_id, id FOR UPDATE
"""
# What came back for good was not delivered after all; one that is just leaving keeps its state.
_FAILED = """
    UPDATE notifier.messages
    SET bounced = 'failed',
        doubts = CASE WHEN state IN ('accepted', 'unknown') THEN 0 ELSE doubts END,
        reason = CASE WHEN state IN ('accepted', 'unknown') THEN 'bounced' ELSE reason END,
        content = CASE WHEN state = 'unknown' THEN NULL ELSE content END,
        fence = CASE WHEN state = 'unknown' THEN fence + 1 ELSE fence END,
        state = CASE WHEN state IN ('accepted', 'unknown') THEN 'failed' ELSE state END
    WHERE bounced IS DISTINCT FROM 'failed' AND (id = %(id)s OR carried_by = %(id)s)
    RETURNING id, case_id, task_id, meeting_id, person_id, kind, rule, mailbox, told, bounced
"""
_DELAYED = """
    UPDATE notifier.messages SET bounced = 'delayed' WHERE id = %(id)s AND bounced IS NULL
    RETURNING id, case_id, task_id, meeting_id, person_id, kind, rule, mailbox, told, bounced
"""
_NOTE = """
    UPDATE notifier.inbound
    SET state = %(state)s, kind = %(kind)s, reason = %(reason)s, answer = %(answer)s,
        stamp = %(stamp)s, answered_at = %(answered_at)s, words = %(words)s,
        person_id = %(person_id)s, case_id = %(case_id)s, meeting_id = %(meeting_id)s,
        mailbox = %(mailbox)s, message_id = %(message_id)s,
        sender = coalesce(%(sender)s, sender)
    WHERE id = %(id)s
"""
_KEPT = """
    SELECT case_id, meeting_id, mailbox, stamp, received_at FROM notifier.inbound
    WHERE id = %s AND state = 'quarantined' FOR UPDATE
"""
_ANOTHER_SYSTEM = "api"  # decided there: Samspel doesn't know by whom
_SETTLE = """
    UPDATE notifier.inbound
    SET state = %(state)s, answer = coalesce(%(answer)s, answer),
        person_id = coalesce(%(person)s, person_id), settled_at = %(now)s, settled_by = %(by)s
    WHERE id = %(id)s
"""


class SqlInbound:
    """Implements handlers.incoming.Inbound over one unit's connection."""

    def __init__(self, unit: Unit, post: Post) -> None:
        self._connection = unit.connection
        self._post = post

    def called(self, token: str) -> Called | None:
        row = self._connection.execute(_CALLED, [token]).fetchone()
        if row is None:
            return None
        read = {
            "uid": self._post.uid(row["meeting_id"]),
            "people": tuple(row["people"]),
            "stamps": frozenset(row["stamps"] or ()),
            "others": frozenset(row["others"]),
        }
        return Called(**{**row, **read})

    def is_of_a_day(self, token: str) -> bool:
        return self._connection.execute(_OF_A_DAY, [token]).fetchone() is not None

    def sent(self, message: UUID) -> Sent | None:
        return self._sent(_SENT, message)

    def sent_as(self, message_id: str) -> Sent | None:
        return self._sent(_SENT_AS, message_id)

    def mark_bounced(self, message: UUID, *, final: bool) -> tuple[Sent, ...]:
        """The messages that this is news of: what the mail carried came back with it."""
        if final:
            self._connection.execute(_LOCK, {"id": message})
        marked = self._connection.execute(_FAILED if final else _DELAYED, {"id": message})
        return tuple(Sent(**row) for row in marked.fetchall())

    def note(
        self, letter: UUID, verdict: Verdict, written_by: str | None, about: Called | Sent | None
    ) -> None:
        self._connection.execute(
            _NOTE,
            {
                "id": letter,
                "state": verdict.state,
                "kind": verdict.kind,
                "reason": verdict.reason,
                "answer": verdict.answer,
                "stamp": verdict.stamp,
                "answered_at": verdict.answered_at,
                "words": verdict.words,
                "person_id": verdict.person_id,
                "case_id": None if about is None else about.case_id,
                "meeting_id": None if about is None else about.meeting_id,
                "mailbox": None if about is None else about.mailbox,
                "message_id": about.id if isinstance(about, Sent) else None,
                "sender": written_by,
            },
        )

    def take_kept(self, letter: UUID) -> Kept | None:
        row = self._connection.execute(_KEPT, [letter]).fetchone()
        return None if row is None else Kept(**row)

    def settle(self, letter: UUID, decided: InboundDecided, now: datetime) -> None:
        self._connection.execute(
            _SETTLE,
            {
                "id": letter,
                "state": "settled" if decided.decision == "answer" else "discarded",
                "answer": decided.answer,
                "person": decided.person_id,
                "now": now,
                "by": _ANOTHER_SYSTEM if decided.by is None else f"person:{decided.by}",
            },
        )

    def told(self, meeting: UUID, mailbox: str) -> int | None:
        row = self._connection.execute(
            "SELECT told FROM notifier.invitations WHERE meeting_id = %s AND mailbox = %s",
            [meeting, mailbox],
        ).fetchone()
        return None if row is None else row["told"]

    def _sent(self, query: LiteralString, value: UUID | str) -> Sent | None:
        row = self._connection.execute(query, [value]).fetchone()
        return None if row is None else Sent(**row)
