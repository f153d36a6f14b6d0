"""The gate between the server's 354 and the content: one transaction for all who wait there.

What the messages are about is locked first, cases against a withdrawal, and read after that
(`adapters/subjects.py`). The locks end with the commit of `data`, so nobody ever waits for SMTP
(decision 6).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.notifier.adapters.claims import tell_of_failed
from services.notifier.adapters.columns import AS_IT_STANDS
from services.notifier.adapters.pile import Pile
from services.notifier.adapters.rows import invitation_from_row
from services.notifier.adapters.sent_words import keep_words
from services.notifier.adapters.subjects import locked_subjects
from services.notifier.domain.clearance import OUTDATED, Go, Stop, decide
from services.notifier.domain.gathering import (
    can_be_gathered,
    own_link,
    own_pages,
    together,
    waits_until,
)
from services.notifier.domain.last_filter import Subject, objection
from services.notifier.domain.mail import Post, mail_bytes, words_told
from services.notifier.domain.mailing import Mailing
from services.notifier.domain.messages import Kind, Message, Sending
from services.notifier.domain.recipients import NO_MAIL, OWN_MAIL, PROTECTED, STAFF_ONLY
from services.notifier.domain.safe_text import UnsafeText
from services.notifier.handlers import Record, by_hand, procedure_of
from shared.bus.events import DigestOutdated
from shared.bus.publishing import publish
from shared.db import Database, Unit
from shared.domain.days import local_date
from shared.domain.quiet import USUAL_HOURS, QuietHours
from shared.live_rules import RulesAt
from shared.procedures import Procedures

_LOCK = """
    SELECT id, fence, state, carried_by, content IS NOT NULL AS written FROM notifier.messages
    WHERE id = ANY(%s) ORDER BY case_id, id FOR UPDATE
"""
_INVITATIONS = """
    SELECT i.meeting_id, i.mailbox, i.token, i.people, i.told, i.sequence, i.stamp, i.created_at,
           i.state, i.place, i.link
    FROM notifier.invitations i
    JOIN unnest(%(meetings)s::uuid[], %(mailboxes)s::text[]) AS sought(meeting_id, mailbox)
         USING (meeting_id, mailbox)
"""
_CARRIED = f"""
    SELECT {AS_IT_STANDS}
    FROM notifier.messages m
    JOIN unnest(%(meetings)s::uuid[], %(mailboxes)s::text[]) AS sought(meeting_id, mailbox)
         USING (meeting_id, mailbox)
    WHERE m.kind IN ('call', 'change', 'cancel')
"""  # noqa: S608 - columns alone
_BEGIN = """
    UPDATE notifier.messages m
    SET state = 'data', began = m.began + 1, content = go.content, carried_by = go.carrier,
        attempts = m.attempts + (go.carrier IS NOT NULL)::integer,
        fence = m.fence + (go.carrier IS NOT NULL)::integer,
        lease_until = coalesce(
            (SELECT mail.lease_until FROM notifier.messages mail WHERE mail.id = go.carrier),
            m.lease_until)
    FROM unnest(%(ids)s::uuid[], %(contents)s::bytea[], %(carriers)s::uuid[])
         AS go(id, content, carrier)
    WHERE m.id = go.id
"""
# Nothing was tried: it counts as no attempt.
_PUT_OFF = """
    UPDATE notifier.messages m
    SET state = 'retry', reason = 'quiet-hours', due_at = LEAST(off.until, m.useful_until),
        attempts = m.attempts - 1, fence = m.fence + 1
    FROM unnest(%(ids)s::uuid[], %(untils)s::timestamptz[]) AS off(id, until)
    WHERE m.id = off.id
"""
_STOP = """
    UPDATE notifier.messages m
    SET state = CASE WHEN stop.reason = ANY(%(unwritable)s) THEN 'failed' ELSE 'suppressed' END,
        reason = stop.reason, rule = stop.rule, content = NULL, fence = m.fence + 1
    FROM unnest(%(ids)s::uuid[], %(reasons)s::text[], %(rules)s::text[]) AS stop(id, reason, rule)
    WHERE m.id = stop.id
"""
log = logging.getLogger(__name__)

_RULES_BY_HAND = (PROTECTED, NO_MAIL, OWN_MAIL, STAFF_ONLY)
# Nothing will change that: not stopped for now, but for a person to tell.
_UNWRITABLE = ("unsafe-text", "unwritable", "last-filter")


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets messages through whose content may leave now, and marks all others as suppressed."""

    database: Database
    rules_at: RulesAt
    post: Post
    hours: QuietHours = USUAL_HOURS

    def clear(self, waiting: Sequence[Sending]) -> list[bytes | None]:
        """Each message's content, committed as `data`; None if it may not go or isn't ours."""
        with self.database.unit() as unit:
            cleared = self._decide(waiting, unit)
        return [cleared.get(sending.id) for sending in waiting]

    def _decide(self, waiting: Sequence[Sending], unit: Unit) -> dict[UUID, bytes]:
        pile = Pile.of(waiting, unit)
        procedures = self.rules_at(unit.connection).procedures
        subjects = locked_subjects([*waiting, *pile.messages], procedures, unit)
        ours, others = _lock(waiting, pile, unit)
        record = self._record([*ours, *others], unit)
        sight = _Sight(subjects, procedures, record, unit.now)
        found = _Found()
        for sending in ours:
            until = waits_until(
                sending, self.hours, unit.now, had_one_today=pile.has_had_one(sending)
            )
            answer = self._answer(sending, sight)
            if isinstance(answer, Stop):
                found.stops.append((sending, answer))
            elif until is not None:
                found.put_off[sending.id] = until
            else:
                self._let_go(sending, others, pile, sight, found)
        self._begin(found, unit)
        self._put_off(found, unit)
        self._stop(found.stops, unit)
        return found.contents

    def _let_go(
        self,
        sending: Sending,
        others: Sequence[Sending],
        pile: Pile,
        sight: "_Sight",
        found: "_Found",
    ) -> None:
        """The mail with all that it carries; each of these has a clearance of its own."""
        riders = [one for one in others if one.carried_by == sending.id]
        if sending.content is None and can_be_gathered(sending):
            riders = []
            for one in others:
                if one.mailbox != sending.mailbox or one.id in found.carriers:
                    continue
                answer = self._answer(one, sight)
                if isinstance(answer, Stop):
                    found.stops.append((one, answer))
                else:
                    riders.append(one)
        content = self._content(sending, riders, sight, found)
        if isinstance(content, Stop):
            found.stops.append((sending, content))
            return
        found.contents[sending.id] = content
        found.carriers.update({one.id: sending.id for one in riders})
        pile.note(sending)

    def _answer(self, sending: Sending, sight: "_Sight") -> Go | Stop:
        subject = sight.subject(sending)
        known = None if subject is None else subject.known
        procedure = (
            procedure_of(known.facts, sight.procedures) if isinstance(known, Mailing) else None
        )
        return decide(sending, known, sight.record.holding(sending), procedure, sight.now)

    def _content(
        self, sending: Sending, riders: Sequence[Sending], sight: "_Sight", found: "_Found"
    ) -> bytes | Stop:
        mail = together(sending, riders, local_date(sight.now))
        things = sight.subjects_of((sending, *riders))
        content = sending.content  # a retry is the same to the byte (invariant 3)
        if content is None:
            link = own_link(mail, things[0][1].known, self.post)
            pages = own_pages(((one, about.known) for one, about in things), self.post)
            try:
                content = mail_bytes(mail, self.post, link, pages, leaves_at=sight.now)
                found.words[sending.id] = words_told(mail, self.post.house, link, pages)
            except Exception as error:  # noqa: BLE001 - one that can't be written mustn't hold back the others
                return _unwritable(sending, error)
        return self._last_look(mail, content, things)

    def _last_look(
        self, sending: Message, content: bytes, things: Sequence[tuple[Message, Subject]]
    ) -> bytes | Stop:
        """The content itself, if even the bytes say nothing that they mustn't (invariant 11)."""
        (_, subject), *carried = things
        try:
            rule = objection(sending, content, subject, self.post, carried)
        except Exception as error:  # noqa: BLE001 - what can't be looked at doesn't leave
            return _unwritable(sending, error)
        if rule is None:
            return content
        log.error("Message %s is held back by the last filter (%s).", sending.id, rule)
        return Stop("last-filter", rule)

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

    def _begin(self, found: "_Found", unit: Unit) -> None:
        """In one statement, so that a mail and what it carries are never apart."""
        begun = [*found.contents, *found.carriers]
        values = {
            "ids": begun,
            "contents": [found.contents.get(one) for one in begun],
            "carriers": [found.carriers.get(one) for one in begun],
        }
        if begun:
            unit.connection.execute(_BEGIN, values)
        told = {one: words for one, words in found.words.items() if one in found.contents}
        keep_words(told, unit)

    def _put_off(self, found: "_Found", unit: Unit) -> None:
        if found.put_off:
            values = {"ids": list(found.put_off), "untils": list(found.put_off.values())}
            unit.connection.execute(_PUT_OFF, values)

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
            if stop.reason == OUTDATED and sending.digest_id is not None:
                publish(unit, DigestOutdated(digest_id=sending.digest_id))

    def _hand_over(self, message: Message, stop: Stop, unit: Unit) -> None:
        assert message.case_id is not None
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


@dataclass(frozen=True, slots=True)
class _Sight:
    """What is known as the gate decides: what the messages are about, and what stands of it."""

    subjects: Mapping[UUID, Subject]
    procedures: Procedures
    record: Record
    now: datetime

    def subject(self, sending: Sending) -> Subject | None:
        return None if sending.subject is None else self.subjects.get(sending.subject)

    def subjects_of(self, sendings: Sequence[Sending]) -> list[tuple[Sending, Subject]]:
        """With what each is about; without those of which that can't be read any more."""
        return [(one, about) for one in sendings if (about := self.subject(one)) is not None]


@dataclass(frozen=True, slots=True)
class _Found:
    """What the gate has decided; `carriers`: which mail carries a message; `words`: what is kept of
    those that are written now."""

    contents: dict[UUID, bytes] = field(default_factory=dict)
    words: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    carriers: dict[UUID, UUID] = field(default_factory=dict)
    put_off: dict[UUID, datetime] = field(default_factory=dict)
    stops: list[tuple[Sending, Stop]] = field(default_factory=list)


def _lock(
    waiting: Sequence[Sending], pile: Pile, unit: Unit
) -> tuple[list[Sending], list[Sending]]:
    """Those that are ours still, and those that can go along; locked in the order of everybody."""
    ids = [one.id for one in (*waiting, *pile.messages)]
    rows = {row["id"]: row for row in unit.connection.execute(_LOCK, [ids])}
    ours = [
        one
        for one in waiting
        if (row := rows[one.id])["state"] == "claimed" and row["fence"] == one.fence
    ]
    others = [
        replace(one, carried_by=row["carried_by"])
        for one in pile.messages
        if (row := rows[one.id])["state"] in ("due", "retry", "unknown") and not row["written"]
    ]
    return ours, others


def _unwritable(message: Message, error: Exception) -> Stop:
    """Only the kind of error is logged: its text could repeat what stands in the mail."""
    log.error("Message %s can't be written: %s", message.id, type(error).__name__)
    return Stop("unsafe-text" if isinstance(error, UnsafeText) else "unwritable", "X3")


def _is_for_a_person(message: Message, stop: Stop) -> bool:
    """Who became protected on the way is told by hand; of a call the next look says so."""
    return (
        stop.rule in _RULES_BY_HAND
        and stop.reason != "place-changed"
        and message.kind in (Kind.CANCEL, Kind.REMINDER)
    )
