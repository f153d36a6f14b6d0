"""Meetings in connection with a report, to which social services invite (R46, R51)."""

from collections.abc import Sequence
from uuid import UUID

from services.cases.domain import report_refusals as no
from services.cases.domain import wrong_values
from services.cases.domain.booking import Wanted
from services.cases.domain.duties import Subject
from services.cases.domain.matters import NewMatter
from services.cases.domain.opening import OnCase, taking_part
from services.cases.domain.report_duties import CALL
from services.cases.domain.reports import ANMALAN, MEETING, Report
from services.cases.handlers.commands import Book
from services.cases.handlers.giving_way import Room, lock_what_is_in_the_way, make_room
from services.cases.handlers.meetings import book_on, check
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.reading import Times, Views
from services.cases.handlers.report_ports import CallMeeting
from services.cases.handlers.report_rules import procedure_on
from services.cases.handlers.reports import take
from shared.domain.procedure import Procedure


def call_meeting(command: CallMeeting, desk: Desk, views: Views, times: Times) -> UUID:
    """R51: the report's matter is made with its first meeting, and has its id. Raises Refused.

    R46: what is in the way gives way, in the same transaction.
    """
    dossier = take(command.report_id, desk)
    if dossier.part not in ("receiver", "system"):
        raise no.NotCalledBySocialServices
    report, procedure = dossier.report, procedure_on(desk.procedures, desk.today)
    people, step = _people(command, report, procedure, desk), procedure.step(MEETING)
    named = frozenset(who.person_id for who in people)
    length = command.minutes or step.minutes
    wanted = Wanted(MEETING, command.starts_at, length, people=named)
    room = Room(report.id, step, wanted, named, views, times)
    lock_what_is_in_the_way(room, desk)
    file = _matter(report, people, desk)
    check(file, wanted, desk)
    make_room(room, desk)
    booking = Book(file.id, MEETING, command.starts_at, length, command.place, participants=named)
    meeting = book_on(file, booking, desk)
    desk.duties.finish(Subject(report=report.id), [CALL])
    return meeting


def _people(
    command: CallMeeting, report: Report, procedure: Procedure, desk: Desk
) -> Sequence[OnCase]:
    """Whoever received it calls, and so is always there."""
    named = _by_default(report, desk) if command.people is None else command.people
    everybody = [report.received_by, *(one for one in named if one != report.received_by)]
    known = desk.register.staff(everybody, desk.today)
    for position, person in enumerate(everybody):
        if person not in known:
            raise wrong_values.UnknownPerson(f"participants.{max(position - 1, 0)}")
    return [taking_part(procedure, known[person], "participants") for person in everybody]


def _by_default(report: Report, desk: Desk) -> Sequence[UUID]:
    """The reporter, and the rektor of the unit."""
    post = desk.reports.rektor_post(report.unit)
    posts = desk.duties.posts_of("rektor", desk.today)
    rektor = next((one.acting for one in posts if one.code == post), None)
    return list(dict.fromkeys(one for one in (report.reporter, rektor) if one is not None))


def _matter(report: Report, people: Sequence[OnCase], desk: Desk) -> CaseFile:
    """As it is, or made now; whoever isn't on it yet comes to it."""
    facts = desk.reports.matter(report.id)
    if facts is None:
        matter = NewMatter(
            report.id, "report", ANMALAN, desk.today, report.received_by, report.unit,
            tuple(people),
        )  # fmt: skip
        desk.cases.add_matter(matter, desk.today)
    else:
        desk.cases.open_again(report.id)
        there = {who.person_id for who in facts.participants}
        for who in people:
            if who.person_id not in there:
                desk.cases.add_participant(report.id, who)
    # Whoever sees the report may call to its meeting without being there.
    return desk.open_by_link(report.id, lock=True)
