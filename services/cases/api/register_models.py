"""What requests about people and posts look like."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.cases.api.fields import Address, Day, Id, LanguageTag, PhoneNumber
from services.cases.api.models import Strict
from services.cases.handlers.staffing import AddHolder
from shared.register import Capacity


class ChangedPerson(Strict):
    """What is left out stays as it is."""

    email: Address = Field("", examples=["anna.lindqvist@exempelkommun.example"])
    phone: PhoneNumber | None = Field(None, description="null: no phone any more.")
    language: LanguageTag = "sv"
    no_mail: bool = Field(default=False, description="A wish not to be mailed (X7).")

    @model_validator(mode="after")
    def _something_changes(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("nothing_to_change", "give at least one field")
        return self


class NewHolder(Strict):
    """Somebody comes into a post; both days are included."""

    person: Id
    first_day: Day
    last_day: Day | None = None
    capacity: Capacity = "holder"

    def command(self, post: str) -> AddHolder:
        return AddHolder(post, self.person, self.first_day, self.last_day, self.capacity)


class EndedHolder(Strict):
    """Somebody's last day in a post; what would begin after it doesn't."""

    person: Id
    last_day: Day
