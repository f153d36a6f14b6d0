"""What is shown of cases: facts with their limits, logged before they go out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain import refusals
from services.cases.domain.booking import step_of
from services.cases.domain.refused import NotFound
from shared.domain.calling import called
from shared.domain.consent import consent_stands
from shared.domain.days import SchoolYears, WorkingDays, at, local_date
from shared.domain.facts import CaseFacts
from shared.domain.hours import OfficeHours
from shared.domain.procedure import Procedure, Step
from shared.domain.slots import Slot, ranked_slots
from shared.domain.windows import Window, windows
from shared.procedures import Procedures

Row = Mapping[str, Any]
_DAY = timedelta(days=1)
_WITHOUT_LIMIT = timedelta(days=60)
_MOST_TIMES = 10_000


class Views(Protocol):
    """What can be read, in one transaction; `log` comes first."""

    def log(self, actor: str, case_id: UUID | None, what: str) -> None: ...
    def facts(self, case_ids: Collection[UUID]) -> Sequence[CaseFacts]: ...
    def case(self, case_id: UUID) -> Row | None: ...
    def cases(self, after: UUID | None, state: str | None, limit: int) -> Sequence[Row]: ...
    def counts(self, today: date) -> Row: ...
    def most_pressing(self, limit: int, offset: int) -> Sequence[UUID]: ...
    def most_pressing_tasks(self, limit: int) -> Sequence[Row]: ...
    def names(self, people: Collection[UUID]) -> Mapping[UUID, str]: ...
    def people_of(self, case_id: UUID) -> Sequence[Row]: ...
    def consents(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...
    def meetings(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...
    def attendance(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...
    def tasks(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...
    def messages(
        self, case: UUID | None, state: str | None, after: UUID | None, limit: int
    ) -> Sequence[Row]: ...
    def staff(self, role: str | None, on: date) -> Sequence[Row]: ...
    def units(self) -> Sequence[Row]: ...
    def places(self) -> Sequence[Row]: ...
    def posts(self, on: date) -> Sequence[Row]: ...
    def busy(
        self,
        people: Collection[UUID],
        since: datetime,
        until: datetime,
        apart_from: UUID,
        step: str,
    ) -> list[tuple[datetime, datetime]]: ...


@dataclass(frozen=True, slots=True)
class Times:
    """What a municipality decides about when meetings can be."""

    days: WorkingDays
    hours: OfficeHours
    breaks: SchoolYears


@dataclass(frozen=True, slots=True)
class ShownCase:
    """One case with everything that belongs to it."""

    case: Row
    people: Sequence[Row]
    windows: tuple[Window, ...]
    consents: Sequence[Row]
    meetings: Sequence[Row]
    attendance: Sequence[Row]
    tasks: Sequence[Row]


def show_case(
    case_id: UUID, views: Views, procedures: Procedures, days: WorkingDays, today: date
) -> ShownCase:
    """Raises NotFound. The caller has logged the access."""
    case = views.case(case_id)
    if case is None:
        raise NotFound
    facts = views.facts([case_id])[0]
    procedure = procedures.get(facts.procedure, facts.procedure_on)
    return ShownCase(
        case=case,
        people=views.people_of(case_id),
        windows=windows(facts, procedure, days, today),
        consents=views.consents([case_id]),
        meetings=views.meetings([case_id]),
        attendance=views.attendance([case_id]),
        tasks=views.tasks([case_id]),
    )


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A time that can be booked; `short_notice`: sooner than anybody is called unasked."""

    slot: Slot
    short_notice: bool


def free_times(
    case_id: UUID, name: str, views: Views, procedures: Procedures, times: Times, now: datetime
) -> list[FreeTime]:
    """The free times for a step within its window; none, if no bookable day is left (X1).

    The best comes first, and is the one that the scheduler would book; those before the step's
    notice come last.
    """
    found = views.facts([case_id])
    if not found:
        raise NotFound
    facts = found[0]
    if facts.state == "closed":
        raise refusals.CaseIsClosed
    procedure = procedures.get(facts.procedure, facts.procedure_on)
    step = step_of(procedure, name)
    first_day, last_day = _span(facts, procedure, step, times, now)
    bookable = _bookable(facts, procedure, step, times.days.between(first_day, last_day))
    if not bookable:
        return []
    noticed = times.days.plus(local_date(now), step.notice_working_days)
    people = _asked(
        facts, procedure, next((day for day in bookable if day >= noticed), bookable[0])
    )
    since, until = at(first_day, time()), at(last_day + _DAY, time())
    slots = partial(
        ranked_slots,
        minutes=step.minutes,
        busy=views.busy(people, since, until, facts.id, step.name),
        hours=times.hours,
        days=times.days,
        breaks=times.breaks,
        unit=facts.unit,
        limit=_MOST_TIMES,
    )
    in_time = slots(earliest=max(now, since, at(noticed, time())), last_day=last_day)
    soon = slots(earliest=max(now, since), last_day=min(last_day, noticed - _DAY))
    return [
        FreeTime(slot, short_notice)
        for ranked, short_notice in ((in_time, False), (soon, True))
        for slot in ranked
        if local_date(slot.starts_at) in bookable
    ]


def _span(
    facts: CaseFacts, procedure: Procedure, step: Step, times: Times, now: datetime
) -> tuple[date, date]:
    today = local_date(now)
    for earlier in step.waits_for_steps:
        if not any(meeting.state == "held" for meeting in facts.meetings_of(earlier)):
            raise refusals.StepMustWait(rule=step.rule, earlier=procedure.step(earlier).title)
    for window in windows(facts, procedure, times.days, today):
        if window.step == step.name:
            if window.opens_on is None or window.last_bookable_on is None:
                raise refusals.NoDayInWindow
            return max(window.opens_on, today), window.last_bookable_on
    return today, today + _WITHOUT_LIMIT


def _bookable(
    facts: CaseFacts, procedure: Procedure, step: Step, working_days: Iterable[date]
) -> tuple[date, ...]:
    """The days on which the consent carries a meeting (X8); all, while it carries on none."""
    every = tuple(working_days)
    if not step.waits_for_consent:
        return every
    return tuple(day for day in every if consent_stands(facts, procedure, day)) or every


def _asked(facts: CaseFacts, procedure: Procedure, day: date) -> frozenset[UUID]:
    """Who would be called; before the consent is signed, all the staff that could be."""
    people = called(facts, procedure, day)
    if consent_stands(facts, procedure, day):
        return people
    return people | {who.person_id for who in facts.participants if who.party == "staff"}
