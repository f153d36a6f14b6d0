"""The gate between the server's 354 and the content: one transaction for all who wait there.

What the messages are about is locked first, cases against a withdrawal, and read after that
(`adapters/subjects.py`). The locks end with the commit of `data`, so nobody ever waits for SMTP
(decision 6).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import DictRow

from services.notifier.adapters.columns import AS_IT_STANDS
from services.notifier.adapters.decided import Decided
from services.notifier.adapters.pile import Pile
from services.notifier.adapters.rows import invitation_from_row
from services.notifier.adapters.subjects import lock_and_ask
from services.notifier.domain.clearance import Go, Stop, decide
from services.notifier.domain.gathering import (
    can_be_gathered,
    own_link,
    own_pages,
    together,
    waits_until,
)
from services.notifier.domain.last_filter import Subject, objection
from services.notifier.domain.mail import Post, mail_bytes, words_told
from services.notifier.domain.mailing import Known, Mailing
from services.notifier.domain.messages import Claim, Message, Sending
from services.notifier.domain.readdressing import Instead, instead
from services.notifier.domain.safe_text import UnsafeText
from services.notifier.handlers import Record, procedure_of
from shared.db import Database, Unit
from shared.domain.days import local_date
from shared.domain.procedure import Procedure
from shared.domain.quiet import USUAL_HOURS, QuietHours
from shared.live_rules import RulesAt
from shared.procedures import Procedures

# In the order of everybody.
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
_WAITING = ("due", "retry", "unknown")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets messages through whose content may leave now, and marks all others as suppressed."""

    database: Database
    rules_at: RulesAt
    post: Post
    hours: QuietHours = USUAL_HOURS

    def clear(self, waiting: Sequence[Sending]) -> list[bytes | None]:
        """Each message's content, committed as `data`; None if it may not go or isn't ours."""
        with self.database.swift_unit() as unit:
            cleared = self._decide(waiting, unit)
        return [cleared.get(sending.claim) for sending in waiting]

    def _decide(self, waiting: Sequence[Sending], unit: Unit) -> dict[Claim, bytes]:
        pile = Pile.of(waiting, unit)
        everything = [*waiting, *pile.messages]
        asked = lock_and_ask(everything, unit)
        locked = unit.connection.execute(_LOCK, [[one.id for one in everything]])
        stands = _ask_what_stands(everything, unit)
        procedures = self.rules_at(unit.connection).procedures
        ours, others = _still(waiting, pile, locked)
        sight = _Sight(asked.read(procedures), procedures, _record(*stands), unit.now)
        found = Decided()
        for sending in ours:
            until = waits_until(
                sending, self.hours, unit.now, had_one_today=pile.has_had_one(sending)
            )
            answer = self._answer(sending, sight)
            if isinstance(answer, Stop):
                found.stopped(sending, answer, sight.instead(sending, answer))
            elif until is not None:
                found.put_off[sending.id] = until
            else:
                self._let_go(sending, others, pile, sight, found)
        found.write(unit)
        return {one.claim: found.contents[one.id] for one in ours if one.id in found.contents}

    def _let_go(
        self,
        sending: Sending,
        others: Sequence[Sending],
        pile: Pile,
        sight: "_Sight",
        found: Decided,
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
                    found.stopped(one, answer, sight.instead(one, answer))
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
        holding = sight.record.holding(sending)
        return decide(sending, known, holding, sight.procedure(known), sight.now)

    def _content(
        self, sending: Sending, riders: Sequence[Sending], sight: "_Sight", found: Decided
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


@dataclass(frozen=True, slots=True)
class _Sight:
    """What is known as the gate decides: what the messages are about, and what stands of it."""

    subjects: Mapping[UUID, Subject]
    procedures: Procedures
    record: Record
    now: datetime

    def subject(self, sending: Sending) -> Subject | None:
        return None if sending.subject is None else self.subjects.get(sending.subject)

    def procedure(self, known: Known | None) -> Procedure | None:
        return procedure_of(known.facts, self.procedures) if isinstance(known, Mailing) else None

    def instead(self, sending: Sending, stop: Stop) -> Instead | None:
        """For whom one that is stopped goes on."""
        subject = self.subject(sending)
        if subject is None:
            return None
        return instead(sending, stop, subject.known, self.procedure(subject.known), subject.today)

    def subjects_of(self, sendings: Sequence[Sending]) -> list[tuple[Sending, Subject]]:
        """With what each is about; without those of which that can't be read any more."""
        return [(one, about) for one in sendings if (about := self.subject(one)) is not None]


def _ask_what_stands(
    messages: Sequence[Sending], unit: Unit
) -> tuple[Cursor[DictRow], Cursor[DictRow]]:
    """Of the mailboxes in question: invitations, and messages. Asked after these are locked."""
    pairs = {(one.meeting_id, one.mailbox) for one in messages if one.meeting_id is not None}
    values = {
        "meetings": [meeting for meeting, _ in pairs],
        "mailboxes": [mailbox for _, mailbox in pairs],
    }
    execute = unit.connection.execute
    return execute(_INVITATIONS, values), execute(_CARRIED, values)


def _record(invitations: Cursor[DictRow], messages: Cursor[DictRow]) -> Record:
    return Record(
        invitations=tuple(invitation_from_row(row) for row in invitations.fetchall()),
        by_hand=(),
        messages=tuple(Sending.from_row(row) for row in messages.fetchall()),
    )


def _still(
    waiting: Sequence[Sending], pile: Pile, locked: Cursor[DictRow]
) -> tuple[list[Sending], list[Sending]]:
    """Those that are ours still, and those that can go along; what was erased is neither."""
    rows = {row["id"]: row for row in locked.fetchall()}
    ours = [
        one
        for one in waiting
        if (row := rows.get(one.id)) and row["state"] == "claimed" and row["fence"] == one.fence
    ]
    others = [
        replace(one, carried_by=row["carried_by"])
        for one in pile.messages
        if (row := rows.get(one.id)) and row["state"] in _WAITING and not row["written"]
    ]
    return ours, others


def _unwritable(message: Message, error: Exception) -> Stop:
    """Only the kind of error is logged: its text could repeat what stands in the mail."""
    log.error("Message %s can't be written: %s", message.id, type(error).__name__)
    return Stop("unsafe-text" if isinstance(error, UnsafeText) else "unwritable", "X3")
