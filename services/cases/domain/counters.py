"""Another time that somebody called wishes for: whoever leads the meeting answers (B5, Q1)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from services.cases.domain.refused import Invalid, Refused, Words, codes_in_words
from services.cases.domain.tasks import Task
from shared.domain.days import STOCKHOLM, WorkingDays, local_date
from shared.domain.facts import Meeting
from shared.domain.hours import OfficeHours

ANSWER_COUNTER = "answer-counter"
CounterState = Literal["asked", "accepted", "declined", "stale"]
Via = Literal["link", "mail"]
_LONGEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Counter:
    """A wish for another time; `sequence` is the meeting's as it was known to whoever wishes."""

    id: UUID
    meeting_id: UUID
    person_id: UUID
    sequence: int
    starts_at: datetime
    ends_at: datetime
    via: Via
    state: CounterState = "asked"

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


class TimeHasBeen(Invalid):
    code = "time-has-been"
    detail = Words(
        "Tiden har redan varit. Välj en senare.", "That time has already been. Choose a later one."
    )


class TooFarAhead(Invalid):
    code = "too-far-ahead"
    detail = Words(
        "Dagen ligger mer än ett år bort. Välj en tidigare.",
        "That day is more than a year away. Choose an earlier one.",
    )


class NobodyWorksThen(Invalid):
    code = "nobody-works-then"
    detail = Words(
        "Kommunen har stängt {day}. Välj en vardag.",
        "The municipality is closed on {day}. Choose a weekday.",
    )


class OutsideTheHours(Invalid):
    code = "outside-the-hours"
    detail = Words(
        "Mötet behöver börja tidigast kl. {start} och sluta senast kl. {end}. Välj en annan tid.",
        "The meeting has to begin at {start} at the earliest and end by {end}."
        " Choose another time.",
    )


class TheSameTime(Invalid):
    code = "the-same-time"
    detail = Words(
        "Det är den tid som mötet redan har. Välj en annan.",
        "That is the time the meeting already has. Choose another.",
    )


class CounterSettled(Refused):
    """What has been answered is told already; a meeting that has moved has another time."""

    code = "counter-settled"
    title = Words("Önskemålet är redan avgjort", "The wish has been settled")
    detail = Words(
        "Önskemålet om en annan tid är {state}. Flytta mötet i stället, om det behövs.",
        "The wish for another time is {state}. Move the meeting instead, if it is needed.",
    )


def check_wished_time(
    meeting: Meeting,
    starts_at: datetime,
    days: WorkingDays,
    hours: OfficeHours,
    now: datetime,
) -> datetime:
    """When it would end: as long as the meeting is. Raises Invalid, naming `day` or `time`.

    Whether the time can be booked is for whoever answers to find out: limits and other people's
    calendars are nothing to tell by a link.
    """
    ends_at = starts_at + (meeting.ends_at - meeting.starts_at)
    if starts_at <= now:
        raise TimeHasBeen("day")
    if starts_at - now > _LONGEST_AHEAD:
        raise TooFarAhead("day")
    if not days.is_working_day(local_date(starts_at)):
        raise NobodyWorksThen("day", day=local_date(starts_at))
    begins, ends = (one.astimezone(STOCKHOLM).time() for one in (starts_at, ends_at))
    too_long = local_date(ends_at) != local_date(starts_at)
    if too_long or begins < hours.outer_start or ends > hours.outer_end:
        raise OutsideTheHours("time", start=_clock(hours.outer_start), end=_clock(hours.outer_end))
    if starts_at == meeting.starts_at:
        raise TheSameTime("time")
    return ends_at


def check_settling(counter: Counter, decision: CounterState) -> bool:
    """Whether deciding changes anything: it doesn't if it says the same again. Raises Refused."""
    if counter.state == decision:
        return False
    if counter.state != "asked":
        raise CounterSettled(state=codes_in_words((counter.state,)))
    return True


def answer_counter(counter: UUID, meeting: UUID, owner: UUID, rule: str, due_on: date) -> Task:
    """Somebody wishes for another time; whoever leads the meeting moves it or says no."""
    key = task_key(counter, rule)
    return Task(key, ANSWER_COUNTER, owner, rule, due_on, meeting_id=meeting)


def task_key(counter: UUID, rule: str) -> str:
    return f"{counter}/{rule}/{ANSWER_COUNTER}"


def _clock(wall: time) -> str:
    return f"{wall:%H.%M}"
