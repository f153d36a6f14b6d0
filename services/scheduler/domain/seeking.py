"""For which step a time is to be found: on which days, with whom, and what keeps one from it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from itertools import chain, groupby, pairwise
from uuid import UUID

from shared.domain.calling import (
    called,
    called_guardians,
    calling_rule,
    days_that_turn,
    has_a_time,
    missing_parties,
    uncovered_organisations,
)
from shared.domain.consent import consent_stands, unasked
from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import CaseFacts
from shared.domain.order import may_come
from shared.domain.procedure import Procedure, Step
from shared.domain.windows import Window

Days = tuple[date, ...]

_DAY = timedelta(days=1)
_MIDNIGHT = time(0, 0)
_LOOK_AGAIN = time(5, 0)
_HORIZON = timedelta(days=60)  # how far ahead a time is sought for a step without a limit


@dataclass(frozen=True, slots=True)
class Search:
    """A time is to be found for a step: the days it may be on, the length, and who must be free.

    With `first_at` the days are ranked, and each is tried at that time before any other (R20).
    `moves` is the meeting that gets the time. `otherwise`: where there is none, the later days on
    which others are called (X8, S1), or the next month of the year.
    """

    step: str
    rule: str
    earliest: datetime
    days: tuple[date, ...]
    last_bookable_on: date
    minutes: int
    mode: str
    person_ids: frozenset[UUID]
    grounds: str
    first_at: time | None = None
    moves: UUID | None = None
    otherwise: "Search | None" = None

    def in_turn(self) -> Iterator["Search"]:
        """This one, and those to try after it."""
        yield self
        if self.otherwise is not None:
            yield from self.otherwise.in_turn()


@dataclass(frozen=True, slots=True)
class Wanting:
    """A step that has to have a time and can't get one by itself; `reason` is a code (X1, R6)."""

    step: str
    rule: str
    reason: str
    due_on: date | None
    missing: tuple[str, ...] = ()


def next_step(
    facts: CaseFacts,
    procedure: Procedure,
    limits: tuple[Window, ...],
    days: WorkingDays,
    now: datetime,
) -> Search | Wanting | None:
    """The first step that should have a time and has none, and what can be done about it.

    None while a child who asked for help hasn't been spoken with: guardians would be told (X11).
    """
    if facts.held_back:
        return None
    today = local_date(now)
    open_limits = {window.step: window for window in limits if window.state == "open"}
    for step in procedure.steps_of(facts.about):
        if not step.seeks or not may_come(facts, step):
            continue
        span = _span(step, open_limits.get(step.name), days, today)
        if span is None:
            continue
        if not has_a_time(facts, procedure, step, span.last_day or today, now):
            return _seek(facts, procedure, step, span, days, now)
    return None


@dataclass(frozen=True, slots=True)
class _Span:
    """From when until when a step can be booked, and by which rule; no last day, no day at all."""

    opens_on: date
    last_day: date | None
    rule: str


def _span(step: Step, open_limit: Window | None, days: WorkingDays, today: date) -> _Span | None:
    """Within the limit, if the step has one; None while it isn't open.

    Else soon (S10), though nothing says until when: some weeks ahead, as of the week it is.
    """
    if open_limit is not None and open_limit.opens_on is not None:
        return _Span(open_limit.opens_on, open_limit.last_bookable_on, open_limit.rule)
    if step.within is not None:
        return None
    horizon = today - timedelta(days=today.weekday()) + _HORIZON
    return _Span(today, days.last_on_or_before(horizon), step.rule)


def _seek(
    facts: CaseFacts,
    procedure: Procedure,
    step: Step,
    span: _Span,
    days: WorkingDays,
    now: datetime,
) -> Search | Wanting | None:
    """What to do for a step: seek a time, say why there can't be one, or wait for the consent."""
    last_day = span.last_day
    first_day = max(span.opens_on, days.plus(local_date(now), step.notice_working_days))
    ahead = tuple(days.between(first_day, last_day)) if last_day else ()
    runs = [
        run
        for run in _alike(ahead, days_that_turn(facts, procedure))
        if not has_a_time(facts, procedure, step, run[0], now)
    ]
    if carried := [run for run in runs if _may_be_on(facts, procedure, step, run[0])]:
        search = _search(facts, procedure, step, span, carried)
        return search or _what_else_is_missing(facts, procedure, step, span, carried[-1][-1])
    if runs:  # waits for the consent (R3); the alerts of the limit watch over it
        asks = unasked(facts, procedure, runs[-1][-1])
        return Wanting(step.name, "X8", "consent-missing", last_day) if asks else None
    if last_day is None or _may_be_on(facts, procedure, step, local_date(now)):
        return Wanting(step.name, "X1", "no-day-left", last_day)
    return None


def _alike(days: Days, turns: Sequence[date]) -> Iterator[Days]:
    """The days in runs between which something turns, so that one day of a run answers for all."""
    cuts = sorted({0, len(days), *(bisect_left(days, turn) for turn in turns)})
    return (days[begin:end] for begin, end in pairwise(cuts))


def _search(
    facts: CaseFacts, procedure: Procedure, step: Step, span: _Span, carried: Sequence[Days]
) -> Search | None:
    """Days on end with the same people are searched together, the earliest first."""

    def whom(run: Days) -> frozenset[UUID] | None:
        if _what_else_is_missing(facts, procedure, step, span, run[0]) is not None:
            return None
        return called(facts, procedure, step, run[0])

    search = None
    together = [
        (people, tuple(chain.from_iterable(runs))) for people, runs in groupby(carried, key=whom)
    ]
    for people, days in reversed(together):
        if people is not None:
            search = Search(
                step=step.name,
                rule=span.rule,
                earliest=at(days[0], _MIDNIGHT),
                days=days,
                last_bookable_on=span.last_day or days[-1],
                minutes=step.minutes,
                mode=step.booking,
                person_ids=people,
                grounds=_grounds(facts),
                otherwise=search,
            )
    return search


def _what_else_is_missing(
    facts: CaseFacts, procedure: Procedure, step: Step, span: _Span, day: date
) -> Wanting | None:
    """What keeps a step from being booked on this day although there is a consent for it."""
    if missing := missing_parties(facts, procedure, step, day):
        rule = calling_rule(procedure, missing[0])
        return Wanting(step.name, rule, "participants-missing", span.last_day, missing)
    uncovered = uncovered_organisations(facts, procedure, step, day)
    if step.waits_for_consent and uncovered:
        return Wanting(step.name, "S1", "organisation-not-covered", span.last_day, uncovered)
    if _apart(facts, procedure, step, day):
        return Wanting(step.name, "X12", "separate-meetings", span.last_day)
    if cancelled_by_hand(facts, step.name):
        return Wanting(step.name, span.rule, "cancelled", span.last_day)
    return None


def _apart(facts: CaseFacts, procedure: Procedure, step: Step, day: date) -> bool:
    """X12: guardians who never meet have meetings of their own, which a person arranges."""
    return facts.never_together and len(called_guardians(facts, procedure, step, day)) > 1


def _may_be_on(facts: CaseFacts, procedure: Procedure, step: Step, day: date) -> bool:
    """Whether the consent carries a meeting on that day, by the age on the day itself (X8)."""
    return not step.waits_for_consent or consent_stands(facts, procedure, day)


def _grounds(facts: CaseFacts) -> str:
    """What the consents say, in short: with others a refused time is worth another try."""
    said = sorted(
        (str(form.id), form.state, *sorted(form.organisations)) for form in facts.consents
    )
    return sha256(repr(said).encode()).hexdigest()[:16]


def cancelled_by_hand(facts: CaseFacts, step: str) -> bool:
    """A person who cancelled has reasons: a new time is theirs to ask for, and they're told so."""
    latest = max(facts.meetings_of(step), key=lambda one: one.changed_at, default=None)
    return latest is not None and latest.cancelled_because == "by-hand"


def nothing_free(search: Search) -> Wanting:
    """What a search that found no time leaves behind."""
    return Wanting(search.step, "X1", "no-free-time", search.last_bookable_on)


def tomorrow_morning(now: datetime) -> datetime:
    """When a search that found nothing is worth repeating: by then somebody may have cancelled."""
    return at(local_date(now) + _DAY, _LOOK_AGAIN)
