"""Messages about something to do that belongs to no case: that there is a task, and the date."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.notifier.domain.gathering import leaving_in_hours
from services.notifier.domain.mail import Post
from services.notifier.domain.mailing import Duty
from services.notifier.domain.messages import AlertWords, DutyWords, Kind, Message
from services.notifier.domain.recipients import Colleague, language_of
from shared.domain.days import local_date
from shared.domain.quiet import USUAL_HOURS, QuietHours

_STAYS_USEFUL = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class DutyDrafts:
    """Puts into words what colleagues are told of one duty: never what it is about (X16)."""

    duty: Duty
    rule: str
    post: Post
    now: datetime
    hours: QuietHours = USUAL_HOURS

    def of_arising(self, person: UUID, colleague: Colleague) -> Message:
        """To whoever has it now. What is late already is told as such."""
        if self.duty.is_late(local_date(self.now)):
            return self.of_lateness("owner", person, colleague)
        words = DutyWords(due_on=self.duty.due_on)
        return self._message(f"{self.duty.id}/{person}", Kind.TASK, words, person, colleague)

    def of_lateness(
        self, to: Literal["owner", "owner_manager"], person: UUID, colleague: Colleague
    ) -> Message:
        """X2: to whoever has it, and to their manager."""
        due_on = self.duty.due_on
        key = f"{self.duty.id}/late/{due_on}/{to}/{person}"
        words = AlertWords(to, "task-late", due_on)
        return self._message(key, Kind.ALERT, words, person, colleague)

    def _message(
        self,
        key: str,
        kind: Kind,
        words: DutyWords | AlertWords,
        person: UUID,
        colleague: Colleague,
    ) -> Message:
        to = colleague.to
        message = Message(
            key=key,
            kind=kind,
            ground="duty",
            case_id=None,
            task_id=self.duty.id,
            meeting_id=None,
            person_id=person,
            party="staff",
            mailbox=to.mailbox,
            address=to.address,
            language=language_of(to.contact),
            rule=self.rule,
            told=None,
            words=words,
            message_id=self.post.message_id(key),
            due_at=self.now,
            useful_until=self.now + _STAYS_USEFUL,
            created_at=self.now,
            optional=True,
        )
        return leaving_in_hours(message, self.hours)
