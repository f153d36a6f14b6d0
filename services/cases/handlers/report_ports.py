"""What reports of concern need from outside, and what can be told about them (R40-R51)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain.duties import PostNow
from services.cases.domain.reports import Channel, ClearedBecause, Report
from shared.domain.facts import CaseFacts


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report that somebody has made; without `received_on` it has come today.

    `suspected_abuse` None: nobody has said (R41).
    """

    unit: str
    reporter: UUID
    received_by: UUID
    oral: bool
    wants_feedback: bool
    suspected_abuse: bool | None = None
    channel: Channel | None = None
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Classify:
    report_id: UUID
    suspected_abuse: bool
    because: ClearedBecause | None = None


@dataclass(frozen=True, slots=True)
class Informed:
    """R40: a guardian has been told, by somebody of the staff."""

    report_id: UUID
    by: UUID
    on: date | None = None


@dataclass(frozen=True, slots=True)
class CallMeeting:
    """R51: without `people` the reporter, whoever received it and the unit's rektor."""

    report_id: UUID
    starts_at: datetime
    minutes: int | None = None
    place: str | None = None
    people: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True)
class BookConsultation:
    """R47: `by` None is somebody who doesn't say who they are."""

    starts_at: datetime
    minutes: int | None = None
    by: UUID | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Collision:
    """A booked meeting that takes somebody at a wanted time."""

    meeting_id: UUID
    case_id: UUID


@dataclass(frozen=True, slots=True)
class Shown:
    """Which reports somebody sees: all, those they made or received, those of these units (R40)."""

    person: UUID | None
    all: bool
    made: bool
    received: bool
    units: tuple[str, ...]


class ReportViews(Protocol):
    """What can be read of reports; the caller has logged it."""

    def report(self, report_id: UUID) -> Report | None: ...
    def reports(self, shown: Shown, after: UUID | None, limit: int) -> Sequence[Report]:
        """In the order they were registered, page by page."""

    def acts_for(self, person: UUID, role: str, on: date) -> bool:
        """Whether somebody is in a post of the role, or acts for it."""

    def rektor_units(self, person: UUID, on: date) -> Sequence[str]:
        """The units for whose rektor somebody acts."""

    def works_for(self, person: UUID, on: date) -> Collection[str]:
        """The organisations in which somebody is in a post, or acts for one."""

    def posts_of(self, role: str, on: date) -> Sequence[PostNow]: ...
    def tasks_of_report(self, report_id: UUID, owner: UUID | None) -> Sequence[Any]:
        """Open or done; with an owner, theirs alone."""

    def receipt_seen(self, report_id: UUID) -> None:
        """R43: the reporter has seen who received it."""


class Reports(Protocol):
    """Reports of concern, and the matters of their meetings (R40-R51)."""

    def add(self, report: Report) -> None: ...
    def keep(self, report: Report) -> None:
        """What has changed about it."""

    def report(self, report_id: UUID) -> Report | None: ...
    def take(self, report_id: UUID) -> Report | None:
        """Locked until the transaction ends."""

    def acts_for(self, person: UUID, role: str, on: date) -> bool: ...
    def rektor_units(self, person: UUID, on: date) -> Sequence[str]: ...
    def works_for(self, person: UUID, on: date) -> Collection[str]: ...
    def rektor_post(self, unit: str) -> str | None: ...
    def unit_of_post(self, post: str) -> str: ...
    def address_is_of_a_family(self, person: UUID) -> bool:
        """R41: whether somebody's mail address is also that of anybody of a family."""

    def to_be_nudged(self, today: date) -> Sequence[Report]:
        """R44: those whose reporter wished for it, and may ask by now; locked, each once."""

    def next_nudge_after(self, today: date) -> date | None: ...
    def collisions(
        self, people: Collection[UUID], since: datetime, until: datetime, apart_from: UUID
    ) -> Sequence[Collision]: ...
    def lock_matters(self, ids: Collection[UUID]) -> None:
        """All of them, in the order of their ids, until the transaction ends."""

    def matter(self, matter_id: UUID) -> CaseFacts | None: ...
    def over_by(self, now: datetime) -> Sequence[UUID]:
        """Open matters of reports and consultations with no meeting to come or to be marked."""

    def next_end_after(self, now: datetime) -> datetime | None:
        """When the next consultation ends that has not ended."""
