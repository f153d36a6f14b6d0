"""How long things took around a case: measured in days against a target, never a limit (S10)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from statistics import median
from typing import Literal
from uuid import UUID

from shared.domain.consent import capacity, deciders
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import KNOWN, Procedure, Step

CONSENT = "consent"
FIRST_MEETING = "first-meeting"
FEWEST = 5
"""Numbers about fewer cases than these are not shown: they could point at one child."""


@dataclass(frozen=True, slots=True)
class LeadTime:
    """The days from one thing to another; `days` is None until both have been.

    `since` is "known" (the day the case became known) or the step that had been held before; `step`
    is "consent" (all who decide had signed), "first-meeting" (any meeting was held) or a step that
    was held. The target is the step's, or its limit where that is the same. `state`: "passed" is
    later than the target, "met" everything else that has been.
    """

    step: str
    since: str
    target_days: int | None
    due_on: date | None
    days: int | None
    state: Literal["met", "open", "passed"]


@dataclass(frozen=True, slots=True)
class Spread:
    """One lead time over many cases, or nothing but its name where they are too few.

    `p90_days`: nine of ten took no longer. `within_target` is a share from 0 to 1 of those that
    have been, or are too late already.
    """

    step: str
    since: str
    target_days: int | None
    count: int | None
    median_days: float | None
    p90_days: int | None
    within_target: float | None


def lead_times(facts: CaseFacts, procedure: Procedure, today: date) -> tuple[LeadTime, ...]:
    """All that is measured of one case, in the order of its steps."""
    steps = procedure.steps_of(facts.about)
    held = {step.name: _first_held(facts, step.name) for step in steps}
    known = facts.known_on
    until = min(today, facts.closed_on or today)
    first = min((day for day in held.values() if day is not None), default=None)
    signed = _all_signed(facts, procedure, until)
    measured = [
        _measured(CONSENT, KNOWN, known, signed, None, until),
        _measured(FIRST_MEETING, KNOWN, known, first, None, until),
    ]
    for step in steps:
        for since in (KNOWN, *step.waits_for_steps):
            base = known if since == KNOWN else held[since]
            target = _target(step, since)
            measured.append(_measured(step.name, since, base, held[step.name], target, until))
    return tuple(measured)


def spreads(cases: Iterable[tuple[LeadTime, ...]]) -> tuple[Spread, ...]:
    """The lead times of many cases of one procedure, each by itself, in their order."""
    by_kind: defaultdict[tuple[str, str], list[LeadTime]] = defaultdict(list)
    for case in cases:
        for one in case:
            by_kind[one.step, one.since].append(one)
    return tuple(_spread(step, since, times) for (step, since), times in by_kind.items())


def _measured(
    step: str, since: str, base: date | None, done: date | None, target: int | None, until: date
) -> LeadTime:
    due = base + timedelta(days=target) if base is not None and target is not None else None
    days = (done - base).days if base is not None and done is not None else None
    late = due is not None and (done or until) > due
    state: Literal["met", "open", "passed"] = "passed" if late else "met"
    if days is None and not late:
        state = "open"
    return LeadTime(step, since, target, due, days, state)


def _target(step: Step, since: str) -> int | None:
    for rule in (step.target, step.within):
        if rule is not None and (rule.counted_from_step or KNOWN) == since:
            return rule.days
    return None


def _first_held(facts: CaseFacts, step: str) -> date | None:
    days = (local_date(one.starts_at) for one in facts.meetings_of(step) if one.state == "held")
    return min(days, default=None)


def _all_signed(facts: CaseFacts, procedure: Procedure, on: date) -> date | None:
    """The day on which the last of those who decide had signed, also if it was withdrawn since."""
    first = [_first_signed(facts, procedure, one, on) for one in deciders(facts, procedure, on)]
    signed = [day for day in first if day is not None]
    return max(signed) if signed and len(signed) == len(first) else None


def _first_signed(facts: CaseFacts, procedure: Procedure, person: UUID, on: date) -> date | None:
    party = capacity(facts, procedure, person, on)
    days = (
        form.signed_on
        for form in facts.consents
        if form.person_id == person and form.party == party and form.signed_on is not None
    )
    return min(days, default=None)


def _spread(step: str, since: str, times: list[LeadTime]) -> Spread:
    target = next((one.target_days for one in times if one.target_days is not None), None)
    days = sorted(one.days for one in times if one.days is not None)
    if len(days) < FEWEST:
        return Spread(step, since, target, None, None, None, None)
    decided = [one.state == "met" for one in times if one.state != "open"]
    return Spread(
        step=step,
        since=since,
        target_days=target,
        count=len(days),
        median_days=float(median(days)),
        p90_days=days[ceil(len(days) * 0.9) - 1],
        within_target=None if target is None else round(sum(decided) / len(decided), 3),
    )
