"""The meetings of a year (R20): one in each of its months, planned ahead, on a day that will do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from uuid import UUID

from services.scheduler.domain.seeking import Search, Wanting, cancelled_by_hand
from shared.domain.calling import has_a_time
from shared.domain.days import SchoolYears, WorkingDays, at, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import MonthRule, Procedure, Step
from shared.domain.windows import Window
from shared.domain.year_days import no_longer_fits, ranked_days

_MIDNIGHT = time(0, 0)


def months_to_seek(
    facts: CaseFacts,
    procedure: Procedure,
    limits: tuple[Window, ...],
    days: WorkingDays,
    breaks: SchoolYears,
    now: datetime,
) -> tuple[Search | None, Wanting | None]:
    """The months that should have a time and have none that will do, one search after the other;
    and the first that can't have one by itself, which keeps no other from having its own.
    """
    found = list(_months(facts, procedure, limits, days, breaks, now))
    search = None
    for one in reversed(found):
        if isinstance(one, Search):
            search = replace(one, otherwise=search)
    return search, next((one for one in found if isinstance(one, Wanting)), None)


def _months(
    facts: CaseFacts,
    procedure: Procedure,
    limits: tuple[Window, ...],
    days: WorkingDays,
    breaks: SchoolYears,
    now: datetime,
) -> Iterator[Search | Wanting]:
    open_limits = {window.step: window for window in limits if window.state == "open"}
    for step in procedure.steps_of("year"):
        limit = open_limits.get(step.name)
        if step.in_month is None or limit is None or not step.seeks:
            continue
        moves = no_longer_fits(facts, step, days, breaks, now)
        if moves is None and has_a_time(facts, procedure, step, local_date(now), now):
            continue
        if moves is None and cancelled_by_hand(facts, step.name):
            yield Wanting(step.name, limit.rule, "cancelled", limit.last_bookable_on)
            continue
        first_day = days.plus(local_date(now), step.notice_working_days)
        ranked = ranked_days(step.in_month, facts.known_on.year, days, breaks)
        ahead = tuple(day for day in ranked if day >= first_day)
        if ahead:
            yield _search(facts, step, step.in_month, ahead, moves)
        else:
            yield Wanting(step.name, limit.rule, "no-day-left", limit.last_bookable_on)


def _search(
    facts: CaseFacts, step: Step, rule: MonthRule, ahead: tuple[date, ...], moves: Meeting | None
) -> Search:
    """Only who calls must be free then (R21): everybody else is told weeks ahead."""
    return Search(
        step=step.name,
        rule=rule.rule,
        earliest=at(min(ahead), _MIDNIGHT),
        days=ahead,
        last_bookable_on=max(ahead),
        minutes=step.minutes,
        mode="book",
        person_ids=_callers(facts),
        grounds=step.grounds,
        first_at=rule.at,
        moves=None if moves is None else moves.id,
    )


def _callers(facts: CaseFacts) -> frozenset[UUID]:
    both = (facts.process_owner, facts.coordinator)
    return frozenset(person for person in both if person is not None)
