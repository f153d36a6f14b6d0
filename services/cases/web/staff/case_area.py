"""Every page of cases in one router: the list, a case, and what is done about it."""

from fastapi import APIRouter

from services.cases.web.staff.case_consents import make_consent_pages
from services.cases.web.staff.case_ending import make_case_ending
from services.cases.web.staff.case_list import make_case_list
from services.cases.web.staff.case_page import make_case_pages
from services.cases.web.staff.case_papers import make_paper_pages
from services.cases.web.staff.case_people import make_family_pages
from services.cases.web.staff.case_staff import make_case_staff_pages
from services.cases.web.staff.case_wishes import make_wish_pages
from services.cases.web.staff.room import Room

_MAKERS = (
    make_case_list,
    make_case_pages,
    make_case_ending,
    make_consent_pages,
    make_family_pages,
    make_case_staff_pages,
    make_wish_pages,
    make_paper_pages,
)


def make_case_area(room: Room) -> APIRouter:
    router = APIRouter()
    for make in _MAKERS:
        router.include_router(make(room))
    return router
