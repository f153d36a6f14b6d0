"""What each mailbox should hold of a meeting, against what stands: the difference is said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.notifier.domain.mailing import Mailing
from services.notifier.domain.messages import Kind, MeetingWords, Said, Sending
from services.notifier.domain.recipients import NO_MAIL, Recipients, must_not_be_mailed
from shared.domain.facts import Meeting

STAMP_STEP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Held:
    """What a mailbox may show, and the meeting's sequence that this told."""

    said: Said
    told: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """One calendar object: a meeting in a mailbox (X4), as it was last put into words.

    `held` is what the mailbox may show, None if nothing has reached it (or a CANCEL has).
    `lost`: the last words were stopped, or refused for good, so the mailbox doesn't have them.
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
    held: Held | None = None
    lost: Literal["stopped", "failed"] | None = None

    def after(self, messages: Sequence[Sending]) -> "Invitation":
        """With what has become of the messages that carried it to its mailbox."""
        return replace(self, held=_held(messages), lost=_lost(self.stamp, messages))


@dataclass(frozen=True, slots=True)
class ToldByHand:
    """Somebody who is told of a meeting by hand: up to which sequence, whether called or off."""

    person_id: UUID
    told: int
    state: Literal["invited", "cancelled"]


@dataclass(frozen=True, slots=True)
class Invite:
    """A REQUEST: new, or of what has changed. `moved`: another time, so all answer anew (Q1)."""

    mailbox: str
    people: tuple[UUID, ...]
    kind: Literal["call", "change"]
    sequence: int
    stamp: datetime
    moved: bool


@dataclass(frozen=True, slots=True)
class Cancel:
    """A CANCEL of what the mailbox may hold; `of_all` when the meeting itself is off (O11)."""

    mailbox: str
    people: tuple[UUID, ...]
    sequence: int
    stamp: datetime
    of_all: bool
    said: Said


@dataclass(frozen=True, slots=True)
class Forget:
    """The invitation is off and needs no mail: nothing had left, or it must be told by hand."""

    mailbox: str


@dataclass(frozen=True, slots=True)
class Regroup:
    """Others share the mailbox now; its calendar object stays as it is."""

    mailbox: str
    people: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class TellByHand:
    """Somebody has to be told by a person; kind None only notes that nothing is to be told."""

    person_id: UUID
    kind: Literal["call", "change", "cancel"] | None
    rule: str
    told: int
    state: Literal["invited", "cancelled"]


Change = Invite | Cancel | Forget | Regroup | TellByHand


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of one meeting."""

    invitations: Mapping[str, Invitation]
    by_hand: Mapping[UUID, ToldByHand]


def reconcile(
    meeting: Meeting, to: Recipients, standing: Standing, mailing: Mailing, now: datetime
) -> tuple[Change, ...]:
    """The changes that make what stands into what should stand; none if it already does.

    A meeting that is held, proposed or past changes nothing: there's nothing left to tell.
    """
    booked = meeting.state == "booked" and mailing.facts.state == "open"
    if booked and meeting.starts_at > now:
        return (
            *_invite(meeting, to, standing, mailing, now),
            *_withdraw(meeting, to, standing, mailing, now),
            *_by_hand(meeting, to, standing),
        )
    if booked or meeting.state in ("held", "proposed"):
        return ()
    return tuple(_call_off(meeting, standing, mailing, now))


def next_stamp(standing: Invitation | None, now: datetime) -> datetime:
    """DTSTAMP strictly rises, even in a clock that stands still (Q7); whole seconds."""
    whole = now.replace(microsecond=0)
    return whole if standing is None else max(whole, standing.stamp + STAMP_STEP)


def _invite(
    meeting: Meeting, to: Recipients, standing: Standing, mailing: Mailing, now: datetime
) -> Iterable[Change]:
    place = mailing.place_for_all(meeting)
    for mailbox, people in sorted(to.mailboxes.items()):
        old = standing.invitations.get(mailbox)
        if old is not None and _knows(old, meeting, place):
            if old.people != people:
                yield Regroup(mailbox, people)
            continue
        held = None if old is None else old.held
        yield Invite(
            mailbox=mailbox,
            people=people,
            kind="call" if held is None else "change",
            sequence=_sequence(meeting, old),
            stamp=next_stamp(old, now),
            moved=held is None or held.told != meeting.sequence,
        )


def _knows(old: Invitation, meeting: Meeting, place: str | None) -> bool:
    """Whether the mailbox has been told all there is; what was stopped on its way was not."""
    return (
        old.state == "invited"
        and old.told == meeting.sequence
        and old.place == place
        and old.lost != "stopped"
    )


def _withdraw(
    meeting: Meeting, to: Recipients, standing: Standing, mailing: Mailing, now: datetime
) -> Iterable[Change]:
    """Q3: who isn't called any more. Who only lacks a ground just now keeps what they hold.

    The meeting still stands then; whether it does is for cases to say, and the gate sends them
    nothing new.
    """
    for mailbox, old in sorted(standing.invitations.items()):
        if old.state == "cancelled" or mailbox in to.mailboxes:
            continue
        if to.groundless.intersection(old.people):
            continue
        if must_not_be_mailed(mailing, old.people, mailbox) and to.by_hand.keys() & set(old.people):
            continue  # still called: they are told by hand from now on
        yield from _take_back(meeting, old, mailing, now, of_all=False)


def _call_off(
    meeting: Meeting, standing: Standing, mailing: Mailing, now: datetime
) -> Iterable[Change]:
    """Q5: the meeting is off for everybody who was ever invited and not removed."""
    for _, old in sorted(standing.invitations.items()):
        if old.state == "invited":
            yield from _take_back(meeting, old, mailing, now, of_all=True)
    for person, told in sorted(standing.by_hand.items()):
        if told.state == "invited" and meeting.starts_at > now:
            yield TellByHand(person, "cancel", NO_MAIL, meeting.sequence, "cancelled")


def _take_back(
    meeting: Meeting, old: Invitation, mailing: Mailing, now: datetime, *, of_all: bool
) -> Iterable[Change]:
    starts = [meeting.starts_at, *([old.held.said.starts_at] if old.held else [])]
    if max(starts) <= now:
        return
    forbidden = must_not_be_mailed(mailing, old.people, old.mailbox)
    if old.held is not None and forbidden is None:
        yield Cancel(
            mailbox=old.mailbox,
            people=old.people,
            sequence=_next_sequence(meeting, old),
            stamp=next_stamp(old, now),
            of_all=of_all,
            said=old.held.said,
        )
        return
    yield Forget(old.mailbox)
    if old.held is not None or old.lost == "failed":
        for person in old.people:
            yield TellByHand(person, "cancel", forbidden or NO_MAIL, meeting.sequence, "cancelled")


def _by_hand(meeting: Meeting, to: Recipients, standing: Standing) -> Iterable[Change]:
    for person, rule in sorted(to.by_hand.items()):
        told = _told(person, standing)
        if told is None or told < meeting.sequence:
            kind: Literal["call", "change"] = "call" if told is None else "change"
            yield TellByHand(person, kind, rule, meeting.sequence, "invited")
    mailed = {person for people in to.mailboxes.values() for person in people}
    for person, known in sorted(standing.by_hand.items()):
        if known.state == "cancelled" or person in to.by_hand or person in to.groundless:
            continue
        kind_off: Literal["cancel"] | None = None if person in mailed else "cancel"
        yield TellByHand(person, kind_off, NO_MAIL, meeting.sequence, "cancelled")


def _told(person: UUID, standing: Standing) -> int | None:
    """The sequence somebody knows of, by hand or by what their mailbox holds; None: of nothing."""
    known = standing.by_hand.get(person)
    sequences = [known.told] if known is not None and known.state == "invited" else []
    sequences += [
        old.held.told
        for old in standing.invitations.values()
        if person in old.people and old.state == "invited" and old.held is not None
    ]
    return max(sequences, default=None)


def _sequence(meeting: Meeting, old: Invitation | None) -> int:
    """Q1, Q6: higher for another time and after a CANCEL. Q2: the same for other words alone."""
    if old is not None and old.state == "invited" and old.told == meeting.sequence:
        return old.sequence
    return _next_sequence(meeting, old)


def _next_sequence(meeting: Meeting, old: Invitation | None) -> int:
    """SEQUENCE only rises (Q5, invariant 12)."""
    return meeting.sequence if old is None else max(meeting.sequence, old.sequence + 1)


def _held(messages: Sequence[Sending]) -> Held | None:
    """The newest REQUEST that the mailbox may have, unless it has accepted a later CANCEL."""
    carried = [m for m in messages if m.calendar is not None and isinstance(m.words, MeetingWords)]
    for message in sorted(carried, key=_stamp, reverse=True):
        if message.kind == Kind.CANCEL and message.state == "accepted":
            return None
        if message.kind != Kind.CANCEL and message.may_be_held:
            assert isinstance(message.words, MeetingWords)
            return Held(message.words.said, message.told or 0)
    return None


def _lost(stamp: datetime, messages: Sequence[Sending]) -> Literal["stopped", "failed"] | None:
    for message in messages:
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
