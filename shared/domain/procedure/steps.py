"""The steps of a procedure, their limits, and what they wait for."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from shared.domain.procedure.values import Called, Code, Function, Many, Part, RuleId, Text

CONSENT = "consent"
OPENING = "opening"
KNOWN = "known"
HELD = ".held"
PLAN_FILED = ".plan_filed"


class WindowRule(Part):
    """A limit: so many days from the day the case became known, or from a held meeting."""

    days: Annotated[int, Field(ge=1, le=366)]
    counted_from: Text
    rule: RuleId

    @property
    def counted_from_step(self) -> str | None:
        """The step whose held meeting starts the limit; None: the day the case became known."""
        return None if self.counted_from == KNOWN else self.counted_from.removesuffix(HELD)


class Step(Part):
    """One kind of meeting, in the order the procedure holds them.

    `within` is a limit that is never passed (X1); `target` is only measured against (S10). A step
    that `seeks` gets a time by itself as soon as what it waits for has come; else a person says
    when (R11). `calls` are the parties on the case who are called to it.
    """

    name: Code
    title: Text
    rule: RuleId
    leader: Function | None = None
    leader_rule: RuleId | None = None
    calls: Annotated[Many[Called], Field(min_length=1)] = (
        "child", "guardian", "staff", "external",
    )  # fmt: skip
    within: WindowRule | None = None
    target: WindowRule | None = None
    seeks: bool = True
    waits_for: Many[Text] = ()
    plan: bool = False
    minutes: Annotated[int, Field(ge=15, le=480)] = 60
    notice_working_days: Annotated[int, Field(ge=0, le=30)] = 3
    booking: Literal["book", "propose"]
    grounds: Literal["none", "consent"]

    @property
    def waits_for_consent(self) -> bool:
        return CONSENT in self.waits_for

    @property
    def waits_for_steps(self) -> tuple[str, ...]:
        """The steps that must have been held before this one."""
        return tuple(base.removesuffix(HELD) for base in self.waits_for if base.endswith(HELD))

    @property
    def waits_for_plans(self) -> tuple[str, ...]:
        """The steps whose plan must have been filed before this one (S4)."""
        bases = (base for base in self.waits_for if base.endswith(PLAN_FILED))
        return tuple(base.removesuffix(PLAN_FILED) for base in bases)


def bases(step: Step) -> Iterator[tuple[str, str]]:
    """What a step builds on and must find before it, with the key that says so."""
    for key, rule in (("within", step.within), ("target", step.target)):
        if rule is not None and rule.counted_from != KNOWN:
            yield f"{key}.counted_from", rule.counted_from
    for base in step.waits_for:
        if base != CONSENT:
            yield "waits_for", base


def step_of(base: str) -> str | None:
    """The step in «first.held» or «family.plan_filed»; None for anything else."""
    for suffix in (HELD, PLAN_FILED):
        if base.endswith(suffix):
            return base.removesuffix(suffix)
    return None
