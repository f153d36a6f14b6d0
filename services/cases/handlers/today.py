"""What somebody has to do today, as one reading of all that they see (X2, X16)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.cases.domain.spoken import step_words
from services.cases.domain.today import (
    Colleague,
    Coming,
    Thing,
    Urgency,
    Waiting,
    by_urgency,
    colleagues,
)
from services.cases.handlers.limits_of_people import limits_for_manager
from services.cases.handlers.overviews import Overviews, Sought
from services.cases.handlers.own_work import own_work, procedure_of, things_of, waited_for
from services.cases.handlers.ports import Desk
from services.cases.handlers.sight import Sight
from shared.domain.days import local_date
from shared.domain.weekly import monday_of

_TWO_WEEKS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Today:
    """All of somebody's day. `letter`: whether they get the letter of the week."""

    now: datetime
    groups: dict[Urgency, list[Thing]]
    waiting: tuple[Waiting, ...]
    coming: tuple[Coming, ...]
    letter: bool

    @property
    def day(self) -> date:
        return local_date(self.now)

    @property
    def is_empty(self) -> bool:
        return not any(self.groups.values())


def today_of(person: UUID, desk: Desk) -> Today:
    """Of the cases that somebody is on and sees, and what belongs to no case and is theirs."""
    work = own_work(person, desk)
    return Today(
        now=desk.now,
        groups=by_urgency(things_of(person, work, desk), desk.today),
        waiting=tuple(waited_for(person, work, desk)),
        coming=tuple(_coming(person, work.sight, desk)),
        letter=desk.digests.wants(person),
    )


def staff_of(manager: UUID, overviews: Overviews, desk: Desk) -> list[Colleague]:
    """X16: of a manager's people so many limits, and of no case."""
    sought = Sought(before=monday_of(desk.today) + _TWO_WEEKS)
    found = limits_for_manager(manager, sought, overviews, desk.procedures, desk.days, desk.now)
    names = overviews.staff_names({one.owner for one in found})
    return colleagues(found, names, desk.today)


def want_letter(person: UUID, desk: Desk, *, wanted: bool) -> None:
    """Whether somebody gets the letter of the week from now on."""
    desk.digests.want(person, wanted=wanted)
    desk.audit.note(None, "digest.wanted" if wanted else "digest.not-wanted", None, {})


def _coming(person: UUID, sight: Sight, desk: Desk) -> Iterator[Coming]:
    """The meetings of the next two weeks that are booked."""
    called = desk.overviews.called_to(person, desk.now, desk.now + _TWO_WEEKS)
    facts = {one.id: one for one in desk.overviews.facts({one.case_id for one in called})}
    for one in called:
        about = facts.get(one.case_id)
        meetings = () if about is None else about.meetings
        meeting = next((other for other in meetings if other.id == one.meeting_id), None)
        if about is None or meeting is None or meeting.state != "booked" or not sight.shows(about):
            continue
        procedure = procedure_of(about, desk)
        title = step_words(procedure, meeting.step)
        reference = about.reference if about.about == "child" else ""
        yield Coming(meeting, about.about, reference, title)
