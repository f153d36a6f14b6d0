"""Office hours: when in a day a meeting can lie."""

from datetime import time
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class OfficeHours(BaseModel):
    """Stockholm wall times of a working day; the same lunch start and end mean no lunch.

    Meetings begin on a grid counted from `start`. Between `kind_from` and `kind_until` they are
    kindest to families, and are offered first. By hand a meeting can be booked outside of them, but
    not outside of `outer_start` and `outer_end`.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    start: time = time(8, 0)
    end: time = time(16, 30)
    lunch_start: time = time(12, 0)
    lunch_end: time = time(13, 0)
    kind_from: time = time(9, 0)
    kind_until: time = time(15, 0)
    outer_start: time = time(7, 0)
    outer_end: time = time(20, 0)
    grid_minutes: Annotated[int, Field(ge=5, le=120)] = 30

    @model_validator(mode="after")
    def _times_are_in_order(self) -> Self:
        if not self.start < self.end:
            raise ValueError("start must be before end")
        if not self.start <= self.lunch_start <= self.lunch_end <= self.end:
            raise ValueError("lunch_start and lunch_end must lie in this order within the hours")
        if not self.kind_from < self.kind_until:
            raise ValueError("kind_from must be before kind_until")
        if not self.outer_start <= self.start <= self.end <= self.outer_end:
            raise ValueError("outer_start and outer_end must lie around the hours")
        return self
