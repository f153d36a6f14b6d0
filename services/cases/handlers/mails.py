"""Mail that came in, or came back: a person reads it, decides about it, reaches somebody otherwise.

The notifier keeps the mails; cases knows their ids and asks for their words when somebody reads.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from services.cases.domain import case_refusals, meeting_refusals
from services.cases.domain.refused import NotFound, Refused, Words, codes_in_words
from services.cases.domain.tasks import Task
from services.cases.handlers import duties
from services.cases.handlers.answers import Answer, NotCalledTo
from services.cases.handlers.mail_ports import MailViews, Row
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.year.callers import ask, is_done
from shared.bus.events import InboundDecided, MailReceived, MessageBounced, ParticipantsChanged
from shared.domain.calling import in_charge
from shared.domain.sight import COORDINATOR

READ, DECIDE, REACH = "read-mail", "decide-mail", "reach-otherwise"
# A mail may take back a consent, and whoever handles it records that (X14).
_RULE = "X14"
State = Literal["handled", "quarantined", "settled", "discarded"]


class NotInQuarantine(Refused):
    """Only a mail that is in quarantine is decided about, and only once."""

    code = "not-in-quarantine"
    title = Words("Mejlet väntar inte på beslut", "The mail is not waiting for a decision")
    detail = Words(
        "Mejlet är redan hanterat, eller någon har bestämt om det. Läs om det för att se vad som"
        " gäller.",
        "The mail has been dealt with, or somebody has decided about it. Read it again to see"
        " how it stands.",
    )


class NoMeetingKnown(Refused):
    """An answer is an answer to a meeting, and of this mail nobody knows which."""

    code = "no-meeting-known"
    title = Words("Mejlet hör inte till något känt möte", "The mail belongs to no known meeting")
    detail = Words(
        "Registrera svaret på mötet (POST /meetings/{{id}}/answers) och lägg sedan mejlet åt sidan"
        " (…/discard).",
        "Record the answer on the meeting (POST /meetings/{{id}}/answers), then put the mail aside"
        " (…/discard).",
    )
    on_page = Words(
        "Anteckna svaret på mötets sida och lägg sedan mejlet åt sidan.",
        "Note the answer on the meeting's page, then put the mail aside.",
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """Somebody has read a mail in quarantine: it is that person's answer."""

    mail_id: UUID
    person: UUID
    answer: Answer


def mail_received(event: MailReceived, desk: Desk) -> None:
    """B4, B8: the process owner reads it, also when the case is closed or a consent has gone."""
    file = desk.take(event.case_id)
    kind = READ if event.why == "plain" else DECIDE
    ask(
        file,
        Task(
            key=_key(event.inbound_id, kind),
            kind=kind,
            owner=file.facts.process_owner,
            rule=_RULE,
            due_on=desk.next_working_day,
            meeting_id=event.meeting_id,
            about=event.person_id,
            details={"mail": str(event.inbound_id)},
        ),
        desk,
    )
    desk.audit.note(file.id, f"mail.{event.why}", _RULE, {"mail": str(event.inbound_id)})


def message_bounced(event: MessageBounced, desk: Desk) -> None:
    """B9: what won't arrive is told in another way; an address where nobody is isn't used again."""
    if not event.final:
        return
    if event.case_id is None:
        duties.mail_failed(event, desk)
    else:
        _reach_otherwise(event, desk.take(event.case_id), desk)
    if event.dead:
        others = desk.mails.note_dead(event.message_id)
        for case_id in sorted({*others, *filter(None, [event.case_id])}):
            desk.publish(ParticipantsChanged(case_id=case_id))


def _reach_otherwise(event: MessageBounced, file: CaseFile, desk: Desk) -> None:
    ask(
        file,
        Task(
            key=f"{event.message_id}/bounced",
            kind=REACH,
            owner=_in_charge(file, event.meeting_id),
            rule=event.rule,
            due_on=desk.today,
            meeting_id=event.meeting_id,
            about=event.person_id,
            details={"kind": event.kind},
        ),
        desk,
    )


def read_answer(command: Decided, views: MailViews, desk: Desk) -> None:
    """B4: somebody decides what a mail in quarantine says. Raises Refused."""
    mail = _in_quarantine(command.mail_id, views, desk)
    if mail["case_id"] is None or mail["meeting_id"] is None:
        raise NoMeetingKnown
    file = desk.take(mail["case_id"])
    meeting = file.meeting(mail["meeting_id"])
    if file.facts.state == "closed":
        raise case_refusals.CaseIsClosed
    if meeting.state != "booked":
        rule = file.procedure.step(meeting.step).rule
        raise meeting_refusals.NotBooked(rule=rule, state=codes_in_words((meeting.state,)))
    if command.person not in desk.meetings.answers(meeting.id):
        raise NotCalledTo("person")
    _decide(
        InboundDecided(
            inbound_id=command.mail_id,
            decision="answer",
            person_id=command.person,
            answer=command.answer,
            by=desk.actor_person,
        ),
        file,
        desk,
    )


def put_aside(mail_id: UUID, views: MailViews, desk: Desk) -> None:
    """B4: somebody decides that nothing follows from a mail in quarantine. Raises Refused."""
    mail = _in_quarantine(mail_id, views, desk)
    file = None if mail["case_id"] is None else desk.take(mail["case_id"])
    decided = InboundDecided(inbound_id=mail_id, decision="discard", by=desk.actor_person)
    _decide(decided, file, desk)


def mail_of(mail_id: UUID, views: MailViews, case_id: UUID | None = None) -> Row:
    """One mail with its words, of that case if one is named. Raises NotFound."""
    mail = views.mail(mail_id)
    if mail is None or case_id not in (None, mail["case_id"]):
        raise NotFound
    return mail


def _in_quarantine(mail_id: UUID, views: MailViews, desk: Desk) -> Row:
    """Of a mail that belongs to no case nobody knows but the calling system, and coordinators."""
    mail = mail_of(mail_id, views)
    if mail["case_id"] is None and not _takes_in(desk):
        raise NotFound
    if mail["state"] != "quarantined":
        raise NotInQuarantine
    return mail


def _takes_in(desk: Desk) -> bool:
    """Whether it is theirs to take in what comes before a case, or belongs to none (P3)."""
    person = desk.actor_person
    return person is None or desk.reports.acts_for(person, COORDINATOR, desk.today)


def _decide(decided: InboundDecided, file: CaseFile | None, desk: Desk) -> None:
    desk.publish(decided)
    case_id = None if file is None else file.id
    details: dict[str, str] = {"mail": str(decided.inbound_id)}
    if decided.person_id is not None:
        details |= {"person": str(decided.person_id)}
    desk.audit.note(case_id, f"mail.{decided.decision}", _RULE, details)
    if file is None:
        desk.tasks.finish_key(_key(decided.inbound_id, DECIDE))
    else:
        is_done(file, desk, _key(decided.inbound_id, DECIDE))


def _in_charge(file: CaseFile, meeting_id: UUID | None) -> UUID:
    step = None if meeting_id is None else file.procedure.step(file.meeting(meeting_id).step)
    return in_charge(file.facts, file.procedure, step)


def _key(mail_id: UUID, kind: str) -> str:
    return f"{mail_id}/{kind}"
