"""Messages about something to do that belongs to no case: that there is a task, and the date."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from services.notifier.domain.gathering import leaving_in_hours
from services.notifier.domain.invitations import STAMP_STEP
from services.notifier.domain.limit_days import Put, TakeOut
from services.notifier.domain.mail import Post
from services.notifier.domain.mailing import Duty
from services.notifier.domain.messages import (
    AlertWords,
    CalendarPart,
    DutyWords,
    Kind,
    Message,
)
from services.notifier.domain.recipients import Colleague, language_of
from shared.domain.days import at, local_date
from shared.domain.quiet import USUAL_HOURS, QuietHours

_STAYS_USEFUL = timedelta(days=60)
# What says more than that there is a task; every other one is a plain task.
_KINDS = {"see-receipt": Kind.RECEIPT, "pass-on": Kind.DISPATCH}


@dataclass(frozen=True, slots=True)
class DutyDrafts:
    """Puts into words what colleagues are told of one duty: never what it is about (X16)."""

    duty: Duty
    rule: str
    post: Post
    now: datetime
    hours: QuietHours = USUAL_HOURS

    def of_arising(self, person: UUID, colleague: Colleague) -> Message:
        """To whoever has it now. What is late already is told as such.

        A receipt leaves at once (R43).
        """
        if self.duty.is_late(local_date(self.now)):
            return self.of_lateness("owner", person, colleague)
        return self.of_arising_again(person, colleague)

    def of_arising_again(self, person: UUID, colleague: Colleague) -> Message:
        """The same message, however late it is by now: whoever has it isn't told twice."""
        kind = _KINDS.get(self.duty.kind, Kind.TASK)
        late = self.duty.is_late(local_date(self.now))
        words = DutyWords(due_on=self.duty.due_on, late=late)
        key = f"{self.duty.id}/{person}"
        message = self._message(key, kind, words, person, colleague)
        if kind == Kind.RECEIPT:
            return replace(message, optional=False, due_at=self.now)
        return message

    def of_day(self, put: Put, turn: int) -> Message:
        """O14: as it arises, in a mail of its own, with its day for the calendar."""
        stamp = self.now.replace(microsecond=0)
        if put.before is None:
            token = self.post.limit_token(self.duty.year, put.to.to.mailbox)
            part = CalendarPart(token, sequence=0, stamp=stamp, created_at=stamp)
        else:
            part = _after(put.before, stamp)
        words = DutyWords(due_on=self.duty.due_on, calendar=part)
        message = self._message(
            self._key_of_day(put.person, turn), Kind.TASK, words, put.person, put.to
        )
        return replace(message, optional=False)

    def of_end(self, out: TakeOut, turn: int) -> Message:
        """O14, O11: the day is taken out of the calendar that it was put into."""
        part = _after(out.before, self.now.replace(microsecond=0))
        off = replace(part, of_all=not self.duty.is_open)
        words = DutyWords(due_on=self.duty.due_on, over=True, calendar=off)
        person = out.told.person_id
        message = self._message(self._key_of_day(person, turn), Kind.TASK, words, person, out.to)
        return replace(message, optional=False, mailbox=out.told.mailbox, address=out.told.address)

    def of_nearness(self, on: date, person: UUID, colleague: Colleague) -> Message:
        """A reminder of a day. What it says is true until the task's own day is over."""
        due_on = self.duty.due_on
        late = self.duty.is_late(local_date(self.now))
        words = DutyWords(due_on=due_on, late=late, reminds=True)
        key = f"{self.duty.id}/near/{on}/{person}"
        until = None if late or due_on is None else at(due_on + timedelta(days=1), time())
        return self._message(key, Kind.TASK, words, person, colleague, until)

    def of_lateness(
        self, to: Literal["owner", "owner_manager"], person: UUID, colleague: Colleague
    ) -> Message:
        """X2: to whoever has it, and to their manager."""
        due_on = self.duty.due_on
        assert due_on is not None  # what has no day is never late
        key = f"{self.duty.id}/late/{due_on}/{to}/{person}"
        words = AlertWords(to, "task-late", due_on)
        return self._message(key, Kind.ALERT, words, person, colleague)

    def _key_of_day(self, person: UUID, turn: int) -> str:
        """`turn`: how much has been told of the year's day, which may go in and out again."""
        return f"{self.duty.id}/{person}/day/{turn}"

    def _message(
        self,
        key: str,
        kind: Kind,
        words: DutyWords | AlertWords,
        person: UUID,
        colleague: Colleague,
        useful_until: datetime | None = None,
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
            useful_until=useful_until or self.now + _STAYS_USEFUL,
            created_at=self.now,
            optional=True,
        )
        return leaving_in_hours(message, self.hours)


def _after(part: CalendarPart, stamp: datetime) -> CalendarPart:
    """The next revision of the same object, newer for every calendar (O5)."""
    newer = max(stamp, part.stamp + STAMP_STEP)
    return replace(part, sequence=part.sequence + 1, stamp=newer, of_all=False)
