"""Who has read a case; and how many cases somebody reads a day (decision 12)."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.refused import NotFound
from services.cases.domain.rights import Right
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.ports import Desk
from services.cases.handlers.readings import LOOKS_BACK, ReadADay, readings_of
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit

_COUNTS = "readings.counts"


def make_reading_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Managing = Annotated[Visit, Depends(room.visits(Right.MANAGE))]
    Administering = Annotated[Visit, Depends(room.visits(Right.ADMINISTER))]

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
    def of_ones_people(visit: Managing) -> Response:
        def read(desk: Desk, overviews: Overviews) -> Sequence[ReadADay]:
            assert visit.person is not None  # managers are of the register
            people = overviews.managed_by(visit.person, desk.today)
            return desk.readings.read_a_day(desk.today - LOOKS_BACK, list(people))

        return _counts(visit, visit.consult(_COUNTS, read))

    @router.get("/installningar/lasningar")
    def of_everybody(visit: Administering) -> Response:
        return _counts(
            visit,
            visit.survey(
                _COUNTS,
                lambda desk, _: desk.readings.read_a_day(desk.today - LOOKS_BACK, None),
            ),
        )

    return router


def _counts(visit: Visit, days: Sequence[ReadADay]) -> Response:
    return visit.page("staff/reading_counts.html", days=days, weeks=LOOKS_BACK.days // 7)
