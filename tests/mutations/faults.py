"""The faults: one patch of the real code each, with what they are to be caught by."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from samspel.simulate.script import Fault, Script, Step
from services.cases.adapters.idempotency import SqlAnswers
from services.notifier.adapters import brake, claims, gate, rows
from services.notifier.domain import invitations, outcomes, recipients
from services.notifier.domain.clearance import Go, Stop, decide
from services.notifier.domain.mail import Post
from services.notifier.domain.messages import Kind, Message
from services.notifier.handlers import looking
from shared.bus import delivery, events, publishing
from shared.bus.delivery import Deliveries
from shared.bus.subscribers import NOTIFIER, SCHEDULER, SUBSCRIBERS
from shared.domain import call_time, windows, year_days
from tests.mutations.scenes import a_case, scene, step

Patches = Callable[[], AbstractContextManager[object]]
WITH_AN_ADULT_SOON, GUARDIAN_IS_STAFF, USUAL = 8, 529, 25
_LATE = timedelta(days=9)


@dataclass(frozen=True, slots=True)
class Mutation:
    """`scripts` are lived until one breaks; `sql` is done to the database first."""

    name: str
    patches: Patches
    scripts: Sequence[Script]
    caught_by: frozenset[int]
    sql: str = ""


def _troubles(*names: str, early: bool = False) -> Fault:
    return Fault(troubles=names, early=early)


def _signed_with(fault: Fault, *more: Step) -> Script:
    return scene(
        step("open", 0, USUAL),
        step("sign", 0, 0, hour=10),
        step("sign", 0, 0, fault, hour=11),
        *more,
    )


_EARLY_RACE = step("read", 14, 1, _troubles("no-before-354", "no-before-354", early=True))


# the gate


def _without_fence() -> AbstractContextManager[object]:
    def lock(waiting: Any, pile: Any, unit: Any) -> Any:
        return list(waiting), []

    return patch.object(gate, "_lock", lock)


def _without_clearance() -> AbstractContextManager[object]:
    return patch.object(gate, "decide", lambda *_: Go())


def _reminders_without_consent() -> AbstractContextManager[object]:
    def lenient(message: Message, *more: Any) -> Go | Stop:
        if message.kind in (Kind.REMINDER, Kind.NUDGE):
            return Go()
        return decide(message, *more)

    return patch.object(gate, "decide", lenient)


def _no_cancel() -> AbstractContextManager[object]:
    def strict(message: Message, *more: Any) -> Go | Stop:
        return Stop("mutated", "X5") if message.kind == Kind.CANCEL else decide(message, *more)

    return patch.object(gate, "decide", strict)


@contextmanager
def _old_mail_revived() -> Iterator[None]:
    with (
        patch.object(claims.Claims, "_claim", _claiming(claims.Claims._claim)),
        patch.object(gate, "decide", lambda *_: Go()),
    ):
        yield


def _claiming(usual: Any) -> Any:
    def claim(self: Any, limit: int, crowded: Any, unit: Any) -> Any:
        unit.connection.execute(
            "UPDATE notifier.messages SET state = 'due', due_at = %s WHERE state = 'suppressed'"
            " AND kind = 'call'",
            [unit.now],
        )
        return usual(self, limit, crowded, unit)

    return claim


# the queue


def _never_recovered() -> AbstractContextManager[object]:
    return patch.object(claims.Claims, "recover", lambda _: 0)


@contextmanager
def _repeated_for_ever() -> Iterator[None]:
    with patch.object(outcomes, "DOUBTS", 9), patch.object(claims, "DOUBTS", 9):
        yield


def _nobody_told() -> AbstractContextManager[object]:
    return patch.object(claims, "tell_of_failed", lambda *_: None)


def _held_goes_by_itself() -> AbstractContextManager[object]:
    return patch.object(brake, "mismatch", lambda *_: None)


# the calendar


def _sequence_reused() -> AbstractContextManager[object]:
    def same(meeting: Any, old: Any) -> int:
        return int(meeting.sequence if old is None else old.sequence)

    return patch.object(invitations, "_next_sequence", same)


def _cancel_with_another_uid() -> AbstractContextManager[object]:
    def uid_of(self: Post, message: Message) -> str:
        about = message.meeting_id or message.reply_token
        return self.uid(f"{about}-off" if message.kind == Kind.CANCEL else about)

    return patch.object(Post, "uid_of", uid_of)


# time


def _window_too_wide() -> AbstractContextManager[object]:
    usual = windows._window

    def wide(*values: Any) -> Any:
        found = usual(*values)
        if found.closes_on is None:
            return found
        closes = found.closes_on + _LATE
        return replace(found, closes_on=closes, last_bookable_on=closes, state="open")

    return patch.object(windows, "_window", wide)


def _no_holidays() -> AbstractContextManager[object]:
    return patch("shared.domain.days._is_worked", lambda day: day.weekday() < 5)


def _birthday_forgotten() -> AbstractContextManager[object]:
    return patch("services.cases.handlers.birthdays.ask_who_decides", lambda *_, **__: None)


def _october_forgotten() -> AbstractContextManager[object]:
    usual = year_days.ranked_days

    def ranked(rule: Any, *more: Any) -> Any:
        return () if rule.month == 10 else usual(rule, *more)

    return patch("services.scheduler.domain.yearly.ranked_days", ranked)


# events


def _rung_but_not_stored() -> AbstractContextManager[object]:
    unstored = publishing._PUBLISH + f" WHERE subscriber <> '{NOTIFIER}'"
    return patch.object(publishing, "_PUBLISH", unstored)


@contextmanager
def _marked_before_the_effect() -> Iterator[None]:
    """What crashes then is heard of no more."""
    usual = Deliveries._handle

    def handle(self: Deliveries, claimed: dict[int, int]) -> None:
        values = {"subscriber": self.subscriber, "ids": list(claimed)}
        with self.database.plain() as connection:
            connection.execute(delivery._DONE, values)
        usual(self, claimed)

    in_any_state = delivery._LOCK.replace("AND d.state = 'waiting'", "")
    with patch.object(delivery, "_LOCK", in_any_state), patch.object(Deliveries, "_handle", handle):
        yield


def _moved_address_not_heard_of() -> AbstractContextManager[object]:
    return patch.dict(SUBSCRIBERS, {events.ParticipantsChanged: (SCHEDULER,)})


@contextmanager
def _two_owners_of_a_booking() -> Iterator[None]:
    """The scheduler doesn't ask who is taken; that the database doesn't mind is its `sql`."""
    with patch("services.scheduler.handlers.finding.with_gap", lambda *_: ()):
        yield


# what should have left, and once


def _no_reminder() -> AbstractContextManager[object]:
    return patch("services.notifier.tasks.reminder_due", lambda *_: None)


def _no_duty_mail() -> AbstractContextManager[object]:
    return patch("services.notifier.tasks.duty_arose", lambda *_: None)


def _nobody_called_to_the_year() -> AbstractContextManager[object]:
    usual = call_time.is_called

    def called(step: Any, *more: Any) -> bool:
        return step.in_month is None and usual(step, *more)

    return patch.object(looking, "is_called", called)


def _two_reminders() -> AbstractContextManager[object]:
    usual = rows.SqlRows.add

    def add(self: Any, message: Message) -> None:
        usual(self, message)
        if message.kind == Kind.REMINDER:
            again = f"{message.key}/again"
            usual(self, replace(message, key=again, message_id=f"<{message.id}@again.example>"))

    return patch.object(rows.SqlRows, "add", add)


@contextmanager
def _no_key_kept() -> Iterator[None]:
    with (
        patch.object(SqlAnswers, "find", lambda *_: None),
        patch.object(SqlAnswers, "keep", lambda *_: None),
    ):
        yield


# whom it concerns


def _contents_rotated() -> AbstractContextManager[object]:
    usual = gate.Gate.clear

    def clear(self: gate.Gate, waiting: Any) -> list[bytes | None]:
        contents = usual(self, waiting)
        written = [one for one in contents if one is not None]
        others = iter(written[1:] + written[:1])
        return [None if one is None else next(others) for one in contents]

    return patch.object(gate.Gate, "clear", clear)


@contextmanager
def _dead_is_written_to() -> Iterator[None]:
    usual = recipients._forbidden

    def forbidden(contact: Any, *more: Any) -> str | None:
        return usual(replace(contact, dead=False), *more)

    with patch.object(recipients, "_forbidden", forbidden):
        yield


@contextmanager
def _report_to_a_family() -> Iterator[None]:
    usual = recipients._forbidden

    def forbidden(contact: Any, *more: Any) -> str | None:
        return usual(replace(contact, of_a_family=False), *more)

    with (
        patch.object(recipients, "_forbidden", forbidden),
        patch.object(gate, "objection", lambda *_: None),
        patch.object(gate, "decide", lambda *_: Go()),
    ):
        yield


def _child_mailed() -> AbstractContextManager[object]:
    return patch.object(recipients, "_is_old_enough", lambda *_: True)


def _nothing_logged() -> AbstractContextManager[object]:
    return patch("services.cases.adapters.views.SqlViews.log", lambda *_: None)


def _everybody_sees() -> AbstractContextManager[object]:
    return patch("services.cases.handlers.sight.may_see", lambda *_: True)


_TWO_CASES = scene(
    step("open", 0, USUAL), replace(step("open", 0, USUAL, hour=10), case=1),
    step("sign", 0, 0, hour=11), step("sign", 0, 0, hour=12),
    replace(step("sign", 0, 0, hour=13), case=1), replace(step("sign", 0, 0, hour=14), case=1),
)  # fmt: skip
_NO_DOUBLE = "ALTER TABLE cases.engagements DROP CONSTRAINT nobody_double_booked"
_NO_LAYER_BELOW = "DROP TRIGGER recipient_may_be_mailed ON notifier.messages"
_RESTORED = tuple(a_case(step("restore", days, 3), pick=USUAL) for days in (6, 4, 2))
_HOLIDAYS = tuple(
    scene(
        step("open", days, USUAL, Fault(asleep=True)),
        step("sign", days, 0, hour=10),
        step("sign", days, 0, hour=11),
    )
    for days in (259, 269)  # so that the first day that would do is a red one
)
_CRASHES = tuple(
    _signed_with(Fault(crash="statement", count=count)) for count in (120, 116, 124, 128, 112, 132)
)


def _is(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


MUTATIONS: tuple[Mutation, ...] = (
    Mutation("the gate doesn't look at the fence", _without_fence,
             (_signed_with(_troubles("stalls-before-354")),), _is(2)),
    Mutation("the clearance is skipped", _without_clearance,
             (_signed_with(_troubles("no-before-354")),), _is(4)),
    Mutation("a withdrawal is ignored for reminders", _reminders_without_consent,
             (a_case(_EARLY_RACE, pick=USUAL),), _is(4)),
    Mutation("no CANCEL leaves", _no_cancel, (a_case(step("cancel", 1), pick=USUAL),), _is(4)),
    Mutation("renewed consent revives old mail", _old_mail_revived,
             (_signed_with(_troubles("no-before-354"), step("ask-again", 1), step("sign", 2)),),
             _is(2, 4, 7)),
    Mutation("a dead worker's messages are never taken up", _never_recovered,
             (_signed_with(_troubles("crash-in-content")),), _is(1)),
    Mutation("an unknown message is repeated again and again", _repeated_for_ever,
             (_signed_with(_troubles("lost-answer", "lost-answer", "lost-answer", "lost-answer",
                                     "lost-answer", "lost-answer", "lost-answer", "lost-answer",
                                     "lost-answer", "lost-answer", "lost-answer", "lost-answer")),),
             _is(2)),
    Mutation("a mail that failed is told to nobody", _nobody_told,
             (_signed_with(_troubles("nobody")),), _is(1)),
    Mutation("held mail goes by itself", _held_goes_by_itself, _RESTORED, _is(9)),
    Mutation("a SEQUENCE is used again", _sequence_reused,
             (a_case(step("move", 1, 3), pick=USUAL),), _is(2, 12)),
    Mutation("a CANCEL has a UID of its own", _cancel_with_another_uid,
             (a_case(step("cancel", 1), pick=USUAL),), _is(1, 4, 12)),
    Mutation("a window closes nine days late", _window_too_wide,
             (scene(step("open", 0, USUAL), step("sign", 12), step("sign", 12, hour=10)),),
             _is(10)),
    Mutation("holidays count as working days", _no_holidays, _HOLIDAYS, _is(10, 11)),
    Mutation("a birthday is forgotten", _birthday_forgotten,
             (a_case(step("read", 80, 1), pick=WITH_AN_ADULT_SOON),), _is(18)),
    Mutation("October is forgotten", _october_forgotten,
             (scene(step("tasks", 120, 0, Fault(asleep=True))),), _is(11)),
    Mutation("an event is rung for, but not stored", _rung_but_not_stored,
             (a_case(pick=USUAL),), _is(1)),
    Mutation("an event is marked before its effect", _marked_before_the_effect, _CRASHES, _is(1)),
    Mutation("a moved address is forgotten", _moved_address_not_heard_of,
             (a_case(step("address", 1, 1), pick=USUAL),), _is(1)),
    Mutation("two owners of one booking", _two_owners_of_a_booking, (_TWO_CASES,), _is(16),
             _NO_DOUBLE),
    Mutation("a report's mail goes to a guardian", _report_to_a_family,
             (a_case(step("report-alone", 1, 3), pick=GUARDIAN_IS_STAFF),), _is(5),
             _NO_LAYER_BELOW),
    Mutation("a child under 15 is mailed", _child_mailed, (a_case(pick=USUAL),), _is(1, 6)),
    Mutation("each mail has another one's content", _contents_rotated, (a_case(pick=USUAL),),
             _is(6)),
    Mutation("no reminder leaves", _no_reminder, (a_case(step("read", 14, 1), pick=USUAL),),
             _is(1)),
    Mutation("nobody is told of a duty", _no_duty_mail, (scene(step("report-alone", 1, 3)),),
             _is(1)),
    Mutation("nobody is called to the year's meetings", _nobody_called_to_the_year,
             (scene(step("tasks", 21)),), _is(1)),
    Mutation("a reminder is two messages", _two_reminders,
             (a_case(step("read", 14, 1), pick=USUAL),), _is(2)),
    Mutation("no key of a call is kept", _no_key_kept,
             tuple(scene(step("report-alone", 1, 3, Fault(crash="after-commit", count=count)))
                   for count in (0, 1, 2)), _is(15)),
    Mutation("a dead address is written to", _dead_is_written_to,
             (a_case(step("bounce", 1), step("move", 2, 3), pick=USUAL),), _is(6)),
    Mutation("the access log is skipped", _nothing_logged,
             (a_case(step("read", 1, 9), pick=USUAL),), _is(17)),
    Mutation("everybody sees every case", _everybody_sees,
             (a_case(step("read", 1, 14), pick=USUAL),), _is(17)),
)  # fmt: skip
