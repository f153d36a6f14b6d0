"""Whether a message may go, decided as it goes (decision 6, X5). What isn't known stops it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.notifier.domain.mailing import Digest, Duty, Known, Mailing
from services.notifier.domain.messages import (
    CALENDAR_KINDS,
    AlertWords,
    DigestWords,
    DutyWords,
    Kind,
    MeetingWords,
    Message,
    ProposalWords,
    Sending,
)
from services.notifier.domain.recipients import (
    NO_MAIL,
    PROTECTED,
    STAFF_ONLY,
    ByHand,
    is_alerted_no_more,
    must_not_be_mailed,
    reach,
    recipients,
)
from shared.domain.consent import consent_stands, declined
from shared.domain.days import local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import Procedure

_GROUNDS_OF_KIND: dict[str, tuple[str, ...]] = {
    Kind.CALL: ("consent", "none"),
    Kind.CHANGE: ("consent", "none"),
    Kind.REMINDER: ("consent", "none"),
    Kind.NUDGE: ("consent", "none"),
    Kind.PROPOSAL: ("consent", "none"),
    Kind.COUNTER_DECLINED: ("consent", "none"),
    Kind.CANCEL: ("object",),
    Kind.ALERT: ("duty",),
    Kind.TASK: ("duty",),
    Kind.RECEIPT: ("duty",),
    Kind.DISPATCH: ("duty",),
    Kind.DIGEST: ("duty",),
}
_PRESSING_KINDS = (Kind.REMINDER, Kind.NUDGE, Kind.PROPOSAL)
_BY_HAND_REASONS = {PROTECTED: "protected", NO_MAIL: "no-mail", STAFF_ONLY: "of-a-family"}
CALLERS_CHANGED = "callers-changed"
OUTDATED = "counted-long-ago"
_COUNT_HOLDS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Go:
    """The content may begin to leave."""


@dataclass(frozen=True, slots=True)
class Stop:
    """It may not, for a reason (a code) by a rule."""

    reason: str
    rule: str


@dataclass(frozen=True, slots=True)
class Holding:
    """What is known of the mailbox's calendar object: who shares it, its newest DTSTAMP, and
    whether the mailbox holds it or may hold it."""

    people: tuple[UUID, ...]
    stamp: datetime
    may_be_held: bool


def decide(
    message: Message,
    known: Known | None,
    holding: Holding | None,
    procedure: Procedure | None,
    now: datetime,
) -> Go | Stop:
    """Go only if every condition of the message's ground holds now.

    `known` is what it is about, a case with its procedure, a duty or a letter of the week, as it
    stands at this moment.
    """
    if known is None:
        return Stop("case-unknown", "X5")
    if message.ground not in _GROUNDS_OF_KIND.get(message.kind, ()):
        return Stop("kind-unknown", "X5")
    if now >= message.useful_until:
        return Stop("too-late", message.rule)
    if message.kind in CALENDAR_KINDS and not _is_newest(message, holding):
        return Stop("superseded", "X5")
    if not isinstance(known, Mailing):
        return _of_no_case(message, known, now) or Go()
    mailing = known
    conditions: dict[str, Callable[[], Stop | None]] = {
        "consent": lambda: _meeting(message, mailing, procedure, now),
        "none": lambda: _meeting(message, mailing, procedure, now),
        "object": lambda: _object(message, mailing, holding),
        "duty": lambda: _duty(message, mailing, procedure, now),
    }
    return conditions[message.ground]() or Go()


def _is_newest(message: Message, holding: Holding | None) -> bool:
    """Q7: what has been put into other words since then isn't said any more."""
    calendar = message.calendar
    return calendar is not None and holding is not None and calendar.stamp == holding.stamp


def _meeting(
    message: Message, mailing: Mailing, procedure: Procedure | None, now: datetime
) -> Stop | None:
    """What is said of a meeting: it stands as told, and this mailbox is called to it."""
    meeting = mailing.meeting(message.meeting_id)
    if mailing.facts.state != "open":
        return Stop("case-closed", "R16")
    if meeting is None or meeting.state != _state_of(message):
        return Stop("meeting-off", "P7")
    if meeting.sequence != message.told:
        return Stop("meeting-moved", "X5")
    if message.kind in _PRESSING_KINDS and _has_declined(mailing, procedure, now):
        return Stop("declined", "P11")
    return (
        _ground(message, meeting, mailing, procedure)
        or _said(message, meeting, mailing)
        or _called(message, meeting, mailing, procedure, now)
        or _answered(message, meeting, mailing, procedure, now)
    )


def _state_of(message: Message) -> str:
    """In which state the meeting is that such a message speaks of."""
    return "proposed" if message.kind == Kind.PROPOSAL else "booked"


def _ground(
    message: Message, meeting: Meeting, mailing: Mailing, procedure: Procedure | None
) -> Stop | None:
    if procedure is None or all(step.name != meeting.step for step in procedure.steps):
        return Stop("procedure-unknown", "X5")
    step = procedure.step(meeting.step)
    grounds = step.grounds
    rule = step.rule if procedure.asking is None else procedure.asking.rule
    if grounds != message.ground:
        return Stop("ground-changed", rule)
    if grounds == "consent" and not consent_stands(
        mailing.facts, procedure, local_date(meeting.starts_at)
    ):
        return Stop("no-consent", rule)
    return None


def _said(message: Message, meeting: Meeting, mailing: Mailing) -> Stop | None:
    """A place that may not be said any more isn't (invariant 13); the next look says it anew.

    Nor is who calls, if others do by now (R21), or times that nobody can choose any more.
    """
    if message.kind == Kind.PROPOSAL and isinstance(message.words, ProposalWords):
        gone = frozenset(message.words.times) - frozenset(meeting.options)
        return Stop("settled", message.rule) if gone else None
    if not isinstance(message.words, MeetingWords):
        return Stop("kind-unknown", "X5")
    if message.words.said.place not in (None, mailing.place_for_all(meeting)):
        return Stop("place-changed", "X6")
    of_year = message.words.of_year
    if of_year is not None and of_year.callers not in ((), mailing.callers):
        return Stop(CALLERS_CHANGED, message.rule)
    return None


def _called(
    message: Message,
    meeting: Meeting,
    mailing: Mailing,
    procedure: Procedure | None,
    now: datetime,
) -> Stop | None:
    today = local_date(now)
    # Where a mailbox is shared: a mail leads to its person's page, and is for nobody else's eyes.
    if message.person_id in _sharing(message, meeting, mailing, procedure, today):
        return None
    on_the_case = {who.person_id for who in mailing.facts.participants}
    if message.person_id not in meeting.person_ids & on_the_case:
        return Stop("not-called", "S1")
    return _unreachable(message, mailing, today, procedure) or Stop("not-covered", "S1")


def _sharing(
    message: Message,
    meeting: Meeting,
    mailing: Mailing,
    procedure: Procedure | None,
    today: date,
) -> frozenset[UUID]:
    """Those of a meeting's recipients who have the message's mailbox."""
    to = recipients(mailing, meeting, procedure, today)
    return frozenset(to.mailboxes.get(message.mailbox, ()))


def _answered(
    message: Message,
    meeting: Meeting,
    mailing: Mailing,
    procedure: Procedure | None,
    now: datetime,
) -> Stop | None:
    """Who has answered isn't asked again, and who has said no isn't reminded."""
    people = _sharing(message, meeting, mailing, procedure, local_date(now))
    if message.kind == Kind.NUDGE and people <= meeting.answered:
        return Stop("answered", message.rule)
    if message.kind == Kind.REMINDER and people <= meeting.declined:
        return Stop("said-no", message.rule)
    return None


def _unreachable(
    message: Message, known: Known, today: date, procedure: Procedure | None = None
) -> Stop | None:
    """Why a message's person can't be reached at its mailbox, or None."""
    match reach(known, message.person_id, today, procedure):
        case ByHand(rule):
            return Stop(_BY_HAND_REASONS.get(rule, "no-own-mail"), rule)
        case to if to.mailbox != message.mailbox:
            return Stop("address-changed", "X5")
    return None


def _has_declined(mailing: Mailing, procedure: Procedure | None, now: datetime) -> bool:
    """P11: a no is a normal end, after which nobody is pressed."""
    return procedure is not None and declined(mailing.facts, procedure, local_date(now))


def _object(message: Message, mailing: Mailing, holding: Holding | None) -> Stop | None:
    """A CANCEL: to whom holds the invitation or may hold it, even without consent or case."""
    if holding is None or not holding.may_be_held:
        return Stop("nothing-held", "P7")
    rule = must_not_be_mailed(mailing, holding.people, message.mailbox)
    return None if rule is None else Stop(_BY_HAND_REASONS[rule], rule)


def _duty(
    message: Message, mailing: Mailing, procedure: Procedure | None, now: datetime
) -> Stop | None:
    """An alert: the person still has the duty it is about and works there, and nobody has said
    no."""
    if mailing.facts.state != "open":
        return Stop("case-closed", "R16")
    if _has_declined(mailing, procedure, now):
        return Stop("declined", "P11")
    if not isinstance(message.words, AlertWords):
        return Stop("kind-unknown", "X5")
    contact = mailing.contacts.get(message.person_id)
    if message.person_id not in _on_duty(message.words, mailing) or contact is None:
        return Stop("duty-passed-on", "X2")
    if contact.party != "staff" or message.party != "staff":
        return Stop("not-staff", "R41")
    left = is_alerted_no_more(mailing, message.person_id, message.words.to)
    return Stop("has-left", "X10") if left else _unreachable(message, mailing, local_date(now))


def _of_no_case(message: Message, known: Duty | Digest, now: datetime) -> Stop | None:
    if isinstance(known, Digest):
        return _of_a_week(message, known, now)
    return _belongs_to_no_case(message, known, now)


def _belongs_to_no_case(message: Message, duty: Duty, now: datetime) -> Stop | None:
    """P3, X2: it is still to be done by whoever is told; or still late, and they are the manager.

    Told as a duty and to staff alone, whatever the message says of itself (R41).
    """
    if message.ground != "duty":
        return Stop("kind-unknown", "X5")
    if isinstance(message.words, DutyWords) and message.words.over:
        return _over(message, duty, local_date(now))
    if not duty.is_open:
        return Stop("done", message.rule)
    contact = duty.contacts.get(message.person_id)
    if message.person_id != _whose(message, duty, local_date(now)) or contact is None:
        return Stop("duty-passed-on", "X2")
    if contact.party != "staff" or message.party != "staff":
        return Stop("not-staff", "R41")
    return _unreachable(message, duty, local_date(now))


def _of_a_week(message: Message, digest: Digest, now: datetime) -> Stop | None:
    """X16: the numbers are whoever's they are and as counted last, not long ago; and are wanted."""
    words = message.words
    if message.kind != Kind.DIGEST or not isinstance(words, DigestWords):
        return Stop("kind-unknown", "X5")
    if not digest.wanted:
        return Stop("not-wanted", message.rule)
    if message.person_id != digest.person_id or words != digest.said:
        return Stop("superseded", message.rule)
    in_doubt = isinstance(message, Sending) and message.doubts > 0  # then it goes as it was
    if now - words.counted_at > _COUNT_HOLDS and not in_doubt:
        return Stop(OUTDATED, message.rule)
    contact = digest.contacts.get(message.person_id)
    if contact is None or contact.party != "staff" or message.party != "staff":
        return Stop("not-staff", "R41")
    return _unreachable(message, digest, local_date(now))


def _over(message: Message, duty: Duty, today: date) -> Stop | None:
    """O14: whoever has its day in their calendar is told that it isn't theirs to do any more."""
    if duty.is_open and duty.owner == message.person_id:
        return Stop("still-theirs", message.rule)
    contact = duty.contacts.get(message.person_id)
    if contact is None or contact.party != "staff" or message.party != "staff":
        return Stop("not-staff", "R41")
    return _unreachable(message, duty, today)


def _whose(message: Message, duty: Duty, today: date) -> UUID | None:
    """To whom what the message says is true; only while its day is still the one that is said."""
    match message.kind, message.words:
        case Kind.TASK, DutyWords(due_on=duty.due_on, reminds=True, late=late):
            return duty.owner if late == duty.is_late(today) else None
        case Kind.TASK | Kind.RECEIPT | Kind.DISPATCH, DutyWords(due_on=duty.due_on):
            return duty.owner
        case Kind.ALERT, AlertWords(limit_on=duty.due_on, to=to) if duty.is_late(today):
            return {"owner": duty.owner, "owner_manager": duty.manager}.get(to)
    return None


def _on_duty(words: AlertWords, mailing: Mailing) -> frozenset[UUID | None]:
    """Whose duty it is now; of a task, as long as it is late: not once it is done."""
    late = [one for one in mailing.late if one.due_on == words.limit_on]
    on_duty: dict[str, set[UUID | None]] = {
        "process_owner": {mailing.facts.process_owner},
        "manager": {mailing.manager},
        "owner": {one.owner for one in late},
        "owner_manager": {one.manager for one in late},
    }
    return frozenset(on_duty.get(words.to, ()))
