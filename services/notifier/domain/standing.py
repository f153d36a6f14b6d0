"""What stands of a meeting: what each mailbox holds of it, and who was told of it by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.notifier.domain.messages import (
    CALENDAR_KINDS,
    Kind,
    MeetingWords,
    Said,
    Sending,
)


@dataclass(frozen=True, slots=True)
class Held:
    """What a mailbox may show, the meeting's sequence that this told, and where it was sent.

    `sequence` is the calendar object's: an answer counts for that one alone.
    """

    said: Said
    told: int
    sequence: int
    address: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """One calendar object: a meeting in a mailbox (X4), as it was last put into words.

    `held` is what the mailbox may show, None if nothing has reached it (or a CANCEL has).
    `link`: the personal link that the last words hold, of one of those who shared the mailbox then;
    None before links were noted.
    `lost`: the last words were stopped, or refused for good, so the mailbox doesn't have them; or
    it has some that only a newer version can read, so it counts as told by a person.
    """

    meeting_id: UUID
    mailbox: str
    token: str
    people: tuple[UUID, ...]
    told: int
    sequence: int
    stamp: datetime
    created_at: datetime
    state: Literal["invited", "cancelled"]
    place: str | None
    link: UUID | None = None
    held: Held | None = None
    lost: Literal["stopped", "failed"] | None = None

    def after(self, messages: Sequence[Sending]) -> "Invitation":
        """With what has become of the messages that carried it to its mailbox."""
        return replace(self, held=_held(messages), lost=_lost(self.stamp, messages))


@dataclass(frozen=True, slots=True)
class ToldByHand:
    """Somebody told of a meeting by hand: up to which sequence, called or off, by which rule.

    «asked»: which of its proposed times suit; they know of no meeting by that.
    """

    person_id: UUID
    told: int
    state: Literal["asked", "invited", "cancelled"]
    rule: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of one meeting."""

    invitations: Mapping[str, Invitation]
    by_hand: Mapping[UUID, ToldByHand]


def _held(messages: Sequence[Sending]) -> Held | None:
    """The newest REQUEST that the mailbox may have, unless it has accepted a later CANCEL."""
    carried = [m for m in messages if m.calendar is not None and isinstance(m.words, MeetingWords)]
    for message in sorted(carried, key=_stamp, reverse=True):
        if message.kind == Kind.CANCEL and message.state == "accepted":
            return None
        if message.kind != Kind.CANCEL and message.may_be_held:
            assert isinstance(message.words, MeetingWords)
            assert message.calendar is not None
            sequence = message.calendar.sequence
            return Held(message.words.said, message.told or 0, sequence, message.address)
    return None


def _lost(stamp: datetime, messages: Sequence[Sending]) -> Literal["stopped", "failed"] | None:
    for message in messages:
        if message.kind in CALENDAR_KINDS and not message.is_readable and message.may_be_held:
            return "failed"
        if message.calendar is None or message.calendar.stamp != stamp or message.may_be_held:
            continue
        if message.state == "suppressed":
            return "stopped"
        if message.state == "failed":
            return "failed"
    return None


def _stamp(message: Sending) -> datetime:
    assert message.calendar is not None
    return message.calendar.stamp
