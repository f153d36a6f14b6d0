"""Who has read a case; and how many cases somebody reads a day (decision 12)."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.refused import NotFound
from services.cases.domain.rights import Right
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.ports import Desk
from services.cases.handlers.readings import ReadAWeek, read_in_week, readings_of
from services.cases.web.forms import day_or_none
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit

_COUNTS = "readings.counts"
_A_PAGE = 50


def make_reading_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Managing = Annotated[Visit, Depends(room.visits(Right.MANAGE))]
    Administering = Annotated[Visit, Depends(room.visits(Right.ADMINISTER))]
    Week = Annotated[str, Query(max_length=10)]
    Page = Annotated[int, Query(ge=1, le=1000)]

    @router.get("/arenden/{case_id}/lasningar")
    def of_a_case(case_id: UUID, visit: Seen) -> Response:
        case, readings, opened = visit.see(
            "readings",
            lambda desk, views: (
                views.case(case_id),
                readings_of(case_id, desk.readings),
                desk.readings.opened(case_id),
            ),
            case_id,
        )
        if case is None:
            raise NotFound
        return visit.page("staff/readings.html", case=case, readings=readings, opened=opened)

    @router.get("/lasningar")
    def of_ones_people(visit: Managing, vecka: Week = "", sida: Page = 1) -> Response:
        def read(desk: Desk, overviews: Overviews) -> ReadAWeek:
            assert visit.person is not None  # managers are of the register
            people = overviews.managed_by(visit.person, desk.today)
            return _read(vecka, sida, list(people), desk)

        return _counts(visit, visit.consult(_COUNTS, read), sida)

    @router.get("/installningar/lasningar")
    def of_everybody(visit: Administering, vecka: Week = "", sida: Page = 1) -> Response:
        shown = visit.survey(_COUNTS, lambda desk, _: _read(vecka, sida, None, desk))
        return _counts(visit, shown, sida)

    return router


def _read(week: str, page: int, people: Collection[UUID] | None, desk: Desk) -> ReadAWeek:
    offset = (page - 1) * _A_PAGE
    return read_in_week(day_or_none(week), people, desk.readings, desk.today, _A_PAGE, offset)


def _counts(visit: Visit, shown: ReadAWeek, page: int) -> Response:
    return visit.page(
        "staff/reading_counts.html", shown=shown, page=page, address=visit.request.url.path
    )
