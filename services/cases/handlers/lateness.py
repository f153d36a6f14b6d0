"""What nobody has done in time is told to whoever has it, and to their own manager (X2, X16)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from services.cases.handlers.ports import Desk
from shared.bus.events import AlertDue, DutyLate

_STAYS_USEFUL = timedelta(days=60)
_AT_A_TIME = 200


def tell_of_late(desk: Desk) -> int:
    """How many tasks were found late, each told once."""
    late = desk.tasks.take_late(_AT_A_TIME)
    for task in late:
        if task.case_id is None or task.owner is None:
            desk.publish(DutyLate(task_id=task.id, rule=task.rule, due_on=task.due_on))
            continue
        key = f"{task.key}/late/{task.due_on}"
        for alert in late_alerts(
            task.case_id, key, task.step or "", task.rule, task.owner, task.due_on, desk.now
        ):
            desk.publish(alert)
    return len(late)


def late_alerts(
    case: UUID, key: str, step: str, rule: str, owner: UUID, due_on: date, now: datetime
) -> tuple[AlertDue, ...]:
    """One to whoever has the task, one to their manager; neither says what it is about."""
    return tuple(
        AlertDue.model_validate(
            {
                "case_id": case,
                "key": f"{key}/{to}",
                "step": step,
                "rule": rule,
                "to": to,
                "about": "task-late",
                "limit_on": due_on,
                "due_at": now,
                "useful_until": now + _STAYS_USEFUL,
                "person_id": owner,
            }
        )
        for to in ("owner", "owner_manager")
    )
