"""Faults of what is sent: the gate, the queue, the calendar, the words, and to whom."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

from services.notifier.adapters import brake, claims, gate, rows, subjects
from services.notifier.domain import (
    clearance,
    gathering,
    invitations,
    mail,
    mailing,
    outcomes,
    recipients,
)
from services.notifier.domain.clearance import Go, Stop, decide
from services.notifier.domain.mail import Post, mail_bytes
from services.notifier.domain.messages import CALENDAR_KINDS, WAITING_KINDS, Kind, Message
from services.notifier.domain.words import words_for
from shared.domain import calling
from shared.procedures import Procedures

Patches = Callable[[], AbstractContextManager[object]]


# the gate


def without_fence() -> AbstractContextManager[object]:
    def still(waiting: Any, _: Any, __: Any) -> Any:
        return list(waiting), []

    return patch.object(gate, "_still", still)


def without_clearance() -> AbstractContextManager[object]:
    return patch.object(gate, "decide", lambda *_: Go())


def reminders_without_consent() -> AbstractContextManager[object]:
    def lenient(message: Message, *more: Any) -> Go | Stop:
        if message.kind in (Kind.REMINDER, Kind.NUDGE):
            return Go()
        return decide(message, *more)

    return patch.object(gate, "decide", lenient)


def no_cancel() -> AbstractContextManager[object]:
    def strict(message: Message, *more: Any) -> Go | Stop:
        return Stop("mutated", "X5") if message.kind == Kind.CANCEL else decide(message, *more)

    return patch.object(gate, "decide", strict)


@contextmanager
def old_mail_revived() -> Iterator[None]:
    """Once there is a new call in the case; only of these the gate doesn't ask what is so now."""
    revived: set[UUID] = set()

    def lenient(message: Message, *more: Any) -> Go | Stop:
        return Go() if message.id in revived else decide(message, *more)

    with (
        patch.object(claims.Claims, "_claim", _claiming(claims.Claims._claim, revived)),
        patch.object(gate, "decide", lenient),
    ):
        yield


def _claiming(usual: Any, revived: set[UUID]) -> Any:
    def claim(self: Any, limit: int, crowded: Any, unit: Any) -> Any:
        rows = unit.connection.execute(
            "UPDATE notifier.messages old SET state = 'due', due_at = %s"
            " WHERE old.state = 'suppressed' AND old.kind = 'call' AND NOT old.id = ANY(%s)"
            " AND EXISTS (SELECT FROM notifier.messages new WHERE new.case_id = old.case_id"
            "     AND new.kind = 'call' AND new.created_at > old.created_at + interval '1 day')"
            " RETURNING old.id",
            [unit.now, list(revived)],
        )
        revived.update(row["id"] for row in rows)
        return usual(self, limit, crowded, unit)

    return claim


def stopped_as(kind: Kind, reason: str) -> Patches:
    """The gate lets none of a kind go, and gives a reason that there is for others."""

    def stop(message: Message, *more: Any) -> Go | Stop:
        return Stop(reason, "X5") if message.kind == kind else decide(message, *more)

    return lambda: patch.object(gate, "decide", stop)


def calendar_waits() -> AbstractContextManager[object]:
    """Calls, changes and cancellations keep the quiet hours too."""
    kinds = (*WAITING_KINDS, *CALENDAR_KINDS)
    return patch.object(gathering, "WAITING_KINDS", kinds)


# the queue


def never_recovered() -> AbstractContextManager[object]:
    return patch.object(claims.Claims, "recover", lambda _: 0)


@contextmanager
def repeated_for_ever() -> Iterator[None]:
    with patch.object(outcomes, "DOUBTS", 9), patch.object(claims, "DOUBTS", 9):
        yield


def nobody_told() -> AbstractContextManager[object]:
    return patch.object(claims, "tell_of_failed", lambda *_: None)


def held_goes_by_itself() -> AbstractContextManager[object]:
    return patch.object(brake, "mismatch", lambda *_: None)


# the calendar


def sequence_reused() -> AbstractContextManager[object]:
    def same(meeting: Any, old: Any) -> int:
        return int(meeting.sequence if old is None else old.sequence)

    return patch.object(invitations, "_next_sequence", same)


def changed_for_nothing() -> AbstractContextManager[object]:
    """Whoever has been called is told once more, in the words of a change."""
    usual = invitations._knows

    def knows(old: Any, *more: Any) -> bool:
        return old.stamp > old.created_at and usual(old, *more)

    return patch.object(invitations, "_knows", knows)


def cancel_with_another_uid() -> AbstractContextManager[object]:
    def uid_of(self: Post, message: Message) -> str:
        about = message.meeting_id or message.reply_token
        return self.uid(f"{about}-off" if message.kind == Kind.CANCEL else about)

    return patch.object(Post, "uid_of", uid_of)


# whom it concerns


def contents_rotated() -> AbstractContextManager[object]:
    usual = gate.Gate.clear

    def clear(self: gate.Gate, waiting: Any) -> list[bytes | None]:
        contents = usual(self, waiting)
        written = [one for one in contents if one is not None]
        others = iter(written[1:] + written[:1])
        return [None if one is None else next(others) for one in contents]

    return patch.object(gate.Gate, "clear", clear)


@contextmanager
def dead_is_written_to() -> Iterator[None]:
    usual = recipients._forbidden

    def forbidden(contact: Any, *more: Any) -> str | None:
        return usual(replace(contact, dead=False), *more)

    with patch.object(recipients, "_forbidden", forbidden):
        yield


@contextmanager
def report_to_a_family() -> Iterator[None]:
    usual = recipients._forbidden

    def forbidden(contact: Any, *more: Any) -> str | None:
        return usual(replace(contact, of_a_family=False), *more)

    with (
        patch.object(recipients, "_forbidden", forbidden),
        patch.object(gate, "objection", lambda *_: None),
        patch.object(gate, "decide", lambda *_: Go()),
    ):
        yield


def child_mailed() -> AbstractContextManager[object]:
    """Neither who is written to nor the last filter asks for the age (nor the database: `sql`)."""
    return _both(patch.object(recipients, "_is_old_enough", lambda *_: True), _no_last_look())


def written_anew() -> AbstractContextManager[object]:
    """A retry has the Date of its own attempt; time stands still here, so attempts are told."""
    usual = gate.Gate.clear

    def clear(self: gate.Gate, waiting: Any) -> list[bytes | None]:
        return usual(self, [replace(one, content=None) for one in waiting])

    def anew(message: Any, *more: Any, leaves_at: Any) -> bytes:
        return mail_bytes(message, *more, leaves_at=leaves_at + timedelta(minutes=message.attempts))

    return _both(patch.object(gate.Gate, "clear", clear), patch.object(gate, "mail_bytes", anew))


def names(word: str) -> Patches:
    """A subject says it, and the last filter is asleep."""

    def patches() -> AbstractContextManager[object]:
        def says(*values: Any) -> Any:
            found = words_for(*values)
            return replace(found, subject=f"{found.subject} {word}")

        return _both(patch.object(mail, "words_for", says), _no_last_look())

    return patches


def old_address_used() -> AbstractContextManager[object]:
    """Where it was to go when it was written is where it goes."""
    return patch.object(clearance, "_called", _but_for("address-changed", clearance._called))


def old_time_told() -> AbstractContextManager[object]:
    """The gate doesn't ask whether the meeting is as the message says."""
    usual = clearance._meeting

    def told(message: Message, mailing: Any, *more: Any) -> Stop | None:
        meetings = (replace(one, sequence=message.told) for one in mailing.facts.meetings)
        facts = replace(mailing.facts, meetings=tuple(meetings))
        return usual(message, replace(mailing, facts=facts), *more)

    return patch.object(clearance, "_meeting", told)


def anothers_ground() -> AbstractContextManager[object]:
    """Each step is taken for one of a procedure whose steps need no consent."""
    usual = Procedures.get

    def get(self: Procedures, *which: Any) -> Any:
        found = usual(self, *which)
        steps = tuple(one.model_copy(update={"grounds": "none"}) for one in found.steps)
        return found.model_copy(update={"steps": steps})

    return patch.object(Procedures, "get", get)


def everybody_covered() -> AbstractContextManager[object]:
    """All organisations count as named by the consent."""
    everybody = frozenset({"school", "social_services", "police", "leisure"})
    return patch.object(calling, "covered_organisations", lambda *_: everybody)


def protected_mailed() -> AbstractContextManager[object]:
    """All of the program's layers forget it; the database's is off by its `sql`."""
    usual = mailing.mailing_from_row

    def unprotected(row: Any) -> Any:
        found = usual(row)
        known = {one: replace(who, protected=False) for one, who in found.contacts.items()}
        return replace(found, contacts=known)

    return _both(
        patch.object(rows, "mailing_from_row", unprotected),
        patch.dict(subjects._READ, {"case_id": unprotected}),
    )


def _no_last_look() -> AbstractContextManager[object]:
    return patch.object(gate, "objection", lambda *_: None)


def _but_for(reason: str, usual: Any) -> Any:
    def lenient(*values: Any) -> Stop | None:
        found: Stop | None = usual(*values)
        return None if found is not None and found.reason == reason else found

    return lenient


@contextmanager
def _both(*patches: AbstractContextManager[object]) -> Iterator[None]:
    with ExitStack() as stack:
        for one in patches:
            stack.enter_context(one)
        yield
