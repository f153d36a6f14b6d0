"""What the case service does when the scheduler or the notifier says that something happened.

Each looks at the case as it is now: an event may come late, twice, or after it has lost its sense.
"""

import logging
from datetime import date
from uuid import UUID

from services.cases.domain import tasks
from services.cases.domain.limits import has_passed
from services.cases.domain.refused import Refused
from services.cases.domain.tasks import Task
from services.cases.handlers import duties
from services.cases.handlers.commands import Book, Move
from services.cases.handlers.consents import ask_who_decides
from services.cases.handlers.lapsing import let_lapse
from services.cases.handlers.meetings import book_on, check_nothing_proposed, move, propose_on
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.year.callers import ask
from shared.bus import events as e
from shared.domain.calling import are_enough, has_a_time, in_charge, missing_parties
from shared.domain.facts import Meeting
from shared.domain.year_days import no_longer_fits

log = logging.getLogger(__name__)

# What asks for a time within the limit; once that has passed, it alone is what is left to see.
_UNTIL_THE_LIMIT = ("limit-near", "no-slot", "book-anew")


def meeting_proposed(event: e.MeetingProposed, desk: Desk) -> None:
    """Book or propose the time, or answer why not, so that the next slot is tried."""
    command = Book(
        case_id=event.case_id,
        step=event.step,
        starts_at=event.starts_at,
        minutes=event.minutes,
        proposal=event.proposal,
        alternatives=event.alternatives,
    )
    file = let_lapse(desk.take(event.case_id), desk)
    if desk.meetings.by_proposal(event.proposal) is not None:
        return
    try:
        if event.moves is not None:
            _move_to_a_day_that_will_do(event.moves, event, file, desk)
            return
        check_nothing_proposed(file, event.step)
        put = book_on if event.mode == "book" else propose_on
        put(file, command, desk)
    except Refused as refused:
        log.info("case %s: a proposal was refused: %s", event.case_id, refused.code)
        desk.publish(
            e.ProposalRefused(
                case_id=event.case_id,
                proposal=event.proposal,
                step=event.step,
                reason=refused.code,
            )
        )


def _move_to_a_day_that_will_do(
    meeting_id: UUID, event: e.MeetingProposed, file: CaseFile, desk: Desk
) -> None:
    """R20, Q1: unless a person has moved it to such a day meanwhile, or cancelled it."""
    meeting = _no_longer_fits(file, event.step, desk)
    if meeting is not None and meeting.id == meeting_id:
        move(Move(meeting.id, event.starts_at, minutes=event.minutes), desk)


def slot_missing(event: e.SlotMissing, desk: Desk) -> None:
    """X1, R6: a task for the process owner, unless the step has a time by now."""
    file = let_lapse(desk.take(event.case_id), desk)
    if file.facts.state == "closed" or _has_a_time(file, event.step, desk):
        return
    if event.reason == "consent-missing":
        _ask_who_decides_then(event, file, desk)
        return
    task = _missing_task(event, file, desk)
    if task is not None:
        ask(file, task, desk)


def marking_due(event: e.MarkingDue, desk: Desk) -> None:
    """R13: whoever has called says whether the meeting was held, or cancels it."""
    file = desk.take(event.case_id)
    meeting = file.meeting(event.meeting_id)
    if file.facts.state == "closed" or meeting.state != "booked":
        return
    too_late = ("tell-by-hand", "reach-otherwise", tasks.CHOOSE_PLACE)
    desk.tasks.finish(file.id, too_late, meeting=meeting.id)
    owner = _in_charge(file, meeting)
    ask(file, tasks.mark_as_held(event.key, meeting.id, owner, event.rule, event.due_on), desk)


def alert_due(event: e.AlertDue, desk: Desk) -> None:
    """X2: a task for the process owner; the manager only gets a mail that names no case (X16).

    What is late is a task already.
    """
    if event.to != "process_owner" or event.about == "task-late":
        return
    file = desk.take(event.case_id)
    if file.facts.state == "closed" or not _still_true(event, file):
        return
    if event.about == "limit-passed":
        desk.tasks.finish(file.id, _UNTIL_THE_LIMIT, step=event.step)
    ask(
        file,
        Task(
            key=event.key,
            kind=event.about,
            owner=file.facts.process_owner,
            rule=event.rule,
            due_on=event.limit_on,
            details={"step": event.step},
        ),
        desk,
    )


def hand_delivery_needed(event: e.HandDeliveryNeeded, desk: Desk) -> None:
    """X6, X7, X11: a person tells by letter or phone what a mail can't."""
    file = desk.take(event.case_id)
    meeting = file.meeting(event.meeting_id)
    if event.kind != "cancel" and (
        meeting.state != _state_told(event) or _has_moved_since(event, meeting)
    ):
        return
    ask(
        file,
        Task(
            key=event.key,
            kind="tell-by-hand",
            owner=_in_charge(file, meeting),
            rule=event.rule,
            due_on=desk.today,
            meeting_id=meeting.id,
            about=event.person_id,
            details={"kind": event.kind},
        ),
        desk,
    )


def _state_told(event: e.HandDeliveryNeeded) -> str:
    """In which state the meeting is that somebody is to be told of."""
    return "proposed" if event.kind == "proposal" else "booked"


def _has_moved_since(event: e.HandDeliveryNeeded, meeting: Meeting) -> bool:
    """The key ends with the meeting's number as it was; of the new one there is an event, too."""
    told = event.key.rpartition("/")[2]
    return told.isdecimal() and int(told) < meeting.sequence


def message_failed(event: e.MessageFailed, desk: Desk) -> None:
    """A message won't arrive: a person reaches the recipient in another way."""
    if event.case_id is None:
        duties.mail_failed(event, desk)
        return
    file = desk.take(event.case_id)
    meeting = None if event.meeting_id is None else file.meeting(event.meeting_id)
    ask(
        file,
        Task(
            key=event.key,
            kind="reach-otherwise",
            owner=_in_charge(file, meeting),
            rule=event.rule,
            due_on=desk.today,
            meeting_id=event.meeting_id,
            about=event.person_id,
            details={"kind": event.kind},
        ),
        desk,
    )


def _ask_who_decides_then(event: e.SlotMissing, file: CaseFile, desk: Desk) -> None:
    """X8: on the days that are left somebody decides who was never asked: the adult youth."""
    ask_who_decides(file, event.due_on or desk.today, desk)
    desk.publish(e.ParticipantsChanged(case_id=file.id))


def _missing_task(event: e.SlotMissing, file: CaseFile, desk: Desk) -> Task | None:
    owner = in_charge(file.facts, file.procedure, file.procedure.step(event.step))
    if event.reason == "participants-missing":
        step = file.procedure.step(event.step)
        missing = missing_parties(file.facts, file.procedure, step, desk.today)
        if not missing:
            return None
        return tasks.participants_missing(file.id, owner, missing, event.rule, event.due_on)
    if event.reason == "separate-meetings":
        return tasks.arrange_separately(file.id, owner, event.step, event.rule, event.due_on)
    if has_passed(file.facts, file.procedure, event.step, desk.days, desk.today):
        return None
    if event.reason == "cancelled":
        return tasks.book_anew(file.id, owner, event.step, event.rule, event.due_on)
    return tasks.no_slot(
        file.id, owner, event.step, event.rule, event.reason, event.due_on, event.missing
    )


def _in_charge(file: CaseFile, meeting: Meeting | None) -> UUID:
    """Who calls and chairs, and so tells people what a mail can't (R8, S5, P14)."""
    step = None if meeting is None else file.procedure.step(meeting.step)
    return in_charge(file.facts, file.procedure, step)


def _still_true(event: e.AlertDue, file: CaseFile) -> bool:
    standing = ("booked", "held") if event.about == "limit-near" else ("held",)
    return not _has(file, event.step, event.limit_on, *standing)


def _has_a_time(file: CaseFile, step: str, desk: Desk) -> bool:
    """R20: one on a day that won't do any more is as good as none."""
    if _no_longer_fits(file, step, desk) is not None:
        return False
    of_procedure = file.procedure.step(step)
    return has_a_time(file.facts, file.procedure, of_procedure, desk.today, desk.now)


def _no_longer_fits(file: CaseFile, step: str, desk: Desk) -> Meeting | None:
    of_procedure = file.procedure.step(step)
    return no_longer_fits(file.facts, of_procedure, desk.days, desk.school_years, desk.now)


def _has(file: CaseFile, name: str, on: date, *states: str) -> bool:
    """A meeting of the step in one of the states; one with each guardian, if they never meet."""
    meetings = (one for one in file.facts.meetings_of(name) if one.state in states)
    step = file.procedure.step(name)
    return are_enough(meetings, file.facts, file.procedure, step, on)
