"""Whom a change of the rules would touch: told by planning with both, over what is open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.cases.handlers.ports import Desk
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts
from shared.domain.windows import Window, windows
from shared.domain.year_days import no_longer_fits
from shared.municipality import Municipality

_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Touched:
    """How many open cases and matters follow the changed rules, how many of their limits would be
    others, and which coming meetings would lie wrong. `more`: there are more than were counted."""

    cases: int = 0
    limits: int = 0
    meetings: tuple[datetime, ...] = ()
    more: bool = False


def touched_by_limit(
    name: str, valid_from: date, before: Municipality, after: Municipality, desk: Desk
) -> Touched:
    """X9: only what follows a version of that day or later: a case keeps the one it began under."""

    def wrong(facts: CaseFacts) -> Iterable[datetime]:
        closing = {one.step: one for one in _windows(facts, after, desk)}
        for meeting in facts.meetings:
            window = closing.get(meeting.step)
            if window is None or not _is_coming(meeting.state, meeting.starts_at, desk):
                continue
            if not _is_within(local_date(meeting.starts_at), window):
                yield meeting.starts_at

    found = desk.rule_changes.open_under(name, valid_from, _AT_MOST + 1)
    return _counted(found, before, after, wrong, desk)


def touched_by_break(before: Municipality, after: Municipality, desk: Desk) -> Touched:
    """R20: a meeting of the year steps aside for a break; a meeting about a child doesn't (X1)."""

    def wrong(facts: CaseFacts) -> Iterable[datetime]:
        procedure = after.procedures.get(facts.procedure, facts.procedure_on)
        for step in procedure.steps:
            moved = [
                no_longer_fits(facts, step, desk.days, rules.school_years, desk.now)
                for rules in (before, after)
            ]
            if moved[0] is None and moved[1] is not None:
                yield moved[1].starts_at

    return _counted(desk.rule_changes.coming_years(_AT_MOST + 1), before, after, wrong, desk)


def planned_within(first: date, last: date, rules: Municipality, desk: Desk) -> date | None:
    """R20: the first day of what open years have planned in these days; None: nothing."""
    found = [
        window.opens_on
        for matter in desk.rule_changes.coming_years(_AT_MOST)
        for window in _windows(desk.cases.facts(matter), rules, desk)
        if window.opens_on is not None
        and window.closes_on is not None
        and window.opens_on <= last
        and window.closes_on >= first
    ]
    return min(found, default=None)


def _counted(
    found: Iterable[UUID],
    before: Municipality,
    after: Municipality,
    wrong: Callable[[CaseFacts], Iterable[datetime]],
    desk: Desk,
) -> Touched:
    cases, limits, meetings = list(found), 0, list[datetime]()
    for case_id in cases[:_AT_MOST]:
        facts = desk.cases.facts(case_id)
        old, new = _windows(facts, before, desk), _windows(facts, after, desk)
        limits += sum(one not in old for one in new)
        meetings.extend(wrong(facts))
    counted = min(len(cases), _AT_MOST)
    return Touched(counted, limits, tuple(sorted(meetings)), more=len(cases) > _AT_MOST)


def _windows(facts: CaseFacts, rules: Municipality, desk: Desk) -> tuple[Window, ...]:
    procedure = rules.procedures.get(facts.procedure, facts.procedure_on)
    return windows(facts, procedure, desk.days, desk.today, rules.school_years)


def _is_coming(state: str, starts_at: datetime, desk: Desk) -> bool:
    return state == "booked" and starts_at > desk.now


def _is_within(day: date, window: Window) -> bool:
    if window.opens_on is None or window.closes_on is None:
        return True
    return window.opens_on <= day <= window.closes_on
