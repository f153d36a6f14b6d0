"""When the staff get their letter of the week."""

import datetime as dt
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.days import WorkingDays, at

_DAYS = WorkingDays()
_WEEK = timedelta(days=7)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def monday_of(day: date) -> date:
    """The Monday of its week, by which a week goes."""
    return day - timedelta(days=day.weekday())


class WeeklyLetter(BaseModel):
    """On which weekday, at which Stockholm wall time; `off`: nobody gets one."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday"] = "monday"
    time: dt.time = dt.time(7, 0)
    off: bool = False

    def due_in(self, week: date) -> datetime | None:
        """The instant in the week of this Monday: on its first working day from the weekday on.

        None if it has none, or if nobody is to have one.
        """
        day = _DAYS.first_on_or_after(week + timedelta(days=_WEEKDAYS.index(self.weekday)))
        return None if self.off or day >= week + _WEEK else at(day, self.time)


def end_of(week: date) -> datetime:
    """The first instant of the next week: what is said of this one is of no use any more."""
    return at(week + _WEEK, dt.time())
