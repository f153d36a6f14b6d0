"""What a manager is told of her people's limits: numbers, read without their cases (X2, X16)."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from uuid import UUID

from services.cases.domain.limits import Limit, OfSomebody
from services.cases.domain.limits_of_people import (
    DueTo,
    for_a_manager,
    of_announced,
    of_tasks,
    owner_on,
)
from services.cases.handlers.overviews import (
    Overviews,
    Sought,
    duties_of,
    is_sought,
    limits_in,
    with_limits,
)
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import UnknownStep
from shared.domain.windows import WindowState
from shared.procedures import Procedures


def limits_for_manager(
    manager: UUID,
    sought: Sought,
    views: Overviews,
    procedures: Procedures,
    days: WorkingDays,
    now: datetime,
) -> tuple[OfSomebody, ...]:
    """Of those whose manager somebody is today, in the organisation they are there for."""
    today = local_date(now)
    people = views.may_be_managed_by(manager)
    if not people:
        return ()
    found = [
        *_of_cases(people, sought, views, procedures, days, today),
        *_of_duties(people, views, procedures, days, today),
    ]
    found = [one for one in found if is_sought(one.owner[0], one.due_on, one.state, sought)]
    managers = views.managers({one.owner for one in found}, today)
    return for_a_manager(one for one in found if managers.get(one.owner) == manager)


def _of_cases(
    people: Collection[UUID],
    sought: Sought,
    views: Overviews,
    procedures: Procedures,
    days: WorkingDays,
    today: date,
) -> Iterator[DueTo]:
    """As the scheduler has announced them.

    A case that it hasn't looked at, since it began, a step was held or the procedure's steps have
    other names, is worked out.
    """
    for tasks in views.tasks_due(people, sought.before):
        yield of_tasks(tasks, days, today)
    states: tuple[WindowState, ...] = ("met",) if sought.state == "met" else ("open", "missed")
    renamed: set[UUID] = set()
    announced: list[tuple[UUID, DueTo | None]] = []
    for one in views.announced(people, states, sought.before):
        procedure = procedures.get(one.procedure, one.procedure_on)
        try:
            announced.append((one.case_id, of_announced(one, procedure, days, today)))
        except UnknownStep:
            renamed.add(one.case_id)
    yield from (due for case, due in announced if due is not None and case not in renamed)
    unknown = [*views.unannounced(people, with_limits(procedures)), *sorted(renamed)]
    for facts, limit in limits_in(unknown, views, procedures, days, today):
        if limit.about == "meeting" and (due := _of_limit(facts, limit)) is not None:
            yield due


def _of_limit(facts: CaseFacts, limit: Limit) -> DueTo | None:
    owner = owner_on(facts, limit.owner)
    return None if owner is None else DueTo(owner, limit.due_on, limit.state)


def _of_duties(
    people: Collection[UUID],
    views: Overviews,
    procedures: Procedures,
    days: WorkingDays,
    today: date,
) -> Iterator[DueTo]:
    for organisation, limit in duties_of(people, views, procedures, days, today):
        if limit.owner is not None:
            yield DueTo((limit.owner, organisation), limit.due_on, limit.state)
