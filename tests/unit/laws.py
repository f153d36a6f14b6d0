"""The laws that hold in every history of a case, each read against the oracle after every act."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Generic, TypeVar

from services.notifier.domain.messages import CALENDAR_KINDS
from services.scheduler.domain.plan import Plan, desired_plan
from shared.bus.events import Event, MeetingProposed, ReminderDue
from shared.domain.days import STOCKHOLM, local_date
from shared.domain.facts import Meeting
from tests.support.casework import Put
from tests.support.mailroom import Gone
from tests.unit import oracle
from tests.unit.world import DAYS, World

T = TypeVar("T")
Law = Callable[[World], None]


class LawBroken(AssertionError):
    """What was done, and which law forbids it."""


@dataclass(slots=True)
class Fresh(Generic[T]):
    """What has come since it was last asked for, so that each thing is judged once, at its time."""

    seen: int = 0

    def of(self, things: list[T]) -> list[T]:
        fresh, self.seen = things[self.seen :], len(things)
        return fresh


def never_outside_its_window() -> Law:
    """R9, R10, X1: a time lies within its limit; only past it, and only by a person, after it."""
    fresh: Fresh[Put] = Fresh()

    def law(world: World) -> None:
        for put in fresh.of(world.case.puts):
            within = world.case.procedure.step(put.step).within
            span = oracle.limit(put.before, within) if within is not None else None
            if within is not None and span is None:
                raise LawBroken(f"{put.step} has a time before its limit is known")
            if span is None:
                continue
            day, (opens_on, closes_on) = local_date(put.starts_at), span
            passed = local_date(put.at) > closes_on and put.by == "hand"
            if day < opens_on or (day > closes_on and not passed):
                raise LawBroken(f"{put.step} on {day}, but {opens_on}–{closes_on}")

    return law


def the_windows_are_exact() -> Law:
    """R9, R10, X1: each limit is the day the text says, and its last day the working day before."""

    def law(world: World) -> None:
        for window in world.store.plan.windows:
            within = world.case.procedure.step(window.step).within
            span = None if within is None else oracle.limit(world.case.facts, within)
            last = None if span is None else oracle.last_working_day(*span)
            said = (window.opens_on, window.closes_on, window.last_bookable_on)
            if said != ((*span, last) if span else (None, None, None)):
                raise LawBroken(f"{window} isn't {span}, {last}")

    return law


def the_order_in_which_facts_are_read_makes_no_difference() -> Law:
    """Who is on the case, what they have said and the meetings are sets that come as lists."""

    def law(world: World) -> None:
        case, facts = world.case, world.case.facts
        turned = replace(
            facts,
            participants=facts.participants[::-1],
            consents=facts.consents[::-1],
            meetings=facts.meetings[::-1],
        )
        plan, other = (
            desired_plan(one, case.procedure, DAYS, world.now) for one in (facts, turned)
        )
        if plan != other:
            differing = [one.name for one in fields(plan) if _differ(plan, other, one.name)]
            raise LawBroken(f"read in another order, other {', '.join(differing)}")

    return law


def never_on_a_day_off() -> Law:
    """X1: neither by the scheduler nor by a person, nor in the night."""
    fresh: Fresh[Put] = Fresh()

    def law(world: World) -> None:
        for put in fresh.of(world.case.puts):
            if oracle.is_free(oracle.local_day(put.starts_at)):
                raise LawBroken(f"{put.step} on a day off, {put.starts_at}")
            if not 7 <= put.starts_at.astimezone(STOCKHOLM).hour < 20:
                raise LawBroken(f"{put.step} in the night, {put.starts_at}")

    return law


def never_without_the_consent_it_needs() -> Law:
    """R3, P5, P6, P7, X8: on the meeting's day all who decide then have signed, whatever came."""

    def law(world: World) -> None:
        case = world.case
        for meeting in _standing(world):
            day = oracle.local_day(meeting.starts_at)
            if case.procedure.step(meeting.step).grounds != "consent":
                continue
            if not oracle.carries(case.facts, case.procedure, case.said, day):
                raise LawBroken(f"{meeting.step} on {day} without the consent it needs")

    return law


def never_with_someone_it_does_not_cover() -> Law:
    """S1, P8, S3, P4, R7: nobody is on a meeting whom the consent and the step don't call."""

    def law(world: World) -> None:
        case = world.case
        for meeting in _standing(world):
            step, day = case.procedure.step(meeting.step), oracle.local_day(meeting.starts_at)
            may = oracle.may_be_called(case.facts, case.procedure, step, case.said, day)
            if more := meeting.person_ids - may:
                raise LawBroken(f"{meeting.step} on {day} with {sorted(map(str, more))}")

    return law


def never_before_what_it_waits_for() -> Law:
    """S3, P4, S11: a step has a time only when the earlier one has been held."""
    fresh: Fresh[Put] = Fresh()

    def law(world: World) -> None:
        for put in fresh.of(world.case.puts):
            held = {one.step for one in put.before.meetings if one.state == "held"}
            for base in world.case.procedure.step(put.step).waits_for:
                earlier, _, what = base.partition(".")
                if what == "held" and earlier not in held:
                    raise LawBroken(f"{put.step} before {earlier}")

    return law


def never_a_time_that_is_known_to_be_taken() -> Law:
    """The scheduler asks for no time at which it knows that somebody is taken."""
    fresh: Fresh[Event] = Fresh()

    def law(world: World) -> None:
        for event in fresh.of(world.told):
            if not isinstance(event, MeetingProposed):
                continue
            ends_at = event.starts_at + timedelta(minutes=event.minutes)
            taken = world.store.busy((), event.starts_at, ends_at)
            if any(start < ends_at and event.starts_at < end for start, end in taken):
                raise LawBroken(f"{event.step} at {event.starts_at} is taken")

    return law


def never_two_guardians_who_never_meet() -> Law:
    """X12: guardians who are never to meet are on no meeting together."""

    def law(world: World) -> None:
        facts = world.case.facts
        guardians = {who.person_id for who in facts.participants if who.party == "guardian"}
        for meeting in _standing(world) if facts.never_together else ():
            if len(guardians & meeting.person_ids) > 1:
                raise LawBroken(f"both are on {meeting.step}")

    return law


def a_second_look_changes_nothing() -> Law:
    """Decision 4, invariant 8: the same facts at the same time, so nothing new is said."""

    def law(world: World) -> None:
        before = (world.store.plan, dict(world.store.planned), world.store.looks_at)
        said_again = world.look()
        after = (world.store.plan, dict(world.store.planned), world.store.looks_at)
        if said_again or before != after:
            raise LawBroken(f"a second look says {said_again}")

    return law


def what_is_off_reminds_nobody() -> Law:
    """Q1, R13: reminders and questions are about a booked meeting, as it is now."""

    def law(world: World) -> None:
        booked = {(one.id, one.sequence) for one in _booked(world)}
        for due in world.store.planned.values():
            event = due.event
            if isinstance(event, ReminderDue) and (event.meeting_id, event.sequence) not in booked:
                raise LawBroken(f"{due.key} reminds of what isn't")
            if isinstance(event, ReminderDue) and due.due_at >= due.useful_until:
                raise LawBroken(f"{due.key} reminds too late")

    return law


def never_a_message_after_a_withdrawal_was_answered() -> Law:
    """P7, X5: what leaves rests on a consent that stands, and on one given since it was made."""
    fresh: Fresh[Gone] = Fresh()

    def law(world: World) -> None:
        case = world.case
        for gone in fresh.of(_gone(world)):
            message = gone.message
            if message.ground != "consent":
                continue
            said = [one for one in case.said if one.turn <= gone.went]
            meeting = next(one for one in gone.facts.meetings if one.id == message.meeting_id)
            day = oracle.local_day(meeting.starts_at)
            if not oracle.carries(gone.facts, case.procedure, said, day):
                raise LawBroken(f"{message.kind} for {day} without a consent")
            if any(gone.made < one.turn and meeting.id in one.called_off for one in said):
                raise LawBroken(f"{message.kind} for {day} was made before the withdrawal")

    return law


def never_a_mail_to_somebody_protected() -> Law:
    """X6: nothing leaves to who is protected, nor to a child too young to have mail of its own."""
    fresh: Fresh[Gone] = Fresh()

    def law(world: World) -> None:
        for gone in fresh.of(_gone(world)):
            assert world.mail is not None
            contact = world.mail.contacts[gone.message.person_id]
            if contact.protected:
                raise LawBroken(f"{gone.message.kind} to somebody protected")
            if contact.birth_date and local_date(gone.at) < oracle.birthday(contact.birth_date, 15):
                raise LawBroken(f"{gone.message.kind} to a child")

    return law


def whoever_was_invited_hears_that_it_is_off() -> Law:
    """P7, Q5: once the notifier has worked, every mailbox that holds a meeting which is off, or to
    which it isn't called any more, has got the CANCEL."""

    def law(world: World) -> None:
        world.post()
        newest = {
            (gone.message.meeting_id, gone.message.mailbox): gone.message
            for gone in _gone(world)
            if gone.message.kind in CALENDAR_KINDS
        }
        coming = {one.id: one for one in world.case.facts.meetings if one.starts_at > world.now}
        for (meeting_id, mailbox), message in newest.items():
            meeting = coming.get(meeting_id) if meeting_id is not None else None
            if meeting is None:
                continue
            called = meeting.state == "booked" and message.person_id in meeting.person_ids
            if not called and message.kind != "cancel":
                raise LawBroken(f"{mailbox} still holds the {meeting.state} {meeting.step}")

    return law


def _differ(one: Plan, other: Plan, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _standing(world: World) -> list[Meeting]:
    """What is booked and still to come."""
    return [one for one in _booked(world) if one.starts_at > world.now]


def _booked(world: World) -> list[Meeting]:
    return [one for one in world.case.facts.meetings if one.state == "booked"]


def _gone(world: World) -> list[Gone]:
    return [] if world.mail is None else world.mail.gone
