"""Whom a procedure is for, who opens and leads its cases, and who is always called."""

from typing import Annotated, Literal, Self

from pydantic import Field
from pydantic import model_validator as validator

from shared.domain.codes import OrganisationCode, RoleCode
from shared.domain.procedure.steps import Step
from shared.domain.procedure.values import Age, Code, Function, Many, Part, RuleId, Text


class Roles(Part):
    """Who may open a case (R2) and who calls and chairs its meetings (R8, S5, P5).

    `coordinator_post` is the post that coordinates under this procedure; without it any holder of
    the role koordinator does.
    """

    openers: Annotated[Many[RoleCode], Field(min_length=1)]
    openers_rule: RuleId
    leader: Function
    leader_rule: RuleId
    coordinator_post: Code | None = None


class Eligibility(Part):
    """For whom the procedure is: checked at the opening (P1, S9); ages and grades inclusive.

    `reasons` are codes with neutral words; in English (`_en`) where somebody has written them.
    Whoever comes with one of `elsewhere` is pointed to the help that its words name, and no case is
    opened (P2).
    """

    rule: RuleId
    age_from: Annotated[int, Field(ge=0, le=25)] = 0
    age_to: Annotated[int, Field(ge=0, le=25)] = 25
    grade_from: Annotated[int, Field(ge=0, le=13)] | None = None
    grade_to: Annotated[int, Field(ge=0, le=13)] | None = None
    residents_only: bool = False
    reasons: dict[Code, Text] = Field(default_factory=dict)
    reasons_en: dict[Code, Text] = Field(default_factory=dict)
    reason_rule: RuleId | None = None
    reason_needed: bool = False
    elsewhere: dict[Code, Text] = Field(default_factory=dict)
    elsewhere_en: dict[Code, Text] = Field(default_factory=dict)
    elsewhere_rule: RuleId | None = None

    @validator(mode="after")
    def _ranges_are_in_order(self) -> Self:
        if self.age_to < self.age_from:
            raise ValueError("age_to is below age_from")
        if (self.grade_from is None) != (self.grade_to is None):
            raise ValueError("grade_from and grade_to go together")
        if self.grade_from is not None and (self.grade_to or 0) < self.grade_from:
            raise ValueError("grade_to is below grade_from")
        if self.reasons and self.reason_rule is None:
            raise ValueError("reasons need a reason_rule")
        if self.elsewhere and self.elsewhere_rule is None:
            raise ValueError("elsewhere needs an elsewhere_rule")
        return self


class AlwaysCalled(Part):
    """A party that no meeting goes without: guardian, child, or staff of a role or organisation.

    `post` is who a municipality puts on a case for it, if nobody is named at the opening.
    From `until_age` on the party is called only if the adult youth says so (R7). `steps` names the
    steps it holds for; none named means all.
    """

    name: Code
    party: Literal["guardian", "child", "staff"]
    role: RoleCode | None = None
    organisation: OrganisationCode | None = None
    rule: RuleId
    until_age: Age | None = None
    until_rule: RuleId | None = None
    steps: Many[Code] = ()
    post: Code | None = None

    def holds_for(self, step: Step) -> bool:
        return not self.steps or step.name in self.steps

    @validator(mode="after")
    def _staff_is_found_by_role_or_organisation(self) -> Self:
        named = [code for code in (self.role, self.organisation) if code is not None]
        if len(named) != (1 if self.party == "staff" else 0):
            raise ValueError("staff, and only staff, has either a role or an organisation")
        if (self.until_age is None) != (self.until_rule is None):
            raise ValueError("until_age and until_rule go together")
        return self
