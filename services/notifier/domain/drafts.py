"""Messages about a case as it stands now: who is written to, about what, by which rule."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.notifier.domain.gathering import leaving_in_hours
from services.notifier.domain.invitations import Cancel, Invite
from services.notifier.domain.mail import Post
from services.notifier.domain.mailing import Mailing
from services.notifier.domain.messages import (
    ASKED_FOR,
    AlertWords,
    CalendarPart,
    Kind,
    MeetingWords,
    Message,
    OfYear,
    ProposalWords,
    Said,
)
from services.notifier.domain.occasions import DueAlert, DueReminder, Unwanted
from services.notifier.domain.recipients import Colleague, address_of, language_of
from services.notifier.domain.standing import Invitation
from shared.domain.answering import answer_by
from shared.domain.call_time import called_at
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import Procedure
from shared.domain.quiet import USUAL_HOURS, QuietHours

_DAYS = WorkingDays()
_REMOVED = "R5"
_URGENT = ("manager", "limit-passed")  # waits for no other mail
_SAYS_LESS = (Kind.CANCEL, Kind.COUNTER_DECLINED, Kind.PROPOSAL)
_OFF_BECAUSE = {"by-hand": "R8", "consent": "P7", "closing": "R16"}


@dataclass(frozen=True, slots=True)
class _News:
    """What is told of a meeting to a mailbox, by which rule, and when.

    `ground` if it isn't the step's, `said` if it isn't how the meeting stands; `address`: where the
    mailbox got what it holds, if not as its person has entered it now.
    """

    key: str
    kind: Kind
    rule: str
    mailbox: str
    people: tuple[UUID, ...]
    due_at: datetime
    useful_until: datetime
    ground: str | None = None
    said: Said | None = None
    calendar: CalendarPart | None = None
    address: str | None = None
    wished: Said | None = None
    answer_by: date | None = None


@dataclass(frozen=True, slots=True)
class Drafts:
    """Puts into words what is to be told of one case."""

    mailing: Mailing
    procedure: Procedure | None
    post: Post
    now: datetime
    hours: QuietHours = USUAL_HOURS

    def of_change(
        self, change: Invite | Cancel, meeting: Meeting, old: Invitation | None
    ) -> tuple[Invitation, Message]:
        """The invitation as it stands from now on, and the message that says so."""
        said = change.said if isinstance(change, Cancel) else self._said(meeting)
        invitation = Invitation(
            meeting_id=meeting.id,
            mailbox=change.mailbox,
            token=self.post.invitation_token(meeting.id, change.mailbox),
            people=change.people,
            told=meeting.sequence,
            sequence=change.sequence,
            stamp=change.stamp,
            created_at=old.created_at if old is not None else change.stamp,
            state="invited" if isinstance(change, Invite) else "cancelled",
            place=said.place,
            link=self.mailing.link(meeting.id, self._spoken_to(change.people)),
        )
        return invitation, self._calendar_message(change, said, invitation, meeting)

    def reminder(
        self, due: DueReminder, meeting: Meeting, mailbox: str, people: tuple[UUID, ...]
    ) -> Message:
        return self._before_meeting(Kind.REMINDER, due, meeting, mailbox, people)

    def nudge(
        self, due: DueReminder, meeting: Meeting, mailbox: str, people: tuple[UUID, ...]
    ) -> Message:
        """To who hasn't answered; if a person wants it, now, whatever else is mailed today."""
        answer_by = self._answer_by(meeting)
        if answer_by is not None and answer_by < local_date(max(due.due_at, self.now)):
            answer_by = None
        nudge = self._before_meeting(Kind.NUDGE, due, meeting, mailbox, people, answer_by)
        return replace(nudge, optional=not due.asked)

    def _before_meeting(
        self,
        kind: Kind,
        due: DueReminder,
        meeting: Meeting,
        mailbox: str,
        people: tuple[UUID, ...],
        answer_by: date | None = None,
    ) -> Message:
        token = self.post.invitation_token(meeting.id, mailbox)
        news = _News(
            key=f"{ASKED_FOR if due.asked else ''}{due.key}/{token}",
            kind=kind,
            rule=due.rule,
            mailbox=mailbox,
            people=people,
            due_at=due.due_at,
            useful_until=due.useful_until,
            answer_by=answer_by,
        )
        return leaving_in_hours(self._about_meeting(meeting, news), self.hours)

    def proposal(self, meeting: Meeting, mailbox: str, people: tuple[UUID, ...]) -> Message:
        """Which of the times suit. Said once for each set of times; useful while all can be had."""
        token = self.post.invitation_token(meeting.id, mailbox)
        soonest = min(meeting.options)
        news = _News(
            key=f"{meeting.id}/{token}/proposal/{meeting.sequence}",
            kind=Kind.PROPOSAL,
            rule=self._leader_rule,
            mailbox=mailbox,
            people=people,
            due_at=self.now,
            useful_until=soonest,
        )
        message = self._about_meeting(meeting, news)
        assert isinstance(message.words, MeetingWords)
        words = ProposalWords(
            times=tuple(sorted(meeting.options)),
            minutes=int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60,
            token=token,
            reference=message.words.reference,
            answer_by=self._vote_by(meeting, local_date(soonest)),
        )
        return replace(message, words=words)

    def counter_declined(
        self, counter: Unwanted, meeting: Meeting, invitation: Invitation
    ) -> Message:
        """B5: to the mailbox whose calendar asked; the invitation stands as it is."""
        calendar = CalendarPart(
            token=invitation.token,
            sequence=invitation.sequence,
            stamp=max(self.now.replace(microsecond=0), invitation.stamp),
            created_at=invitation.created_at,
        )
        news = _News(
            key=f"counter/{counter.counter_id}/{invitation.token}",
            kind=Kind.COUNTER_DECLINED,
            rule=self._leader_rule,
            mailbox=invitation.mailbox,
            people=invitation.people,
            due_at=self.now,
            useful_until=meeting.starts_at,
            calendar=calendar,
            wished=Said(counter.starts_at, counter.ends_at),
        )
        return self._about_meeting(meeting, news)

    def alert(self, due: DueAlert, person: UUID, colleague: Colleague) -> Message:
        key, to = f"{due.key}/{person}", colleague.to
        message = Message(
            key=key,
            kind=Kind.ALERT,
            ground="duty",
            case_id=self.mailing.facts.id,
            meeting_id=None,
            person_id=person,
            party="staff",
            mailbox=to.mailbox,
            address=to.address,
            language=language_of(to.contact),
            rule=due.rule,
            told=None,
            words=AlertWords(due.to, due.about, due.limit_on),
            message_id=self.post.message_id(key),
            due_at=due.due_at,
            useful_until=due.useful_until,
            created_at=self.now,
            optional=(due.to, due.about) != _URGENT,
        )
        return leaving_in_hours(message, self.hours)

    def _calendar_message(
        self, change: Invite | Cancel, said: Said, invitation: Invitation, meeting: Meeting
    ) -> Message:
        asks = isinstance(change, Invite)
        calendar = CalendarPart(
            token=invitation.token,
            sequence=invitation.sequence,
            stamp=invitation.stamp,
            created_at=invitation.created_at,
            of_all=isinstance(change, Cancel) and change.of_all,
            new_time=isinstance(change, Invite) and change.new_time,
            new_place=isinstance(change, Invite) and change.new_place,
            asks_anew=isinstance(change, Invite) and change.asks_anew,
        )
        revision = f"{invitation.sequence}/{int(invitation.stamp.timestamp())}"
        news = _News(
            key=f"{meeting.id}/{invitation.token}/{revision}",
            kind=Kind(change.kind) if isinstance(change, Invite) else Kind.CANCEL,
            rule=self._rule(change, meeting),
            mailbox=change.mailbox,
            people=change.people,
            due_at=self.now,
            useful_until=max(meeting.starts_at, said.starts_at),
            ground=None if asks else "object",
            said=said,
            calendar=calendar,
            address=change.address if isinstance(change, Cancel) else None,
            answer_by=self._answer_by(meeting) if calendar.asks_anew else None,
        )
        return self._about_meeting(meeting, news)

    def _about_meeting(self, meeting: Meeting, news: _News) -> Message:
        """A message to a mailbox, as to a family if one shares it with staff (X13)."""
        person = self._spoken_to(news.people)
        party = self._party(person)
        contact = self.mailing.contacts.get(person)
        entered = None if contact is None else address_of(contact)
        language = language_of(contact)
        return Message(
            key=news.key,
            kind=news.kind,
            ground=news.ground or self._ground(meeting),
            case_id=self.mailing.facts.id,
            meeting_id=meeting.id,
            person_id=person,
            party=party,
            mailbox=news.mailbox,
            address=news.address or entered or news.mailbox,
            language=language,
            rule=news.rule,
            told=meeting.sequence,
            words=MeetingWords(
                said=news.said or self._said(meeting),
                token=self.post.invitation_token(meeting.id, news.mailbox),
                reference=self.mailing.facts.reference if party == "staff" else None,
                calendar=news.calendar,
                answer_by=news.answer_by,
                wished=news.wished,
                of_year=self._of_year(news.kind, language),
            ),
            message_id=self.post.message_id(news.key),
            due_at=news.due_at,
            useful_until=news.useful_until,
            created_at=self.now,
        )

    def _of_year(self, kind: Kind, language: str) -> OfYear | None:
        """R21, R23: what a mail about a year's meeting may say besides.

        Who calls stands in the call alone: what waits for its day would outlive a change of them.
        """
        if self.mailing.facts.about != "year" or self.procedure is None or kind in _SAYS_LESS:
            return None
        calls = kind in (Kind.CALL, Kind.CHANGE)
        agenda = self.procedure.agenda_in(language)
        return OfYear(agenda, self.mailing.callers if calls else ())

    def _rule(self, change: Invite | Cancel, meeting: Meeting) -> str:
        """By whose decision: who calls, or why the meeting is off, or who is called at all."""
        if isinstance(change, Invite):
            return self._leader_rule
        if not change.of_all:
            return _REMOVED
        if meeting.cancelled_because == "by-hand":
            return self._leader_rule
        return _OFF_BECAUSE[meeting.cancelled_because or "closing"]

    @property
    def _leader_rule(self) -> str:
        return "R8" if self.procedure is None else self.procedure.roles.leader_rule

    def _answer_by(self, meeting: Meeting) -> date | None:
        """Until when an answer is hoped for, from those who were called with everybody else."""
        if self.procedure is None or self.procedure.answers is None:
            return None
        called_on = local_date(called_at(self.procedure.step(meeting.step), meeting, _DAYS))
        meets_on = local_date(meeting.starts_at)
        by = answer_by(self.procedure.answers, meets_on, called_on, _DAYS)
        return by if by is None or by > local_date(self.now) else None

    def _vote_by(self, meeting: Meeting, first_day: date) -> date | None:
        """Until when a time can be chosen so that everybody still has notice of it."""
        if self.procedure is None:
            return None
        notice = self.procedure.step(meeting.step).notice_working_days
        by = _DAYS.minus(first_day, notice)
        return by if by > local_date(self.now) else None

    def _said(self, meeting: Meeting) -> Said:
        return Said(
            meeting.starts_at,
            meeting.ends_at,
            self.mailing.place_for_all(meeting),
            undecided=meeting.id not in self.mailing.places,
        )

    def _spoken_to(self, people: tuple[UUID, ...]) -> UUID:
        """Whose link a mail to a mailbox holds, of those who share it: family before staff."""
        return min(people, key=lambda one: self._party(one) == "staff")

    def _party(self, person: UUID) -> str:
        contact = self.mailing.contacts.get(person)
        return contact.party if contact is not None else "guardian"

    def _ground(self, meeting: Meeting) -> str:
        if self.procedure is None:
            return "consent"
        return self.procedure.step(meeting.step).grounds
