"""The ledger of parent meetings: one with IFO for each cohort in each stage (R26, R27).

A cohort is named by the calendar year in which its first school year of the stage began. A school
year is named by the year of its autumn.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from services.cases.domain import parent_refusals as refusals
from services.cases.domain.duties import Duty, Subject
from shared.domain.days import Term, WorkingDays, at
from shared.domain.procedure import ParentMeetingRule, StageRule

HOLD, COME = "hold-parent-meeting", "come-to-parent-meeting"
CohortState = Literal["none", "planned", "held", "unknown"]
# To ask for a meeting with a cohort that nothing is known of, there have to be so many days left.
_TIME_TO_HOLD_ONE = timedelta(days=30)
_WEEK = timedelta(days=7)
_REMINDED_AT = time(9, 0)


@dataclass(frozen=True, slots=True)
class Unit:
    """A school or preschool, and the post that invites; None: there is no such post."""

    code: str
    kind: str
    post: str | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who began a stage at a unit in the autumn of a year."""

    unit: str
    stage: str
    cohort: int

    @property
    def key(self) -> str:
        """The key of the duty to hold its meeting."""
        return f"{self.unit}/{self.stage}/{self.cohort}/{HOLD}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the ledger has of a cohort. `starts_at` and the ids are of a meeting in Samspel."""

    cohort: Cohort
    state: Literal["planned", "held"]
    held_on: date | None = None
    matter: UUID | None = None
    meeting: UUID | None = None
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShownCohort:
    """A cohort as it stands; `last_day` is the last of its spring term in the stage.

    `running_out`: it is in its last school year, and has had none.
    """

    cohort: Cohort
    state: CohortState
    last_day: date
    running_out: bool
    kept: Kept | None = None


def school_year(rule: ParentMeetingRule, day: date) -> int:
    """The school year of a day: the new one begins when its duties do."""
    return day.year if day >= rule.starts.in_year(day.year) else day.year - 1


def cohorts_of(stage: StageRule, year: int) -> range:
    """The cohorts that are in the stage in a school year, the oldest first."""
    return range(year - stage.years + 1, year + 1)


def spring_ends(year: int, terms: Iterable[Term], days: WorkingDays) -> date:
    """The last day of the spring term of a calendar year.

    While the municipality hasn't decided that term: the last working day of May (as R25).
    """
    first, last = date(year, 5, 1), date(year, 6, 30)
    ends = [term.last for term in terms if first <= term.last <= last]
    return max(ends, default=days.last_on_or_before(date(year, 5, 31)))


def last_day(stage: StageRule, cohort: int, terms: Iterable[Term], days: WorkingDays) -> date:
    """Until when a cohort has its meeting: the end of its last spring term in the stage (R26)."""
    return spring_ends(cohort + stage.years, terms, days)


def duties_of(
    units: Iterable[Unit],
    rule: ParentMeetingRule,
    today: date,
    terms: Sequence[Term],
    days: WorkingDays,
    *,
    newest: bool,
) -> Iterator[tuple[Cohort, Duty]]:
    """R26: what the rektor of each unit is asked for in this school year.

    A meeting for the cohort that begins its stage (if `newest`: not where that was long ago), and
    for the one in its last year, should nobody have been asked yet, while there is time for one.
    """
    year = school_year(rule, today)
    for unit, stage in _stages(units, rule):
        if unit.post is None:
            continue
        oldest = cohorts_of(stage, year)[0]
        due_on = last_day(stage, oldest, terms, days)
        asked = {oldest} if today + _TIME_TO_HOLD_ONE <= due_on else set[int]()
        for cohort in sorted(asked | ({year} if newest else set())):
            one = Cohort(unit.code, stage.name, cohort)
            yield one, _to_hold(one, stage, rule, unit.post, year, terms, days)


def ledger(
    units: Iterable[Unit],
    rule: ParentMeetingRule,
    year: int,
    kept: Iterable[Kept],
    asked: Iterable[Cohort],
    today: date,
    terms: Sequence[Term],
    days: WorkingDays,
) -> tuple[ShownCohort, ...]:
    """Every cohort of a school year, unit by unit.

    "unknown": it began before anybody was asked, and nothing has been noted.
    """
    known, to_ask = {one.cohort: one for one in kept}, set(asked)
    shown = []
    for unit, stage in _stages(units, rule):
        for number in cohorts_of(stage, year):
            one = Cohort(unit.code, stage.name, number)
            row = known.get(one)
            state: CohortState = "none" if row is None else row.state
            if row is None and one not in to_ask and rule.starts.in_year(number) <= today:
                state = "unknown"
            is_last = number == cohorts_of(stage, year)[0]
            running_out = is_last and state != "held"
            ends = last_day(stage, number, terms, days)
            shown.append(ShownCohort(one, state, ends, running_out, row))
    return tuple(shown)


def check_cohorts(
    stage: StageRule, rule: ParentMeetingRule, cohorts: Iterable[int], on: date
) -> None:
    """Each is in the stage on that day. Raises Invalid."""
    there = cohorts_of(stage, school_year(rule, on))
    for position, cohort in enumerate(cohorts):
        if cohort not in there:
            raise refusals.NotInStage(f"cohorts.{position}", first=there[0], last=there[-1])


def check_free(kept: Iterable[Kept], *, noted_on: date | None = None) -> None:
    """None of the cohorts has had its meeting, or has one to come. Raises Refused.

    `noted_on`: noting once more what stands is no second one.
    """
    for one in kept:
        if one.state == "planned":
            raise refusals.IsPlanned
        if one.held_on is not None and one.held_on != noted_on:
            raise refusals.WasHeld(day=one.held_on)


def stage_at(unit: Unit, name: str, rule: ParentMeetingRule) -> StageRule:
    """A stage that there is at the unit. Raises Invalid."""
    known = {stage.name: stage for stage in rule.stages if unit.kind in stage.units}
    if name not in known:
        raise refusals.UnknownStage("stage", known=", ".join(known) or "–")
    return known[name]


def to_come(
    meeting: UUID, rule: ParentMeetingRule, post: str, due_on: date, starts_on: date
) -> Duty:
    """R27: everybody who was invited has said no, so IFO says who comes instead."""
    due_on = min(due_on, starts_on)
    return Duty(
        key=f"{meeting}/{rule.come_rule}/{COME}",
        kind=COME,
        rule=rule.come_rule,
        subject=Subject(year=starts_on.year),
        post=post,
        due_on=due_on,
        meeting_id=meeting,
        late_on=min(due_on + _WEEK, starts_on),
    )


def _stages(units: Iterable[Unit], rule: ParentMeetingRule) -> Iterator[tuple[Unit, StageRule]]:
    for unit in units:
        for stage in rule.stages:
            if unit.kind in stage.units:
                yield unit, stage


def _to_hold(
    one: Cohort,
    stage: StageRule,
    rule: ParentMeetingRule,
    post: str,
    year: int,
    terms: Sequence[Term],
    days: WorkingDays,
) -> Duty:
    """Reminded before the end of each school year that the cohort is in the stage."""
    springs = (
        spring_ends(spring, terms, days)
        for spring in range(one.cohort + 1, one.cohort + stage.years + 1)
    )
    reminders = {
        at(end - timedelta(days=count), _REMINDED_AT)
        for end in springs
        for count in rule.remind_days_before
    }
    return Duty(
        key=one.key,
        kind=HOLD,
        rule=rule.rule,
        subject=Subject(year=year),
        post=post,
        due_on=last_day(stage, one.cohort, terms, days),
        details={"unit": one.unit, "stage": one.stage, "cohort": one.cohort},
        reminders=tuple(sorted(reminders)),
    )
