"""Anonymous consultations before a possible report: no child, no unit, no words (R47)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from services.cases.domain import report_refusals as no
from services.cases.domain import wrong_values
from services.cases.domain.matters import NewMatter
from services.cases.domain.opening import OnCase, taking_part
from services.cases.domain.refused import NotFound
from services.cases.domain.reports import ANMALAN, CONSULTATION
from services.cases.handlers.commands import Book
from services.cases.handlers.meetings import book_on, cancel, finish_what_precedes
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.reading import Times, Views
from services.cases.handlers.report_ports import BookConsultation
from services.cases.handlers.report_rules import procedure_on, receiving_post, rules_on
from shared.bus.events import CaseClosed, MeetingHeld
from shared.domain.busy import with_gap
from shared.domain.days import local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import Procedure
from shared.domain.slots import Slot, ranked_slots
from shared.procedures import Procedures, UnknownProcedure

_DAYS_AHEAD = 10
_MOST_TIMES = 200
_OVER = "over"
_NO_CASE = UUID(int=0)
_DAY = timedelta(days=1)
_MOMENT = timedelta(minutes=1)  # what begins just now has begun


def free_times(views: Views, procedures: Procedures, times: Times, now: datetime) -> Sequence[Slot]:
    """When whoever receives reports is free in the next working days, the soonest first.

    Raises Refused.
    """
    today = local_date(now)
    procedure = procedure_on(procedures, today)
    post = receiving_post(rules_on(procedures, today), views, today)
    if post is None or post.acting is None:
        raise no.NoReceiver
    last_day = times.days.plus(today, _DAYS_AHEAD)
    until = now + (last_day - today + _DAY)
    busy = views.busy([post.acting], now, until, _NO_CASE, CONSULTATION)
    found = ranked_slots(
        earliest=now + _MOMENT,
        last_day=last_day,
        minutes=procedure.step(CONSULTATION).minutes,
        busy=with_gap(busy, times.gap),
        hours=times.hours,
        days=times.days,
        breaks=times.breaks,
        unit=None,
        limit=_MOST_TIMES,
    )
    return sorted(found, key=lambda slot: slot.starts_at)


def book(command: BookConsultation, desk: Desk) -> UUID:
    """R47: a time with whoever receives reports; the matter's id. Raises Refused."""
    procedure = procedure_on(desk.procedures, desk.today)
    post = receiving_post(rules_on(desk.procedures, desk.today), desk.duties, desk.today)
    if post is None or post.acting is None:
        raise no.NoReceiver
    if desk.actor_person not in (None, command.by, post.acting):
        raise no.BookedForAnother
    people = _people(post.acting, command.by, procedure, desk)
    unit = desk.reports.unit_of_post(post.code)
    matter = NewMatter(
        uuid4(), "consultation", ANMALAN, desk.today, post.acting, unit, tuple(people)
    )
    desk.cases.add_matter(matter, desk.today)
    length = command.minutes or procedure.step(CONSULTATION).minutes
    wanted = Book(matter.id, CONSULTATION, command.starts_at, length, command.place)
    book_on(desk.take(matter.id), wanted, desk)
    return matter.id


def call_off(matter_id: UUID, desk: Desk) -> None:
    """R47: either of those who were to talk. Twice changes nothing. Raises Refused."""
    facts = desk.reports.matter(matter_id)
    if facts is None or facts.about != "consultation":
        raise NotFound
    file = desk.take(matter_id)
    if file.facts.state == "closed":
        return
    for meeting in file.facts.meetings:
        if meeting.state == "booked":
            cancel(meeting.id, desk)
    _end(file, desk)


def end_what_is_over(desk: Desk) -> None:
    """Nobody says of a consultation that it was held: it has been, and it is over."""
    for matter_id in desk.reports.over_by(desk.now):
        try:
            file = desk.take(matter_id)
        except UnknownProcedure:  # the municipality doesn't use the routine any more
            continue
        for meeting in file.facts.meetings:
            if meeting.state == "booked":
                _has_been(file, meeting, desk)
        _end(file, desk)


def _people(receiver: UUID, by: UUID | None, procedure: Procedure, desk: Desk) -> Sequence[OnCase]:
    both = [receiver] if by is None or by == receiver else [receiver, by]
    known = desk.register.staff(both, desk.today)
    if both[-1] not in known:
        raise wrong_values.UnknownPerson("by")
    return [taking_part(procedure, known[person], "by") for person in both]


def _has_been(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    desk.meetings.hold(meeting.id, None, reviewed=None, outcome=None)
    finish_what_precedes(file, meeting, desk)
    held_on = local_date(meeting.starts_at)
    desk.publish(MeetingHeld(case_id=file.id, meeting_id=meeting.id, held_on=held_on))


def _end(file: CaseFile, desk: Desk) -> None:
    desk.cases.close(file.id, _OVER)
    desk.audit.note(file.id, "matter.over", None, {})
    desk.publish(CaseClosed(case_id=file.id))
