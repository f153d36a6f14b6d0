"""The day of the year's limit in its owners' calendars: one object a year and mailbox (O14).

Whoever has several of the duties it is the day of, and those who share a mailbox, have it once; it
is taken out with the last of them. What is to be said follows from what stands, as for meetings.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.notifier.domain.mailing import Duty
from services.notifier.domain.messages import CalendarPart, DutyWords, Sending
from services.notifier.domain.recipients import Colleague, Mailable, reach

_WITH_ITS_DAY = "evaluate-year"


@dataclass(frozen=True, slots=True)
class Put:
    """Into the calendar of whoever has the duty; `before`: what the mailbox was told last."""

    duty: Duty
    person: UUID
    to: Colleague
    before: CalendarPart | None


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Out of the calendar that `told` put it into; `before`: what the mailbox was told last."""

    duty: Duty
    told: Sending
    to: Colleague
    before: CalendarPart


@dataclass(frozen=True, slots=True)
class Withdraw:
    """This hasn't begun to leave, and isn't true any more."""

    message: Sending


def has_its_day(duty: Duty) -> bool:
    """Whether many plan by its limit, so that it comes with its day for the calendar."""
    return duty.kind == _WITH_ITS_DAY and duty.year is not None and duty.due_on is not None


def day_changes(
    duties: Collection[Duty], said: Sequence[Sending], today: date
) -> Iterator[Put | TakeOut | Withdraw]:
    """What is to be said, so that the day stands where somebody has such a duty, and nowhere else.

    `duties`: all with the day of one year, ended ones too; `said`: all that was told of the day. A
    day that has passed stays where it is.
    """
    to_come = {one.id: one for one in duties if one.due_on is not None and one.due_on >= today}
    having: defaultdict[str, list[Put]] = defaultdict(list)
    for duty in to_come.values():
        to = None if duty.owner is None else _colleague(duty, duty.owner, today)
        if duty.is_open and duty.owner is not None and to is not None:
            having[to.to.mailbox].append(Put(duty, duty.owner, to, None))
    told: defaultdict[str, list[Sending]] = defaultdict(list)
    for one in sorted(said, key=lambda one: _part(one).sequence):
        told[one.mailbox].append(one)
    for mailbox in sorted({*having, *told}):
        yield from _of_mailbox(having[mailbox], told[mailbox], to_come, today)


def _of_mailbox(
    having: Sequence[Put], said: Sequence[Sending], duties: dict[UUID, Duty], today: date
) -> Iterator[Put | TakeOut | Withdraw]:
    untrue = [one for one in said if _waits(one) and not _is_true(one, having)]
    yield from map(Withdraw, untrue)
    before = _part(said[-1]) if said else None
    sure = [one for one in said if one not in untrue and one.state != "suppressed"]
    counting = [one for one in said if one in sure or one.doubts > 0]  # it may have arrived
    last = counting[-1] if counting else None
    if having:
        if last is None or last not in sure or _is_over(last):
            yield Put(having[0].duty, having[0].person, having[0].to, before)
        return
    for one in reversed(counting):
        if _is_over(one) and one in sure:
            return
        if not _is_over(one) and one.may_be_held:
            yield from _taken_out(one, before, duties, today)
            return


def _taken_out(
    told: Sending, before: CalendarPart | None, duties: dict[UUID, Duty], today: date
) -> Iterator[TakeOut]:
    duty = None if told.task_id is None else duties.get(told.task_id)
    to = None if duty is None else _colleague(duty, told.person_id, today)
    if duty is not None and before is not None and to is not None and to.to.mailbox == told.mailbox:
        yield TakeOut(duty, told, to, before)


def _colleague(duty: Duty, person: UUID, today: date) -> Colleague | None:
    """Nobody but staff, and nobody who mustn't be mailed (R41, X6, X7)."""
    to = reach(duty, person, today)
    return Colleague(to) if isinstance(to, Mailable) and to.contact.party == "staff" else None


def _is_true(message: Sending, having: Sequence[Put]) -> bool:
    """What it says of the day, as things are now."""
    if _is_over(message):
        return not having
    return any(
        (one.duty.id, one.person) == (message.task_id, message.person_id)
        and isinstance(message.words, DutyWords)
        and message.words.due_on == one.duty.due_on
        for one in having
    )


def _waits(message: Sending) -> bool:
    return message.is_open and message.state != "data"


def _is_over(message: Sending) -> bool:
    return isinstance(message.words, DutyWords) and message.words.over


def _part(message: Sending) -> CalendarPart:
    part = message.calendar
    assert part is not None  # what tells of the day has it
    return part
