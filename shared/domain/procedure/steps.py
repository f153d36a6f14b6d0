"""The steps of a procedure, their limits, and what they wait for."""

from collections.abc import Iterator
from datetime import time
from typing import Annotated, Literal, get_args

from pydantic import Field

from shared.domain.procedure.values import (
    Called,
    Code,
    Function,
    Many,
    Part,
    RuleId,
    Text,
    Titled,
)

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


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
# What a meeting is about: a child's case, or a matter of the staff's own.
About = Literal["child", "year", "parents", "report", "consultation"]


class MonthRule(Part):
    """Once in a month of the year (R20): on its n-th such weekday at a time, if that day will do.

    Everybody is called `call_weeks_before` weeks before the day.
    """

    month: Annotated[int, Field(ge=1, le=12)]
    nth: Annotated[int, Field(ge=1, le=4)]
    weekday: Weekday
    at: time
    call_weeks_before: Annotated[int, Field(ge=1, le=26)]
    rule: RuleId

    @property
    def weekday_number(self) -> int:
        """As date.weekday() counts: Monday is 0."""
        return get_args(Weekday).index(self.weekday)


class Step(Titled):
    """One kind of meeting, in the order the procedure holds them.

    `of` is what it is about. `in_month` is the limit of a meeting that comes every year. One that
    `goes_first` makes others give way within their own limits, by that rule (R46).

    `within` is a limit that is never passed (X1); `target` is only measured against (S10). A step
    that `seeks` gets a time by itself as soon as what it waits for has come; else a person says
    when (R11). `calls` are the parties on the case who are called to it.
    """

    name: Code
    rule: RuleId
    leader: Function | None = None
    leader_rule: RuleId | None = None
    calls: Annotated[Many[Called], Field(min_length=1)] = (
        "child", "guardian", "staff", "external",
    )  # fmt: skip
    of: About = "child"
    within: WindowRule | None = None
    in_month: MonthRule | None = None
    target: WindowRule | None = None
    seeks: bool = True
    waits_for: Many[Text] = ()
    plan: bool = False
    minutes: Annotated[int, Field(ge=15, le=480)] = 60
    notice_working_days: Annotated[int, Field(ge=0, le=30)] = 3
    booking: Literal["book", "propose"]
    grounds: Literal["none", "consent"]
    goes_first_rule: RuleId | None = None

    @property
    def goes_first(self) -> bool:
        return self.goes_first_rule is not None

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
