"""The port to what the staff have to do that belongs to no case."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.cases.domain.duties import Duty, PostNow, StandingDuty, Subject


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
        """None if it is there, or has been and doesn't come back."""

    def take(self, task_id: UUID) -> StandingDuty | None:
        """Locked until the transaction ends; None for what is no duty."""

    def follow_posts(self, today: date) -> Collection[Given]:
        """Open duties go to whoever acts for their posts now: those that changed hands.

        A post that has ended leaves its own to the one of its role at its unit, if there is one.
        """

    def open_of(self, people: Collection[UUID]) -> Sequence[Given]:
        """What each of them has to do, in the order of its ids."""

    def finish(
        self,
        subject: Subject,
        kinds: Collection[str] | None = None,
        *,
        post: str | None = None,
        meeting: UUID | None = None,
        about: UUID | None = None,
    ) -> None:
        """All open duties about something that fit what is given are done."""

    def of(self, subject: Subject) -> Sequence[StandingDuty]:
        """All that there was and is to do about something, open or done, oldest first."""

    def open_of_kind(self, kind: str) -> Sequence[StandingDuty]:
        """All of posts that are open, whatever they are about, in the order of their ids."""

    def take_by_link(self, link: UUID) -> StandingDuty | None:
        """As take, by its page; None also once it is somebody else's."""

    def acts_for(self, person: UUID, post: str, on: date) -> bool:
        """Whether it is them who act for a post on a day, as holder, deputy or manager in place."""

    def take_reminders(self, limit: int) -> Collection[Given]:
        """Open duties whose owners are to be reminded by now, each once."""

    def unanswered(self) -> Collection[Unanswered]: ...
    def posts_of(self, role: str, on: date) -> Sequence[PostNow]:
        """Those that there are today, by their codes."""

    def manager_post(self, person: UUID, below: str | None, on: date) -> str | None:
        """The post of somebody's manager, in the organisation that a post is in (X16).

        Without a post: in the one that the person works for.
        """
