"""One version of a procedure as a whole, and what its parts ask of each other."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field
from pydantic import model_validator as validator

from shared.domain.codes import OrganisationCode
from shared.domain.procedure.asking import ConsentRule
from shared.domain.procedure.follow_ups import (
    Alert,
    AnswerRule,
    Chore,
    InquiryRule,
    Reminder,
)
from shared.domain.procedure.people import AlwaysCalled, Eligibility, Roles
from shared.domain.procedure.steps import Step, bases, step_of
from shared.domain.procedure.values import Code, Many, Named, Part, RuleId, Text


class Procedure(Part):
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
    answers: AnswerRule | None = None
    reminders: Named[Reminder] = ()
    alerts: Named[Alert] = ()
    chores: Named[Chore] = ()
    inquiries: InquiryRule = InquiryRule()
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
            for key, base in bases(step):
                if step_of(base) not in earlier:
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
