"""What is shown of a year: every obligation with its days, its state and its rule (R20-R31)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.cases.domain.dispatching import counts_for
from services.cases.domain.year_facts import (
    CohortFacts,
    DispatchFacts,
    EvaluationFacts,
    OpenDuty,
    Vacancy,
    YearFacts,
)
from services.cases.domain.year_meetings import ShownMeeting, shown_meeting
from services.cases.domain.years import last_day_of
from shared.domain.days import SchoolYears, WorkingDays, local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure, YearRules
from shared.domain.procedure.year import DispatchRule, EvaluationRule, StageRule, YearDay

# "unknown": its time is over, and Samspel wasn't there.
EvaluationState = Literal["coming", "open", "done", "overdue", "unknown"]
DispatchState = Literal["coming", "to-send", "sent", "confirmed", "overdue", "unknown"]

SEND = "send-material"


@dataclass(frozen=True, slots=True)
class ShownEvaluation:
    """The evaluation by 30 June (R24); `answers_by` is None before it is opened."""

    state: EvaluationState
    opens_on: date
    answers_by: date | None
    due_on: date
    done_on: date | None
    done_by: UUID | None
    answered: int
    asked: int
    waiting: tuple[str, ...]
    rule: str
    collect_rule: str


@dataclass(frozen=True, slots=True)
class ShownDispatch:
    """Something to send, or sent; or what every rektor confirms (R31).

    `starts_on` is the day it was sent, or is to be from. `due_on`: until when it is to be
    confirmed; sent, before it is.
    """

    kind: str
    title: str
    state: DispatchState
    starts_on: date
    due_on: date
    confirmed: int
    asked: int
    waiting: tuple[str, ...]
    rule: str
    confirm_rule: str
    id: UUID | None = None
    sent_on: date | None = None


@dataclass(frozen=True, slots=True)
class ShownStage:
    """How many cohorts that are in a stage this year have their parent meeting (R26).

    `planned_on` and `held_on` are the days of those in this year, the soonest first.
    """

    stage: StageRule
    cohorts: int
    planned: int
    held: int
    missing: int
    rule: str
    planned_on: tuple[date, ...] = ()
    held_on: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownYear:
    """All of a year. `preliminary`: it isn't opened, its days are worked out by the rules.

    `never_opens`: nor will it be, since its days had passed when Samspel began. `called_by` are the
    roles of the callers, `callers` the people who call (R21).
    """

    year: int
    procedure: Procedure
    preliminary: bool
    never_opens: bool
    called_by: tuple[str, ...]
    callers: tuple[UUID, ...]
    meetings: tuple[ShownMeeting, ...]
    evaluation: ShownEvaluation
    dispatches: tuple[ShownDispatch, ...]
    confirmations: tuple[ShownDispatch, ...]
    stages: tuple[ShownStage, ...]
    duties: tuple[OpenDuty, ...]
    vacancies: tuple[Vacancy, ...]


def shown_year(
    facts: YearFacts,
    procedure: Procedure,
    rules: YearRules,
    days: WorkingDays,
    breaks: SchoolYears,
    now: datetime,
) -> ShownYear:
    """The year as it is now."""
    today = local_date(now)
    sent = tuple(_dispatches(facts, rules, days, today))
    by_themselves = {one.name for one in rules.dispatches if _comes_by_itself(one)}
    return ShownYear(
        year=facts.year,
        procedure=procedure,
        preliminary=facts.matter is None,
        never_opens=facts.matter is None and today > last_day_of(procedure, rules, facts.year),
        called_by=rules.callers,
        callers=_callers(facts.matter),
        meetings=tuple(
            shown_meeting(step, facts, rules, days, breaks, now)
            for step in procedure.steps_of("year")
        ),
        evaluation=_evaluation(facts.evaluation, rules.evaluation, facts.year, today),
        dispatches=tuple(one for one in sent if one.kind not in by_themselves),
        confirmations=tuple(one for one in sent if one.kind in by_themselves),
        stages=tuple(_stages(facts.cohorts, rules, facts.year)),
        duties=facts.duties,
        vacancies=facts.vacancies,
    )


def _callers(matter: CaseFacts | None) -> tuple[UUID, ...]:
    """The two that call jointly (R21), or the one of them that there is."""
    if matter is None:
        return ()
    both = (matter.process_owner, matter.coordinator)
    return tuple(dict.fromkeys(one for one in both if one is not None))


def _evaluation(
    known: EvaluationFacts | None, rule: EvaluationRule, year: int, today: date
) -> ShownEvaluation:
    due_on = rule.due.in_year(year) if known is None else known.due_on
    return ShownEvaluation(
        state=_evaluation_state(known, due_on, today),
        opens_on=rule.opens.in_year(year) if known is None else known.opened_on,
        answers_by=None if known is None else known.answers_by,
        due_on=due_on,
        done_on=None if known is None else known.done_on,
        done_by=None if known is None else known.done_by,
        answered=0 if known is None else known.answered,
        asked=0 if known is None else known.answered + len(known.waiting),
        waiting=() if known is None else known.waiting,
        rule=rule.rule,
        collect_rule=rule.collect_rule,
    )


def _evaluation_state(known: EvaluationFacts | None, due_on: date, today: date) -> EvaluationState:
    if known is None:
        return "coming" if today <= due_on else "unknown"
    if known.done_on is not None:
        return "done"
    return "overdue" if today > due_on else "open"


def _comes_by_itself(rule: DispatchRule) -> bool:
    """Nobody sends it: each is asked to confirm (R31)."""
    return rule.sent_by is None and rule.starts is not None


def _dispatches(
    facts: YearFacts, rules: YearRules, days: WorkingDays, today: date
) -> Iterable[ShownDispatch]:
    """What was sent, and what is still to come by the rules."""
    known = {rule.name: rule for rule in rules.dispatches}
    for one in facts.dispatches:
        rule = known.get(one.kind)
        yield _sent(one, one.rule if rule is None else rule.confirm_rule, today)
    to_send = any(duty.kind == SEND for duty in facts.duties)
    for rule in rules.dispatches:
        if rule.starts is not None and not _is_sent(rule.name, rule.starts, facts):
            asked_for = to_send and rule.sent_by is not None
            starts_on = rule.starts.in_year(facts.year)
            due_on = _due_on(rule, starts_on, days)
            yield _to_come(rule, starts_on, due_on, today, asked_for=asked_for)


def _is_sent(kind: str, starts: YearDay, facts: YearFacts) -> bool:
    """R28: what was sent in spring is of the school year that ends then."""
    return any(
        one.kind == kind and counts_for(starts, one.sent_on) >= facts.year
        for one in facts.dispatches
    )


def _sent(one: DispatchFacts, confirm_rule: str, today: date) -> ShownDispatch:
    state: DispatchState = "sent"
    if not one.waiting:
        state = "confirmed"
    elif today > one.due_on:
        state = "overdue"
    return ShownDispatch(
        kind=one.kind,
        title=one.title,
        state=state,
        starts_on=one.sent_on,
        due_on=max(one.sent_on, one.due_on),
        confirmed=one.confirmed,
        asked=one.confirmed + len(one.waiting),
        waiting=one.waiting,
        rule=one.rule,
        confirm_rule=confirm_rule,
        id=one.id,
        sent_on=one.sent_on,
    )


def _due_on(rule: DispatchRule, starts_on: date, days: WorkingDays) -> date:
    """Until when it is to be sent; what comes by itself is to be confirmed by then."""
    if rule.due is not None:
        return max(starts_on, rule.due.in_year(starts_on.year))
    return days.plus(starts_on, rule.confirm_working_days)


def _to_come(
    rule: DispatchRule, starts_on: date, due_on: date, today: date, *, asked_for: bool
) -> ShownDispatch:
    """`asked_for`: somebody has the duty to send it."""
    state: DispatchState = "coming"
    if asked_for:
        state = "overdue" if today > due_on else "to-send"
    elif today > due_on:
        state = "unknown"
    return ShownDispatch(
        kind=rule.name,
        title=rule.title,
        state=state,
        starts_on=starts_on,
        due_on=due_on,
        confirmed=0,
        asked=0,
        waiting=(),
        rule=rule.rule,
        confirm_rule=rule.confirm_rule,
    )


def _stages(cohorts: Iterable[CohortFacts], rules: YearRules, year: int) -> Iterable[ShownStage]:
    """Of each stage the cohorts that are in it at some time of the calendar year."""
    if rules.parent_meetings is None:
        return
    known = tuple(cohorts)
    for stage in rules.parent_meetings.stages:
        its = [one for one in known if one.stage == stage.name and _is_in(one, stage, year)]
        count = Counter(one.state for one in its)
        yield ShownStage(
            stage=stage,
            cohorts=len(its),
            planned=count["planned"],
            held=count["held"],
            missing=count["missing"],
            rule=rules.parent_meetings.rule,
            planned_on=tuple(_days(its, "planned", year)),
            held_on=tuple(_days(its, "held", year)),
        )


def _days(cohorts: Iterable[CohortFacts], state: str, year: int) -> list[date]:
    """A meeting for several cohorts is one meeting: its day stands once for each unit."""
    found = {
        (one.unit, one.on)
        for one in cohorts
        if one.state == state and one.on is not None and one.on.year == year
    }
    return sorted(day for _, day in found)


def _is_in(one: CohortFacts, stage: StageRule, year: int) -> bool:
    """From the autumn in which it begins to the spring in which it ends."""
    return one.cohort <= year <= one.cohort + stage.years
