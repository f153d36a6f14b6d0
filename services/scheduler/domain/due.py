"""What falls due: reminders of meetings and alerts about limits, each with a key from its rule.

The key says which case or meeting, which rule, which occurrence and which revision it is. A new
time or a new limit is a new key, so the old row is withdrawn and can never fire for the new time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from shared.bus.events import (
    AgeNear,
    AlertDue,
    CallDue,
    CaseEvent,
    ChoreDue,
    ConsentLapses,
    MarkingDue,
    ReminderDue,
)
from shared.domain.answering import nudge_at
from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import CaseFacts, Consent, Meeting
from shared.domain.procedure import Alert, AnswerRule, Chore, MonthRule, Reminder
from shared.domain.quiet import QuietHours, fitting
from shared.domain.windows import Window

STAYS_USEFUL = timedelta(days=60)
MARKING_RULE = "R13"
_MARKING_AT = time(9, 0)
_CHORES_AT = time(9, 0)
_BIRTHDAYS_AT = time(5, 0)


@dataclass(frozen=True, slots=True)
class Due:
    """An event to be published at `due_at`, or never after `useful_until` (aware instants)."""

    key: str
    event: CaseEvent
    due_at: datetime
    useful_until: datetime

    def __post_init__(self) -> None:
        if self.useful_until <= self.due_at:
            raise ValueError(f"{self.key} would be useless when it falls due")


@dataclass(frozen=True, slots=True)
class Booked:
    """A booked meeting of a case, and when everybody was called to it, or will be."""

    facts: CaseFacts
    meeting: Meeting
    called_at: datetime


def call(booked: Booked, rule: MonthRule) -> Due | None:
    """R20: that everybody is called now, useful until it begins; None if they were at once."""
    meeting, called_at = booked.meeting, booked.called_at
    if called_at <= meeting.changed_at:
        return None
    # Other rules can change the weeks of a meeting that stands (X9): that is a new key.
    weeks = rule.call_weeks_before
    key = f"{meeting.id}/{rule.rule}/call/{meeting.sequence}/{weeks}"
    event = CallDue(
        case_id=booked.facts.id,
        key=key,
        meeting_id=meeting.id,
        sequence=meeting.sequence,
        rule=rule.rule,
    )
    return Due(key, event, called_at, meeting.starts_at)


def reminder(booked: Booked, rule: Reminder, days: WorkingDays, quiet: QuietHours) -> Due | None:
    """The reminder of a meeting to everybody called, useful until it begins.

    None if there's no hour before the meeting in which it could leave.
    """
    meeting = booked.meeting
    day = days.minus(local_date(meeting.starts_at), rule.working_days_before)
    key = f"{meeting.id}/{rule.rule}/{rule.name}/{meeting.sequence}"
    return _before(booked, key, rule.rule, "reminder", at(day, rule.at), quiet)


def nudge(booked: Booked, rule: AnswerRule, days: WorkingDays, quiet: QuietHours) -> Due | None:
    """To those who haven't answered by then; None if the meeting is too near for it."""
    meeting = booked.meeting
    due_at = nudge_at(rule, meeting, local_date(booked.called_at), days)
    if due_at is None:
        return None
    key = f"{meeting.id}/{rule.rule}/answers/{meeting.sequence}"
    return _before(booked, key, rule.rule, "nudge", due_at, quiet)


def asked_for(facts: CaseFacts, meeting: Meeting, rule: str, now: datetime) -> Due:
    """The reminder that a person has asked for: one a day, besides those that are planned."""
    key = f"{meeting.id}/{rule}/asked/{meeting.sequence}/{local_date(now)}"
    event = ReminderDue(
        case_id=facts.id,
        key=key,
        meeting_id=meeting.id,
        sequence=meeting.sequence,
        rule=rule,
        due_at=now,
        useful_until=meeting.starts_at,
        asked=True,
    )
    return Due(key, event, now, meeting.starts_at)


def _before(
    booked: Booked,
    key: str,
    rule: str,
    kind: Literal["reminder", "nudge"],
    planned_at: datetime,
    quiet: QuietHours,
) -> Due | None:
    """What comes before a meeting, in the hours in which it may."""
    facts, meeting, called_at = booked.facts, booked.meeting, booked.called_at
    due_at = fitting(planned_at, meeting.starts_at, called_at, quiet, staff=False)
    if planned_at <= called_at or due_at is None or due_at <= called_at:
        return None  # the invitation itself has just said it all
    event = ReminderDue(
        case_id=facts.id,
        key=key,
        meeting_id=meeting.id,
        sequence=meeting.sequence,
        rule=rule,
        due_at=due_at,
        useful_until=meeting.starts_at,
        kind=kind,
    )
    return Due(key, event, due_at, meeting.starts_at)


def marking(facts: CaseFacts, meeting: Meeting, days: WorkingDays) -> Due:
    """The question whether a meeting was held, on the next working day: all else waits for it."""
    day = days.plus(local_date(meeting.ends_at), 1)
    key = f"{meeting.id}/{MARKING_RULE}/marking/{meeting.sequence}"
    event = MarkingDue(
        case_id=facts.id, key=key, meeting_id=meeting.id, rule=MARKING_RULE, due_on=day
    )
    due_at = at(day, _MARKING_AT)
    return Due(key, event, due_at, due_at + STAYS_USEFUL)


def alerts(
    facts: CaseFacts, window: Window, rule: Alert, all_rules: Sequence[Alert], days: WorkingDays
) -> Iterator[Due]:
    """The alert of a rule about a limit, to each function; useful until the limit's next alert.

    None while the limit is open, if the case was opened as near as that.
    """
    assert window.closes_on is not None
    due_at = _alert_at(window.closes_on, rule, days)
    if window.state == "open" and due_at <= facts.opened_at:
        return
    later = [_alert_at(window.closes_on, other, days) for other in all_rules]
    useful_until = min(
        (instant for instant in later if instant > due_at),
        default=max(due_at, facts.opened_at) + STAYS_USEFUL,
    )
    for to in rule.to:
        key = f"{facts.id}/{window.step}/{rule.rule}/{rule.name}/{to}/{window.closes_on}"
        event = AlertDue(
            case_id=facts.id,
            key=key,
            step=window.step,
            rule=rule.rule,
            to=to,
            about="limit-near" if rule.when == "days_before_close" else "limit-passed",
            limit_on=window.closes_on,
            due_at=due_at,
            useful_until=useful_until,
        )
        yield Due(key, event, due_at, useful_until)


def chores(
    facts: CaseFacts, meeting: Meeting, rule: Chore, days: WorkingDays, now: datetime
) -> Iterator[Due]:
    """The task that follows from a meeting.

    One that comes again and again is there for every time until now, and the next.
    """
    if rule.every_days is None:
        yield _once(facts, meeting, rule, _chore_day(meeting, rule, days))
        return
    held_on, turn = local_date(meeting.starts_at), 1
    while True:
        day = held_on + timedelta(days=turn * rule.every_days)
        yield _once(facts, meeting, rule, days.first_on_or_after(day), turn)
        if day > local_date(now):
            return
        turn += 1


def age_near(
    facts: CaseFacts,
    age: int,
    birthday: date,
    ahead: int,
    rule: str,
    until: datetime,
    not_before: datetime | None = None,
) -> Due | None:
    """The birthday from which somebody else decides, told so many days ahead, or on it (X8).

    `not_before`: where somebody is mailed at once because of it. None if that is after `until`, or
    if the birthday had been when the case was opened.
    """
    due_at = at(birthday - timedelta(days=ahead), _BIRTHDAYS_AT)
    if not_before is not None:
        due_at = max(due_at, not_before)
    useful_until = at(birthday, _BIRTHDAYS_AT) + STAYS_USEFUL
    if due_at > until or useful_until <= facts.opened_at + STAYS_USEFUL:
        return None
    key = f"{facts.id}/{rule}/age/{age}/{birthday}/{ahead}"
    event = AgeNear(case_id=facts.id, key=key, age=age, on=birthday, rule=rule)
    return Due(key, event, due_at, useful_until)


def consent_lapses(facts: CaseFacts, form: Consent, last_day: date, ahead: int, rule: str) -> Due:
    """The last day of a signed consent, told so many days ahead."""
    key = f"{form.id}/{rule}/lapses/{last_day}"
    event = ConsentLapses(case_id=facts.id, key=key, consent_id=form.id, on=last_day)
    due_at = at(last_day - timedelta(days=ahead), _BIRTHDAYS_AT)
    return Due(key, event, due_at, at(last_day, _BIRTHDAYS_AT) + STAYS_USEFUL)


def _once(facts: CaseFacts, meeting: Meeting, rule: Chore, day: date, turn: int = 0) -> Due:
    key = f"{meeting.id}/{rule.rule}/{rule.name}/{meeting.sequence}/{turn}"
    event = ChoreDue(
        case_id=facts.id,
        key=key,
        chore=rule.name,
        kind=rule.kind,
        rule=rule.rule,
        owner=rule.owner,
        step=meeting.step,
        meeting_id=meeting.id,
        sequence=meeting.sequence,
        due_on=day,
    )
    begins_at = _chore_begins(meeting, rule, day, turn)
    return Due(key, event, begins_at, begins_at + STAYS_USEFUL)


def _chore_day(meeting: Meeting, rule: Chore, days: WorkingDays) -> date:
    """By when: working days before a booked meeting, or after a held one."""
    day = local_date(meeting.starts_at)
    if rule.on == "booked":
        return days.minus(day, rule.working_days)
    return days.plus(day, rule.working_days)


def _chore_begins(meeting: Meeting, rule: Chore, day: date, turn: int) -> datetime:
    """What precedes or follows a meeting is there at once; what comes again, on its day."""
    if turn:
        return at(day, _CHORES_AT)
    return meeting.changed_at if rule.on == "booked" else meeting.ends_at


def _alert_at(closes_on: date, rule: Alert, days: WorkingDays) -> datetime:
    """Working days before the limit; or after it, when it has passed."""
    if rule.when == "days_before_close":
        return at(days.minus(closes_on, rule.working_days), rule.at)
    return at(days.plus(closes_on, rule.working_days), rule.at)
