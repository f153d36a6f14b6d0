"""Everything of the year: the wheel, and where what stands on it is dealt with (R20-R31)."""

from fastapi import APIRouter

from services.cases.web.staff.room import Room
from services.cases.web.staff.year_dispatches import make_dispatch_pages
from services.cases.web.staff.year_duty import make_duty_pages
from services.cases.web.staff.year_evaluation import make_evaluation_pages
from services.cases.web.staff.year_parents import make_parent_pages
from services.cases.web.staff.year_wheel import make_wheel_pages

_AREAS = (
    make_wheel_pages,
    make_duty_pages,
    make_evaluation_pages,
    make_dispatch_pages,
    make_parent_pages,
)


def make_year_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for make in _AREAS:
        router.include_router(make(room))
    return router
