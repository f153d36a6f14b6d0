"""What the gate has decided of the messages that wait there, and how it is written down."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.notifier.adapters.claims import tell_of_failed
from services.notifier.adapters.sent_words import keep_words
from services.notifier.domain.clearance import OUTDATED, Stop
from services.notifier.domain.messages import Kind, Message, Sending
from services.notifier.domain.readdressing import Instead
from services.notifier.domain.recipients import (
    NO_MAIL,
    OWN_MAIL,
    PROTECTED,
    STAFF_ONLY,
    language_of,
)
from services.notifier.handlers import by_hand
from shared.bus.events import DigestOutdated
from shared.bus.publishing import publish
from shared.db import Unit

_BEGIN = """
    UPDATE notifier.messages m
    SET state = 'data', began = m.began + 1, content = go.content, carried_by = go.carrier,
        attempts = m.attempts + (go.carrier IS NOT NULL)::integer,
        fence = m.fence + (go.carrier IS NOT NULL)::integer,
        lease_until = coalesce(
            (SELECT mail.lease_until FROM notifier.messages mail WHERE mail.id = go.carrier),
            m.lease_until)
    FROM unnest(%(ids)s::uuid[], %(contents)b::bytea[], %(carriers)s::uuid[])
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
# As if it had been made just now, for them: what was tried before was another's.
_READDRESS = """
    UPDATE notifier.messages m
    SET person_id = other.person, mailbox = other.mailbox, address = other.address,
        language = other.language, state = 'due', reason = NULL, content = NULL, attempts = 0,
        spared = 0, waits_for_server = false, try_at = '-infinity', fence = m.fence + 1
    FROM unnest(%(ids)s::uuid[], %(people)s::uuid[], %(mailboxes)s::text[], %(addresses)s::text[],
                %(languages)s::text[]) AS other(id, person, mailbox, address, language)
    WHERE m.id = other.id
"""
_STOP = """
    UPDATE notifier.messages m
    SET state = CASE WHEN stop.reason = ANY(%(unwritable)s) THEN 'failed' ELSE 'suppressed' END,
        reason = stop.reason, rule = stop.rule, content = NULL, fence = m.fence + 1
    FROM unnest(%(ids)s::uuid[], %(reasons)s::text[], %(rules)s::text[]) AS stop(id, reason, rule)
    WHERE m.id = stop.id
"""
_RULES_BY_HAND = (PROTECTED, NO_MAIL, OWN_MAIL, STAFF_ONLY)
# Nothing will change that: not stopped for now, but for a person to tell.
_UNWRITABLE = ("unsafe-text", "unwritable", "last-filter")


@dataclass(frozen=True, slots=True)
class Decided:
    """`contents` of those that leave; `carriers`: which mail carries a message; `words`: what is
    kept of those that are written now; `put_off`: until when; `readdressed`: where they go instead.
    """

    contents: dict[UUID, bytes] = field(default_factory=dict)
    words: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    carriers: dict[UUID, UUID] = field(default_factory=dict)
    put_off: dict[UUID, datetime] = field(default_factory=dict)
    stops: list[tuple[Sending, Stop]] = field(default_factory=list)
    readdressed: dict[UUID, Instead] = field(default_factory=dict)

    def stopped(self, sending: Sending, stop: Stop, other: Instead | None) -> None:
        """It doesn't leave; `other`: for whom it goes on."""
        if other is None:
            self.stops.append((sending, stop))
        else:
            self.readdressed[sending.id] = other

    def write(self, unit: Unit) -> None:
        """In one transaction with the locks under which it was decided."""
        self._begin(unit)
        self._put_them_off(unit)
        self._readdress(unit)
        self._stop(unit)

    def _begin(self, unit: Unit) -> None:
        """In one statement, so that a mail and what it carries are never apart."""
        begun = [*self.contents, *self.carriers]
        values = {
            "ids": begun,
            "contents": [self.contents.get(one) for one in begun],
            "carriers": [self.carriers.get(one) for one in begun],
        }
        if begun:
            unit.connection.execute(_BEGIN, values)
        told = {one: words for one, words in self.words.items() if one in self.contents}
        keep_words(told, unit)

    def _put_them_off(self, unit: Unit) -> None:
        if self.put_off:
            values = {"ids": list(self.put_off), "untils": list(self.put_off.values())}
            unit.connection.execute(_PUT_OFF, values)

    def _readdress(self, unit: Unit) -> None:
        if self.readdressed:
            values = {
                "ids": list(self.readdressed),
                "people": [one.person for one in self.readdressed.values()],
                "mailboxes": [one.to.mailbox for one in self.readdressed.values()],
                "addresses": [one.to.address for one in self.readdressed.values()],
                "languages": [language_of(one.to.contact) for one in self.readdressed.values()],
            }
            unit.connection.execute(_READDRESS, values)

    def _stop(self, unit: Unit) -> None:
        if not self.stops:
            return
        values = {
            "ids": [sending.id for sending, _ in self.stops],
            "reasons": [stop.reason for _, stop in self.stops],
            "rules": [stop.rule for _, stop in self.stops],
            "unwritable": list(_UNWRITABLE),
        }
        unit.connection.execute(_STOP, values)
        failed = [sending.id for sending, stop in self.stops if stop.reason in _UNWRITABLE]
        tell_of_failed(unit, failed)
        for sending, stop in self.stops:
            if _is_for_a_person(sending, stop):
                _hand_over(sending, stop, unit)
            if stop.reason == OUTDATED and sending.digest_id is not None:
                publish(unit, DigestOutdated(digest_id=sending.digest_id))


def _hand_over(message: Message, stop: Stop, unit: Unit) -> None:
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


def _is_for_a_person(message: Message, stop: Stop) -> bool:
    """Who became protected on the way is told by hand; of a call the next look says so."""
    return (
        stop.rule in _RULES_BY_HAND
        and stop.reason != "place-changed"
        and message.kind in (Kind.CANCEL, Kind.REMINDER)
    )
