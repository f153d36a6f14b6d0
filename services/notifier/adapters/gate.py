"""The gate between the server's 354 and the content: one transaction for all who wait there.

The cases are locked against a withdrawal first and read after that (`cases_api.clear`); the locks
end with the commit of `data`, so nobody ever waits for SMTP (decision 6).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import DictRow

from services.notifier.adapters.claims import tell_of_failed
from services.notifier.adapters.rows import invitation_from_row
from services.notifier.domain.clearance import Stop, decide
from services.notifier.domain.last_filter import Case, objection
from services.notifier.domain.mail import Post, mail_bytes
from services.notifier.domain.mailing import Mailing, mailing_from_row
from services.notifier.domain.messages import Kind, Message, Sending
from services.notifier.domain.recipients import NO_MAIL, OWN_MAIL, PROTECTED
from services.notifier.domain.safe_text import UnsafeText
from services.notifier.domain.unspeakable import Unspeakable
from services.notifier.handlers import Record, by_hand, procedure_of
from shared.bus.publishing import publish
from shared.db import Database, Unit
from shared.domain.days import local_date
from shared.domain.facts import UnreadableFacts
from shared.procedures import Procedures

_CLEAR = "SELECT * FROM cases_api.clear(%s, %s)"
_UNSPEAKABLE = "SELECT case_id, names, school FROM cases_api.unspeakable(%s)"
_STILL_OURS = """
    SELECT m.id FROM notifier.messages m
    JOIN unnest(%(ids)s::uuid[], %(fences)s::bigint[]) AS own(id, fence) USING (id, fence)
    WHERE m.state = 'claimed'
    ORDER BY m.case_id, m.id FOR UPDATE OF m
"""
_INVITATIONS = """
    SELECT i.meeting_id, i.mailbox, i.token, i.people, i.told, i.sequence, i.stamp, i.created_at,
           i.state, i.place
    FROM notifier.invitations i
    JOIN unnest(%(meetings)s::uuid[], %(mailboxes)s::text[]) AS sought(meeting_id, mailbox)
         USING (meeting_id, mailbox)
"""
_CARRIED = """
    SELECT m.key, m.kind, m.ground, m.case_id, m.meeting_id, m.person_id, m.party, m.mailbox,
           m.address, m.language, m.rule, m.told, m.payload, m.message_id, m.due_at, m.useful_until,
           m.created_at, m.state, m.attempts, m.began, m.doubts, m.fence, NULL::bytea AS content
    FROM notifier.messages m
    JOIN unnest(%(meetings)s::uuid[], %(mailboxes)s::text[]) AS sought(meeting_id, mailbox)
         USING (meeting_id, mailbox)
    WHERE m.kind IN ('call', 'change', 'cancel')
"""
_BEGIN = """
    UPDATE notifier.messages m SET state = 'data', began = m.began + 1, content = go.content
    FROM unnest(%(ids)s::uuid[], %(contents)s::bytea[]) AS go(id, content)
    WHERE m.id = go.id
"""
_STOP = """
    UPDATE notifier.messages m
    SET state = CASE WHEN stop.reason = ANY(%(unwritable)s) THEN 'failed' ELSE 'suppressed' END,
        reason = stop.reason, rule = stop.rule, content = NULL, fence = m.fence + 1
    FROM unnest(%(ids)s::uuid[], %(reasons)s::text[], %(rules)s::text[]) AS stop(id, reason, rule)
    WHERE m.id = stop.id
"""
log = logging.getLogger(__name__)

_RULES_BY_HAND = (PROTECTED, NO_MAIL, OWN_MAIL)
# Nothing will change that: not stopped for now, but for a person to tell.
_UNWRITABLE = ("unsafe-text", "unwritable", "last-filter")


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets messages through whose content may leave now, and marks all others as suppressed."""

    database: Database
    procedures: Procedures
    post: Post

    def clear(self, waiting: Sequence[Sending]) -> list[bytes | None]:
        """Each message's content, committed as `data`; None if it may not go or isn't ours."""
        with self.database.unit() as unit:
            cleared = self._decide(waiting, unit)
        return [cleared.get(sending.id) for sending in waiting]

    def _decide(self, waiting: Sequence[Sending], unit: Unit) -> dict[UUID, bytes]:
        cases = self._cases(waiting, unit)
        unspeakable = self._unspeakable(cases, unit)
        ours = self._still_ours(waiting, unit)
        record = self._record(ours, unit)
        contents: dict[UUID, bytes] = {}
        stops: list[tuple[Sending, Stop]] = []
        for sending in ours:
            mailing = cases.get(sending.case_id)
            answer = self._answer(sending, mailing, record, unit)
            if isinstance(answer, bytes) and mailing is not None:
                case = Case(mailing, unspeakable[sending.case_id], local_date(unit.now))
                answer = self._last_look(sending, answer, case)
            if isinstance(answer, Stop):
                stops.append((sending, answer))
            else:
                contents[sending.id] = answer
        self._begin(contents, unit)
        self._stop(stops, unit)
        return contents

    def _answer(
        self, sending: Sending, mailing: Mailing | None, record: Record, unit: Unit
    ) -> bytes | Stop:
        procedure = None if mailing is None else procedure_of(mailing.facts, self.procedures)
        answer = decide(sending, mailing, record.holding(sending), procedure, unit.now)
        if isinstance(answer, Stop):
            return answer
        if sending.content is not None:  # a retry is the same to the byte (invariant 3)
            return sending.content
        try:
            return mail_bytes(sending, self.post)
        except Exception as error:  # noqa: BLE001 - one that can't be written mustn't hold back the others
            return _unwritable(sending, error)

    def _last_look(self, sending: Sending, content: bytes, case: Case) -> bytes | Stop:
        """The content itself, if even the bytes say nothing that they mustn't (invariant 11)."""
        try:
            rule = objection(sending, content, case, self.post)
        except Exception as error:  # noqa: BLE001 - what can't be looked at doesn't leave
            return _unwritable(sending, error)
        if rule is None:
            return content
        log.error("Message %s is held back by the last filter (%s).", sending.id, rule)
        return Stop("last-filter", rule)

    def _unspeakable(self, cases: Mapping[UUID, Mailing], unit: Unit) -> dict[UUID, Unspeakable]:
        rows = unit.connection.execute(_UNSPEAKABLE, [list(cases)])
        return {
            row["case_id"]: Unspeakable(
                frozenset(row["names"]),
                frozenset({row["school"], *self._titles(cases[row["case_id"]])}),
            )
            for row in rows
        }

    def _titles(self, mailing: Mailing) -> tuple[str, ...]:
        """What kind of case it is (X3)."""
        procedure = procedure_of(mailing.facts, self.procedures)
        return (
            (mailing.facts.procedure,) if procedure is None else (procedure.name, procedure.title)
        )

    def _cases(self, waiting: Sequence[Sending], unit: Unit) -> Mapping[UUID, Mailing]:
        ids = sorted({sending.case_id for sending in waiting})
        rows = unit.connection.execute(_CLEAR, [ids, local_date(unit.now)])
        return {row["case_id"]: mailing for row in rows if (mailing := _readable(row)) is not None}

    def _still_ours(self, waiting: Sequence[Sending], unit: Unit) -> list[Sending]:
        values = {
            "ids": [sending.id for sending in waiting],
            "fences": [sending.fence for sending in waiting],
        }
        ours = {row["id"] for row in unit.connection.execute(_STILL_OURS, values)}
        return [sending for sending in waiting if sending.id in ours]

    def _record(self, ours: Sequence[Sending], unit: Unit) -> Record:
        """What stands in the mailboxes in question, read after their messages are locked."""
        pairs = {(one.meeting_id, one.mailbox) for one in ours if one.meeting_id is not None}
        values = {
            "meetings": [meeting for meeting, _ in pairs],
            "mailboxes": [mailbox for _, mailbox in pairs],
        }
        invitations = unit.connection.execute(_INVITATIONS, values).fetchall()
        messages = unit.connection.execute(_CARRIED, values).fetchall()
        return Record(
            invitations=tuple(invitation_from_row(row) for row in invitations),
            by_hand=(),
            messages=tuple(Sending.from_row(row) for row in messages),
        )

    def _begin(self, contents: Mapping[UUID, bytes], unit: Unit) -> None:
        values = {"ids": list(contents), "contents": list(contents.values())}
        if contents:
            unit.connection.execute(_BEGIN, values)

    def _stop(self, stops: Sequence[tuple[Sending, Stop]], unit: Unit) -> None:
        if not stops:
            return
        values = {
            "ids": [sending.id for sending, _ in stops],
            "reasons": [stop.reason for _, stop in stops],
            "rules": [stop.rule for _, stop in stops],
            "unwritable": list(_UNWRITABLE),
        }
        unit.connection.execute(_STOP, values)
        failed = [sending.id for sending, stop in stops if stop.reason in _UNWRITABLE]
        tell_of_failed(unit, failed)
        for sending, stop in stops:
            if _is_for_a_person(sending, stop):
                self._hand_over(sending, stop, unit)

    def _hand_over(self, message: Message, stop: Stop, unit: Unit) -> None:
        assert message.meeting_id is not None
        event = by_hand(
            message.case_id,
            message.meeting_id,
            message.person_id,
            message.kind,
            stop.rule,
            message.told or 0,
        )
        publish(unit, event)


def _unwritable(message: Message, error: Exception) -> Stop:
    """Only the kind of error is logged: its text could repeat what stands in the mail."""
    log.error("Message %s can't be written: %s", message.id, type(error).__name__)
    return Stop("unsafe-text" if isinstance(error, UnsafeText) else "unwritable", "X3")


def _readable(row: DictRow) -> Mailing | None:
    """None for facts in a shape we don't know: what isn't known stops what rests on it."""
    try:
        return mailing_from_row(row)
    except UnreadableFacts:
        log.exception("Case %s can't be read.", row["case_id"])
        return None


def _is_for_a_person(message: Message, stop: Stop) -> bool:
    """Who became protected on the way is told by hand; of a call the next look says so."""
    return (
        stop.rule in _RULES_BY_HAND
        and stop.reason != "place-changed"
        and message.kind in (Kind.CANCEL, Kind.REMINDER)
    )
