"""April and October: planned years ahead, called by two posts (R20-R23)."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from services.cases.domain.opening import OnCase
from services.cases.domain.year_duties import limit_key, limit_passed
from services.cases.domain.year_replies import last_day_to_answer
from services.cases.domain.year_staff import YearStaff, staff_of_year, vacancies_begin
from services.cases.domain.years import (
    YEAR_OVER,
    days_of_year,
    is_over,
    steps_without_meeting,
    years_to_open,
)
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.year.callers import ask, is_done
from services.cases.handlers.year.groups import ask_for_groups
from services.cases.handlers.year.rules import Round
from services.cases.handlers.year.staff import follow_staff, locked_years
from services.cases.handlers.year_ports import NewYear
from shared.bus.events import CaseClosed, CaseOpened
from shared.ids import year_matter_id

__all__ = ["follow_staff", "of_the_day"]

_DAY = timedelta(days=1)
_WITHIN_THE_MONTH = ("no-slot", "book-anew", "limit-near")
# What can't be done any more once a year is closed.
_OF_MEETINGS = (
    "mark-as-held", "no-slot", "book-anew", "limit-near", "confirm-time", "answer-counter",
    "is-taken", "group-missing", "send-substitute",
)  # fmt: skip


def of_the_day(this: Round, desk: Desk) -> date | None:
    """Years are opened and closed, their staff and replies looked at; the next day for that."""
    posts = desk.years.posts()
    staff = staff_of_year(this.rules, posts, desk.today)
    _open_years(this, staff, desk)
    follow_staff(desk)
    days = list(vacancies_begin(this.rules, posts, desk.today))
    if not staff.callers:
        days.append(desk.today + _DAY)
    for file in locked_years(desk):
        done = _ask_for_months(file, desk)
        if is_over(file.facts, desk.today):
            is_done(file, desk, *done)
            _close(file, desk)
            continue
        is_done(file, desk, *done, *ask_for_groups(file, file.facts.meetings, desk))
        days += _days_of(file, desk)
    return min((day for day in days if day > desk.today), default=None)


def _open_years(this: Round, staff: YearStaff, desk: Desk) -> None:
    """R20: each year once, whatever happens; none while nobody at all could call (R21)."""
    if not staff.callers or staff.unit is None:
        return
    there = desk.years.there(this.procedure.name)
    for year in years_to_open(this.procedure, this.rules, desk.today):
        if year in there:
            continue
        matter = year_matter_id(this.procedure.name, year)
        new = NewYear(
            id=matter,
            year=year,
            procedure=this.procedure.name,
            procedure_on=max(desk.today, date(year, 1, 1)),  # X9: by the rules it begins under
            unit=staff.unit,
            process_owner=staff.callers[0],
            coordinator=next(iter(staff.callers[1:]), None),
        )
        if desk.years.open(new):
            _begin(matter, staff.people, desk)


def _begin(matter: UUID, people: tuple[OnCase, ...], desk: Desk) -> None:
    for who in people:
        desk.cases.add_participant(matter, who)
    desk.audit.note(matter, "year.open", "R20", {})
    desk.publish(CaseOpened(case_id=matter))


def _ask_for_months(file: CaseFile, desk: Desk) -> list[str]:
    """R20, X2: a month that passed without its meeting is told, until one has been held after all;
    the keys of what is asked for no longer."""
    missed = {
        one.name: day for one, day in steps_without_meeting(file.facts, file.procedure, desk.today)
    }
    done: list[str] = []
    for step in file.procedure.steps_of("year"):
        rule = step.rule if step.in_month is None else step.in_month.rule
        if (last_day := missed.get(step.name)) is None:
            done.append(limit_key(file.id, step.name, rule))
            continue
        owner = file.facts.process_owner
        ask(file, limit_passed(file.id, step.name, rule, owner, last_day, desk.today), desk)
        desk.tasks.finish(file.id, _WITHIN_THE_MONTH, step=step.name)
    return done


def _close(file: CaseFile, desk: Desk) -> None:
    """The year is over; what it has left to do beside its meetings stays."""
    desk.tasks.finish(file.id, _OF_MEETINGS)
    desk.cases.close(file.id, YEAR_OVER)
    desk.audit.note(file.id, "year.close", "R20", {"outcome": YEAR_OVER})
    desk.publish(CaseClosed(case_id=file.id))


def _days_of(file: CaseFile, desk: Desk) -> Iterator[date]:
    """The days on which there is something to see to by itself."""
    yield from days_of_year(file.procedure, file.facts.known_on.year)
    for meeting in file.facts.meetings:
        if meeting.state == "booked":
            last = last_day_to_answer(file.procedure, meeting, desk.days)
            if last is not None:
                yield last + _DAY
