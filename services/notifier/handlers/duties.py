"""What the staff are told of tasks that belong to no case (P3, X2)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from services.notifier.domain.clearance import Stop
from services.notifier.domain.duty_drafts import DutyDrafts
from services.notifier.domain.limit_days import Put, TakeOut, Withdraw, day_changes, has_its_day
from services.notifier.domain.mailing import Duty
from services.notifier.domain.messages import Message
from services.notifier.domain.recipients import Colleague, Mailable, reach
from services.notifier.handlers.looking import Desk
from shared.bus.events import DutyArose, DutyEnded, DutyLate, DutyNear
from shared.domain.days import local_date


def duty_arose(event: DutyArose, desk: Desk, now: datetime) -> None:
    """A mail to whoever has it, unless it is done or somebody else's by now.

    Who can't be mailed finds the task itself, which cases keeps.
    """
    duty = desk.rows.duty(event.task_id)
    if duty is None or not duty.is_open or duty.owner != event.person_id:
        return
    drafts = DutyDrafts(duty, event.rule, desk.post, now, desk.hours)
    if _days_again(duty, event.rule, desk, now):
        return
    if event.again:
        _tell(duty, duty.owner, drafts.of_arising_again, desk, now, desk.rows.renew)
    else:
        _tell(duty, duty.owner, drafts.of_arising, desk, now)


def duty_ended(event: DutyEnded, desk: Desk, now: datetime) -> None:
    """O14: its day is taken out of the calendars where it is no other such duty's."""
    duty = desk.rows.duty(event.task_id)
    if duty is not None and not duty.is_open:
        _days_again(duty, event.rule, desk, now)


def duty_near(event: DutyNear, desk: Desk, now: datetime) -> None:
    """A reminder to whoever has it, while it is to be done."""
    duty = desk.rows.duty(event.task_id)
    if duty is None or not duty.is_open:
        return
    drafts = DutyDrafts(duty, event.rule, desk.post, now, desk.hours)
    _tell(duty, duty.owner, lambda *to: drafts.of_nearness(event.on, *to), desk, now)


def duty_late(event: DutyLate, desk: Desk, now: datetime) -> None:
    """One mail to whoever has it and one to their manager, as of any late task (X2, X16)."""
    duty = desk.rows.duty(event.task_id)
    if duty is None or not duty.is_late(local_date(now)) or duty.due_on != event.due_on:
        return
    drafts = DutyDrafts(duty, event.rule, desk.post, now, desk.hours)
    _tell(duty, duty.owner, lambda *to: drafts.of_lateness("owner", *to), desk, now)
    _tell(duty, duty.manager, lambda *to: drafts.of_lateness("owner_manager", *to), desk, now)


def _days_again(duty: Duty, rule: str, desk: Desk, now: datetime) -> bool:
    """O14: make the calendars have the day of the year as they should; twice changes nothing.

    Whether whoever has the duty is told of it with its day.
    """
    if not has_its_day(duty) or duty.year is None:
        return False
    desk.rows.lock(duty.year)
    duties = desk.rows.duties_like(duty.id)
    said = desk.rows.days_told([one.id for one in duties])
    told = [one for one in said if one.state != "suppressed"]
    with_day = {(one.task_id, one.person_id) for one in told}
    for turn, change in enumerate(day_changes(duties, said, local_date(now)), len(said)):
        match change:
            case Put():
                drafts = DutyDrafts(change.duty, rule, desk.post, now, desk.hours)
                desk.rows.add(drafts.of_day(change, turn))
                with_day.add((change.duty.id, change.person))
            case TakeOut():
                drafts = DutyDrafts(change.duty, rule, desk.post, now, desk.hours)
                desk.rows.add(drafts.of_end(change, turn))
            case Withdraw(message):
                desk.rows.suppress([(message, Stop("superseded", "O14"))])
    return (duty.id, duty.owner) in with_day


def _tell(
    duty: Duty,
    person: UUID | None,
    draft: Callable[[UUID, Colleague], Message],
    desk: Desk,
    now: datetime,
    put: Callable[[Message], None] | None = None,
) -> None:
    """Nobody but staff is told of a duty, and nobody who mustn't be mailed (R41, X6, X7)."""
    to = None if person is None else reach(duty, person, local_date(now))
    if person is not None and isinstance(to, Mailable) and to.contact.party == "staff":
        (put or desk.rows.add)(draft(person, Colleague(to)))
