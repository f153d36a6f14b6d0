"""Whose consent a procedure needs, and how it is asked for."""

from typing import Annotated, Literal, Self

from pydantic import Field
from pydantic import model_validator as validator

from shared.domain.procedure.steps import HELD, OPENING
from shared.domain.procedure.values import Age, Code, Function, Part, RuleId, Text


class ConsentRule(Part):
    """Whose consent a booking needs (R3), decided by the age on the meeting's day (X8).

    The child itself is asked from `child_asked_from_age` on and needed from
    `child_needed_from_age` on (P6); without these it may be asked (R17) and is never needed.
    Before a birthday that changes who decides, the new one is asked `ask_ahead_days` ahead.
    `tasks` names what the asking means for whoever asks (`asked_by`), each by its rule; they come
    at the opening, or when the step has been held (P5). `waiver_reasons` are the codes for going on
    without the child's own word.
    """

    needed_from: Literal["custodians"]
    rule: RuleId
    youth_decides_from_age: Age = 18
    age_rule: RuleId
    own_mail_from_age: Annotated[int, Field(ge=15, le=25)] = 15  # X11: later perhaps, never earlier
    child_asked_from_age: Age | None = None
    child_needed_from_age: Age | None = None
    child_rule: RuleId | None = None
    waiver_reasons: dict[Code, Text] = Field(default_factory=dict)
    waiver_reasons_en: dict[Code, Text] = Field(default_factory=dict)
    ask_ahead_days: Annotated[int, Field(ge=1, le=180)] = 30
    asked_at: Text = OPENING
    asked_by: Function = "process_owner"
    tasks: Annotated[dict[Code, RuleId], Field(min_length=1)]

    @property
    def asked_after_step(self) -> str | None:
        """The step after which the asking begins; None: at the opening."""
        return None if self.asked_at == OPENING else self.asked_at.removesuffix(HELD)

    @validator(mode="after")
    def _the_child_has_a_rule(self) -> Self:
        ages = (self.child_asked_from_age, self.child_needed_from_age)
        if any(ages) and self.child_rule is None:
            raise ValueError("the child's ages need a child_rule")
        if None not in ages and ages[0] > ages[1]:  # type: ignore[operator]
            raise ValueError("child_needed_from_age is below child_asked_from_age")
        return self
