"""The hours in which mail that can wait leaves: nobody's telephone wakes them for a reminder."""

from datetime import date, datetime, time, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from shared.domain.days import WorkingDays, at, local_date

_DAY = timedelta(days=1)
_DAYS = WorkingDays()


class QuietHours(BaseModel):
    """Stockholm wall times between which mail that can wait may leave; outside of them it's quiet.

    To families on every day, to staff on working days. Calls, changes and cancellations never wait.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    families_from: time = time(7, 0)
    families_until: time = time(20, 0)
    staff_from: time = time(7, 0)
    staff_until: time = time(18, 0)

    @model_validator(mode="after")
    def _days_begin_before_they_end(self) -> Self:
        if not self.families_from < self.families_until:
            raise ValueError("families_from must be before families_until")
        if not self.staff_from < self.staff_until:
            raise ValueError("staff_from must be before staff_until")
        return self

    def next_allowed(self, moment: datetime, *, staff: bool) -> datetime:
        """The instant itself, or the first one after it at which such mail may leave."""
        day = local_date(moment)
        while True:
            if self._is_open(day, staff=staff):
                opens, closes = self._hours(day, staff=staff)
                if moment < closes:
                    return max(moment, opens)
            day += _DAY

    def first_of_next_day(self, moment: datetime, *, staff: bool) -> datetime:
        """The first instant on a later day (in Stockholm) at which such mail may leave."""
        return self.next_allowed(at(local_date(moment) + _DAY, time(0, 0)), staff=staff)

    def last_before(self, moment: datetime, *, staff: bool) -> datetime:
        """The instant a minute before such mail may leave no more, at or before this one."""
        day = local_date(moment)
        while True:
            if self._is_open(day, staff=staff):
                opens, closes = self._hours(day, staff=staff)
                if moment >= opens:
                    return min(moment, closes - timedelta(minutes=1))
            day -= _DAY

    def _is_open(self, day: date, *, staff: bool) -> bool:
        return not staff or _DAYS.is_working_day(day)

    def _hours(self, day: date, *, staff: bool) -> tuple[datetime, datetime]:
        if staff:
            return at(day, self.staff_from), at(day, self.staff_until)
        return at(day, self.families_from), at(day, self.families_until)


USUAL_HOURS = QuietHours()


def fitting(
    due_at: datetime, useful_until: datetime, earliest: datetime, hours: QuietHours, *, staff: bool
) -> datetime | None:
    """When something due at an instant leaves: then or later; earlier, if later is no use.

    Not before `earliest`. None: there's no hour in which it can leave and is of use.
    """
    later = hours.next_allowed(max(due_at, earliest), staff=staff)
    if later < useful_until:
        return later
    earlier = hours.last_before(min(due_at, useful_until - timedelta(minutes=1)), staff=staff)
    return earlier if earlier >= earliest else None
