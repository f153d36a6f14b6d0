"""The short evaluation of a case: asked for when its last meeting has been held (R11)."""

from uuid import UUID

from services.cases.domain import case_refusals
from services.cases.domain.closing import (
    EVALUATE,
    Evaluation,
    evaluate_case,
    may_be_evaluated,
)
from services.cases.domain.tasks import DECIDED_WITHIN
from services.cases.handlers.ports import CaseFile, Desk


def evaluation_task(file: CaseFile, desk: Desk) -> None:
    """Asked for once, after the last step that comes by itself; a file from before will do."""
    now = desk.reread(file)
    if may_be_evaluated(now.facts, now.procedure) and desk.ownership.evaluation(file.id) is None:
        due_on = desk.days.plus(desk.today, DECIDED_WITHIN)
        desk.tasks.add(file.id, evaluate_case(now.facts, due_on))


def evaluate(case_id: UUID, evaluation: Evaluation, desk: Desk) -> None:
    """It can be said before the closing, and said anew. Raises Refused."""
    file = desk.take(case_id)
    if file.facts.state == "closed":
        raise case_refusals.CaseIsClosed
    if desk.ownership.evaluation(file.id) == evaluation:
        return
    desk.ownership.evaluate(file.id, evaluation)
    desk.tasks.finish(file.id, [EVALUATE])
    desk.audit.note(file.id, "case.evaluate", "R11", {"evaluation": str(evaluation)})
