"""What should stand in the calendar of a case, worked out from its facts and its procedure.

Pure: the same facts at the same time give the same plan, so looking twice changes nothing, and it
makes no difference which event made one look.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from itertools import groupby
from uuid import UUID

from services.scheduler.domain.due import (
    STAYS_USEFUL,
    Due,
    age_near,
    alert,
    chores,
    consent_lapses,
    marking,
    reminder,
)
from shared.domain.calling import (
    are_enough,
    called,
    called_guardians,
    calling_rule,
    missing_parties,
    uncovered_organisations,
)
from shared.domain.consent import (
    ages_that_decide,
    birthday_in,
    consent_stands,
    declined,
    stands,
    unasked,
)
from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.order import may_come
from shared.domain.procedure import Chore, Procedure, Step
from shared.domain.windows import Window, is_provided, windows

_DAY = timedelta(days=1)
_MIDNIGHT = time(0, 0)
_LOOK_AGAIN = time(5, 0)
_SEASON = timedelta(days=90)
_HORIZON = timedelta(days=60)  # how far ahead a time is sought for a step without a limit


@dataclass(frozen=True, slots=True)
class Search:
    """A time is to be found for a step: the days it may be on, the length, and who must be free.

    `otherwise`: where there is none, the later days on which others are called (X8, S1).
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


@dataclass(frozen=True, slots=True)
class Plan:
    """All that follows from a case's facts at one moment. `look_at`: when it changes by itself."""

    windows: tuple[Window, ...]
    dues: dict[str, Due]
    search: Search | None
    wanting: Wanting | None
    look_at: datetime | None


def desired_plan(facts: CaseFacts, procedure: Procedure, days: WorkingDays, now: datetime) -> Plan:
    """The plan that should stand for a case at `now` (aware)."""
    limits = windows(facts, procedure, days, local_date(now))
    if facts.state == "closed":
        return Plan(limits, {}, None, None, None)
    sought = _next_step(facts, procedure, limits, days, now)
    return Plan(
        windows=limits,
        dues={due.key: due for due in _dues(facts, procedure, limits, days, now)},
        search=sought if isinstance(sought, Search) else None,
        wanting=sought if isinstance(sought, Wanting) else None,
        look_at=min(_changes_by_itself(facts, procedure, limits, days, now), default=None),
    )


def nothing_free(search: Search) -> Wanting:
    """What a search that found no time leaves behind."""
    return Wanting(search.step, "X1", "no-free-time", search.last_bookable_on)


def tomorrow_morning(now: datetime) -> datetime:
    """When a search that found nothing is worth repeating: by then somebody may have cancelled."""
    return at(local_date(now) + _DAY, _LOOK_AGAIN)


def _next_step(
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
    open_limits = {window.step: window for window in limits if window.state == "open"}
    for step in procedure.steps:
        span = _span(step, open_limits.get(step.name), days, now)
        if span is None or not step.seeks or not may_come(facts, step):
            continue
        last_day = span.last_day or local_date(now)
        if not _is_standing(facts, procedure, step, last_day, now):
            return _seek(facts, procedure, step, span, days, now)
    return None


@dataclass(frozen=True, slots=True)
class _Span:
    """From when until when a step can be booked, and by which rule; no last day, no day at all."""

    opens_on: date
    last_day: date | None
    rule: str


def _span(step: Step, open_limit: Window | None, days: WorkingDays, now: datetime) -> _Span | None:
    """Within the limit, if the step has one; None while it isn't open.

    Else soon (S10), though nothing says until when: some weeks ahead, as of the week it is.
    """
    if open_limit is not None and open_limit.opens_on is not None:
        return _Span(open_limit.opens_on, open_limit.last_bookable_on, open_limit.rule)
    if step.within is not None:
        return None
    today = local_date(now)
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
    ahead = tuple(day for day in ahead if not _is_standing(facts, procedure, step, day, now))
    if carried := [day for day in ahead if _may_be_on(facts, procedure, step, day)]:
        search = _search(facts, procedure, step, span, carried)
        return search or _what_else_is_missing(facts, procedure, step, span, carried[-1])
    if ahead:  # waits for the consent (R3); the alerts of the limit watch over it
        asks = unasked(facts, procedure, ahead[-1])
        return Wanting(step.name, "X8", "consent-missing", last_day) if asks else None
    if last_day is None or _may_be_on(facts, procedure, step, local_date(now)):
        return Wanting(step.name, "X1", "no-day-left", last_day)
    return None


def _search(
    facts: CaseFacts, procedure: Procedure, step: Step, span: _Span, carried: Sequence[date]
) -> Search | None:
    """Days on end with the same people are searched together, the earliest first."""

    def whom(day: date) -> frozenset[UUID] | None:
        if _what_else_is_missing(facts, procedure, step, span, day) is not None:
            return None
        return called(facts, procedure, step, day)

    search = None
    runs = [(people, tuple(run)) for people, run in groupby(carried, key=whom)]
    for people, run in reversed(runs):
        if people is not None:
            search = Search(
                step=step.name,
                rule=span.rule,
                earliest=at(run[0], _MIDNIGHT),
                days=run,
                last_bookable_on=span.last_day or run[-1],
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
    if _cancelled_by_hand(facts, step.name):
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


def _is_standing(
    facts: CaseFacts, procedure: Procedure, step: Step, day: date, now: datetime
) -> bool:
    """Whether the step needs no time on that day: it has one, or one with each guardian (X12).

    One that was only proposed lapses when it has passed.
    """
    standing = (
        meeting
        for meeting in facts.meetings_of(step.name)
        if meeting.state in ("booked", "held")
        or (meeting.state == "proposed" and meeting.starts_at > now)
    )
    return are_enough(standing, facts, procedure, step, day)


def _cancelled_by_hand(facts: CaseFacts, step: str) -> bool:
    """A person who cancelled has reasons: a new time is theirs to ask for, and they're told so."""
    latest = max(facts.meetings_of(step), key=lambda one: one.changed_at, default=None)
    return latest is not None and latest.cancelled_because == "by-hand"


def _dues(
    facts: CaseFacts,
    procedure: Procedure,
    limits: tuple[Window, ...],
    days: WorkingDays,
    now: datetime,
) -> Iterator[Due]:
    for meeting in facts.meetings:
        if meeting.state == "booked":
            yield from _reminders(facts, procedure, meeting, days)
            yield marking(facts, meeting, days)
    has_said_no = declined(facts, procedure, local_date(now))
    for meeting in facts.meetings:
        yield from _chores(facts, procedure, meeting, days, now, has_said_no=has_said_no)
    if has_said_no:
        return  # a no is an answer: nobody is pressed for a limit that can't be kept (P7, P11)
    yield from _birthdays(facts, procedure, now)
    yield from _endings(facts, procedure)
    for window in limits:
        yield from _alerts(facts, procedure, window, days)


def _chores(
    facts: CaseFacts,
    procedure: Procedure,
    meeting: Meeting,
    days: WorkingDays,
    now: datetime,
    *,
    has_said_no: bool,
) -> Iterator[Due]:
    """The tasks that follow from a meeting; what comes again follows from its newest one.

    After a no only what was said at a held meeting is still to be kept (R15).
    """
    for rule in procedure.chores:
        if meeting.step not in rule.steps or meeting.state != rule.on:
            continue
        if _is_needless(rule, meeting) or (has_said_no and rule.unless != "minutes_filed"):
            continue
        if rule.every_days is None or meeting == _newest_held(facts, rule.steps):
            yield from chores(facts, meeting, rule, days, now)


def _is_needless(rule: Chore, meeting: Meeting) -> bool:
    return rule.unless is not None and bool(getattr(meeting, rule.unless))


def _newest_held(facts: CaseFacts, steps: tuple[str, ...]) -> Meeting | None:
    held = (one for one in facts.meetings if one.state == "held" and one.step in steps)
    return max(held, key=lambda one: (one.starts_at, str(one.id)), default=None)


def _birthdays(facts: CaseFacts, procedure: Procedure, now: datetime) -> Iterator[Due]:
    """X8, P6: who decides from a birthday on is asked ahead, and on it what stands is put right;
    who may be asked is asked on the day.

    A day that is further off than a season isn't planned yet: the case is looked at again by then.
    What has been when the case is opened, the opening has heeded.
    """
    rule = procedure.consent
    asked = rule.child_asked_from_age
    near = [
        age_near(facts, age, _turns(facts, age), ahead, rule.age_rule)
        for age in ages_that_decide(procedure)
        for ahead in (rule.ask_ahead_days, 0)
    ]
    if asked is not None and rule.child_rule is not None:
        near.append(age_near(facts, asked, _turns(facts, asked), 0, rule.child_rule))
    yield from (
        due
        for due in near
        if due.due_at <= now + _SEASON and due.useful_until > facts.opened_at + STAYS_USEFUL
    )


def _endings(facts: CaseFacts, procedure: Procedure) -> Iterator[Due]:
    """A signed consent that ends is asked for anew ahead of its last day."""
    rule = procedure.consent
    for form in facts.consents:
        if form.valid_until is not None and stands(facts, form):
            yield consent_lapses(facts, form, form.valid_until, rule.ask_ahead_days, rule.rule)


def _ages(procedure: Procedure) -> tuple[int, ...]:
    """The ages at which somebody else decides, or may be asked."""
    asked = procedure.consent.child_asked_from_age
    return ages_that_decide(procedure) + (() if asked is None else (asked,))


def _turns(facts: CaseFacts, age: int) -> date:
    return birthday_in(facts.birth_date, facts.birth_date.year + age)


def _reminders(
    facts: CaseFacts, procedure: Procedure, meeting: Meeting, days: WorkingDays
) -> Iterator[Due]:
    """None that would have come before the meeting had its time: the invitation says it all."""
    for rule in procedure.reminders:
        due = reminder(facts, meeting, rule, days)
        if due.due_at > meeting.changed_at:
            yield due


def _alerts(
    facts: CaseFacts, procedure: Procedure, window: Window, days: WorkingDays
) -> Iterator[Due]:
    """X2: nearness while no time is booked (unless the case was opened as near), and passing."""
    if window.closes_on is None or window.state not in ("open", "missed"):
        return
    provided = is_provided(facts, procedure, window)
    for rule in procedure.alerts:
        if rule.when == "days_before_close" and (provided or window.state == "missed"):
            continue
        if rule.when == "after_close" and provided:
            continue
        for to in rule.to:
            due = alert(facts, window, rule, procedure.alerts, to, days)
            if window.state == "missed" or due.due_at > facts.opened_at:
                yield due


def _changes_by_itself(
    facts: CaseFacts,
    procedure: Procedure,
    limits: tuple[Window, ...],
    days: WorkingDays,
    now: datetime,
) -> Iterator[datetime]:
    """The instants at which the plan changes without any event."""
    birthdays = [_turns(facts, age) for age in _ages(procedure)]
    turns = birthdays + [day - _SEASON for day in birthdays]
    turns += [form.valid_until + _DAY for form in facts.consents if form.valid_until is not None]
    turns += _next_turns_of_chores(facts, procedure, local_date(now))
    turns += [window.closes_on + _DAY for window in limits if window.closes_on is not None]
    turns += [
        _too_late_from(window.last_bookable_on, procedure.step(window.step), days)
        for window in limits
        if window.state == "open" and window.last_bookable_on is not None
    ]
    instants = [at(day, _MIDNIGHT) for day in turns]
    instants += [meeting.starts_at for meeting in facts.meetings if meeting.state == "proposed"]
    yield from (instant for instant in instants if instant > now)


def _next_turns_of_chores(facts: CaseFacts, procedure: Procedure, today: date) -> Iterator[date]:
    """What comes again is planned one turn ahead, so there is a look on the day of each."""
    for rule in procedure.chores:
        newest = _newest_held(facts, rule.steps) if rule.every_days is not None else None
        if newest is not None and rule.every_days is not None:
            since = (today - local_date(newest.starts_at)).days
            turn = max(since // rule.every_days, 0) + 1
            yield local_date(newest.starts_at) + timedelta(days=turn * rule.every_days)


def _too_late_from(last_day: date, step: Step, days: WorkingDays) -> date:
    """The first day on which the step's notice reaches past its last bookable day."""
    if step.notice_working_days == 0:
        return last_day + _DAY
    return days.minus(last_day, step.notice_working_days - 1)
