"""What follows from a mail that came in, judged by the invitation it answers (B1-B9)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from services.notifier.domain.incoming.kinds import (
    AutoReply,
    Bounce,
    Counter,
    Foreign,
    Incoming,
    Plain,
    Refresh,
    Reply,
    Report,
    Unclear,
)

# Nobody can be reached at the address (RFC 3463): it isn't there, or isn't one. Not that the
# mailbox is full, nor that our own address isn't liked (5.1.7, 5.1.8).
_DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
_LONGEST_MEETING = timedelta(days=2)
_MOMENT = timedelta(microseconds=1)
# What changes nothing and needs nobody (B6, B7).
_NOTED: dict[type, str] = {AutoReply: "auto-reply", Report: "report", Foreign: "foreign"}


@dataclass(frozen=True, slots=True)
class Called:
    """What a reply address stands for: an invitation, as it was last put into words.

    `since`: the DTSTAMP at which its SEQUENCE was said for the first time; `changed`: an earlier
    one was said before. `stamps` and `answered_at`: of the answers from there that have counted.
    `staff`: it's a mailbox of somebody at work; `others`: those of who else is called.
    """

    case_id: UUID
    meeting_id: UUID
    mailbox: str
    people: tuple[UUID, ...]
    told: int
    sequence: int
    state: Literal["invited", "cancelled"]
    uid: str
    since: datetime
    changed: bool
    stamps: frozenset[datetime] = frozenset()
    answered_at: datetime | None = None
    staff: bool = False
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of ours that came back, and what is known of that already."""

    id: UUID
    case_id: UUID | None
    meeting_id: UUID | None
    person_id: UUID
    kind: str
    rule: str
    mailbox: str
    told: int | None
    bounced: Literal["delayed", "failed"] | None = None
    task_id: UUID | None = None


WhyNot = Literal["no-token", "unknown-token", "nothing-asked"]
NOTHING_ASKED: Final = "nothing-asked"  # O14: a day in the calendar that nobody is called to
Act = Literal["answer", "counter", "send-again", "read", "decide", "bounce"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mail: `reason` is a code; `act` what is done besides noting it.

    `stamp` is what the sender's clock said, `answered_at` what counts.
    """

    state: Literal["handled", "quarantined"]
    kind: str
    reason: str
    act: Act | None = None
    answer: Literal["accepted", "declined", "tentative"] | None = None
    stamp: datetime | None = None
    answered_at: datetime | None = None
    words: str | None = None
    person_id: UUID | None = None


def judge(
    mail: Incoming, called: Called | None, received_at: datetime, why_not: WhyNot = "no-token"
) -> Verdict:
    """What follows from anything but a bounce. `why_not`: why nothing is known of an invitation."""
    match mail:
        case Reply() | Counter() | Refresh():
            if called is None:
                judged = _noted if why_not == NOTHING_ASKED else _apart
                return _with_what_it_says(judged(_kind(mail), why_not), mail)
            return _with_what_it_says(_about(mail, called, received_at), mail)
        case Plain():
            return _plain(mail, called, why_not)
        case Unclear(reason=reason):
            return _apart("unclear", reason)
        case Bounce():
            return _apart("bounce", "no-message")
    kind = _NOTED[type(mail)]
    return _noted(kind, kind)


def poison() -> Verdict:
    """Of a mail over which everybody who took it up has failed: a person looks at it (B4)."""
    return _apart("unclear", "poison")


def judge_bounce(mail: Bounce, sent: Sent | None) -> Verdict:
    """B9: the message it names is marked, once for each thing that is new."""
    if sent is None:
        return _apart("bounce", "no-message")
    news = "failed" if mail.final else "delayed"
    if sent.bounced in ("failed", news):
        return Verdict("handled", "bounce", "known")
    return Verdict("handled", "bounce", news, "bounce", person_id=sent.person_id)


def is_dead(mail: Bounce, sent: Sent) -> bool:
    """Whether nobody can be reached at the address any more; not one that ours was passed on to."""
    theirs = mail.recipient in (None, sent.mailbox)
    return mail.final and theirs and mail.status in _DEAD


def _about(mail: Reply | Counter | Refresh, called: Called, received_at: datetime) -> Verdict:
    """The first objection decides; what nobody has to look at comes before what somebody must."""
    kind = _kind(mail)
    checks: tuple[Callable[[], Verdict | None], ...] = (
        lambda: _apart(kind, "another-meeting") if mail.uid != called.uid else None,
        lambda: _noted(kind, "not-called-any-more") if called.state == "cancelled" else None,
        lambda: None if _is_theirs(mail, called) else _apart(kind, "stranger"),
        lambda: None if isinstance(mail, Refresh) else _by_revision(mail, called),
        lambda: None if isinstance(mail, Refresh) else _by_content(mail, called),
    )
    objections = (check() for check in checks)
    return next(filter(None, objections), None) or _granted(mail, called, received_at)


def _granted(mail: Reply | Counter | Refresh, called: Called, received_at: datetime) -> Verdict:
    if isinstance(mail, Refresh):
        return Verdict("handled", "refresh", "sent-again", "send-again")
    if len(called.people) != 1:
        return _apart(_kind(mail), "shared-mailbox")
    (person,) = called.people
    if isinstance(mail, Counter):
        return Verdict("handled", "counter", "counter", "counter", person_id=person)
    at = _answered_at(mail, called, received_at)
    if at is None:
        return _noted("reply", "older")
    return Verdict("handled", "reply", "answer", "answer", answered_at=at, person_id=person)


def _answered_at(mail: Reply, called: Called, received_at: datetime) -> datetime | None:
    """B3: the newest DTSTAMP wins, but nobody answers later than now; None: not the newest.

    What a clock that is fast has stamped, or nobody, counts in the order in which it came.
    """
    stamped = min(mail.stamp or received_at, received_at)
    if called.answered_at is None or stamped > called.answered_at:
        return stamped
    as_it_came = mail.stamp is None or mail.stamp > max(called.stamps, default=received_at)
    return called.answered_at + _MOMENT if as_it_came and stamped == received_at else None


def _by_revision(mail: Reply | Counter, called: Called) -> Verdict | None:
    """B3: only what answers the invitation as it is now counts; without a SEQUENCE, by its time."""
    kind = _kind(mail)
    if mail.sequence is not None and mail.sequence > called.sequence:
        return _apart(kind, "from-the-future")
    if mail.sequence is None and called.changed and mail.stamp is None:
        return _apart(kind, "undated")
    older = mail.stamp is not None and mail.stamp < called.since
    stale = called.changed and older if mail.sequence is None else mail.sequence < called.sequence
    return _noted(kind, "stale") if stale else None


def _by_content(mail: Reply | Counter, called: Called) -> Verdict | None:
    """B3: nothing counts twice."""
    if isinstance(mail, Counter):
        usable = timedelta(0) < mail.ends_at - mail.starts_at <= _LONGEST_MEETING
        return None if usable else _apart("counter", "no-time")
    return _noted("reply", "repeated") if mail.stamp in called.stamps else None


def _is_theirs(mail: Reply | Counter | Refresh, called: Called) -> bool:
    """B2: an alias as the sender is fine, and so is one as the ATTENDEE.

    Both may be one for staff alone, in the domain of their own mailbox: who has an address there is
    known to their employer. But whoever is called by another mailbox answers for themselves.
    """
    if called.mailbox in (mail.attendee, mail.sender):
        return True
    told = {mail.attendee, mail.sender or ""}
    here = called.mailbox.rpartition("@")[2]
    at_work = all(address.rpartition("@")[2] == here for address in told)
    return called.staff and at_work and told.isdisjoint(called.others)


def _plain(mail: Plain, called: Called | None, why_not: str) -> Verdict:
    words = f"{mail.subject}\n\n{mail.text}".strip()
    if called is None:
        return replace(_apart("plain", why_not), words=words)
    theirs = mail.sender == called.mailbox and len(called.people) == 1
    person = called.people[0] if theirs else None
    reason = "to-read-beside-calendar" if mail.beside_foreign else "to-read"
    return Verdict("handled", "plain", reason, "read", words=words, person_id=person)


def _with_what_it_says(verdict: Verdict, mail: Reply | Counter | Refresh) -> Verdict:
    if isinstance(mail, Refresh):
        return verdict
    answer = mail.answer if isinstance(mail, Reply) else None
    return replace(verdict, answer=answer, stamp=mail.stamp, words=mail.comment or None)


def _kind(mail: Reply | Counter | Refresh) -> str:
    return type(mail).__name__.lower()


def _noted(kind: str, reason: str) -> Verdict:
    return Verdict("handled", kind, reason)


def _apart(kind: str, reason: str) -> Verdict:
    return Verdict("quarantined", kind, reason, "decide")
