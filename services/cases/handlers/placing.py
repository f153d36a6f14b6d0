"""Where the meetings of a case are: the place it usually has, and who chooses where none is."""

from datetime import timedelta
from uuid import UUID

from services.cases.domain import case_refusals, tasks, wrong_values
from services.cases.handlers.ports import CaseFile, Desk
from shared.domain.calling import in_charge
from shared.domain.days import local_date

_CHORE = (tasks.CHOOSE_PLACE,)
_DAY = timedelta(days=1)


def check_place(place: str | None, desk: Desk) -> None:
    """Raises UnknownPlace."""
    if place is not None and not desk.register.has_place(place):
        raise wrong_values.UnknownPlace("place")


def set_usual_place(case_id: UUID, place: str | None, desk: Desk) -> None:
    """What is booked from now on is there; None: decided for each meeting. Raises Refused.

    What is booked already stays where it is: another place asks everybody anew (Q1).
    """
    file = desk.take(case_id)
    if file.facts.state == "closed":
        raise case_refusals.CaseIsClosed
    check_place(place, desk)
    if desk.cases.place(file.id) == place:
        return
    desk.cases.meet_at(file.id, place)
    desk.audit.note(file.id, "case.place", None, {"place": place})


def place_to_book(case_id: UUID, said: str | None, proposed: UUID | None, desk: Desk) -> str | None:
    """Where a meeting is that is booked now: as said, else as was said when the times were
    proposed, else where the case usually meets."""
    before = None if proposed is None else desk.meetings.place(proposed)
    return said or before or desk.cases.place(case_id)


def look_for_place(file: CaseFile, meeting_id: UUID, desk: Desk) -> None:
    """A task for whoever leads while a booked meeting of a case has no place."""
    if desk.meetings.place(meeting_id) is not None:
        desk.tasks.finish(file.id, _CHORE, meeting=meeting_id)
        return
    if file.facts.about != "child":
        return
    meeting = desk.reread(file).meeting(meeting_id)
    step = file.procedure.step(meeting.step)
    day_before = local_date(meeting.starts_at) - _DAY
    due_on = max(desk.today, min(desk.next_working_day, day_before))
    owner = in_charge(file.facts, file.procedure, step)
    desk.tasks.add(file.id, tasks.choose_place(meeting.id, owner, step.rule, due_on))
