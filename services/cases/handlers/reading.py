"""What is shown of cases: facts with their limits, logged before they go out."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain import booking_refusals, case_refusals
from services.cases.domain.booking import check_order, step_of
from services.cases.domain.posts import Post
from services.cases.domain.refused import NotFound
from services.cases.handlers.case_list import CaseViews
from services.cases.handlers.consents_shown import with_states
from services.cases.handlers.incoming import InquiryViews
from services.cases.handlers.mail_ports import MailViews
from services.cases.handlers.messages import MessageViews
from services.cases.handlers.report_ports import ReportViews
from services.cases.handlers.showing import MeetingViews, shown_meetings
from services.cases.handlers.sight import Sight
from shared.domain.busy import with_gap
from shared.domain.calling import called, missing_parties, uncovered_organisations
from shared.domain.consent import consent_stands
from shared.domain.days import SchoolYears, WorkingDays, at, local_date
from shared.domain.facts import CaseFacts
from shared.domain.hours import OfficeHours
from shared.domain.lead_times import LeadTime, lead_times
from shared.domain.procedure import Procedure, Step
from shared.domain.slots import Slot, ranked_slots
from shared.domain.windows import Window, windows
from shared.procedures import Procedures

Row = Mapping[str, Any]
_DAY = timedelta(days=1)
_WITHOUT_LIMIT = timedelta(days=60)
_MOST_TIMES = 10_000
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WholeCase:
    """What stands of one case, but for its meetings."""

    case: Row
    facts: CaseFacts
    people: Sequence[Row]
    consents: Sequence[Row]
    tasks: Sequence[Row]


class Views(CaseViews, InquiryViews, MailViews, MeetingViews, MessageViews, ReportViews, Protocol):
    """What can be read, in one transaction; `log` comes first."""

    def log(self, actor: str, case_id: UUID | None, what: str) -> None: ...
    def show_only(self, sight: Sight) -> None: ...

    def facts(self, case_ids: Collection[UUID]) -> Sequence[CaseFacts]: ...
    def case(self, case_id: UUID) -> Row | None: ...
    def whole(self, case_id: UUID) -> WholeCase | None: ...
    def cases(self, after: UUID | None, state: str | None, limit: int) -> Sequence[Row]: ...
    def names(self, people: Collection[UUID]) -> Mapping[UUID, str]: ...
    def unmailable(self, people: Collection[UUID]) -> Collection[UUID]: ...
    def consents(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...
    def meetings(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...
    def attendance(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...
    def tasks(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...
    def tasks_of(
        self, owner: UUID | None, state: str, after: UUID | None, limit: int
    ) -> Sequence[Row]: ...
    def task(self, task_id: UUID) -> Row: ...
    def messages(
        self, case: UUID | None, state: str | None, after: UUID | None, limit: int
    ) -> Sequence[Row]: ...
    def staff(self, role: str | None, on: date) -> Sequence[Row]: ...
    def units(self) -> Sequence[Row]: ...
    def places(self) -> Sequence[Row]: ...
    def previews(self, language: str | None) -> Sequence[Row]: ...
    def posts(self) -> Sequence[Post]: ...
    def busy(
        self,
        people: Collection[UUID],
        since: datetime,
        until: datetime,
        apart_from: UUID,
        step: str,
    ) -> list[tuple[datetime, datetime]]: ...
    def calendars(self, people: Collection[UUID], fresh: timedelta) -> Sequence[Row]: ...


@dataclass(frozen=True, slots=True)
class Times:
    """What a municipality decides about when meetings can be."""

    days: WorkingDays
    hours: OfficeHours
    breaks: SchoolYears
    gap: timedelta = timedelta(0)  # between two meetings of a person
    fresh: timedelta = timedelta(hours=24)  # how old a calendar may be that counts as known


@dataclass(frozen=True, slots=True)
class ShownCase:
    """One case with everything that belongs to it."""

    facts: CaseFacts
    procedure: Procedure
    case: Row
    people: Sequence[Row]
    windows: tuple[Window, ...]
    consents: Sequence[Row]
    meetings: Sequence[Row]
    attendance: Sequence[Row]
    tasks: Sequence[Row]
    lead_times: tuple[LeadTime, ...]


def show_case(
    case_id: UUID, views: Views, procedures: Procedures, days: WorkingDays, today: date
) -> ShownCase:
    """Raises NotFound. The caller has logged the access."""
    found = views.whole(case_id)
    if found is None:
        raise NotFound
    facts = found.facts
    procedure = procedures.get(facts.procedure, facts.procedure_on)
    return ShownCase(
        facts=facts,
        procedure=procedure,
        case=found.case,
        people=found.people,
        windows=windows(facts, procedure, days, today),
        consents=with_states(facts, procedure, found.consents, today),
        meetings=shown_meetings(facts, procedure, views),
        attendance=views.attendance([case_id]) if facts.meetings else (),
        tasks=found.tasks,
        lead_times=lead_times(facts, procedure, today),
    )


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A time that can be booked; `short_notice`: sooner than anybody is called unasked.

    `calendars_known`: everybody of the staff has a calendar that was read lately and reaches so
    far. `calendars_as_of`: when the one was read that was read first; real time, None for none.
    """

    slot: Slot
    short_notice: bool
    calendars_known: bool
    calendars_as_of: datetime | None


def free_times(
    case_id: UUID,
    name: str,
    views: Views,
    procedures: Procedures,
    times: Times,
    now: datetime,
    *,
    minutes: int | None = None,
) -> list[FreeTime]:
    """The free times for a step within its window; none, if no bookable day is left (X1).

    The best comes first, and is the one that the scheduler would book; those before the step's
    notice come last. Without `minutes` they are as long as the step takes.
    """
    found = views.facts([case_id])
    if not found:
        raise NotFound
    facts = found[0]
    if facts.state == "closed":
        raise case_refusals.CaseIsClosed
    procedure = procedures.get(facts.procedure, facts.procedure_on)
    step = step_of(procedure, name)
    if minutes is not None:
        step = step.model_copy(update={"minutes": minutes})
    first_day, last_day = _span(facts, procedure, step, times, now)
    bookable = _bookable(facts, procedure, step, times.days.between(first_day, last_day))
    if not bookable:
        return []
    noticed = times.days.plus(local_date(now), step.notice_working_days)
    runs = groupby(bookable, key=lambda day: (day < noticed, _asked(facts, procedure, step, day)))
    free = [
        one
        for (soon, people), run in runs
        for one in _times(facts, step, people, tuple(run), views, times, now, soon=soon)
    ]
    return sorted(free, key=lambda one: one.short_notice)


def _times(
    facts: CaseFacts,
    step: Step,
    people: frozenset[UUID],
    run: tuple[date, ...],
    views: Views,
    times: Times,
    now: datetime,
    *,
    soon: bool,
) -> Iterator[FreeTime]:
    """The free times on days on end to which the same people would be called, the best first."""
    since, until = at(run[0], time()), at(run[-1] + _DAY, time())
    known_until, as_of = _calendars(facts, people, views, times)
    ranked = ranked_slots(
        earliest=max(now, since),
        last_day=run[-1],
        minutes=step.minutes,
        busy=with_gap(views.busy(people, since, until, facts.id, step.name), times.gap),
        hours=times.hours,
        days=times.days,
        breaks=times.breaks,
        unit=facts.unit,
        limit=_MOST_TIMES,
    )
    for slot in ranked:
        if local_date(slot.starts_at) in run:
            yield FreeTime(slot, soon, slot.ends_at <= known_until, as_of)


def _calendars(
    facts: CaseFacts, people: frozenset[UUID], views: Views, times: Times
) -> tuple[datetime, datetime | None]:
    """Until when the calendars of the staff are known, and as of when; never, if one is missing."""
    staff = {who.person_id for who in facts.participants if who.party == "staff"} & people
    read = views.calendars(staff, times.fresh)
    as_of = min((one["known_at"] for one in read), default=None)
    if len(read) < len(staff) or not all(one["fresh"] for one in read):
        return _NEVER, as_of
    return min((one["covers_until"] for one in read), default=_NEVER), as_of


def _span(
    facts: CaseFacts, procedure: Procedure, step: Step, times: Times, now: datetime
) -> tuple[date, date]:
    today = local_date(now)
    check_order(facts, procedure, step)
    for window in windows(facts, procedure, times.days, today):
        if window.step == step.name:
            if window.opens_on is None or window.last_bookable_on is None:
                raise booking_refusals.NoDayInWindow
            return max(window.opens_on, today), window.last_bookable_on
    return today, today + _WITHOUT_LIMIT


def _bookable(
    facts: CaseFacts, procedure: Procedure, step: Step, working_days: Iterable[date]
) -> tuple[date, ...]:
    """The days on which the consent carries a meeting with all who can't be missing (X8, S1, R6).

    All, while there are none: before the consent, or before somebody is on the case.
    """
    every = tuple(working_days)
    return tuple(day for day in every if _may_be_on(facts, procedure, step, day)) or every


def _may_be_on(facts: CaseFacts, procedure: Procedure, step: Step, day: date) -> bool:
    if missing_parties(facts, procedure, step, day):
        return False
    if not step.waits_for_consent:
        return True
    uncovered = uncovered_organisations(facts, procedure, step, day)
    return consent_stands(facts, procedure, day) and not uncovered


def _asked(facts: CaseFacts, procedure: Procedure, step: Step, day: date) -> frozenset[UUID]:
    """Who would be called; before the consent is signed, all the staff that could be."""
    people = called(facts, procedure, step, day)
    if consent_stands(facts, procedure, day):
        return people
    return people | {who.person_id for who in facts.participants if who.party == "staff"}
