"""What is known about one year, as it is read: its matter, evaluation, dispatches and duties."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from shared.domain.facts import CaseFacts


@dataclass(frozen=True, slots=True)
class Replied:
    """So many of a role have given this answer to a meeting, or none yet ("needs-action")."""

    meeting_id: UUID
    role: str
    answer: str
    count: int


@dataclass(frozen=True, slots=True)
class EvaluationFacts:
    """The year's evaluation; `waiting` are the posts that have been asked and haven't answered."""

    opened_on: date
    answers_by: date
    due_on: date
    done_on: date | None
    done_by: UUID | None
    answered: int
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DispatchFacts:
    """Something that was sent; `waiting` are the posts that haven't confirmed it."""

    id: UUID
    kind: str
    title: str
    rule: str
    sent_on: date
    due_on: date
    confirmed: int
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CohortFacts:
    """A cohort of a stage at a unit: its parent meeting is missing, planned or held.

    `on` is the day of the meeting, once there is one.
    """

    unit: str
    stage: str
    cohort: int
    state: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """A duty of the year that isn't done yet; `details` say of what stage and cohort, if of one."""

    id: UUID
    kind: str
    post: str | None
    owner: UUID | None
    due_on: date | None
    rule: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def is_late(self, today: date) -> bool:
        return self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A post of a caller that nobody holds from that day on (R21); a deputy doesn't count."""

    post: str
    role: str
    vacant_from: date


@dataclass(frozen=True, slots=True)
class YearFacts:
    """All of it. `matter` is None for a year that isn't opened yet."""

    year: int
    matter: CaseFacts | None = None
    replies: tuple[Replied, ...] = ()
    evaluation: EvaluationFacts | None = None
    dispatches: tuple[DispatchFacts, ...] = ()
    cohorts: tuple[CohortFacts, ...] = ()
    duties: tuple[OpenDuty, ...] = ()
    vacancies: tuple[Vacancy, ...] = ()
