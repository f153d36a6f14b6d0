"""What comes back every year: who calls, who is called, the evaluation, dispatches (R20-R32)."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field
from pydantic import model_validator as validator

from shared.domain.codes import RoleCode, UnitKindCode
from shared.domain.procedure.values import Code, Many, Named, Part, RuleId, Text, Titled


class YearDay(Part):
    """A day that comes every year; 29 February isn't one."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]

    @validator(mode="after")
    def _comes_every_year(self) -> Self:
        date(2027, self.month, self.day)  # a common year; a day that there isn't raises
        return self

    def __lt__(self, other: "YearDay") -> bool:
        return (self.month, self.day) < (other.month, other.day)

    def in_year(self, year: int) -> date:
        return date(year, self.month, self.day)


class Group(Titled):
    """Some roles that are to be represented at the year's meetings (R22).

    Everybody who holds one of `roles` is called. `substitute`: whoever says no is asked who comes
    instead.
    """

    name: Code
    rule: RuleId
    roles: Annotated[Many[RoleCode], Field(min_length=1)]
    substitute: Many[RoleCode] = ()


class Question(Part):
    """One question of the evaluation; the municipality's own words."""

    name: Code
    text: Text
    text_en: Text
    kind: Literal["scale", "yes-no", "text"]


class EvaluationRule(Part):
    """The yearly evaluation (R24, R25): from when it is answered, until when it is to be done.

    `asked` are the roles whose posts each answer. Who hasn't answered is reminded so many working
    days before `answers_by`, which is a day before the school ends (`working_days_before_summer`).
    The owners are reminded so many days before the limit, denser and denser, and from the day after
    it every `overdue_every_days` days.
    """

    rule: RuleId
    collect_rule: RuleId
    opens: YearDay
    due: YearDay
    asked: Annotated[Many[RoleCode], Field(min_length=1)]
    working_days_before_summer: Annotated[int, Field(ge=1, le=60)] = 10
    remind_working_days_before: Many[Annotated[int, Field(ge=1, le=60)]] = (15, 5, 1)
    owners_days_before: Many[Annotated[int, Field(ge=1, le=180)]] = (60, 30, 14, 7, 3, 1)
    overdue_every_days: Annotated[int, Field(ge=1, le=60)] = 7
    questions: Annotated[Named[Question], Field(min_length=1)]

    @validator(mode="after")
    def _it_is_due_after_it_opens(self) -> Self:
        if not self.opens < self.due:
            raise ValueError("due: has to be later in the year than opens")
        return self


class DispatchRule(Titled):
    """What is sent to every rektor, and confirmed by each (R28, R29, R31).

    `sent_by` is the role that sends it; `asked` the roles that confirm, within so many working
    days. With `starts` it comes every year by itself, and is to be sent by `due`.
    """

    name: Code
    rule: RuleId
    confirm_rule: RuleId
    sent_by: RoleCode | None = None
    asked: Annotated[Many[RoleCode], Field(min_length=1)]
    starts: YearDay | None = None
    due: YearDay | None = None
    confirm_working_days: Annotated[int, Field(ge=1, le=120)] = 15
    remind_working_days_before: Many[Annotated[int, Field(ge=1, le=60)]] = (5, 1)

    @validator(mode="after")
    def _it_is_due_after_it_starts(self) -> Self:
        if self.starts is not None and self.due is not None and self.due < self.starts:
            raise ValueError("due: can't be earlier in the year than starts")
        return self


class StageRule(Titled):
    """A stage of school, through which each cohort has one parent meeting with IFO (R26).

    `years` is how many school years a cohort is in it, at the units of these kinds.
    """

    name: Code
    units: Annotated[Many[UnitKindCode], Field(min_length=1)]
    years: Annotated[int, Field(ge=1, le=6)]


class ParentMeetingRule(Part):
    """The ledger of parent meetings (R26, R27): whose duty, and when in a school year it begins."""

    rule: RuleId
    come_rule: RuleId
    owner: RoleCode
    invited: RoleCode
    starts: YearDay
    remind_days_before: Many[Annotated[int, Field(ge=1, le=365)]] = (120, 30)
    stages: Annotated[Named[StageRule], Field(min_length=1)]


class YearRules(Part):
    """The yearly cycle as a whole. `callers` are the roles that call jointly (R21)."""

    callers: Annotated[Many[RoleCode], Field(min_length=1)]
    callers_rule: RuleId
    ahead: Annotated[int, Field(ge=0, le=10)] = 2
    vacancy_days_ahead: Annotated[int, Field(ge=0, le=365)] = 90
    groups: Annotated[Named[Group], Field(min_length=1)]
    evaluation: EvaluationRule
    dispatches: Named[DispatchRule] = ()
    parent_meetings: ParentMeetingRule | None = None


class ReportRules(Part):
    """What follows from a report of concern (R40-R51). Days are calendar days, but for working_."""

    receiver: RoleCode
    receiver_rule: RuleId
    written_rule: RuleId
    written_working_days: Annotated[int, Field(ge=1, le=30)] = 3
    receipt_rule: RuleId
    guardian_rule: RuleId
    secret_rule: RuleId
    feedback_rule: RuleId
    feedback_after_days: Annotated[int, Field(ge=14, le=60)] = 14
    answer_rule: RuleId
    answer_working_days: Annotated[int, Field(ge=1, le=30)] = 2
    meeting_rule: RuleId
    consultation_rule: RuleId
