"""The limits of a manager's people: whose, by which day and how many, and of no case (X2, X16)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.cases.domain.limits import LimitState, OfSomebody, nearness
from shared.domain.calling import Led, in_charge
from shared.domain.days import WorkingDays
from shared.domain.facts import Participant
from shared.domain.procedure import Procedure
from shared.domain.windows import WindowState

# Somebody, and the organisation that they have it to do for: it says who their manager is.
Owner = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Announced:
    """A limit of an open case as the scheduler has announced it.

    `participants`: those on the case who may lead it. `booked`: a time within the limit.
    """

    case_id: UUID
    procedure: str
    procedure_on: date
    process_owner: UUID
    initiator: UUID | None
    coordinator: UUID | None
    participants: tuple[Participant, ...]
    step: str
    closes_on: date
    last_bookable_on: date | None
    state: WindowState
    booked: bool


@dataclass(frozen=True, slots=True)
class TasksDue:
    """So many open tasks of somebody's on cases, by a day."""

    owner: UUID
    organisation: str
    due_on: date
    count: int


@dataclass(frozen=True, slots=True)
class DueTo:
    """So many things that somebody has to do by a day."""

    owner: Owner
    due_on: date
    state: LimitState
    count: int = 1


def of_announced(
    one: Announced, procedure: Procedure, days: WorkingDays, today: date
) -> DueTo | None:
    """None: whoever leads the step isn't there for any organisation. Raises UnknownStep."""
    owner = owner_on(one, in_charge(one, procedure, procedure.step(one.step)))
    return None if owner is None else DueTo(owner, one.closes_on, _state(one, days, today))


def of_tasks(one: TasksDue, days: WorkingDays, today: date) -> DueTo:
    state = nearness(one.due_on, one.due_on, days, today)
    return DueTo((one.owner, one.organisation), one.due_on, state, one.count)


def owner_on(case: Led, person: UUID | None) -> Owner | None:
    """Somebody, in the organisation that they are on the case for."""
    organisations = (who.organisation for who in case.participants if who.person_id == person)
    organisation = next(organisations, None)
    return None if organisation is None or person is None else (person, organisation)


def for_a_manager(found: Iterable[DueTo]) -> tuple[OfSomebody, ...]:
    """X16: whose, by which day and how many; no case, no step, no rule."""
    counted = Counter[tuple[date, UUID, LimitState]]()
    for one in found:
        counted[one.due_on, one.owner[0], one.state] += one.count
    return tuple(
        OfSomebody(owner, due_on, state, count)
        for (due_on, owner, state), count in sorted(counted.items())
    )


def _state(one: Announced, days: WorkingDays, today: date) -> LimitState:
    """As of a limit worked out from a case's facts; days may have passed since it was announced."""
    if one.state == "met":
        return "met"
    if one.state == "missed":
        return "passed"
    if one.booked:
        return "booked"
    return nearness(one.last_bookable_on or today, one.closes_on, days, today)
