"""Whether a meeting can be booked at a time, and whom it takes (R3, R6, R9, R10, S1, X1)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from services.cases.domain import booking_refusals, case_refusals, consent_refusals, wrong_values
from services.cases.domain.inquiries import TalkWithTheChildFirst
from services.cases.domain.refused import Words, codes_in_words, people_counted
from services.cases.domain.spoken import title_words
from services.cases.domain.whom import guardians, whom_to_call
from shared.domain.calling import missing_parties, uncovered_organisations
from shared.domain.consent import deciders, missing_consents
from shared.domain.days import STOCKHOLM, SchoolYears, WorkingDays, local_date
from shared.domain.facts import CaseFacts
from shared.domain.hours import OfficeHours
from shared.domain.order import first_unheld, first_without_plan
from shared.domain.procedure import Procedure, Step, UnknownStep
from shared.domain.windows import NO_BREAKS, Window, windows
from shared.domain.year_days import will_do

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """A time that is asked for; `meeting` names the one that is to be moved or confirmed.

    `people`: who of the case is to be there; None: everybody whom the step calls.
    """

    step: str
    starts_at: datetime
    minutes: int
    meeting: UUID | None = None
    people: frozenset[UUID] | None = None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


def check_booking(
    facts: CaseFacts,
    procedure: Procedure,
    days: WorkingDays,
    hours: OfficeHours,
    wanted: Wanted,
    now: datetime,
    breaks: SchoolYears = NO_BREAKS,
) -> frozenset[UUID]:
    """Who is called to a meeting at the wanted time. Raises Refused if a rule says no.

    `breaks` bind only what comes every year (R20).
    """
    if facts.state == "closed":
        raise case_refusals.CaseIsClosed
    step, day = step_of(procedure, wanted.step), local_date(wanted.starts_at)
    if step.of != facts.about:
        raise _unknown_step(procedure)
    if wanted.starts_at <= now:
        raise booking_refusals.InThePast(rule=step.rule)
    check_grounds(facts, procedure, step, day)
    people = whom_to_call(facts, procedure, step, day, wanted.people)
    _check_not_booked(facts, step, wanted.meeting, people)
    if step.in_month is not None and not will_do(day, days, breaks):
        why = _why(day, days, breaks)
        raise booking_refusals.DayWontDo(rule=step.in_month.rule, day=day, why=why)
    _check_day(step, days, hours, wanted)
    limits = windows(facts, procedure, days, local_date(now), breaks)
    _check_window(next((one for one in limits if one.step == step.name), None), day)
    return people


def check_grounds(facts: CaseFacts, procedure: Procedure, step: Step, day: date) -> None:
    """What has to stand on the day whatever the hour: consent, people, order. Raises Refused."""
    if facts.held_back:
        raise TalkWithTheChildFirst
    if step.grounds == "consent":
        _check_consent(facts, procedure, day)
    _check_participants(facts, procedure, step, day)
    check_order(facts, procedure, step)


def step_of(procedure: Procedure, name: str) -> Step:
    """The step of that name. Raises Invalid."""
    try:
        return procedure.step(name)
    except UnknownStep:
        raise _unknown_step(procedure) from None


def _unknown_step(procedure: Procedure) -> wrong_values.UnknownStepName:
    known = ", ".join(step.name for step in procedure.steps)
    return wrong_values.UnknownStepName("step", known=known)


def _check_consent(facts: CaseFacts, procedure: Procedure, day: date) -> None:
    if not deciders(facts, procedure, day):
        raise case_refusals.NobodyDecides(age=procedure.consent.youth_decides_from_age)
    if missing := missing_consents(facts, procedure, day):
        raise consent_refusals.ConsentMissing(
            rule=procedure.consent.rule, day=day, count=people_counted(len(missing))
        )


def _check_participants(facts: CaseFacts, procedure: Procedure, step: Step, day: date) -> None:
    """R6: nobody who is always called is missing, nor outside of what the consent names (S1)."""
    if missing := missing_parties(facts, procedure, step, day):
        raise booking_refusals.ParticipantsMissing(missing=codes_in_words(missing))
    if step.grounds != "consent":
        return
    if uncovered := uncovered_organisations(facts, procedure, step, day):
        raise consent_refusals.OrganisationNotCovered(organisations=codes_in_words(uncovered))


def check_order(facts: CaseFacts, procedure: Procedure, step: Step) -> None:
    """S3, P4, S4: what comes before this step has been held, and its plan filed. Raises Refused."""
    if (earlier := first_unheld(facts, step)) is not None:
        title = title_words(procedure.step(earlier))
        raise booking_refusals.StepMustWait(rule=step.rule, earlier=title)
    if (earlier := first_without_plan(facts, step)) is not None:
        title = title_words(procedure.step(earlier))
        raise booking_refusals.PlanMustBeFiled(rule=step.rule, earlier=title)


def _check_not_booked(
    facts: CaseFacts, step: Step, meeting: UUID | None, people: frozenset[UUID]
) -> None:
    """Once; but guardians who never meet have a meeting each (X12)."""
    own = people & guardians(facts) if facts.never_together else frozenset[UUID]()
    for other in facts.meetings_of(step.name):
        # What is found by itself comes once; what a person asks for (R11) comes again and again.
        taken = ("booked", "held") if step.seeks else ("booked",)
        if other.state not in taken or other.id == meeting:
            continue
        if not own or own & other.person_ids:
            raise booking_refusals.AlreadyBooked(rule=step.rule)


def _check_day(step: Step, days: WorkingDays, hours: OfficeHours, wanted: Wanted) -> None:
    day = local_date(wanted.starts_at)
    if local_date(wanted.ends_at) != day:
        raise booking_refusals.OverMidnight
    if not days.is_working_day(day):
        raise booking_refusals.NotAWorkingDay(day=day)
    starts, ends = (_wall(one) for one in (wanted.starts_at, wanted.ends_at))
    if starts < hours.outer_start or ends > hours.outer_end:
        raise booking_refusals.OutsideHours(
            rule=step.rule, start=_clock(hours.outer_start), end=_clock(hours.outer_end)
        )


def _wall(instant: datetime) -> time:
    return instant.astimezone(STOCKHOLM).time()


def _clock(wall: time) -> str:
    return f"{wall:%H.%M}"


def _why(day: date, days: WorkingDays, breaks: SchoolYears) -> Words:
    if breaks.in_break(day):
        return booking_refusals.IN_A_BREAK
    if day.weekday() >= _SATURDAY:
        return booking_refusals.ON_A_WEEKEND
    holiday = days.is_holiday(day)
    return booking_refusals.IS_A_HOLIDAY if holiday else booking_refusals.IS_AN_EVE


def _check_window(window: Window | None, day: date) -> None:
    if window is None or window.state == "missed":
        return  # what has passed stays visible as passed; the meeting is needed all the same
    if window.opens_on is None or window.last_bookable_on is None:
        raise booking_refusals.NoDayInWindow
    if day < window.opens_on:
        raise booking_refusals.BeforeWindow(rule=window.rule, opens=window.opens_on)
    if day > window.last_bookable_on:
        raise booking_refusals.PastLimit(rule=window.rule, last=window.last_bookable_on)
