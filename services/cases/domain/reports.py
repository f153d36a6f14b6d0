"""Reports of concern: that there is one and what is to be done, not about whom (R40-R51)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.cases.domain import report_refusals as no
from shared.domain.days import WorkingDays

ANMALAN = "anmalan"
MEETING, CONSULTATION = "report-meeting", "consultation"  # the steps of the procedure
SOCIAL_SERVICES = "social_services"
_LONG_AGO = timedelta(days=366)


class Channel(StrEnum):
    """How a report came in; never by e-mail (R50)."""

    PHONE = "phone"
    IN_PERSON = "in-person"
    LETTER = "letter"
    E_SERVICE = "e-service"


ORAL = frozenset({Channel.PHONE, Channel.IN_PERSON})


class Feedback(StrEnum):
    """What the reporter is told who asks: codes only (R45)."""

    OPENED = "opened"
    NOT_OPENED = "not-opened"
    ONGOING = "ongoing"
    NOT_DISCLOSED = "not-disclosed"


class ClearedBecause(StrEnum):
    """Why a report isn't one of suspected abuse after all (R41)."""

    MARKED_BY_MISTAKE = "marked-by-mistake"
    ASSESSED_ANEW = "assessed-anew"


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `suspected_abuse` None: nobody has said, which counts as suspected (R41).

    `feedback_from`: the day before which the reporter isn't nudged (R44).
    """

    id: UUID
    reference: str
    unit: str
    reporter: UUID
    received_by: UUID
    received_on: date
    registered_at: datetime
    channel: Channel
    suspected_abuse: bool | None
    wants_feedback: bool
    feedback_from: date
    written_on: date | None = None
    feedback: Feedback | None = None
    feedback_on: date | None = None
    asked_on: date | None = None
    guardian_informed_on: date | None = None
    guardian_informed_by: UUID | None = None

    @property
    def is_oral(self) -> bool:
        return self.channel in ORAL

    @property
    def is_kept_from_the_family(self) -> bool:
        """R41: suspected abuse, or not marked."""
        return self.suspected_abuse is not False


# What somebody has to do with a report: the one who made it, social services, the school's rektor.
Part = Literal["reporter", "receiver", "rektor", "system"]


def may_be_asked_from(received_on: date, after_days: int, days: WorkingDays) -> date:
    """R44: the next working day after the last of so many days, counted from the first receipt."""
    return days.plus(received_on + timedelta(days=after_days), 1)


def channel_of(named: Channel | None, *, oral: bool) -> Channel:
    """R50: how it came in; oral is by phone, unless said otherwise. Raises Invalid."""
    channel = named or (Channel.PHONE if oral else Channel.LETTER)
    if (channel in ORAL) != oral:
        raise no.ChannelDoesNotFit("channel")
    return channel


def check_received(on: date, today: date) -> None:
    """Not one that is to come, nor one of a year that was mistyped. Raises Invalid."""
    if on > today:
        raise no.InFuture("received_on", today=today)
    if on < today - _LONG_AGO:
        raise no.TooLongAgo("received_on", day=today - _LONG_AGO)


def check_on(report: Report, on: date, today: date, field: str = "on") -> None:
    """A day on which something was done about it: since it came, not to come. Raises Invalid."""
    if on > today:
        raise no.InFuture(field, today=today)
    if on < report.received_on:
        raise no.BeforeTheReport(field, day=report.received_on)


def check_informed(report: Report, on: date, today: date) -> bool:
    """R40, R41: whether noting that a guardian was told changes anything. Raises Refused.

    They may have been told before it was made, but not by somebody of a report that is kept from
    them.
    """
    if report.is_kept_from_the_family:
        raise no.KeptFromTheFamily
    if on > today:
        raise no.InFuture("on", today=today)
    return report.guardian_informed_on is None


def check_classified(
    report: Report, part: Part, because: ClearedBecause | None, *, suspected: bool
) -> bool:
    """R41: whether marking it changes anything. Raises Refused.

    Suspicion can always be said, also after a guardian was told: from then on nobody more is. That
    there is none after all is said by social services, with a reason.
    """
    if report.suspected_abuse == suspected:
        return False
    if report.suspected_abuse and because is None:
        raise no.NeedsAReason
    if report.suspected_abuse and part not in ("receiver", "system"):
        raise no.ClearedBySocialServices
    return True


def check_answering(part: Part) -> None:
    """R45: social services answer. Raises Refused."""
    if part not in ("receiver", "system"):
        raise no.AnsweredBySocialServices


def check_asking(part: Part, *, is_reporter: bool) -> None:
    """R45: whoever made the report asks. Raises Refused."""
    if part != "system" and not is_reporter:
        raise no.AskedByTheReporter
