"""How a case ends: who may close it, and the short evaluation before it does (R11, R16, P11)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from services.cases.domain.meetings import Outcome
from services.cases.domain.refused import Refused, Words
from services.cases.domain.tasks import Task
from shared.domain.facts import CaseFacts
from shared.domain.order import was_held
from shared.domain.procedure import Procedure

EVALUATE = "evaluate"
EVALUATION_RULE = "R11"
_MEETINGS_WORTH_EVALUATING = 2


class Evaluation(StrEnum):
    """Whether what was planned has been reached: codes only (R11)."""

    REACHED = "reached"
    PARTLY = "partly"
    NOT_REACHED = "not-reached"
    NOT_ASSESSED = "not-assessed"


OUTCOMES = {
    Outcome.COMPLETED: "Insatsen är genomförd",
    Outcome.DECLINED: "Familjen tackade nej",
    Outcome.MOVED: "Barnet har flyttat",
    Outcome.NOT_NEEDED: "Behovet finns inte längre",
    Outcome.OTHER: "Annat",
}
EVALUATIONS = {
    Evaluation.REACHED: "Målen är nådda",
    Evaluation.PARTLY: "Målen är delvis nådda",
    Evaluation.NOT_REACHED: "Målen är inte nådda",
    Evaluation.NOT_ASSESSED: "Inte bedömt",
}


class NotYoursToClose(Refused):
    """Only the process owner closes a case, or its coordinator (R16)."""

    code = "not-yours-to-close"
    rule = "R16"
    title = Words("Bara processbäraren avslutar", "Only the process owner closes")
    detail = Words(
        "Ärendet avslutas av processbäraren eller koordinatorn. Be någon av dem avsluta det, eller"
        " ta över ärendet först.",
        "A case is closed by its process owner or its coordinator. Ask one of them to close it, or"
        " take the case over first.",
    )


def check_closer(facts: CaseFacts, person: UUID | None) -> None:
    """R16: of people, only these two; a system that names nobody answers for who it lets in."""
    if person not in (None, facts.process_owner, facts.coordinator):
        raise NotYoursToClose


def evaluation_at_end(facts: CaseFacts, outcome: Outcome, said: str | None) -> str | None:
    """R11: what was said; for a case with meetings enough behind it that nothing was said.

    A no is a normal end and needs no evaluation (P11).
    """
    held = sum(meeting.state == "held" for meeting in facts.meetings)
    if said is not None or outcome is Outcome.DECLINED or held < _MEETINGS_WORTH_EVALUATING:
        return said
    return Evaluation.NOT_ASSESSED


def may_be_evaluated(facts: CaseFacts, procedure: Procedure) -> bool:
    """Whether the last step that comes by itself has been held: what follows is by wish.

    Only where the procedure asks for an evaluation at all.
    """
    if EVALUATION_RULE not in procedure.rules:
        return False
    by_itself = [
        step.name
        for step in procedure.steps_of(facts.about)
        if step.seeks or step.within is not None
    ]
    return bool(by_itself) and was_held(facts, by_itself[-1])


def evaluate_case(facts: CaseFacts, due_on: date) -> Task:
    """R11: the process owner says whether the goals were reached, before the case is closed."""
    key = f"{facts.id}/{EVALUATION_RULE}/{EVALUATE}"
    return Task(key, EVALUATE, facts.process_owner, EVALUATION_RULE, due_on)
