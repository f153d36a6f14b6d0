"""One version of a procedure as a whole, and what its parts ask of each other."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal, Self

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
from shared.domain.procedure.steps import About, Step, bases, step_of
from shared.domain.procedure.values import Code, Many, Named, RuleId, Text, Titled
from shared.domain.procedure.year import ReportRules, YearRules
from shared.domain.telling_words import says_forbidden_word


class Procedure(Titled):
    """One version of a procedure; `rules` holds the words of every rule it cites.

    `explained_en` says in English what a title means that is a name and stays as it is.
    """

    name: Code
    explained_en: Text | None = None
    valid_from: date
    about: Literal["child", "staff"] = "child"
    roles: Roles
    always_called: Named[AlwaysCalled] = ()
    organisations: Annotated[Many[OrganisationCode], Field(min_length=1)]
    optional_organisations: Many[OrganisationCode] = ()
    eligibility: Eligibility | None = None
    asking: Annotated[ConsentRule | None, Field(alias="consent")] = None
    steps: Annotated[Named[Step], Field(min_length=1)]
    agenda: Many[Text] = ()
    agenda_en: Many[Text] = ()
    answers: AnswerRule | None = None
    reminders: Named[Reminder] = ()
    alerts: Named[Alert] = ()
    chores: Named[Chore] = ()
    inquiries: InquiryRule = InquiryRule()
    year: YearRules | None = None
    reports: ReportRules | None = None
    rules: dict[RuleId, Text]

    @property
    def consent(self) -> ConsentRule:
        """Whose consent its meetings need. Raises AsksNobody: those of the staff's own need none.

        What is about no child never asks; `asking` tells which is which.
        """
        if self.asking is None:
            raise AsksNobody(self.name)
        return self.asking

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

    def steps_of(self, about: About) -> tuple[Step, ...]:
        """The steps of a child's case, or of one kind of the staff's own matters, in order."""
        return tuple(step for step in self.steps if step.of == about)

    def agenda_in(self, language: str) -> tuple[str, ...]:
        """The points of its meetings; in Swedish where there are no words in another language."""
        return self.agenda_en if language == "en" and self.agenda_en else self.agenda

    @property
    def all_organisations(self) -> tuple[str, ...]:
        """Those that a consent can name: the ones that belong to it, and others by wish (S14)."""
        return (*self.organisations, *self.optional_organisations)

    def quote(self, rule: str) -> str:
        """The words of a rule that this procedure cites."""
        return self.rules[rule]

    @validator(mode="after")
    def _a_child_is_asked_for(self) -> Self:
        if (self.about == "child") != (self.asking is not None):
            raise ValueError("consent: belongs to a procedure about a child, and to no other")
        for step in self.steps:
            if (step.of == "child") != (self.about == "child"):
                raise ValueError(f"steps.{step.name}.of: the procedure is about {self.about!r}")
            if step.of != "child" and step.grounds != "none":
                raise ValueError(f"steps.{step.name}.grounds: nobody consents to it")
            if step.within is not None and step.in_month is not None:
                raise ValueError(f"steps.{step.name}.in_month: it has another limit already")
        return self

    @validator(mode="after")
    def _what_stands_in_mails_tells_nothing(self) -> Self:
        if self.agenda_en and len(self.agenda_en) != len(self.agenda):
            raise ValueError("agenda_en: as many points as agenda are needed, or none")
        points = (*self.agenda, *self.agenda_en) if self.year is not None else ()
        for point in points:
            if says_forbidden_word(point):
                raise ValueError(f"agenda: {point!r} holds a word that no mail holds")
        return self

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
    def _each_month_has_one_meeting(self) -> Self:
        taken: set[int] = set()
        for step in self.steps_of("year"):
            if step.in_month is None:
                continue
            if step.in_month.month in taken:
                raise ValueError(f"steps.{step.name}.in_month: another step has that month")
            taken.add(step.in_month.month)
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
        asked = None if self.asking is None else self.asking.asked_after_step
        if asked is not None:
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


class AsksNobody(LookupError):
    """The procedure is about no child, so nobody consents to it."""

    def __init__(self, procedure: str) -> None:
        super().__init__(f"{procedure} asks nobody for a consent")


class UnknownStep(LookupError):
    """The procedure has no step of that name."""

    def __init__(self, procedure: str, step: str) -> None:
        super().__init__(f"{procedure} has no step {step!r}")


def _cited(path: str, part: BaseModel) -> Iterator[tuple[str, str]]:
    """Every rule id in a part of a procedure, with the path of its key."""
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        key = f"{path}{field.alias or name}"
        if (name == "rule" or name.endswith("_rule")) and value is not None:
            yield key, value
        if name == "tasks":
            yield from ((f"{key}.{kind}", rule) for kind, rule in value.items())
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, BaseModel):
                label = f"{key}.{child.name}" if hasattr(child, "name") else key
                yield from _cited(f"{label}.", child)
