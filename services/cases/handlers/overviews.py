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
    OfSomebody,
    for_a_manager,
    limit_of_duty,
    limits,
)
from services.cases.domain.refused import NotFound
from services.cases.domain.timeline import Entry, Note, People, timeline
from services.cases.handlers.calendar_ports import CalendarRows
from services.cases.handlers.sight import Sight
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts
from shared.domain.lead_times import Spread, lead_times, spreads
from shared.domain.procedure import Function, Procedure
from shared.procedures import Procedures

_AT_A_TIME = 500


class Overviews(CalendarRows, Protocol):
    """What can be read over many cases, in one transaction; the caller has logged it."""

    def facts(self, case_ids: Collection[UUID]) -> Sequence[CaseFacts]: ...
    def notes(self, case_id: UUID) -> Sequence[Note]: ...
    def parties(self, people: Collection[UUID]) -> Mapping[UUID, str]: ...
    def staff_names(self, people: Collection[UUID]) -> Mapping[UUID, str]: ...
    def kinds_of_tasks(self, case_id: UUID) -> Mapping[UUID, str]: ...
    def open_cases(
        self, owners: Collection[UUID] | None, led_by: Mapping[Function, Collection[str]]
    ) -> list[UUID]: ...
    def due_tasks(self, case_ids: Collection[UUID]) -> Sequence[DueTask]: ...
    def due_duties(self, owners: Collection[UUID] | None) -> Sequence[DueDuty]: ...
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
        cases = views.due_between(cases, sought.since, sought.before or date.max)
    found = [
        limit
        for facts, limit in _limits(cases, sight.shows, views, procedures, days, local_date(now))
        if _is_sought(limit, sought)
    ]
    duties = _duties(whose, views, procedures, days, local_date(now))
    found += [
        limit
        for _, limit in duties
        if _is_sought(limit, sought) and sight.person in (None, limit.owner)
    ]
    return sorted(found, key=_nearest)


def limits_for_manager(
    manager: UUID,
    sought: Sought,
    views: Overviews,
    procedures: Procedures,
    days: WorkingDays,
    now: datetime,
) -> tuple[OfSomebody, ...]:
    """X2, X16: of those whose manager somebody is today, in the organisation they are there for."""
    today = local_date(now)
    managed = views.may_be_managed_by(manager)
    cases = views.open_cases(managed, led_by(procedures))
    found = [
        (owner, limit)
        for facts, limit in _limits(cases, _every, views, procedures, days, today)
        if _is_sought(limit, sought) and (owner := _owner_for(facts, limit.owner)) is not None
    ]
    found += [
        ((limit.owner, organisation), limit)
        for organisation, limit in _duties(managed, views, procedures, days, today)
        if _is_sought(limit, sought) and limit.owner is not None
    ]
    managers = views.managers({owner for owner, _ in found}, today)
    return for_a_manager(limit for owner, limit in found if managers.get(owner) == manager)


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


def _limits(
    case_ids: Sequence[UUID],
    shows: Callable[[CaseFacts], bool],
    views: Overviews,
    procedures: Procedures,
    days: WorkingDays,
    today: date,
) -> Iterator[tuple[CaseFacts, Limit]]:
    for first in range(0, len(case_ids), _AT_A_TIME):
        some = case_ids[first : first + _AT_A_TIME]
        tasks: dict[UUID, list[DueTask]] = {}
        for task in views.due_tasks(some):
            tasks.setdefault(task.case_id, []).append(task)
        for facts in filter(shows, views.facts(some)):
            procedure = _procedure(facts, procedures)
            for limit in limits(facts, procedure, tasks.get(facts.id, ()), days, today):
                yield facts, limit


def _duties(
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


def _every(_: CaseFacts) -> bool:
    return True


def _facts(case_ids: Sequence[UUID], views: Overviews) -> Iterator[CaseFacts]:
    for first in range(0, len(case_ids), _AT_A_TIME):
        yield from views.facts(case_ids[first : first + _AT_A_TIME])


def _is_sought(limit: Limit, sought: Sought) -> bool:
    if sought.person is not None and limit.owner != sought.person:
        return False
    if sought.before is not None and limit.due_on >= sought.before:
        return False
    if sought.since is not None and limit.due_on < sought.since:
        return False
    return limit.state == sought.state if sought.state else limit.state != "met"


def _nearest(limit: Limit) -> tuple[date, str, str, str]:
    return limit.due_on, limit.reference or "", limit.rule, limit.kind or ""


def _owner_for(facts: CaseFacts, owner: UUID | None) -> tuple[UUID, str] | None:
    """Whose limit it is, in the organisation that they are on the case for."""
    organisations = (who.organisation for who in facts.participants if who.person_id == owner)
    organisation = next(organisations, None)
    return None if organisation is None or owner is None else (owner, organisation)


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
