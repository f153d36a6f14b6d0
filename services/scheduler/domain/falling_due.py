"""Which rows fall due for a case: reminders, what follows from meetings, birthdays and alerts."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from services.scheduler.domain.due import (
    Booked,
    Due,
    age_near,
    alerts,
    call,
    chores,
    consent_lapses,
    marking,
    nudge,
    reminder,
)
from shared.domain.call_time import called_at
from shared.domain.consent import (
    ages_that_count,
    ages_that_decide,
    birthday_in,
    declined,
    stands,
)
from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Chore, Procedure
from shared.domain.quiet import QuietHours
from shared.domain.windows import Window, is_provided

OWN_MAIL = "X11"
_MIDNIGHT = time(0, 0)
SEASON = timedelta(days=90)  # how far ahead a birthday is planned


def what_falls_due(
    facts: CaseFacts,
    procedure: Procedure,
    limits: tuple[Window, ...],
    days: WorkingDays,
    now: datetime,
    quiet: QuietHours,
) -> Iterator[Due]:
    """Every row, in no order that counts: each has a key of its own."""
    for meeting in facts.meetings:
        if meeting.state == "booked":
            yield from _reminders(facts, procedure, meeting, days, quiet)
            yield marking(facts, meeting, days)
    has_said_no = declined(facts, procedure, local_date(now))
    for meeting in facts.meetings:
        yield from _chores(facts, procedure, meeting, days, now, has_said_no=has_said_no)
    if has_said_no:
        return  # a no is an answer: nobody is pressed for a limit that can't be kept (P7, P11)
    if facts.about == "child":
        yield from _birthdays(facts, procedure, now, quiet)
        yield from _endings(facts, procedure)
    for window in limits:
        yield from _alerts(facts, procedure, window, days)


def birthday_at(facts: CaseFacts, age: int) -> date:
    return birthday_in(facts.born_on, facts.born_on.year + age)


def newest_held(facts: CaseFacts, steps: tuple[str, ...]) -> Meeting | None:
    """What comes again is counted from the last meeting of these steps that was held."""
    held = (one for one in facts.meetings if one.state == "held" and one.step in steps)
    return max(held, key=lambda one: (one.starts_at, str(one.id)), default=None)


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
        if rule.every_days is None or meeting == newest_held(facts, rule.steps):
            yield from chores(facts, meeting, rule, days, now)


def _is_needless(rule: Chore, meeting: Meeting) -> bool:
    return rule.unless is not None and bool(getattr(meeting, rule.unless))


def _birthdays(
    facts: CaseFacts, procedure: Procedure, now: datetime, quiet: QuietHours
) -> Iterator[Due]:
    """X8, P6: who decides from a birthday on is asked ahead, and on it what stands is put right;
    who may be asked is asked on the day. X11: who may be mailed from then on is called by mail,
    though not at night.

    A day that is further off than a season isn't planned yet: the case is looked at again by then.
    What has been when the case is opened, the opening has heeded.
    """
    rule = procedure.consent
    until = now + SEASON
    near: list[Due | None] = []
    for age in ages_that_decide(procedure):
        birthday = birthday_at(facts, age)
        near += (
            age_near(facts, age, birthday, ahead, rule.age_rule, until)
            for ahead in (rule.ask_ahead_days, 0)
        )
    if (asked := rule.child_asked_from_age) is not None and rule.child_rule is not None:
        birthday = birthday_at(facts, asked)
        near.append(age_near(facts, asked, birthday, 0, rule.child_rule, until))
    if (mailed := rule.own_mail_from_age) not in ages_that_count(procedure):
        birthday = birthday_at(facts, mailed)
        awake = quiet.next_allowed(at(birthday, _MIDNIGHT), staff=False)
        near.append(age_near(facts, mailed, birthday, 0, OWN_MAIL, until, awake))
    yield from (due for due in near if due is not None)


def _endings(facts: CaseFacts, procedure: Procedure) -> Iterator[Due]:
    """A signed consent that ends is asked for anew ahead of its last day."""
    rule = procedure.consent
    for form in facts.consents:
        if form.valid_until is not None and stands(facts, form):
            yield consent_lapses(facts, form, form.valid_until, rule.ask_ahead_days, rule.rule)


def _reminders(
    facts: CaseFacts,
    procedure: Procedure,
    meeting: Meeting,
    days: WorkingDays,
    quiet: QuietHours,
) -> Iterator[Due]:
    """None that would have come before everybody was called: the invitation says it all."""
    step = procedure.step(meeting.step)
    booked = Booked(facts, meeting, called_at(step, meeting, days))
    planned = [reminder(booked, rule, days, quiet) for rule in procedure.reminders]
    if procedure.answers is not None:
        planned.append(nudge(booked, procedure.answers, days, quiet))
    if step.in_month is not None:
        planned.append(call(booked, step.in_month))
    yield from (due for due in planned if due is not None)


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
        yield from alerts(facts, window, rule, procedure.alerts, days)
