"""What the staff are told of tasks that belong to no case (P3, X2)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from services.notifier.domain.duty_drafts import DutyDrafts
from services.notifier.domain.mailing import Duty
from services.notifier.domain.messages import Message
from services.notifier.domain.recipients import Colleague, Mailable, reach
from services.notifier.handlers.looking import Desk
from shared.bus.events import DutyArose, DutyLate
from shared.domain.days import local_date


def duty_arose(event: DutyArose, desk: Desk, now: datetime) -> None:
    """A mail to whoever has it, unless it is done or somebody else's by now.

    Who can't be mailed finds the task itself, which cases keeps.
    """
    duty = desk.rows.duty(event.task_id)
    if duty is None or not duty.is_open or duty.owner != event.person_id:
        return
    drafts = DutyDrafts(duty, event.rule, desk.post, now, desk.hours)
    _tell(duty, duty.owner, drafts.of_arising, desk, now)


def duty_late(event: DutyLate, desk: Desk, now: datetime) -> None:
    """One mail to whoever has it and one to their manager, as of any late task (X2, X16)."""
    duty = desk.rows.duty(event.task_id)
    if duty is None or not duty.is_late(local_date(now)) or duty.due_on != event.due_on:
        return
    drafts = DutyDrafts(duty, event.rule, desk.post, now, desk.hours)
    _tell(duty, duty.owner, lambda *to: drafts.of_lateness("owner", *to), desk, now)
    _tell(duty, duty.manager, lambda *to: drafts.of_lateness("owner_manager", *to), desk, now)


def _tell(
    duty: Duty,
    person: UUID | None,
    draft: Callable[[UUID, Colleague], Message],
    desk: Desk,
    now: datetime,
) -> None:
    """Nobody but staff is told of a duty, and nobody who mustn't be mailed (R41, X6, X7)."""
    to = None if person is None else reach(duty, person, local_date(now))
    if person is not None and isinstance(to, Mailable) and to.contact.party == "staff":
        desk.rows.add(draft(person, Colleague(to)))
