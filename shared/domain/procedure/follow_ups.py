"""What falls due of itself under a procedure: reminders, alerts, and tasks after a meeting."""

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field
from pydantic import model_validator as validator

from shared.domain.procedure.values import Code, Many, Part, RuleId


class Reminder(Part):
    """A reminder to everybody on a meeting, so many working days before it."""

    name: Code
    rule: RuleId
    working_days_before: Annotated[int, Field(ge=1, le=30)] = 2
    at: time = time(9, 0)
    useful_until: Literal["meeting_start"] = "meeting_start"


class AnswerRule(Part):
    """Until when an answer to a call is hoped for, and when who hasn't answered is asked again.

    In working days before the meeting; whoever is called a week ahead may have a day more
    (`shared/domain/answering.py`). They are asked again once, not sooner than
    `nudge_working_days_after_call` after the call; and not if the last day to answer has passed by
    then: the meeting is so near that its reminder is enough.
    """

    rule: RuleId
    by_working_days_before: Annotated[int, Field(ge=1, le=30)] = 4
    nudge_working_days_before: Annotated[int, Field(ge=1, le=30)] = 5
    nudge_working_days_after_call: Annotated[int, Field(ge=2, le=30)] = 2
    at: time = time(9, 0)

    @validator(mode="after")
    def _who_is_asked_again_is_asked_before_the_last_day(self) -> Self:
        if self.nudge_working_days_before < self.by_working_days_before:
            raise ValueError("nudge_working_days_before must not be after by_working_days_before")
        return self


class Chore(Part):
    """A task that follows from a meeting of some steps, for whoever is in charge (S4, P12, R15).

    Before a booked one or after a held one, so many working days; or, with `every_days`, again and
    again after a held one until the case is closed or a step is held anew. `unless` names what
    makes it needless. So long after it was due, whoever has it and the manager are told.
    """

    name: Code
    rule: RuleId
    kind: Code
    owner: Literal["leader", "process_owner", "keeper"] = "leader"
    steps: Annotated[Many[Code], Field(min_length=1)]
    on: Literal["booked", "held"]
    working_days: Annotated[int, Field(ge=0, le=60)] = 0
    every_days: Annotated[int, Field(ge=1, le=366)] | None = None
    unless: Literal["minutes_filed", "plan_filed"] | None = None
    late_working_days: Annotated[int, Field(ge=1, le=60)] | None = None

    @validator(mode="after")
    def _what_comes_again_follows_a_held_meeting(self) -> Self:
        if self.every_days is not None and self.on != "held":
            raise ValueError("every_days goes with on = 'held'")
        return self


class InquiryRule(Part):
    """By when whoever coordinates answers an inquiry: so many working days after it came (P3)."""

    answer_working_days: Annotated[int, Field(ge=1, le=60)] = 3


class Alert(Part):
    """An alert to staff about a limit, so many working days before or after it (X2)."""

    name: Code
    rule: RuleId
    when: Literal["days_before_close", "after_close"]
    working_days: Annotated[int, Field(ge=0, le=60)]
    at: time = time(9, 0)
    to: Annotated[Many[Literal["process_owner", "manager"]], Field(min_length=1)]
