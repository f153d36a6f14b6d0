"""Books a meeting of a case, or proposes times to vote about; and moves one (R6, R9, Q1, X1)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.refused import Refused, Words
from services.cases.domain.rights import Right
from services.cases.domain.votes import MOST_OPTIONS
from services.cases.handlers import meetings
from services.cases.handlers.commands import Book, Move
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.web.forms import Fields
from services.cases.web.staff.booking_shown import AT_FIRST, Asked, Booking, booking
from services.cases.web.staff.meeting_choices import MeetingChoices
from services.cases.web.staff.meeting_shown import MeetingShown, meetings_of, one_of
from services.cases.web.staff.meetings import meeting_shown
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit

_OWN, _SHORTEST, _LONGEST = "own", 15, 480
LENGTHS = (30, 45, 60, 75, 90, 120, 180)
_CHOOSE_A_TIME = Words("Välj en tid.", "Choose a time.")
_CHOOSE_SOME = Words(
    f"Välj minst två och högst {MOST_OPTIONS} tider.", f"Choose two to {MOST_OPTIONS} times."
)
Wrong = dict[str, Words]


def make_booking_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("/arenden/{case_id}/moten/boka")
    def choose(
        case_id: UUID,
        visit: Seen,
        steg: Annotated[str, Query(max_length=40)] = "",
        langd: Annotated[str, Query(max_length=4)] = "",
        antal: Annotated[str, Query(max_length=3)] = "",
        satt: Annotated[str, Query(max_length=10)] = "",
    ) -> Response:
        return _book_page(case_id, visit, _asked(steg, langd, antal), voting=satt == "rosta")

    @router.post("/arenden/{case_id}/moten/boka")
    def book(case_id: UUID, visit: Acting) -> Response:
        return _book(case_id, visit)

    @router.get("/moten/{meeting_id}/flytta")
    def choose_another(
        meeting_id: UUID,
        visit: Seen,
        langd: Annotated[str, Query(max_length=4)] = "",
        antal: Annotated[str, Query(max_length=3)] = "",
        tid: Annotated[str, Query(max_length=10)] = "",
    ) -> Response:
        return _move_page(meeting_id, visit, _asked("", langd, antal), keeps_time=tid == "samma")

    @router.post("/moten/{meeting_id}/flytta")
    def move(meeting_id: UUID, visit: Acting) -> Response:
        return _move(meeting_id, visit)

    return router


def _asked(step: str, minutes: str, count: str) -> Asked:
    """What isn't a number is as if nothing had been said: a page is shown, not an error."""
    length = int(minutes) if minutes.isdecimal() else 0
    return Asked(
        step or None,
        length if _SHORTEST <= length <= _LONGEST else None,
        int(count) if count.isdecimal() else AT_FIRST,
    )


def _book(case_id: UUID, visit: Visit) -> Response:
    fields, voting = Fields(visit.form), visit.form.get("satt") == "rosta"
    asked = _asked(visit.form.get("steg"), visit.form.get("langd"), visit.form.get("antal"))
    starts = _several(fields) if voting else [one for one in [_one(fields)] if one]
    length = fields.number("langd", _SHORTEST, _LONGEST)
    step = fields.text("steg", most=40)
    people = _people(fields)
    if fields.wrong or length is None or step is None or not starts:
        return _book_page(case_id, visit, asked, voting=voting, wrong=fields.wrong)
    command = Book(
        case_id, step, starts[0], length, visit.form.get("plats") or None,
        participants=people, alternatives=tuple(starts[1:]),
    )  # fmt: skip
    do = meetings.propose if voting else meetings.book
    done = visit.attempt(lambda desk, _: str(do(command, desk)))
    if done.refused:
        return _book_page(case_id, visit, asked, voting=voting, refused=done.refused)
    return visit.back(f"/moten/{done.body}", "proposed" if voting else "booked")


def _move(meeting_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    asked = _asked("", visit.form.get("langd"), visit.form.get("antal"))
    keeps_time = visit.form.get("start") == "keep"
    starts_at = None if keeps_time else _one(fields)
    length = fields.number("langd", _SHORTEST, _LONGEST, needed=False)
    if fields.wrong:
        return _move_page(meeting_id, visit, asked, wrong=fields.wrong)
    place = visit.form.get("plats") or None
    before = meeting_shown(meeting_id, visit)[0]

    def work(desk: Desk, _: Views) -> None:
        meetings.move(Move(meeting_id, starts_at, length, place), desk)

    done = visit.attempt(work)
    if done.refused:
        return _move_page(meeting_id, visit, asked, refused=done.refused)
    after = meeting_shown(meeting_id, visit)[0]
    if (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at):
        return visit.back(f"/moten/{meeting_id}", "moved", before.starts_at.isoformat())
    return visit.back(f"/moten/{meeting_id}", "same" if before.place == after.place else "place")


def _one(fields: Fields) -> datetime | None:
    """The chosen time, or one's own by day and time. What is wrong is noted in the fields."""
    said = fields.form.get("start")
    if said not in ("", _OWN):
        return fields.instant("start")
    if fields.form.get("dag"):
        return fields.moment("dag", "tid")
    fields.wrong["start"] = _CHOOSE_A_TIME
    return None


def _several(fields: Fields) -> list[datetime]:
    """The times to vote about, in order."""
    found = [one for one in (_instant(said, fields) for said in fields.form.all("start")) if one]
    if fields.form.get("dag"):
        own = fields.moment("dag", "tid")
        found += [own] if own is not None else []
    if not 2 <= len(set(found)) <= MOST_OPTIONS:
        fields.wrong.setdefault("start", _CHOOSE_SOME)
    return sorted(set(found))


def _instant(said: str, fields: Fields) -> datetime | None:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        fields.wrong["start"] = _CHOOSE_A_TIME
        return None
    return found


def _people(fields: Fields) -> frozenset[UUID] | None:
    """Whom to call: None, everybody whom the step calls, where nothing was changed."""
    chosen, offered = frozenset(fields.idents("kalla")), fields.form.get("kallas")
    if not offered or {str(one) for one in chosen} == set(offered.split(",")):
        return None
    return chosen


def _book_page(
    case_id: UUID,
    visit: Visit,
    asked: Asked,
    *,
    voting: bool,
    wrong: Wrong | None = None,
    refused: Refused | None = None,
) -> Response:
    office = visit.room.office

    def show(desk: Desk, views: Views) -> tuple[Any, Booking]:
        shown = booking(case_id, asked, views, desk, office.procedures, office.times)
        return views.case(case_id), shown

    case, shown = visit.see("case.slots", show, case_id)
    visit.check_may_change()
    texts = {code: text for _, own in shown.places for code, text in own}
    return visit.page(
        "staff/book.html", case=case, kept=texts.get(shown.place or "", ""), booking=shown,
        voting=voting, lengths=LENGTHS,
        next_count=min(asked.count * 2, 96), refused=refused, wrong=wrong,
        again=f"/arenden/{case_id}/moten/boka", offers=refused.offers if refused else (),
        **MeetingChoices(visit.speech).in_templates(),
    )  # fmt: skip


def _move_page(
    meeting_id: UUID,
    visit: Visit,
    asked: Asked,
    *,
    keeps_time: bool = False,
    wrong: Wrong | None = None,
    refused: Refused | None = None,
) -> Response:
    office, case_id = visit.room.office, visit.case_of("meeting_id", meeting_id)

    def show(desk: Desk, views: Views) -> tuple[MeetingShown, Booking]:
        meeting = one_of(meeting_id, meetings_of(case_id, views, office.procedures, desk.now))
        minutes = asked.minutes or meeting.minutes
        own = Asked(
            meeting.step.name, minutes, asked.count, not_at=meeting.starts_at, moving=meeting_id
        )
        return meeting, booking(case_id, own, views, desk, office.procedures, office.times)

    meeting, shown = visit.see("case.slots", show, case_id)
    visit.check_may_change()
    return visit.page(
        "staff/move.html", meeting=meeting, booking=shown, voting=False, lengths=LENGTHS,
        next_count=min(asked.count * 2, 96), refused=refused, wrong=wrong,
        again=f"/moten/{meeting_id}/flytta", offers=refused.offers if refused else (),
        keeps_time=keeps_time, **MeetingChoices(visit.speech).in_templates(),
    )  # fmt: skip
