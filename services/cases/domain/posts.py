"""Posts and who is in them on a day: the holder, a deputy, or the manager in place (R21, X2)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from services.cases.domain import staff_refusals as refusals
from shared.register import Capacity

State = Literal["held", "deputy", "manager", "vacant"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tenure:
    """Who holds a post, or is its deputy, from when until when; both days included."""

    person_id: UUID
    first_day: date
    last_day: date | None = None
    capacity: Capacity = "holder"

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= (self.last_day or date.max)

    def overlaps(self, other: "Tenure") -> bool:
        return self.covers(other.first_day) or other.covers(self.first_day)


@dataclass(frozen=True, slots=True)
class Post:
    """A role at a unit of an organisation, with everybody who has been or will be in it."""

    code: str
    role: str
    unit: str
    organisation: str
    reports_to: str | None = None
    tenures: tuple[Tenure, ...] = ()

    def person(self, capacity: Capacity, on: date) -> UUID | None:
        for tenure in self.tenures:
            if tenure.capacity == capacity and tenure.covers(on):
                return tenure.person_id
        return None


@dataclass(frozen=True, slots=True)
class Standing:
    """A post as it stands on a day.

    `held_until`: the last day before nobody holds it; None while no end is known, or if nobody
    holds it now. `vacant_from`: the first day of the vacancy that is, or that comes next.
    """

    state: State
    holder: UUID | None
    deputy: UUID | None
    acting: UUID | None
    held_until: date | None
    vacant_from: date | None


def standing(code: str, posts: Mapping[str, Post], on: date) -> Standing:
    """How the post stands on the day, and who acts for it."""
    post = posts[code]
    holder, deputy = post.person("holder", on), post.person("deputy", on)
    acting, state = _acting(post, posts, on)
    held_until = _held_until(post, on)
    return Standing(
        state=state,
        holder=holder,
        deputy=deputy,
        acting=acting,
        held_until=held_until,
        vacant_from=_vacant_since(post, on) if holder is None else _day_after(held_until),
    )


def check_new(tenures: Iterable[Tenure], new: Tenure) -> None:
    """One holder at a time, and one deputy beside. Raises Invalid or PostTaken."""
    if new.last_day is not None and new.last_day < new.first_day:
        raise refusals.EndsBeforeItBegins("last_day", first=new.first_day)
    for tenure in tenures:
        if tenure.capacity == new.capacity and tenure.overlaps(new):
            raise refusals.PostTaken(first=tenure.first_day, last=refusals.until(tenure.last_day))


def without(
    tenures: Iterable[Tenure], person: UUID, last_day: date, today: date
) -> Iterator[tuple[Tenure, Tenure | None]]:
    """What changes if this is a person's last day in a post: each tenure as it was and as it is,
    or None for one that hasn't begun and never will. Raises Refused or Invalid.
    """
    after = [
        one
        for one in tenures
        if one.person_id == person and (one.last_day is None or one.last_day > last_day)
    ]
    if not after:
        raise refusals.NotInPost(last=last_day)
    for tenure in after:
        if tenure.covers(last_day):
            yield tenure, replace(tenure, last_day=last_day)
        elif tenure.first_day > today:
            yield tenure, None
        else:
            raise refusals.EndsBeforeItBegins("last_day", first=tenure.first_day)


def _acting(post: Post, posts: Mapping[str, Post], on: date) -> tuple[UUID | None, State]:
    """Whoever is in the post, or acts for the one above it in the same organisation (X16)."""
    states: dict[Capacity, State] = {"holder": "held", "deputy": "deputy"}
    above, passed = post, {post.code}
    while True:
        for capacity, state in states.items():
            if (person := above.person(capacity, on)) is not None:
                return person, state if above is post else "manager"
        chief = posts.get(above.reports_to or "")
        if chief is None or chief.code in passed or chief.organisation != post.organisation:
            return None, "vacant"
        passed.add(chief.code)
        above = chief


def _held_until(post: Post, on: date) -> date | None:
    """The last day of those who follow each other without a gap, from the day on."""
    last: date | None = None
    for tenure in _holders(post):
        follows = tenure.covers(on) if last is None else tenure.first_day == last + _DAY
        if follows:
            if tenure.last_day is None:
                return None
            last = tenure.last_day
    return last


def _vacant_since(post: Post, on: date) -> date | None:
    """The day after the last who held it; None if nobody ever has."""
    ended = [
        one.last_day for one in _holders(post) if one.last_day is not None and one.last_day < on
    ]
    return _day_after(max(ended, default=None))


def _holders(post: Post) -> list[Tenure]:
    holders = (one for one in post.tenures if one.capacity == "holder")
    return sorted(holders, key=lambda one: one.first_day)


def _day_after(day: date | None) -> date | None:
    return None if day is None else day + _DAY
