"""What falls due: reminders of meetings and alerts about limits, each with a key from its rule.

The key says which case or meeting, which rule, which occurrence and which revision it is. A new
time or a new limit is a new key, so the old row is withdrawn and can never fire for the new time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.bus.events import AlertDue, Event, MarkingDue, ReminderDue
from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Alert, Reminder
from shared.domain.windows import Window

STAYS_USEFUL = timedelta(days=60)
MARKING_RULE = "R13"
_MARKING_AT = time(9, 0)


@dataclass(frozen=True, slots=True)
class Due:
    """An event to be published at `due_at`, or never after `useful_until` (aware instants)."""

    key: str
    event: Event
    due_at: datetime
    useful_until: datetime

    def __post_init__(self) -> None:
        if self.useful_until <= self.due_at:
            raise ValueError(f"{self.key} would be useless when it falls due")


def reminder(facts: CaseFacts, meeting: Meeting, rule: Reminder, days: WorkingDays) -> Due:
    """The reminder of a meeting to everybody called, useful until it begins."""
    day = days.minus(local_date(meeting.starts_at), rule.working_days_before)
    due_at = at(day, rule.at)
    key = f"{meeting.id}/{rule.rule}/{rule.name}/{meeting.sequence}"
    event = ReminderDue(
        case_id=facts.id,
        key=key,
        meeting_id=meeting.id,
        sequence=meeting.sequence,
        rule=rule.rule,
        due_at=due_at,
        useful_until=meeting.starts_at,
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


def alert(
    facts: CaseFacts,
    window: Window,
    rule: Alert,
    all_rules: Sequence[Alert],
    to: str,
    days: WorkingDays,
) -> Due:
    """One alert about a limit to one function; useful until the next alert of the same limit."""
    assert window.closes_on is not None
    due_at = _alert_at(window.closes_on, rule, days)
    later = [_alert_at(window.closes_on, other, days) for other in all_rules]
    useful_until = min(
        (instant for instant in later if instant > due_at), default=due_at + STAYS_USEFUL
    )
    key = f"{facts.id}/{window.step}/{rule.rule}/{rule.name}/{to}/{window.closes_on}"
    event = AlertDue.model_validate(
        {
            "case_id": facts.id,
            "key": key,
            "step": window.step,
            "rule": rule.rule,
            "to": to,
            "about": "limit-near" if rule.when == "days_before_close" else "limit-passed",
            "limit_on": window.closes_on,
            "due_at": due_at,
            "useful_until": useful_until,
        }
    )
    return Due(key, event, due_at, useful_until)


def _alert_at(closes_on: date, rule: Alert, days: WorkingDays) -> datetime:
    """Working days before the limit; or after it, when it has passed."""
    if rule.when == "days_before_close":
        return at(days.minus(closes_on, rule.working_days), rule.at)
    return at(days.plus(closes_on, rule.working_days), rule.at)
