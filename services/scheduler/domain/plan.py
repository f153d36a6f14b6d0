"""What should stand in the calendar of a case, worked out from its facts and its procedure.

Pure: the same facts at the same time give the same plan, so looking twice changes nothing, and it
makes no difference which event made one look.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from uuid import UUID

from services.scheduler.domain.due import Due, alert, marking, reminder
from shared.domain.calling import called, missing_parties, uncovered_organisations
from shared.domain.consent import birthday_in, consent_stands, declined, unasked
from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure, Step
from shared.domain.windows import Window, windows

_DAY = timedelta(days=1)
_MIDNIGHT = time(0, 0)
_LOOK_AGAIN = time(5, 0)


@dataclass(frozen=True, slots=True)
class Search:
    """A time is to be found for a step: the days it may be on, the length, and who must be free."""

    step: str
    rule: str
    earliest: datetime
    days: tuple[date, ...]
    last_bookable_on: date
    minutes: int
    mode: str
    person_ids: frozenset[UUID]
    grounds: str


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
        dues={due.key: due for due in _dues(facts, procedure, limits, days, local_date(now))},
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
    """The first step with a limit that still has no time, and what can be done about it."""
    for window in limits:
        step = procedure.step(window.step)
        if window.state == "open" and not _standing(facts, step.name, now):
            return _seek(facts, procedure, step, window, days, now)
    return None


def _seek(
    facts: CaseFacts,
    procedure: Procedure,
    step: Step,
    window: Window,
    days: WorkingDays,
    now: datetime,
) -> Search | Wanting | None:
    """What to do for a step: seek a time, say why there can't be one, or wait for the consent."""
    assert window.opens_on is not None
    last_day = window.last_bookable_on
    first_day = max(window.opens_on, days.plus(local_date(now), step.notice_working_days))
    ahead = tuple(days.between(first_day, last_day)) if last_day else ()
    bookable = tuple(day for day in ahead if _may_be_on(facts, procedure, step, day))
    if bookable:
        return _what_else_is_missing(facts, procedure, step, window, bookable[0]) or Search(
            step=step.name,
            rule=window.rule,
            earliest=at(first_day, _MIDNIGHT),
            days=bookable,
            last_bookable_on=last_day or bookable[-1],
            minutes=step.minutes,
            mode=step.booking,
            person_ids=called(facts, procedure, bookable[0]),
            grounds=_grounds(facts),
        )
    if ahead:  # waits for the consent (R3); the alerts of the limit watch over it
        asks = unasked(facts, procedure, ahead[-1])
        return Wanting(step.name, "X8", "consent-missing", last_day) if asks else None
    if last_day is None or _may_be_on(facts, procedure, step, local_date(now)):
        return Wanting(step.name, "X1", "no-day-left", last_day)
    return None


def _what_else_is_missing(
    facts: CaseFacts, procedure: Procedure, step: Step, window: Window, day: date
) -> Wanting | None:
    """What keeps a step from being booked although there is a day and a consent for it."""
    last_day = window.last_bookable_on
    if missing := missing_parties(facts, procedure, day):
        return Wanting(step.name, "R6", "participants-missing", last_day, missing)
    uncovered = uncovered_organisations(facts, procedure, day)
    if step.waits_for_consent and uncovered:
        return Wanting(step.name, "S1", "organisation-not-covered", last_day, uncovered)
    if _cancelled_by_hand(facts, step.name):
        return Wanting(step.name, window.rule, "cancelled", last_day)
    return None


def _may_be_on(facts: CaseFacts, procedure: Procedure, step: Step, day: date) -> bool:
    """Whether the consent carries a meeting on that day, by the age on the day itself (X8)."""
    return not step.waits_for_consent or consent_stands(facts, procedure, day)


def _grounds(facts: CaseFacts) -> str:
    """What the consents say, in short: with others a refused time is worth another try."""
    said = sorted(
        (str(form.id), form.state, *sorted(form.organisations)) for form in facts.consents
    )
    return sha256(repr(said).encode()).hexdigest()[:16]


def _standing(facts: CaseFacts, step: str, now: datetime) -> bool:
    """Whether the step has a time; one that was only proposed lapses when it has passed."""
    return any(
        meeting.state in ("booked", "held")
        or (meeting.state == "proposed" and meeting.starts_at > now)
        for meeting in facts.meetings_of(step)
    )


def _cancelled_by_hand(facts: CaseFacts, step: str) -> bool:
    """A person who cancelled has reasons: a new time is theirs to ask for, and they're told so."""
    latest = max(facts.meetings_of(step), key=lambda one: one.changed_at, default=None)
    return latest is not None and latest.cancelled_because == "by-hand"


def _dues(
    facts: CaseFacts,
    procedure: Procedure,
    limits: tuple[Window, ...],
    days: WorkingDays,
    today: date,
) -> Iterator[Due]:
    for meeting in facts.meetings:
        if meeting.state == "booked":
            yield from _reminders(facts, procedure, meeting, days)
            yield marking(facts, meeting, days)
    if declined(facts, procedure, today):
        return  # a no is an answer: nobody is pressed for a limit that can't be kept (P7, P11)
    for window in limits:
        yield from _alerts(facts, procedure, window, days)


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
    provided = _in_time(facts, window)
    for rule in procedure.alerts:
        if rule.when == "days_before_close" and (provided or window.state == "missed"):
            continue
        if rule.when == "after_close" and provided:
            continue
        for to in rule.to:
            due = alert(facts, window, rule, procedure.alerts, to, days)
            if window.state == "missed" or due.due_at > facts.opened_at:
                yield due


def _in_time(facts: CaseFacts, window: Window) -> bool:
    return any(
        meeting.state in ("booked", "held") and window.holds(local_date(meeting.starts_at))
        for meeting in facts.meetings_of(window.step)
    )


def _changes_by_itself(
    facts: CaseFacts,
    procedure: Procedure,
    limits: tuple[Window, ...],
    days: WorkingDays,
    now: datetime,
) -> Iterator[datetime]:
    """The instants at which the plan changes without any event."""
    coming_of_age = birthday_in(
        facts.birth_date, facts.birth_date.year + procedure.consent.youth_decides_from_age
    )
    turns = [coming_of_age]
    turns += [window.closes_on + _DAY for window in limits if window.closes_on is not None]
    turns += [
        _too_late_from(window.last_bookable_on, procedure.step(window.step), days)
        for window in limits
        if window.state == "open" and window.last_bookable_on is not None
    ]
    instants = [at(day, _MIDNIGHT) for day in turns]
    instants += [meeting.starts_at for meeting in facts.meetings if meeting.state == "proposed"]
    yield from (instant for instant in instants if instant > now)


def _too_late_from(last_day: date, step: Step, days: WorkingDays) -> date:
    """The first day on which the step's notice reaches past its last bookable day."""
    if step.notice_working_days == 0:
        return last_day + _DAY
    return days.minus(last_day, step.notice_working_days - 1)
