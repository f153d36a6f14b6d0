"""The port to what the staff have to do that belongs to no case."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.cases.domain.duties import Duty, PostNow, StandingDuty


@dataclass(frozen=True, slots=True)
class Given:
    """A duty that somebody has now who hadn't; nobody has it while nobody acts for its post."""

    id: UUID
    owner: UUID | None
    rule: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An inquiry that is nobody's duty: it came before there was such a thing, or such a post."""

    id: UUID
    procedure: str
    received_on: date


class Duties(Protocol):
    """Duties, each of whoever acts for a post on a day, in one transaction."""

    def add(self, duty: Duty, today: date) -> Given | None:
        """None if it has come already: a duty comes once."""

    def take(self, task_id: UUID) -> StandingDuty | None:
        """Locked until the transaction ends; None for what is no duty."""

    def follow_posts(self, today: date) -> Collection[Given]:
        """Open duties go to whoever acts for their posts now: those that changed hands."""

    def finish(self, inquiry: UUID) -> None:
        """All that was to be done about an inquiry is done."""

    def unanswered(self) -> Collection[Unanswered]: ...
    def posts_of(self, role: str, on: date) -> Sequence[PostNow]:
        """Those that there are today, by their codes."""

    def manager_post(self, person: UUID, below: str, on: date) -> str | None:
        """The post of somebody's manager, in the organisation that a post is in (X16)."""
