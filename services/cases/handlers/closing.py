"""Closing a case, and tasks that a person has done (R16)."""

from uuid import UUID

from services.cases.domain import refusals
from services.cases.domain.meetings import check_closing
from services.cases.domain.refused import NotFound
from services.cases.handlers.commands import Close
from services.cases.handlers.meetings import cancel_one
from services.cases.handlers.ports import Desk
from shared.bus.events import CaseClosed


def close(command: Close, desk: Desk) -> None:
    """R16: with its outcome; everything pending stops, also what was only proposed and has passed.

    The same closing twice changes nothing.
    """
    file = desk.take(command.case_id)
    if file.facts.state == "closed":
        if desk.cases.outcome(file.id) == command.outcome:
            return
        raise refusals.CaseIsClosed
    check_closing(file.facts, desk.now)
    for meeting in file.facts.meetings:
        if meeting.state in ("booked", "proposed"):
            cancel_one(file, meeting, "closing", desk)
    desk.cases.close(file.id, command.outcome)
    desk.tasks.finish(file.id)
    desk.audit.note(file.id, "case.close", "R16", {"outcome": str(command.outcome)})
    desk.publish(CaseClosed(case_id=file.id))


def task_done(task_id: UUID, desk: Desk) -> UUID:
    """A person says that it is done; the case it belongs to. Twice changes nothing."""
    case_id = desk.cases.case_of_task(task_id)
    if case_id is None:
        raise NotFound
    desk.take(case_id)
    if desk.tasks.finish_one(task_id):
        desk.audit.note(case_id, "task.done", None, {"task": str(task_id)})
    return case_id
