"""Over one case or many: the timeline, what is due, and how long things take."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.cases.domain.limits import (
    DueDuty,
    DueTask,
    Limit,
    LimitState,
    limit_of_duty,
    limits,
)
from services.cases.domain.limits_of_people import Announced, TasksDue
from services.cases.domain.refused import NotFound
from services.cases.domain.timeline import Entry, Note, People, timeline
from services.cases.handlers.calendar_ports import CalendarRows
from services.cases.handlers.sight import Sight
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts
from shared.domain.lead_times import Spread, lead_times, spreads
from shared.domain.procedure import Function, Procedure
from shared.domain.windows import WindowState
from shared.procedures import Procedures

_AT_A_TIME = 500


class Overviews(CalendarRows, Protocol):
    """What can be read over many cases, in one transaction; the caller has logged it."""

    def facts(self, case_ids: Collection[UUID]) -> Sequence[CaseFacts]: ...
    def notes(self, case_id: UUID) -> Sequence[Note]: ...
    def parties(self, people: Collection[UUID]) -> Mapping[UUID, str]: ...
    def staff_names(self, people: Collection[UUID]) -> Mapping[UUID, str]: ...
    def unmailable(self, people: Collection[UUID]) -> Collection[UUID]: ...
    def kinds_of_tasks(self, case_id: UUID) -> Mapping[UUID, str]: ...
    def open_cases(
        self, owners: Collection[UUID] | None, led_by: Mapping[Function, Collection[str]]
    ) -> list[UUID]: ...
    def asking(
        self, person: UUID, case_ids: Collection[UUID], procedures: Collection[str], now: datetime
    ) -> list[UUID]:
        """Those with a limit that isn't kept yet, or of which the scheduler has announced none
        although its procedure, one of `procedures`, has limits; and of those whose process owner
        somebody is, the ones with a consent or a coming meeting to be answered.
        """
        ...

    def due_tasks(self, case_ids: Collection[UUID]) -> Sequence[DueTask]: ...
    def due_duties(self, owners: Collection[UUID] | None) -> Sequence[DueDuty]: ...
    def announced(
        self, people: Collection[UUID], states: Collection[WindowState], before: date | None
    ) -> Sequence[Announced]:
        """The limits of the open cases that one of them leads something in, but for a case where a
        step was held since they were announced.
        """
        ...

    def unannounced(self, people: Collection[UUID], procedures: Collection[str]) -> list[UUID]:
        """Such cases, under these procedures, that `announced` says nothing true of: the scheduler
        hasn't looked at them, or not since a step was held.
        """
        ...

    def tasks_due(self, people: Collection[UUID], before: date | None) -> Sequence[TasksDue]:
        """Their own, of open cases that they are on."""
        ...

    def may_be_managed_by(self, manager: UUID) -> list[UUID]: ...
    def managers(
        self, owners: Collection[tuple[UUID, str]], today: date
    ) -> Mapping[tuple[UUID, str], UUID | None]: ...
    def known_between(self, procedure: str | None, first: date, last: date) -> list[UUID]: ...


@dataclass(frozen=True, slots=True)
class Sought:
    """Which limits are asked for; what is None doesn't matter.

    With `since`, a case is looked into only if something of it is due from then on, as the
    scheduler has announced it.
    """

    person: UUID | None = None
    state: str | None = None
    before: date | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A timeline and the procedure whose words its rules have."""

    entries: tuple[Entry, ...]
    procedure: Procedure


def tell(
    case_id: UUID, views: Overviews, procedures: Procedures, days: WorkingDays, now: datetime
) -> Told:
    """Everything that has happened to a case. Raises NotFound."""
    found = views.facts([case_id])
    if not found:
        raise NotFound
    facts, notes = found[0], tuple(views.notes(case_id))
    procedure = _procedure(facts, procedures)
    people = _spoken_of(notes) | {who.person_id for who in facts.participants}
    known = People(views.parties(people), views.staff_names(people))
    tasks = views.kinds_of_tasks(case_id)
    return Told(timeline(facts, procedure, notes, known, tasks, days, now), procedure)


def limits_of(
    sought: Sought,
    sight: Sight,
    views: Overviews,
    procedures: Procedures,
    days: WorkingDays,
    now: datetime,
) -> list[Limit]:
    """The limits of those open cases that are seen, the nearest first.

    Beside them the duties, which belong to no case: of people, only whose they are sees them.
    """
    whose = None if sought.person is None else [sought.person]
    cases = views.open_cases(whose, led_by(procedures))
    if (on := sight.on()) is not None:
        cases = sorted(set(cases) & set(on))
    if sought.since is not None:
        limited, before = with_limits(procedures), sought.before or date.max
        cases = views.due_between(cases, limited, sought.since, before)
    found = [
        limit
        for _, limit in limits_in(cases, views, procedures, days, local_date(now), sight.shows)
        if is_sought(limit.owner, limit.due_on, limit.state, sought)
    ]
    duties = duties_of(whose, views, procedures, days, local_date(now))
    found += [
        limit
        for _, limit in duties
        if is_sought(limit.owner, limit.due_on, limit.state, sought)
        and sight.person in (None, limit.owner)
    ]
    return sorted(found, key=_nearest)


def spread_of(
    procedure: str | None,
    first: date,
    last: date,
    views: Overviews,
    procedures: Procedures,
    today: date,
) -> list[tuple[str, tuple[Spread, ...]]]:
    """S10: by procedure, of the cases that became known from the first to the last day."""
    known = known_cases(procedure, first, last, views, procedures)
    return [
        (name, spreads(lead_times(facts, its, today) for facts, its in cases))
        for name, cases in known.items()
    ]


def known_cases(
    procedure: str | None, first: date, last: date, views: Overviews, procedures: Procedures
) -> Mapping[str, Sequence[tuple[CaseFacts, Procedure]]]:
    """The cases that became known from the first to the last day, each with its version of the
    procedure, by the procedure's name.
    """
    by_name: dict[str, list[tuple[CaseFacts, Procedure]]] = {}
    for facts in _facts(views.known_between(procedure, first, last), views):
        by_name.setdefault(facts.procedure, []).append((facts, _procedure(facts, procedures)))
    return dict(sorted(by_name.items()))


def limits_in(
    case_ids: Sequence[UUID],
    views: Overviews,
    procedures: Procedures,
    days: WorkingDays,
    today: date,
    shows: Callable[[CaseFacts], bool] = lambda _: True,
) -> Iterator[tuple[CaseFacts, Limit]]:
    """All limits of those of the cases that are shown."""
    for first in range(0, len(case_ids), _AT_A_TIME):
        some = case_ids[first : first + _AT_A_TIME]
        tasks: dict[UUID, list[DueTask]] = {}
        for task in views.due_tasks(some):
            tasks.setdefault(task.case_id, []).append(task)
        for facts in filter(shows, views.facts(some)):
            procedure = _procedure(facts, procedures)
            for limit in limits(facts, procedure, tasks.get(facts.id, ()), days, today):
                yield facts, limit


def duties_of(
    owners: Collection[UUID] | None,
    views: Overviews,
    procedures: Procedures,
    days: WorkingDays,
    today: date,
) -> Iterator[tuple[str, Limit]]:
    """Each with the organisation that its owner has it for."""
    for duty in views.due_duties(owners):
        procedure = procedures.get(duty.procedure, duty.procedure_on)
        yield duty.organisation, limit_of_duty(duty, procedure, days, today)


def led_by(procedures: Procedures) -> Mapping[Function, list[str]]:
    """For each function the procedures, of any version, that put it in charge of something."""
    led: dict[Function, list[str]] = {}
    for name, versions in procedures.versions.items():
        leaders = {one.roles.leader for one in versions}
        leaders |= {step.leader for one in versions for step in one.steps if step.leader}
        for function in leaders:
            led.setdefault(function, []).append(name)
    return led


def with_limits(procedures: Procedures) -> list[str]:
    """The procedures that, in any version, have a step that is to be held by a day."""
    return [
        name
        for name, versions in procedures.versions.items()
        if any(step.within is not None for one in versions for step in one.steps)
    ]


def _facts(case_ids: Sequence[UUID], views: Overviews) -> Iterator[CaseFacts]:
    for first in range(0, len(case_ids), _AT_A_TIME):
        yield from views.facts(case_ids[first : first + _AT_A_TIME])


def is_sought(owner: UUID | None, due_on: date, state: LimitState, sought: Sought) -> bool:
    """By whose it is, its day and its state; without a state sought, what was kept isn't."""
    if sought.person is not None and owner != sought.person:
        return False
    if sought.before is not None and due_on >= sought.before:
        return False
    if sought.since is not None and due_on < sought.since:
        return False
    return state == sought.state if sought.state else state != "met"


def _nearest(limit: Limit) -> tuple[date, str, str, str]:
    return limit.due_on, limit.reference or "", limit.rule, limit.kind or ""


def _spoken_of(notes: Sequence[Note]) -> set[UUID]:
    people = {note.actor.removeprefix("person:") for note in notes}
    people |= {value for note in notes for value in note.details.values() if _is_text(value)}
    return {UUID(text) for text in people if _is_id(text)}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _procedure(facts: CaseFacts, procedures: Procedures) -> Procedure:
    return procedures.get(facts.procedure, facts.procedure_on)
