"""The port to the municipality's register: who of the staff is in which post, and where."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.cases.domain.opening import Colleagues, Staff


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom to find among the staff that is in a post; what is None or empty doesn't matter.

    Each of `words` is in the name or in a unit's, or is one for a role. Those of `near`, a unit,
    come first.
    """

    words: tuple[str, ...] = ()
    people: frozenset[UUID] | None = None
    role: str | None = None
    organisation: str | None = None
    near: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody of the staff with the posts of the day: each a role and the name of its unit."""

    person_id: UUID
    name: str
    posts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class School:
    """A unit with children, by its code and its name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """A place of a unit to meet, as mails may call it."""

    code: str
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Unasked:
    """Who may come to a new case unasked: whoever holds such a role, or is in such a post."""

    roles: frozenset[str]
    posts: frozenset[str]


class Register(Protocol):
    """Units, places, staff and their posts on a day."""

    def staff(self, people: Collection[UUID], on: date) -> dict[UUID, Staff]: ...
    def colleagues(
        self, named: Collection[UUID], unasked: Unasked, unit: str, on: date
    ) -> Colleagues:
        """The staff among those named, the unit's rektorer, and whoever may come unasked."""

    def is_school(self, unit: str) -> bool: ...
    def has_unit(self, unit: str) -> bool: ...
    def has_place(self, place: str) -> bool: ...
    def places(self) -> tuple[MeetingPlace, ...]: ...
    def schools(self) -> tuple[School, ...]: ...
    def find(self, sought: Sought, on: date) -> tuple[Found, ...]: ...
