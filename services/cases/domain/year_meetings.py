"""How the meetings of April and October go: their month, their state, their replies (R20-R22)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from services.cases.domain.year_facts import Replied, YearFacts
from shared.domain.call_time import is_called
from shared.domain.days import SchoolYears, WorkingDays, at, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Step, YearRules
from shared.domain.procedure.steps import MonthRule
from shared.domain.procedure.year import Group
from shared.domain.year_days import month_of, ranked_days

# "unknown": its time is over, and Samspel wasn't there.
MeetingState = Literal["planned", "called", "held", "cancelled", "missed", "unknown"]

_STANDS = ("held", "booked", "proposed", "cancelled")  # which one tells how the step goes


@dataclass(frozen=True, slots=True)
class Month:
    """The limit of a meeting of the year (R20); None: no day of the month will do."""

    opens_on: date
    closes_on: date
    last_bookable_on: date | None


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """The replies of a group that is to be represented (R22)."""

    group: Group
    called: int
    accepted: int
    declined: int
    tentative: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ShownMeeting:
    """April or October. `preliminary`: its day is worked out by the rule, and nothing is booked.

    `unmarked`: its time is over, and nobody has said yet whether it was held.
    """

    step: Step
    window: Month
    state: MeetingState
    rule: str
    id: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    sequence: int | None = None
    preliminary: bool = False
    unmarked: bool = False
    groups: tuple[ShownGroup, ...] = ()

    @property
    def month(self) -> int:
        return self.window.opens_on.month


def shown_meeting(
    step: Step,
    facts: YearFacts,
    rules: YearRules,
    days: WorkingDays,
    breaks: SchoolYears,
    now: datetime,
) -> ShownMeeting:
    month = step.in_month
    assert month is not None  # a step of a year comes in a month
    possible = ranked_days(month, facts.year, days, breaks)
    window = Month(*month_of(month, facts.year), max(possible, default=None))
    one = _the_one(facts.matter, step)
    if one is None:
        return _without_a_time(step, month, window, possible, facts.matter, local_date(now))
    state = _state(one, step, window, days, now)
    return ShownMeeting(
        step=step,
        window=window,
        state=state,
        rule=month.rule,
        id=one.id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        sequence=one.sequence,
        unmarked=one.state == "booked" and one.ends_at <= now,
        groups=tuple(_groups(one.id, facts.replies, rules)) if state != "cancelled" else (),
    )


def _the_one(matter: CaseFacts | None, step: Step) -> Meeting | None:
    """The meeting that tells how the step goes: a held one before a booked one, the newest last."""
    if matter is None:
        return None
    of_step = matter.meetings_of(step.name)
    return max(of_step, key=lambda one: (-_STANDS.index(one.state), one.changed_at), default=None)


def _state(
    one: Meeting, step: Step, window: Month, days: WorkingDays, now: datetime
) -> MeetingState:
    over = local_date(now) > window.closes_on
    if one.state == "held":
        return "held"
    if one.state == "booked":
        return "called" if is_called(step, one, days, now) else "planned"
    if over:
        return "missed"
    return "cancelled" if one.state == "cancelled" else "planned"


def _without_a_time(
    step: Step,
    month: MonthRule,
    window: Month,
    possible: Sequence[date],
    matter: CaseFacts | None,
    today: date,
) -> ShownMeeting:
    """A year that isn't opened yet shows the day that the rule gives (R20)."""
    if matter is None and today <= window.closes_on:
        starts_at = at(possible[0], month.at) if possible else None
        ends_at = None if starts_at is None else starts_at + timedelta(minutes=step.minutes)
        return ShownMeeting(
            step, window, "planned", month.rule, None, starts_at, ends_at, preliminary=True
        )
    state: MeetingState = "planned"
    if today > window.closes_on:
        was_there = matter is not None and local_date(matter.opened_at) <= window.closes_on
        state = "missed" if was_there else "unknown"
    return ShownMeeting(step, window, state, month.rule)


def _groups(meeting: UUID, replies: Iterable[Replied], rules: YearRules) -> Iterable[ShownGroup]:
    of_meeting = [one for one in replies if one.meeting_id == meeting]
    for group in rules.groups:
        count: Counter[str] = Counter()
        for one in of_meeting:
            if one.role in group.roles:
                count[one.answer] += one.count
        yield ShownGroup(
            group=group,
            called=count.total(),
            accepted=count["accepted"],
            declined=count["declined"],
            tentative=count["tentative"],
            waiting=count["needs-action"],
        )
