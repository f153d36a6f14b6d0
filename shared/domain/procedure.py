"""A procedure as dated data: its roles, steps, limits, consent, reminders and alerts."""

from collections.abc import Iterator
from datetime import date, time
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic import model_validator as validator

from shared.domain.codes import OrganisationCode, RoleCode

CONSENT = "consent"
KNOWN = "known"
HELD = ".held"

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]
RuleId = Annotated[str, StringConstraints(pattern=r"^[RSPX][1-9][0-9]?$")]
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
    """Who may open a case (R2) and who calls and chairs its meetings (R8)."""

    openers: Annotated[Many[RoleCode], Field(min_length=1)]
    openers_rule: RuleId
    leader: Literal["process_owner", "koordinator", "initiator"]
    leader_rule: RuleId


class AlwaysCalled(_Part):
    """A party that no meeting goes without: guardian, child, or staff of a role or organisation.

    From `until_age` on the party is called only if the adult youth says so (R7).
    """

    name: Code
    party: Literal["guardian", "child", "staff"]
    role: RoleCode | None = None
    organisation: OrganisationCode | None = None
    rule: RuleId
    until_age: Age | None = None
    until_rule: RuleId | None = None

    @validator(mode="after")
    def _staff_is_found_by_role_or_organisation(self) -> Self:
        named = [code for code in (self.role, self.organisation) if code is not None]
        if len(named) != (1 if self.party == "staff" else 0):
            raise ValueError("staff, and only staff, has either a role or an organisation")
        if (self.until_age is None) != (self.until_rule is None):
            raise ValueError("until_age and until_rule go together")
        return self


class ConsentRule(_Part):
    """Whose consent a booking needs (R3), decided by the age on the meeting's day (X8)."""

    needed_from: Literal["custodians"]
    rule: RuleId
    youth_decides_from_age: Age = 18
    age_rule: RuleId
    own_mail_from_age: Age = 15
    own_mail_rule: RuleId


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
    """One kind of meeting, in the order the procedure holds them."""

    name: Code
    title: Text
    rule: RuleId
    within: WindowRule | None = None
    waits_for: Many[Text] = ()
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
        return tuple(base.removesuffix(HELD) for base in self.waits_for if base != CONSENT)


class Reminder(_Part):
    """A reminder to everybody on a meeting, so many working days before it."""

    name: Code
    rule: RuleId
    working_days_before: Annotated[int, Field(ge=1, le=30)] = 2
    at: time = time(9, 0)
    useful_until: Literal["meeting_start"] = "meeting_start"


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
    consent: ConsentRule
    steps: Annotated[Named[Step], Field(min_length=1)]
    reminders: Named[Reminder] = ()
    alerts: Named[Alert] = ()
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

    def quote(self, rule: str) -> str:
        """The words of a rule that this procedure cites."""
        return self.rules[rule]

    @validator(mode="after")
    def _steps_build_on_earlier_ones(self) -> Self:
        earlier: set[str] = set()
        for step in self.steps:
            for key, base in _bases(step):
                if base.removesuffix(HELD) not in earlier or not base.endswith(HELD):
                    raise ValueError(f"steps.{step.name}.{key}: nothing earlier is called {base!r}")
            earlier.add(step.name)
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
    if step.within is not None and step.within.counted_from != KNOWN:
        yield "within.counted_from", step.within.counted_from
    for base in step.waits_for:
        if base != CONSENT:
            yield "waits_for", base


def _cited(path: str, part: BaseModel) -> Iterator[tuple[str, str]]:
    """Every rule id in a part of a procedure, with the path of its key."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        key = f"{path}{name}"
        if (name == "rule" or name.endswith("_rule")) and value is not None:
            yield key, value
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, BaseModel):
                label = f"{key}.{child.name}" if hasattr(child, "name") else key
                yield from _cited(f"{label}.", child)
