"""What requests look like: unknown fields and values of another type are refused."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.cases.api.fields import (
    Address,
    CodeText,
    Day,
    Id,
    LanguageTag,
    Name,
    PhoneNumber,
    PostalAddress,
)
from services.cases.domain.closing import Evaluation
from services.cases.domain.meetings import Outcome
from services.cases.handlers.commands import NewChild, NewGuardian, OpenCase


class Strict(BaseModel):
    """No unknown fields, no other types, nothing of the input in an error."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class Child(Strict):
    name: Name = Field(examples=["Alva Exempel"])
    birth_date: Day
    unit: CodeText = Field(description="The code of the child's school unit, see /api/v1/units.")
    email: Address | None = Field(None, description="The child's own; used from 15 years on (X11).")
    protected: bool | None = Field(None, description="null counts as protected (X6).")


class Guardian(Strict):
    name: Name = Field(examples=["Kim Exempel"])
    email: Address | None = Field(None, examples=["kim@familjen.example"])
    language: LanguageTag = "sv"
    custody: bool = Field(description="Whoever has custody is asked for consent (R3).")
    protected: bool | None = Field(None, description="null counts as protected (X6).")
    phone: PhoneNumber | None = None
    postal_address: PostalAddress | None = Field(None, description="For letters (X7).")
    interpreter: LanguageTag | None = Field(None, description="The language to interpret.")
    no_mail: bool = Field(default=False, description="A wish not to be mailed (X7).")


class NewCase(Strict):
    """A case is opened by its process owner (R2); it became known on a day (R9)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "procedure": "samverkansmote",
                    "known_on": "2027-03-01",
                    "initiator": "0b6f6ff6-7a32-5f1e-9a50-2b8e2d1f6a10",
                    "child": {
                        "name": "Alva Exempel",
                        "birth_date": "2014-05-02",
                        "unit": "bjorkskolan",
                        "email": None,
                        "protected": False,
                    },
                    "guardians": [
                        {
                            "name": "Kim Exempel",
                            "email": "kim@familjen.example",
                            "language": "sv",
                            "custody": True,
                            "protected": False,
                        }
                    ],
                    "participants": [],
                }
            ]
        }
    )

    procedure: CodeText
    known_on: Day
    initiator: Id
    child: Child
    guardians: Annotated[list[Guardian], Field(max_length=10)]
    participants: Annotated[list[Id], Field(max_length=50)] = Field(default_factory=list)
    grade: Annotated[int, Field(ge=0, le=13)] | None = None
    residence: Name | None = Field(None, description="The municipality's name, or its code.")
    reason: CodeText | None = None
    place: CodeText | None = Field(
        None, description="Where its meetings usually are; the code of a place, see /api/v1/units."
    )

    def command(self) -> OpenCase:
        return OpenCase(
            procedure=self.procedure,
            known_on=self.known_on,
            initiator=self.initiator,
            child=NewChild(**self.child.model_dump()),
            guardians=tuple(NewGuardian(**one.model_dump()) for one in self.guardians),
            participants=tuple(self.participants),
            grade=self.grade,
            residence=self.residence,
            reason=self.reason,
            place=self.place,
        )


class Closing(Strict):
    outcome: Annotated[Outcome, Field(strict=False)]
    evaluation: Annotated[Evaluation, Field(strict=False)] | None = Field(
        None, description="Whether the goals were reached (R11)."
    )


class NewParticipant(Strict):
    person: Id
    replaces: Id | None = None


class Nothing(Strict):
    """No fields."""


class CasesQuery(Strict):
    after: Id | None = Field(None, description="The id of the last case of the page before.")
    limit: Annotated[int, Field(ge=1, le=500, strict=False)] = 100
    state: Literal["open", "closed"] | None = None


class SlotsQuery(Strict):
    step: CodeText
    limit: Annotated[int, Field(ge=1, le=1000, strict=False)] = 200


class MessagesQuery(Strict):
    case: Id | None = None
    state: Literal[
        "due", "claimed", "data", "accepted", "retry", "failed", "unknown", "suppressed", "held"
    ] | None = None  # fmt: skip
    after: Id | None = Field(None, description="The id of the last message of the page before.")
    limit: Annotated[int, Field(ge=1, le=10_000, strict=False)] = 10_000


class PeopleQuery(Strict):
    role: CodeText | None = None
