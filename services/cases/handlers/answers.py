"""Who comes: answers by mail, by link or by phone, and substitutes for those who don't (R6, S8)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.cases.domain import case_refusals, meeting_refusals, tasks
from services.cases.domain.refused import Invalid, Words, codes_in_words
from services.cases.domain.substitutes import has_nobody, parties_of_staff
from services.cases.domain.whom import children, guardians
from services.cases.handlers.chores import who_comes_changed
from services.cases.handlers.leading import check_speaks_for
from services.cases.handlers.meeting_ports import Answered
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.year import groups, parent_ledger
from shared.bus.events import AnswerReceived
from shared.domain.calling import in_charge
from shared.domain.facts import Meeting

Answer = Literal["accepted", "declined", "tentative"]
_MOMENT = timedelta(microseconds=1)


class NotCalledTo(Invalid):
    """Only who is called answers."""

    code = "not-called-to"
    rule = "R6"
    detail = Words(
        "Personen är inte kallad till mötet. Se attendance på mötet.",
        "The person is not called to the meeting. See attendance on the meeting.",
    )
    on_page = Words(
        "Personen är inte kallad till mötet. Välj en av dem som är det.",
        "The person is not called to the meeting. Choose one of those who are.",
    )


@dataclass(frozen=True, slots=True)
class GiveAnswer:
    """Somebody has said whether they come: by phone, in the corridor, or by their link."""

    meeting_id: UUID
    person: UUID
    answer: Answer
    source: Literal["by-phone", "by-link"] = "by-phone"


def answer_received(event: AnswerReceived, desk: Desk) -> None:
    """B1, B3: the newest answer to the meeting as it is now counts, an older one doesn't."""
    file = desk.take(event.case_id)
    meeting = file.meeting(event.meeting_id)
    if meeting.state != "booked" or event.sequence != meeting.sequence:
        return
    _take_down(file, meeting, event.person_id, event.answer, event.answered_at, "by-itself", desk)


def give_answer(command: GiveAnswer, desk: Desk) -> None:
    """What a person has heard counts from now on; the same again changes nothing.

    Raises Refused.
    """
    file = desk.take_by_meeting(command.meeting_id)
    check_speaks_for(file, command.person, desk)
    meeting = file.meeting(command.meeting_id)
    if file.facts.state == "closed":
        raise case_refusals.CaseIsClosed
    if meeting.state != "booked":
        rule = file.procedure.step(meeting.step).rule
        raise meeting_refusals.NotBooked(rule=rule, state=codes_in_words((meeting.state,)))
    said = desk.meetings.answers(meeting.id)
    if command.person not in said:
        raise NotCalledTo("person")
    before = said[command.person]
    if before.answer == command.answer:
        return
    at = desk.now if before.at is None else max(desk.now, before.at + _MOMENT)
    _take_down(file, meeting, command.person, command.answer, at, command.source, desk)


def called_anew(file: CaseFile, meeting: Meeting, people: Collection[UUID], desk: Desk) -> None:
    """S6, S8: people were called to a meeting that stands, or no longer are.

    Of guardians and what they do nobody else of the family is told (X12).
    """
    look_for_substitutes(file, meeting, desk)
    if frozenset(people) - guardians(file.facts):
        who_comes_changed(file, meeting, desk)


def look_for_substitutes(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    """R6, R27, S8: a party of the staff that nobody comes for is asked for somebody else.

    Done by itself when somebody of the party is called or says yes.
    """
    if meeting.state != "booked" or meeting.starts_at <= desk.now:
        return
    if file.facts.about == "parents":
        parent_ledger.look_who_comes(file, meeting, desk)
    said = desk.meetings.answers(meeting.id)
    owner = in_charge(file.facts, file.procedure, file.procedure.step(meeting.step))
    parties = parties_of_staff(file.facts, file.procedure, meeting)
    for party in parties:
        if has_nobody(file.facts, parties, party, said, _declined(said)):
            due_on = desk.next_working_day
            task = tasks.find_substitute(meeting.id, owner, party.name, party.rule, due_on)
            desk.tasks.add(file.id, task)
        else:
            desk.tasks.finish_key(tasks.substitute_key(meeting.id, party.name, party.rule))


def _take_down(
    file: CaseFile,
    meeting: Meeting,
    person: UUID,
    answer: Answer,
    at: datetime,
    source: str,
    desk: Desk,
) -> None:
    before = _declined(desk.meetings.answers(meeting.id))
    if not desk.meetings.answer(meeting.id, person, answer, at):
        return
    details = {"meeting": str(meeting.id), "person": str(person), "source": source}
    desk.audit.note(file.id, f"answer.{answer}", None, details)
    if (person in before) != (answer == "declined"):
        # X11: what a child answers is no news of who comes, which guardians are told.
        called_anew(file, meeting, {person} - children(file.facts), desk)
    groups.answered(file, meeting, person, desk)


def _declined(answers: Mapping[UUID, Answered]) -> frozenset[UUID]:
    return frozenset(person for person, said in answers.items() if said.answer == "declined")
