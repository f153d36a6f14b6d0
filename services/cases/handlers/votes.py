"""Proposed times: those who are called vote, and the best is booked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.cases.domain import case_refusals, tasks
from services.cases.domain.booking import Wanted
from services.cases.domain.meetings import check_confirmable
from services.cases.domain.refused import Refused
from services.cases.domain.votes import (
    NoTimeFits,
    Option,
    Vote,
    ahead,
    all_have_voted,
    best_first,
    check_ahead,
    option_at,
)
from services.cases.handlers.answers import NotCalledTo
from services.cases.handlers.leading import check_leads, check_speaks_for
from services.cases.handlers.meetings import book_proposed, keeping_out, minutes
from services.cases.handlers.ports import CaseFile, Desk
from shared.domain.calling import in_charge
from shared.domain.facts import Meeting


@dataclass(frozen=True, slots=True)
class CastVotes:
    """What one person says about some of the proposed times, or all."""

    meeting_id: UUID
    person: UUID
    votes: Mapping[datetime, Vote]


def vote(command: CastVotes, desk: Desk) -> None:
    """The newest word counts. Once everybody has voted about all, the best is booked.

    Raises Refused, also about a time that has passed; not when no time fits any more: then a
    person is told to choose.
    """
    file, meeting = _proposal(command.meeting_id, desk)
    check_speaks_for(file, command.person, desk)
    if command.person not in meeting.person_ids:
        raise NotCalledTo("person")
    rule, options = file.procedure.step(meeting.step).rule, desk.votes.options(meeting.id)
    for number, starts_at in enumerate(command.votes):
        check_ahead(starts_at, desk.now, rule)
        option_at(options, starts_at, f"answers.{number}.starts_at")
    if not desk.votes.vote(meeting.id, command.person, command.votes):
        return
    details = {"meeting": str(meeting.id), "person": str(command.person)}
    desk.audit.note(file.id, "meeting.vote", rule, details)
    book_if_all_have_voted(file, meeting.id, desk)


def book_if_all_have_voted(file: CaseFile, meeting_id: UUID, desk: Desk) -> None:
    """The best of the times that lie ahead, or a person is told that none of them fits."""
    meeting, options = file.meeting(meeting_id), ahead(desk.votes.options(meeting_id), desk.now)
    if all_have_voted(meeting, options) and not _book_best(file, meeting, options, desk):
        _ask_to_choose(file, meeting, desk)


def confirm(meeting_id: UUID, starts_at: datetime | None, desk: Desk) -> None:
    """Somebody says yes to one of the times, or to the best. Confirming twice changes nothing."""
    file = desk.take_by_meeting(meeting_id)
    check_leads(file, desk)
    meeting = file.meeting(meeting_id)
    if meeting.state == "booked" and starts_at in (None, meeting.starts_at):
        return
    check_confirmable(meeting, file.procedure.step(meeting.step).rule)
    chosen = _chosen(file, meeting, starts_at, desk)
    book_proposed(file, meeting, _wanted(file, meeting, chosen), desk)


def _chosen(file: CaseFile, meeting: Meeting, starts_at: datetime | None, desk: Desk) -> Option:
    rule, options = file.procedure.step(meeting.step).rule, desk.votes.options(meeting.id)
    if starts_at is not None:
        check_ahead(starts_at, desk.now, rule)
        return option_at(options, starts_at, "starts_at")
    left = ahead(options, desk.now)
    if not left:
        check_ahead(meeting.starts_at, desk.now, rule)
    fitting = best_first(file.facts, file.procedure, meeting, left)
    if not fitting:
        raise NoTimeFits
    return fitting[0]


def _proposal(meeting_id: UUID, desk: Desk) -> tuple[CaseFile, Meeting]:
    file = desk.take_by_meeting(meeting_id)
    if file.facts.state == "closed":
        raise case_refusals.CaseIsClosed
    meeting = file.meeting(meeting_id)
    check_confirmable(meeting, file.procedure.step(meeting.step).rule)
    return file, meeting


def _book_best(file: CaseFile, meeting: Meeting, options: Sequence[Option], desk: Desk) -> bool:
    """The first of the best that can still be booked: somebody may have been taken since."""
    for option in best_first(file.facts, file.procedure, meeting, options):
        try:
            book_proposed(file, meeting, _wanted(file, meeting, option), desk)
        except Refused:
            continue
        return True
    return False


def _wanted(file: CaseFile, meeting: Meeting, option: Option) -> Wanted:
    wanted = Wanted(meeting.step, option.starts_at, minutes(meeting), meeting.id)
    return keeping_out(file, meeting, wanted)


def _ask_to_choose(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    step = file.procedure.step(meeting.step)
    owner = in_charge(file.facts, file.procedure, step)
    due_on = desk.next_working_day
    task = tasks.confirm_time(meeting.id, owner, step.rule, due_on, "no-time-fits")
    desk.tasks.add(file.id, task)
