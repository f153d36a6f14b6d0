"""Faults of what is done: time, events, what falls due, calls, and who sees what."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

from services.cases.adapters import tasks
from services.cases.adapters.idempotency import SqlAnswers
from services.cases.adapters.meetings import SqlMeetings
from services.cases.adapters.tasks import SqlTasks
from services.cases.domain.case_refusals import CaseIsClosed
from services.cases.domain.refused import Refused
from services.notifier.adapters import rows
from services.notifier.adapters.claims import Claims
from services.notifier.domain.messages import Kind, Message
from services.notifier.handlers import looking
from services.scheduler.domain import falling_due
from shared.bus import delivery, events, publishing
from shared.bus.delivery import Deliveries
from shared.bus.subscribers import NOTIFIER, SCHEDULER, SUBSCRIBERS
from shared.db import Database, Unit
from shared.domain import call_time, days, sight, windows, year_days

_LATE, _FOR_EVER = timedelta(days=9), timedelta(days=9999)


# time


def window_too_wide() -> AbstractContextManager[object]:
    usual = windows._window

    def wide(*values: Any) -> Any:
        found = usual(*values)
        if found.closes_on is None:
            return found
        closes = found.closes_on + _LATE
        return replace(found, closes_on=closes, last_bookable_on=closes, state="open")

    return patch.object(windows, "_window", wide)


def no_holidays() -> AbstractContextManager[object]:
    return patch("shared.domain.days._is_worked", lambda day: day.weekday() < 5)


def birthday_forgotten() -> AbstractContextManager[object]:
    return patch("services.cases.handlers.birthdays.ask_who_decides", lambda *_, **__: None)


def october_forgotten() -> AbstractContextManager[object]:
    usual = year_days.ranked_days

    def ranked(rule: Any, *more: Any) -> Any:
        return () if rule.month == 10 else usual(rule, *more)

    return patch("services.scheduler.domain.yearly.ranked_days", ranked)


# events


def rung_but_not_stored() -> AbstractContextManager[object]:
    unstored = publishing._PUBLISH + f" WHERE subscriber <> '{NOTIFIER}'"
    return patch.object(publishing, "_PUBLISH", unstored)


@contextmanager
def marked_before_the_effect() -> Iterator[None]:
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


def moved_address_not_heard_of() -> AbstractContextManager[object]:
    return patch.dict(SUBSCRIBERS, {events.ParticipantsChanged: (SCHEDULER,)})


@contextmanager
def two_owners_of_a_booking() -> Iterator[None]:
    """The scheduler doesn't ask who is taken; that the database doesn't mind is its `sql`."""
    with patch("services.scheduler.handlers.finding.with_gap", lambda *_: ()):
        yield


# what should have left, and once


def no_reminder() -> AbstractContextManager[object]:
    return patch("services.notifier.tasks.reminder_due", lambda *_: None)


def no_duty_mail() -> AbstractContextManager[object]:
    return patch("services.notifier.tasks.duty_arose", lambda *_: None)


def nobody_called_to_the_year() -> AbstractContextManager[object]:
    usual = call_time.is_called

    def called(step: Any, *more: Any) -> bool:
        return step.in_month is None and usual(step, *more)

    return patch.object(looking, "is_called", called)


def two_reminders() -> AbstractContextManager[object]:
    usual = rows.SqlRows.add

    def add(self: Any, message: Message) -> None:
        usual(self, message)
        if message.kind == Kind.REMINDER:
            again = f"{message.key}/again"
            usual(self, replace(message, key=again, message_id=f"<{message.id}@again.example>"))

    return patch.object(rows.SqlRows, "add", add)


@contextmanager
def no_key_kept() -> Iterator[None]:
    with (
        patch.object(SqlAnswers, "find", lambda *_: None),
        patch.object(SqlAnswers, "keep", lambda *_: None),
    ):
        yield


def nothing_logged() -> AbstractContextManager[object]:
    return patch("services.cases.adapters.views.SqlViews.log", lambda *_: None)


def everybody_sees() -> AbstractContextManager[object]:
    return patch("services.cases.handlers.sight.may_see", lambda *_: True)


def seen_is_seen_for_ever() -> AbstractContextManager[object]:
    """Who has been let in once is let in, taken off the case or not."""
    usual, let_in = sight.may_see, set[tuple[str, UUID]]()

    def may_see(facts: Any, procedure: Any, person: UUID, *more: Any) -> bool:
        if usual(facts, procedure, person, *more):
            let_in.add((facts.reference, person))
        return (facts.reference, person) in let_in

    return patch("services.cases.handlers.sight.may_see", may_see)


def nobody_sees() -> AbstractContextManager[object]:
    return patch("services.cases.handlers.sight.may_see", lambda *_: False)


def a_call_breaks() -> AbstractContextManager[object]:
    def broken(*_: Any) -> None:
        raise KeyError("mutated")

    return patch.object(SqlMeetings, "move", broken)


@contextmanager
def refused_half_done() -> Iterator[None]:
    """What had been written when a rule said no stays written; and one says no in the middle."""
    usual = Database.unit

    @contextmanager
    def unit(self: Database) -> Iterator[Unit]:
        with usual(self) as one:
            try:
                yield one
            except Refused:
                one.connection.commit()
                raise

    def refuse(*_: Any) -> None:
        raise CaseIsClosed

    with patch.object(Database, "unit", unit), patch.object(SqlTasks, "finish_of", refuse):
        yield


def again_is_once_more() -> AbstractContextManager[object]:
    """What an event asks for is asked for each time that it comes."""
    usual = SqlTasks.add

    def add(self: SqlTasks, case_id: UUID, *tasks: Any) -> None:
        usual(self, case_id, *(replace(task, key=f"{task.key}/{uuid4()}") for task in tasks))

    return patch.object(SqlTasks, "add", add)


@contextmanager
def days_in_utc() -> Iterator[None]:
    """The product's own day begins an hour or two late; the oracles' doesn't."""
    usual = days.local_date

    def in_utc(moment: datetime) -> date:
        return moment.astimezone(UTC).date()

    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            ours = name.startswith(("services.", "shared."))
            if ours and getattr(module, "local_date", None) is usual:
                stack.enter_context(patch.object(module, "local_date", in_utc))
        yield


def events_leased_for_ever() -> AbstractContextManager[object]:
    return patch.object(delivery, "LEASE", _FOR_EVER)


def messages_leased_for_ever() -> AbstractContextManager[object]:
    usual = Claims.claim

    def claim(self: Claims, *more: Any) -> Any:
        return usual(replace(self, lease=_FOR_EVER), *more)

    return patch.object(Claims, "claim", claim)


def limits_forgotten() -> AbstractContextManager[object]:
    return patch.object(falling_due, "_alerts", lambda *_: ())


def done_for_one_alone() -> AbstractContextManager[object]:
    """What both who call have to do stays open for the other."""
    of_one = f"{tasks._FINISH} AND (post IS NULL OR post = 'elevhalsochef')"
    return patch.object(tasks, "_FINISH", of_one)
