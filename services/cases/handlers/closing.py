"""Closing a case, and tasks that a person has done or gives by hand (R11, R16, P16)."""

from uuid import UUID

from services.cases.domain import case_refusals
from services.cases.domain.closing import check_closer, evaluation_at_end
from services.cases.domain.done_by_itself import check_done_by_hand, check_opened_by_hand, is_done
from services.cases.domain.inquiries import TALK
from services.cases.domain.meetings import check_closing
from services.cases.domain.refused import NotFound
from services.cases.domain.support import check_given, support
from services.cases.domain.tasks import Task
from services.cases.handlers.commands import Close
from services.cases.handlers.consent_answers import heed_withdrawals
from services.cases.handlers.inquiries import spoken_with_child
from services.cases.handlers.links import end_for_family
from services.cases.handlers.meetings import cancel_one
from services.cases.handlers.owning import NewTask
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.year import callers
from shared.bus.events import CaseClosed, ParticipantsChanged
from shared.domain.calling import in_charge

_CLOSED = "case.close"


def close(command: Close, desk: Desk) -> None:
    """R16: with its outcome; everything pending stops, also what was only proposed and has passed.

    The same closing twice changes nothing.
    """
    file = desk.take(command.case_id)
    check_closer(file.facts, desk.actor_person)
    if file.facts.state == "closed":
        if desk.cases.outcome(file.id) == command.outcome:
            return
        raise case_refusals.CaseIsClosed
    check_closing(file.facts, desk.now)
    for meeting in file.facts.meetings:
        if meeting.state in ("booked", "proposed"):
            cancel_one(file, meeting, "closing", desk)
    said = command.evaluation or desk.ownership.evaluation(file.id)
    desk.ownership.evaluate(file.id, evaluation_at_end(file.facts, command.outcome, said))
    desk.cases.close(file.id, command.outcome)
    ended = sorted(str(one) for one in desk.tasks.open_ones(file.id))
    desk.tasks.finish(file.id)
    end_for_family(file, desk)
    details = {"about": str(file.id), "outcome": str(command.outcome), "tasks": ended}
    desk.audit.note(file.id, _CLOSED, "R16", details)
    desk.publish(CaseClosed(case_id=file.id))


def open_again(case_id: UUID, desk: Desk) -> None:
    """R16: a closing by mistake, on its own day: the case goes on, and what was open is open again.

    What was cancelled stays so; new times are sought. Families get new codes and feeds. A consent
    that was withdrawn while it was closed is a no as any other (P7).
    """
    file = desk.take(case_id)
    check_closer(file.facts, desk.actor_person)
    if file.facts.state == "open":
        return
    if file.facts.closed_on != desk.today:
        raise case_refusals.ClosedForGood
    noted = desk.audit.last(case_id, _CLOSED, str(case_id))
    if noted is None:  # it was closed by a version that didn't note them
        desk.tasks.open_those_done_when_closed(case_id)
    else:
        desk.tasks.open_all_again(case_id, [UUID(one) for one in noted["tasks"]])
    desk.cases.open_again(case_id)
    opened = desk.reread(file)
    _finish_what_is_done(opened, desk)
    heed_withdrawals(opened, desk)
    desk.audit.note(case_id, "case.open-again", "R16", {})
    desk.publish(ParticipantsChanged(case_id=case_id))


def _finish_what_is_done(file: CaseFile, desk: Desk) -> None:
    for task_id in desk.tasks.open_ones(file.id):
        task = desk.tasks.open_one(task_id)
        if task is not None and is_done(task, file.facts, file.procedure, desk.now):
            desk.tasks.finish_one(task_id)


def task_done(task_id: UUID, desk: Desk) -> None:
    """A person says that it is done. Twice changes nothing.

    Not of what is done by itself once the case is as it asks. Raises Refused.
    """
    case_id = desk.cases.case_of_task(task_id)
    if case_id is None:
        callers.tick_off(task_id, desk)
        return
    file = desk.take(case_id)
    task = desk.tasks.open_one(task_id)
    if task is not None:
        check_done_by_hand(task, file.facts, file.procedure, desk.now)
        desk.tasks.finish_one(task_id)
        desk.audit.note(case_id, "task.done", None, {"task": str(task_id)})
        if task.kind == TALK:
            spoken_with_child(file, desk)


def task_not_done(task_id: UUID, desk: Desk) -> None:
    """It was ticked off too early. Not of what is done by itself. Raises Refused."""
    case_id = desk.cases.case_of_task(task_id)
    if case_id is None:
        raise NotFound
    file = desk.take(case_id)
    if file.facts.state == "closed":
        raise case_refusals.CaseIsClosed
    check_opened_by_hand(desk.tasks.kind_of(task_id))
    if desk.tasks.open_again(task_id):
        desk.audit.note(case_id, "task.not-done", None, {"task": str(task_id)})


def give_task(command: NewTask, desk: Desk) -> Task:
    """P16: support between the meetings; the same task once, until it is done."""
    file = desk.take(command.case_id)
    if file.facts.state == "closed":
        raise case_refusals.CaseIsClosed
    owner = command.owner or in_charge(file.facts, file.procedure)
    check_given(file.facts, owner, command.due_on, desk.today)
    task = support(file.id, command.kind, owner, command.due_on)
    desk.tasks.add(file.id, task)
    details = {"kind": task.kind, "owner": str(owner)}
    desk.audit.note(file.id, "task.give", task.rule, details)
    return task
