"""What a step waits for: earlier meetings that must have been held, plans that must be filed."""

from shared.domain.facts import CaseFacts
from shared.domain.procedure import Step


def first_unheld(facts: CaseFacts, step: Step) -> str | None:
    """The first step that has to be held before this one and hasn't been (S3, P4); or None."""
    return next((name for name in step.waits_for_steps if not was_held(facts, name)), None)


def first_without_plan(facts: CaseFacts, step: Step) -> str | None:
    """The first step whose plan has to be filed before this one and hasn't been (S4); or None."""
    return next((name for name in step.waits_for_plans if not _has_plan(facts, name)), None)


def may_come(facts: CaseFacts, step: Step) -> bool:
    """Whether everything has been that the step waits for, but for the consent."""
    return first_unheld(facts, step) is None and first_without_plan(facts, step) is None


def was_held(facts: CaseFacts, step: str) -> bool:
    return any(one.state == "held" and one.step == step for one in facts.meetings)


def _has_plan(facts: CaseFacts, step: str) -> bool:
    return any(
        one.state == "held" and one.plan_filed and one.step == step for one in facts.meetings
    )
