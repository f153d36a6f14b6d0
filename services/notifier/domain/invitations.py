"""What each mailbox should hold of a meeting, against what stands: the difference is said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.notifier.domain.mailing import Mailing
from services.notifier.domain.messages import Said
from services.notifier.domain.recipients import (
    NO_MAIL,
    PROTECTED,
    Recipients,
    must_not_be_mailed,
)
from services.notifier.domain.standing import Invitation, Standing
from shared.domain.facts import Meeting

STAMP_STEP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Invite:
    """A REQUEST: new, or of what has changed since what the mailbox holds.

    `asks_anew`: an earlier answer no longer counts (Q1).
    """

    mailbox: str
    people: tuple[UUID, ...]
    kind: Literal["call", "change"]
    sequence: int
    stamp: datetime
    new_time: bool
    new_place: bool
    asks_anew: bool


@dataclass(frozen=True, slots=True)
class Cancel:
    """A CANCEL of what the mailbox may hold; `of_all` when the meeting itself is off (O11)."""

    mailbox: str
    people: tuple[UUID, ...]
    sequence: int
    stamp: datetime
    of_all: bool
    said: Said
    address: str


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
class Ask:
    """Which of the proposed times suit: a question that holds no calendar object."""

    mailbox: str
    people: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class TellByHand:
    """Somebody has to be told by a person; kind None only notes that nothing is to be told."""

    person_id: UUID
    kind: Literal["proposal", "call", "change", "cancel"] | None
    rule: str
    told: int
    state: Literal["asked", "invited", "cancelled"]


Change = Invite | Cancel | Forget | Regroup | Ask | TellByHand


def reconcile(
    meeting: Meeting,
    to: Recipients,
    standing: Standing,
    mailing: Mailing,
    now: datetime,
    *,
    called: bool = True,
) -> tuple[Change, ...]:
    """The changes that make what stands into what should stand; none if it already does.

    A meeting that is held or past changes nothing: there's nothing left to tell. Of a proposed one
    everybody is asked who is called to it. Of one that isn't `called` to yet nobody hears anything
    (R20); whoever has heard of it all the same hears what becomes of it.
    """
    if meeting.state == "proposed" and mailing.facts.state == "open":
        return tuple(_ask(meeting, to, standing, now))
    booked = meeting.state == "booked" and mailing.facts.state == "open"
    if booked and not called and not _is_known(standing):
        return ()
    if booked and meeting.starts_at > now:
        return (
            *_invite(meeting, to, standing, mailing, now),
            *_withdraw(meeting, to, standing, mailing, now),
            *_by_hand(meeting, to, standing, mailing),
        )
    if booked or meeting.state in ("held", "proposed"):
        return ()
    return tuple(_call_off(meeting, to, standing, mailing, now))


def _is_known(standing: Standing) -> bool:
    """Whether anybody holds the meeting, or was told of it by hand."""
    held = [one.state for one in standing.invitations.values()]
    return "invited" in (*held, *(one.state for one in standing.by_hand.values()))


def _ask(meeting: Meeting, to: Recipients, standing: Standing, now: datetime) -> Iterable[Change]:
    """Once for each set of times; who can't be mailed is asked by a person."""
    if min(meeting.options, default=now) <= now:
        return
    for mailbox, people in sorted(to.mailboxes.items()):
        yield Ask(mailbox, people)
    for person, rule in sorted(to.by_hand.items()):
        known = standing.by_hand.get(person)
        if known is None or known.state != "asked" or known.told < meeting.sequence:
            yield TellByHand(person, "proposal", rule, meeting.sequence, "asked")


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
        works = {mailing.link(meeting.id, person) for person in people}
        if old is not None and _knows(old, meeting, place) and old.link in (None, *works):
            if old.people != people:
                yield Regroup(mailbox, people)
            continue
        yield _invitation(meeting, mailbox, people, old, place, now)


def _invitation(
    meeting: Meeting,
    mailbox: str,
    people: tuple[UUID, ...],
    old: Invitation | None,
    place: str | None,
    now: datetime,
) -> Invite:
    """A change only speaks of what the mailbox holds; who was removed is called, not told news."""
    held = None if old is None or old.state == "cancelled" else old.held
    sequence = _sequence(meeting, old)
    times = (meeting.starts_at, meeting.ends_at)
    new_time = held is not None and (held.said.starts_at, held.said.ends_at) != times
    return Invite(
        mailbox=mailbox,
        people=people,
        kind="call" if held is None else "change",
        sequence=sequence,
        stamp=next_stamp(old, now),
        new_time=new_time,
        new_place=held is not None and place not in (None, held.said.place),
        asks_anew=held is None or new_time or held.sequence != sequence,
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
    still_called = {*to.by_hand, *_mailed(to)}
    for _, old in sorted(standing.invitations.items()):
        if not _is_kept(old, to, mailing):
            known = _rules(old.people, to, standing, mailing)
            gone = {person: rule for person, rule in known.items() if person not in still_called}
            yield from _take_back(meeting, old, gone, mailing, now, of_all=False)


def _is_kept(old: Invitation, to: Recipients, mailing: Mailing) -> bool:
    """Whether the mailbox keeps what it holds, or holds nothing any more."""
    if old.state == "cancelled" or old.mailbox in to.mailboxes:
        return True
    if to.groundless.intersection(old.people):
        return True
    called_by_hand = to.by_hand.keys() & set(old.people)
    return bool(called_by_hand) and must_not_be_mailed(mailing, old.people, old.mailbox) is not None


def _call_off(
    meeting: Meeting, to: Recipients, standing: Standing, mailing: Mailing, now: datetime
) -> Iterable[Change]:
    """Q5: the meeting is off for everybody who was ever invited and not removed."""
    for _, old in sorted(standing.invitations.items()):
        if old.state == "invited":
            rules = _rules(old.people, to, standing, mailing)
            yield from _take_back(meeting, old, rules, mailing, now, of_all=True)
    by_hand = sorted(p for p, told in standing.by_hand.items() if told.state == "invited")
    for person, rule in _rules(by_hand, to, standing, mailing).items():
        if meeting.starts_at > now:
            yield TellByHand(person, "cancel", rule, meeting.sequence, "cancelled")


def _rules(
    people: Iterable[UUID], to: Recipients, standing: Standing, mailing: Mailing
) -> dict[UUID, str]:
    """By which rule each of these is told by hand: as now, else as they were until now."""
    return {person: _rule(person, to, standing, mailing) for person in people}


def _rule(person: UUID, to: Recipients, standing: Standing, mailing: Mailing) -> str:
    if person in to.by_hand:
        return to.by_hand[person]
    forbidden = must_not_be_mailed(mailing, (person,))
    known = standing.by_hand.get(person)
    if forbidden == PROTECTED or known is None or known.state != "invited":
        return forbidden or NO_MAIL
    return known.rule


def _take_back(
    meeting: Meeting,
    old: Invitation,
    by_hand: Mapping[UUID, str],
    mailing: Mailing,
    now: datetime,
    *,
    of_all: bool,
) -> Iterable[Change]:
    """A CANCEL, or what a person has to say instead: to these, by their rules."""
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
            address=old.held.address,
        )
        return
    yield Forget(old.mailbox)
    if old.held is not None or old.lost == "failed":
        for person, rule in by_hand.items():
            by_rule = PROTECTED if forbidden == PROTECTED else rule
            yield TellByHand(person, "cancel", by_rule, meeting.sequence, "cancelled")


def _by_hand(
    meeting: Meeting, to: Recipients, standing: Standing, mailing: Mailing
) -> Iterable[Change]:
    for person, rule in sorted(to.by_hand.items()):
        told = _told(person, to, standing, mailing)
        if told is None or told < meeting.sequence:
            kind: Literal["call", "change"] = "call" if told is None else "change"
            yield TellByHand(person, kind, rule, meeting.sequence, "invited")
    mailed = _mailed(to)
    for person, known in sorted(standing.by_hand.items()):
        if known.state != "invited" or person in to.by_hand or person in to.groundless:
            continue
        kind_off: Literal["cancel"] | None = None if person in mailed else "cancel"
        rule = _rule(person, to, standing, mailing)
        yield TellByHand(person, kind_off, rule, meeting.sequence, "cancelled")


def _mailed(to: Recipients) -> frozenset[UUID]:
    return frozenset(person for people in to.mailboxes.values() for person in people)


def _told(person: UUID, to: Recipients, standing: Standing, mailing: Mailing) -> int | None:
    """The sequence somebody knows of, by hand or by what their mailbox holds; None: of nothing.

    A mailbox that is taken back from them, all of it or their part, tells them nothing any more.
    """
    known = standing.by_hand.get(person)
    sequences = [known.told] if known is not None and known.state == "invited" else []
    sequences += [
        old.held.told
        for old in standing.invitations.values()
        if person in to.mailboxes.get(old.mailbox, old.people)
        and old.state == "invited"
        and old.held is not None
        and _is_kept(old, to, mailing)
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
