"""What requests about meetings and wishes look like."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from services.cases.api.fields import (
    Address,
    CodeText,
    FileReference,
    Id,
    Instant,
    LanguageTag,
    Minutes,
    Name,
    PhoneNumber,
)
from services.cases.api.models import Strict
from services.cases.domain.meetings import MeetingOutcome
from services.cases.domain.votes import MOST_OPTIONS, Vote
from services.cases.domain.wishes import Relation
from services.cases.handlers.commands import NextTime
from services.cases.handlers.meeting_ports import Wished

T = TypeVar("T")


def _each_once(items: Sequence[T]) -> Sequence[T]:
    if len(set(items)) < len(items):
        raise PydanticCustomError("twice_named", "names something twice")
    return items


Place = Annotated[CodeText | None, Field(description="The code of a place, see /api/v1/units.")]
People = Annotated[list[Id], Field(min_length=1, max_length=60), AfterValidator(_each_once)]


class NewMeeting(Strict):
    step: CodeText = Field(examples=["first"])
    starts_at: Instant
    minutes: Minutes = 60
    place: Place = None
    participants: People | None = Field(
        None, description="Who of those on the case; left out: everybody the step calls (X12)."
    )


class NewProposal(Strict):
    """Times to vote about, instead of what was proposed for the step."""

    step: CodeText = Field(examples=["follow-up"])
    options: Annotated[
        list[Instant], Field(min_length=1, max_length=MOST_OPTIONS), AfterValidator(_each_once)
    ]
    minutes: Minutes = 60
    place: Place = None
    participants: People | None = None


class ConfirmedTime(Strict):
    starts_at: Instant | None = Field(
        None, description="One of the proposed times; left out: the best by the votes."
    )


class MovedMeeting(Strict):
    """What is left out stays as it is."""

    starts_at: Instant | None = None
    minutes: Minutes | None = None
    place: CodeText | None = None

    @model_validator(mode="after")
    def _something_moves(self) -> Self:
        if self.starts_at is None and self.minutes is None and self.place is None:
            raise PydanticCustomError("nothing_to_move", "give starts_at, minutes or place")
        return self


class NextMeeting(Strict):
    """R13: the time of the next one."""

    starts_at: Instant
    minutes: Minutes | None = Field(None, description="Left out: as long as the step usually is.")
    place: Place = None
    step: CodeText | None = Field(
        None, description="Left out: the next step that hasn't been held, or one more follow-up."
    )

    def command(self) -> NextTime:
        return NextTime(self.starts_at, self.minutes, self.place, self.step)


class HeldMeeting(Strict):
    """What is left out wasn't said, and can be said later by the same call."""

    present: Annotated[list[Id], Field(max_length=60)] | None = None
    secretary: Id | None = None
    consent_reviewed: bool | None = Field(None, description="Left out: a task asks for it (R19).")
    outcome: Annotated[MeetingOutcome, Field(strict=False)] | None = None
    next_time: NextMeeting | None = Field(
        None, description="Booked with it, or nothing is saved (R13)."
    )


class Filed(Strict):
    reference: FileReference | None = Field(
        None, description="Where it is filed, as a code; never what it says (R15, S4)."
    )


class GivenAnswer(Strict):
    """What somebody has said by phone."""

    person: Id
    answer: Literal["accepted", "declined", "tentative"]


class NewYearMeeting(Strict):
    """A time for April or October, where none was found or the last was cancelled."""

    step: CodeText = Field(examples=["april"])
    starts_at: Instant
    minutes: Minutes | None = Field(None, description="Left out: as long as it usually is.")
    place: Place = None


class Substitute(Strict):
    """Who comes to a meeting in the place of somebody who has declined (R27)."""

    for_: Id = Field(alias="for", description="Who has declined.")
    person: Id = Field(description="Who comes instead: somebody with a post.")


class OneVote(Strict):
    starts_at: Instant
    answer: Vote


class GivenVotes(Strict):
    person: Id
    answers: Annotated[list[OneVote], Field(min_length=1, max_length=MOST_OPTIONS)]

    @model_validator(mode="after")
    def _about_each_time_once(self) -> Self:
        _each_once([one.starts_at for one in self.answers])
        return self

    def votes(self) -> dict[datetime, Vote]:
        return {one.starts_at: one.answer for one in self.answers}


class NewWish(Strict):
    """Somebody whom a guardian or the child wishes for (S7)."""

    by: Id = Field(description="The guardian or the child who asks.")
    name: Name = Field(examples=["Mormor Exempel"])
    email: Address | None = None
    phone: PhoneNumber | None = None
    language: LanguageTag = "sv"
    relation: Annotated[Relation, Field(strict=False)]
    protected: bool | None = Field(None, description="null counts as protected (X6).")

    def wished(self) -> Wished:
        return Wished(
            self.by, self.name, self.relation, self.email, self.phone, self.language,
            self.protected,
        )  # fmt: skip


class WhoComesQuery(Strict):
    for_: Id = Field(alias="for", description="The guardian or the child who asks.")
