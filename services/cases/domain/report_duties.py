"""What a report of concern asks of people: whose it is, by when, by which rule (R40-R45, R51)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from services.cases.domain.duties import Duty, Subject
from services.cases.domain.reports import Report
from shared.domain.days import WorkingDays, at
from shared.domain.procedure import ReportRules

RECEIPT = "see-receipt"
SEND_WRITTEN, NOTE_WRITTEN = "send-written-report", "note-written-report"
INFORM = "inform-guardian"
ASK, ANSWER = "ask-for-feedback", "give-feedback"
CALL = "call-report-meeting"
WRITTEN = (SEND_WRITTEN, NOTE_WRITTEN)

_REMINDED_AT = time(9, 0)


@dataclass(frozen=True, slots=True)
class Whose:
    """A post's, or one person's own."""

    post: str | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """What duties about one report are made from."""

    report: Report
    rules: ReportRules
    receiver: Whose
    days: WorkingDays
    today: date

    @property
    def reporter(self) -> Whose:
        return Whose(person=self.report.reporter)

    def receipt(self) -> Duty:
        """R43: that it has come, and from whom to hear by whom it was taken."""
        return self._duty(RECEIPT, self.rules.receipt_rule, self.reporter)

    def written(self) -> tuple[Duty, Duty]:
        """R42: the reporter sends it in writing, and the receiver notes that it has come."""
        rule = self.rules.written_rule
        due_on = self.days.plus(self.report.received_on, self.rules.written_working_days)
        return (
            self._duty(SEND_WRITTEN, rule, self.reporter, due_on),
            self._duty(NOTE_WRITTEN, rule, self.receiver, due_on),
        )

    def inform_guardian(self, rektor: Whose) -> Duty:
        """R40: who has told the guardians, and when; never of suspected abuse (R41)."""
        if self.report.is_kept_from_the_family:
            raise ValueError("nobody of the family is told of this report")
        due_on = self.days.plus(self.today, 1)
        return self._duty(INFORM, self.rules.guardian_rule, rektor, due_on)

    def ask_for_feedback(self) -> Duty:
        """R44: the reporter may ask now, and needn't."""
        if self.today < self.report.feedback_from:
            raise ValueError("nobody is nudged before the two weeks are over")
        return self._duty(ASK, self.rules.feedback_rule, self.reporter)

    def give_feedback(self) -> Duty:
        """R45: the answer, soon; but not before there can be one (R44)."""
        soon = self.days.plus(self.today, self.rules.answer_working_days)
        due_on = max(soon, self.report.feedback_from)
        return self._duty(ANSWER, self.rules.answer_rule, self.receiver, due_on)

    def call_meeting(self) -> Duty:
        """R51: a meeting in connection with the report is wished for."""
        due_on = self.days.plus(self.today, self.rules.answer_working_days)
        return self._duty(CALL, self.rules.meeting_rule, self.receiver, due_on)

    def _duty(self, kind: str, rule: str, whose: Whose, due_on: date | None = None) -> Duty:
        return Duty(
            key=f"{self.report.id}/{rule}/{kind}",
            kind=kind,
            rule=rule,
            subject=Subject(report=self.report.id),
            post=whose.post,
            person=whose.person,
            due_on=due_on,
            reminders=self._reminders(due_on),
        )

    def _reminders(self, due_on: date | None) -> tuple[datetime, ...]:
        """On the morning of the day by which it is to be done."""
        return () if due_on is None or due_on <= self.today else (at(due_on, _REMINDED_AT),)
