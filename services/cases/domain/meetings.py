"""What can be done with a meeting in the state it is in."""

from datetime import datetime
from enum import StrEnum

from services.cases.domain import refusals
from services.cases.domain.refused import codes_in_words
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.swedish import clock_time


class Outcome(StrEnum):
    """How a case ended: codes only, with neutral words for people (R16)."""

    COMPLETED = "completed"
    DECLINED = "declined"
    MOVED = "moved"
    NOT_NEEDED = "not-needed"
    OTHER = "other"


def coming(facts: CaseFacts, now: datetime) -> tuple[Meeting, ...]:
    """The booked and proposed meetings that haven't begun."""
    return tuple(
        meeting
        for meeting in facts.meetings
        if meeting.state in ("booked", "proposed") and meeting.starts_at > now
    )


def check_closing(facts: CaseFacts, now: datetime) -> None:
    """R13: what has become of every meeting that has begun is said first. Raises Refused."""
    for meeting in facts.meetings:
        if meeting.state == "booked" and meeting.starts_at <= now:
            raise refusals.MeetingNotMarked(
                day=local_date(meeting.starts_at), time=clock_time(meeting.starts_at)
            )


def check_changeable(facts: CaseFacts, meeting: Meeting, rule: str) -> None:
    """Only what is booked or proposed, on an open case, can be changed. Raises Refused."""
    if facts.state == "closed":
        raise refusals.CaseIsClosed
    if meeting.state not in ("booked", "proposed"):
        raise refusals.NotBooked(rule=rule, state=codes_in_words((meeting.state,)))


def check_confirmable(meeting: Meeting, rule: str) -> None:
    if meeting.state != "proposed":
        raise refusals.NotProposed(rule=rule, state=codes_in_words((meeting.state,)))


def check_held(facts: CaseFacts, meeting: Meeting, rule: str, now: datetime) -> None:
    """Only a booked meeting that has begun can have been held. Raises Refused."""
    if facts.state == "closed":
        raise refusals.CaseIsClosed
    if meeting.state != "booked":
        raise refusals.NotBooked(rule=rule, state=codes_in_words((meeting.state,)))
    if now < meeting.starts_at:
        day, time = local_date(meeting.starts_at), clock_time(meeting.starts_at)
        raise refusals.NotYetHeld(day=day, time=time)
