"""What requests about reports and consultations look like: codes and dates, no words (R41)."""

from typing import Annotated

from pydantic import Field

from services.cases.api.fields import CodeText, Day, Id, Instant, Minutes
from services.cases.api.meeting_models import People, Place
from services.cases.api.models import Strict
from services.cases.domain.reports import Channel, ClearedBecause, Feedback
from services.cases.handlers.report_ports import (
    BookConsultation,
    CallMeeting,
    Classify,
    Informed,
    NewReport,
)


class ReportFromCase(Strict):
    """That a report was made; the unit is the case's (R48). Nothing about the child, ever."""

    reporter: Id = Field(description="Who of the staff has made it.")
    oral: bool
    suspected_abuse: bool | None = Field(
        None, description="null: nobody has said, which counts as suspected (R41)."
    )
    wants_feedback: bool
    received_by: Id = Field(description="Who of social services has received it (R43).")
    channel: Annotated[Channel, Field(strict=False)] | None = Field(
        None, description="Left out: phone if oral, else letter. Never e-mail (R50)."
    )
    received_on: Day | None = Field(None, description="Left out: today.")

    def command(self) -> NewReport:
        return NewReport(unit="", **self.model_dump())


class ReportMade(ReportFromCase):
    unit: CodeText = Field(description="The school unit, see /api/v1/units.")

    def command(self) -> NewReport:
        return NewReport(**self.model_dump())


class Written(Strict):
    on: Day | None = Field(None, description="When the written one came; left out: today.")


class GuardianInformed(Strict):
    by: Id = Field(description="Who of the staff has told the guardians.")
    on: Day | None = Field(None, description="Left out: today.")

    def command(self, report_id: Id) -> Informed:
        return Informed(report_id, self.by, self.on)


class Classified(Strict):
    suspected_abuse: bool
    because: Annotated[ClearedBecause, Field(strict=False)] | None = Field(
        None, description="Why it isn't suspected after all; needed where it has been."
    )

    def command(self, report_id: Id) -> Classify:
        return Classify(report_id, self.suspected_abuse, self.because)


class GivenFeedback(Strict):
    code: Annotated[Feedback, Field(strict=False)]


class ReportMeeting(Strict):
    starts_at: Instant
    minutes: Minutes | None = None
    place: Place = None
    participants: People | None = Field(
        None, description="Left out: the reporter, whoever received it, the unit's rektor."
    )

    def command(self, report_id: Id) -> CallMeeting:
        people = None if self.participants is None else tuple(self.participants)
        return CallMeeting(report_id, self.starts_at, self.minutes, self.place, people)


class NewConsultation(Strict):
    """No child and no unit is named (R47)."""

    starts_at: Instant
    minutes: Minutes | None = None
    by: Id | None = Field(None, description="null: somebody who doesn't say who they are.")
    place: Place = None

    def command(self) -> BookConsultation:
        return BookConsultation(self.starts_at, self.minutes, self.by, self.place)


class ReportsQuery(Strict):
    after: Id | None = Field(None, description="The id of the last report of the page before.")
    limit: Annotated[int, Field(ge=1, le=500, strict=False)] = 100
