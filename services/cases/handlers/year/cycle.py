"""A year's meetings take turns: when one has been held the next is known, and can move (R23)."""

from uuid import UUID

from services.cases.domain.spoken import title_words
from services.cases.domain.years import (
    NextYearNotOpen,
    NotTheNextStep,
    next_in_cycle,
    standing_meeting,
)
from services.cases.handlers.commands import Book, Move, NextTime
from services.cases.handlers.leading import check_leads
from services.cases.handlers.meetings import book_on, move
from services.cases.handlers.ports import CaseFile, Desk
from shared.domain.facts import Meeting
from shared.domain.procedure import Step
from shared.ids import year_matter_id


def book_in_year(year: int, procedure: str, command: NextTime, step: str, desk: Desk) -> UUID:
    """A time for a step of a year that has none, by hand. Raises Refused."""
    file = desk.take(year_matter_id(procedure, year))
    check_leads(file, desk)
    return _book(file, step, command, desk)


def put_next(file: CaseFile, held: Meeting, wanted: NextTime, desk: Desk) -> None:
    """R23: «Tid för nytt möte»: the meeting that comes after a held one is at that time.

    By all the rules of booking. Raises Refused.
    """
    step, matter = _next(file, held)
    if wanted.step not in (None, step.name):
        raise NotTheNextStep("step", step=title_words(step))
    if not desk.cases.lock(matter):
        raise NextYearNotOpen
    other = desk.take(matter)
    standing = standing_meeting(other.facts, step.name)
    if standing is None:
        _book(other, step.name, wanted, desk)
    else:
        move(Move(standing.id, wanted.starts_at, wanted.minutes, wanted.place), desk)


def meeting_after(file: CaseFile, held: Meeting, desk: Desk) -> Meeting | None:
    """The one that stands, in the same year or the one after it."""
    step, matter = _next(file, held)
    if not desk.cases.lock(matter):
        return None
    return standing_meeting(desk.cases.facts(matter), step.name)


def _next(file: CaseFile, held: Meeting) -> tuple[Step, UUID]:
    """The step that follows, and the matter that it is of."""
    step, later = next_in_cycle(file.procedure, held.step)
    return step, year_matter_id(file.facts.procedure, file.facts.known_on.year + later)


def _book(file: CaseFile, name: str, wanted: NextTime, desk: Desk) -> UUID:
    steps = {one.name: one.minutes for one in file.procedure.steps}
    length = wanted.minutes or steps.get(name, 60)
    return book_on(file, Book(file.id, name, wanted.starts_at, length, wanted.place), desk)
