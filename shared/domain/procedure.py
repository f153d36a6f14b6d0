"""A procedure as dated data: its roles, steps, limits, consent, reminders and alerts."""

from collections.abc import Iterator
from datetime import date, time
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic import model_validator as validator

from shared.domain.codes import OrganisationCode, RoleCode

CONSENT = "consent"
OPENING = "opening"
KNOWN = "known"
HELD = ".held"
PLAN_FILED = ".plan_filed"

# Who can be in charge of something on a case.
Function = Literal["process_owner", "koordinator", "initiator"]
# Who can be called to a meeting: a party, or one function of the staff.
Called = Literal["child", "guardian", "staff", "external", "koordinator", "initiator"]

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}[1-9][0-9]?$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Age = Annotated[int, Field(ge=1, le=25)]
T = TypeVar("T")
# Strict but for the container: TOML has arrays, and what is frozen has tuples.
Many = Annotated[tuple[T, ...], Field(strict=False)]


def _named(tables: Any) -> Any:
    """A table of tables as the list of its parts: TOML keys them so that one can be overridden."""
    if not isinstance(tables, dict):
        return tables
    return [
        {"name": name, **table} if isinstance(table, dict) and "name" not in table else table
        for name, table in tables.items()
    ]


Named = Annotated[tuple[T, ...], Field(strict=False), BeforeValidator(_named)]


class _Part(BaseModel):
    """Read strictly from TOML, without unknown keys, and never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Roles(_Part):
    """Who may open a case (R2) and who calls and chairs its meetings (R8, S5, P5).

    `coordinator_post` is the post that coordinates under this procedure; without it any holder of
    the role koordinator does.
    """

    openers: Annotated[Many[RoleCode], Field(min_length=1)]
    openers_rule: RuleId
    leader: Function
    leader_rule: RuleId
    coordinator_post: Code | None = None


class Eligibility(_Part):
    """For whom the procedure is: checked at the opening (P1, S9); ages and grades inclusive.

    `reasons` are codes with neutral words. Whoever comes with one of `elsewhere` is pointed to the
    help that its words name, and no case is opened (P2).
    """

    rule: RuleId
    age_from: Annotated[int, Field(ge=0, le=25)] = 0
    age_to: Annotated[int, Field(ge=0, le=25)] = 25
    grade_from: Annotated[int, Field(ge=0, le=13)] | None = None
    grade_to: Annotated[int, Field(ge=0, le=13)] | None = None
    residents_only: bool = False
    reasons: dict[Code, Text] = {}
    reason_rule: RuleId | None = None
    reason_needed: bool = False
    elsewhere: dict[Code, Text] = {}
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


class AlwaysCalled(_Part):
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

    def holds_for(self, step: "Step") -> bool:
        return not self.steps or step.name in self.steps

    @validator(mode="after")
    def _staff_is_found_by_role_or_organisation(self) -> Self:
        named = [code for code in (self.role, self.organisation) if code is not None]
        if len(named) != (1 if self.party == "staff" else 0):
            raise ValueError("staff, and only staff, has either a role or an organisation")
        if (self.until_age is None) != (self.until_rule is None):
            raise ValueError("until_age and until_rule go together")
        return self


class ConsentRule(_Part):
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
    own_mail_rule: RuleId
    child_asked_from_age: Age | None = None
    child_needed_from_age: Age | None = None
    child_rule: RuleId | None = None
    waiver_reasons: dict[Code, Text] = {}
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


class WindowRule(_Part):
    """A limit: so many days from the day the case became known, or from a held meeting."""

    days: Annotated[int, Field(ge=1, le=366)]
    counted_from: Text
    rule: RuleId

    @property
    def counted_from_step(self) -> str | None:
        """The step whose held meeting starts the limit; None: the day the case became known."""
        return None if self.counted_from == KNOWN else self.counted_from.removesuffix(HELD)


class Step(_Part):
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


class Reminder(_Part):
    """A reminder to everybody on a meeting, so many working days before it."""

    name: Code
    rule: RuleId
    working_days_before: Annotated[int, Field(ge=1, le=30)] = 2
    at: time = time(9, 0)
    useful_until: Literal["meeting_start"] = "meeting_start"


class Chore(_Part):
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


class Alert(_Part):
    """An alert to staff about a limit, so many working days before or after it (X2)."""

    name: Code
    rule: RuleId
    when: Literal["days_before_close", "after_close"]
    working_days: Annotated[int, Field(ge=0, le=60)]
    at: time = time(9, 0)
    to: Annotated[Many[Literal["process_owner", "manager"]], Field(min_length=1)]


class Procedure(_Part):
    """One version of a procedure; `rules` holds the words of every rule it cites."""

    name: Code
    title: Text
    valid_from: date
    roles: Roles
    always_called: Named[AlwaysCalled]
    organisations: Annotated[Many[OrganisationCode], Field(min_length=1)]
    optional_organisations: Many[OrganisationCode] = ()
    eligibility: Eligibility | None = None
    consent: ConsentRule
    steps: Annotated[Named[Step], Field(min_length=1)]
    agenda: Many[Text] = ()
    reminders: Named[Reminder] = ()
    alerts: Named[Alert] = ()
    chores: Named[Chore] = ()
    rules: dict[RuleId, Text]

    @property
    def version(self) -> str:
        """The version by name, as logs and pages show it."""
        return f"{self.name}@{self.valid_from.isoformat()}"

    def step(self, name: str) -> Step:
        """Raises UnknownStep."""
        for step in self.steps:
            if step.name == name:
                return step
        raise UnknownStep(self.name, name)

    @property
    def all_organisations(self) -> tuple[str, ...]:
        """Those that a consent can name: the ones that belong to it, and others by wish (S14)."""
        return (*self.organisations, *self.optional_organisations)

    def quote(self, rule: str) -> str:
        """The words of a rule that this procedure cites."""
        return self.rules[rule]

    @validator(mode="after")
    def _steps_build_on_earlier_ones(self) -> Self:
        earlier: set[str] = set()
        for step in self.steps:
            for key, base in _bases(step):
                if _step_of(base) not in earlier:
                    raise ValueError(f"steps.{step.name}.{key}: nothing earlier is called {base!r}")
            earlier.add(step.name)
        return self

    @validator(mode="after")
    def _every_step_that_is_named_is_there(self) -> Self:
        steps = {step.name for step in self.steps}
        named = [
            (f"always_called.{one.name}.steps", name)
            for one in self.always_called
            for name in one.steps
        ]
        named += [(f"chores.{one.name}.steps", name) for one in self.chores for name in one.steps]
        if (asked := self.consent.asked_after_step) is not None:
            named.append(("consent.asked_at", asked))
        for key, name in named:
            if name not in steps:
                raise ValueError(f"{key}: there is no step {name!r}")
        return self

    @validator(mode="after")
    def _every_rule_has_its_words(self) -> Self:
        for key, rule in _cited("", self):
            if rule not in self.rules:
                raise ValueError(f"{key}: the words of {rule} are missing under [rules]")
        return self


class UnknownStep(LookupError):
    """The procedure has no step of that name."""

    def __init__(self, procedure: str, step: str) -> None:
        super().__init__(f"{procedure} has no step {step!r}")


def _bases(step: Step) -> Iterator[tuple[str, str]]:
    """What a step builds on and must find before it, with the key that says so."""
    for key, rule in (("within", step.within), ("target", step.target)):
        if rule is not None and rule.counted_from != KNOWN:
            yield f"{key}.counted_from", rule.counted_from
    for base in step.waits_for:
        if base != CONSENT:
            yield "waits_for", base


def _step_of(base: str) -> str | None:
    """The step in «first.held» or «family.plan_filed»; None for anything else."""
    for suffix in (HELD, PLAN_FILED):
        if base.endswith(suffix):
            return base.removesuffix(suffix)
    return None


def _cited(path: str, part: BaseModel) -> Iterator[tuple[str, str]]:
    """Every rule id in a part of a procedure, with the path of its key."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        key = f"{path}{name}"
        if (name == "rule" or name.endswith("_rule")) and value is not None:
            yield key, value
        if name == "tasks":
            yield from ((f"{key}.{kind}", rule) for kind, rule in value.items())
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, BaseModel):
                label = f"{key}.{child.name}" if hasattr(child, "name") else key
                yield from _cited(f"{label}.", child)
