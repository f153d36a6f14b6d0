"""All pages of staff in one application, and what they say when something fails."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from services.cases.domain.refused import Refused
from services.cases.handlers.clock import later, move_clock
from services.cases.web.origin import from_our_own_page
from services.cases.web.staff.booking import make_booking_pages
from services.cases.web.staff.calendar import make_calendar_pages
from services.cases.web.staff.calendar_feed import make_feed_pages
from services.cases.web.staff.case_area import make_case_area
from services.cases.web.staff.glass import make_glass_pages
from services.cases.web.staff.inquiries import make_inquiry_pages
from services.cases.web.staff.mail_in import make_inbound_pages
from services.cases.web.staff.mail_sent import make_sent_pages
from services.cases.web.staff.meetings import make_meeting_pages
from services.cases.web.staff.opening import make_opening_pages
from services.cases.web.staff.previews import make_preview_pages
from services.cases.web.staff.readings import make_reading_pages
from services.cases.web.staff.reports import make_report_pages
from services.cases.web.staff.room import LANGUAGE_COOKIE, Room, SignInFirst
from services.cases.web.staff.today import make_today_pages
from services.cases.web.staff.words import LANGUAGES
from services.cases.web.staff.year import make_year_pages

# What is opened without signing in, by people who know nothing of the rest.
_PERSONAL = ("/r/", "/u/", "/f/")
_PUBLIC = ("/intresseanmalan", "/orosanmalan")
_A_YEAR = 365 * 24 * 3600
_STEPS = {"day": timedelta(days=1), "week": timedelta(days=7)}
Maker = Callable[[Room], APIRouter]

# Every area's pages. An area adds its own here, and its place in `templates/staff/frame.html`.
# The opening comes before the cases: «nytt» is nobody's id.
AREAS: tuple[Maker, ...] = (
    make_today_pages,
    make_booking_pages,
    make_meeting_pages,
    make_report_pages,
    make_sent_pages,
    make_inbound_pages,
    make_preview_pages,
    make_opening_pages,
    make_inquiry_pages,
    make_case_area,
    make_glass_pages,
    make_reading_pages,
    make_calendar_pages,
    make_feed_pages,
    make_year_pages,
)


def install(app: FastAPI, room: Room) -> None:
    """Add the pages, and the way to the door for whoever hasn't signed in."""
    for make in (_common, *AREAS):
        app.include_router(make(room))

    def to_the_door(request: Request, _: Exception) -> Response:
        return room.to_the_door(request)

    app.add_exception_handler(SignInFirst, to_the_door)


def failed_pages(
    personal: Callable[[int], Response],
    staff: Callable[[Request, int, Refused | None], Response],
) -> Callable[[Request, int, Refused | None], Response]:
    """What is shown when something fails: to who came by a link of their own, and to all others."""

    def page(request: Request, status: int, refused: Refused | None) -> Response:
        path = request.url.path
        if path.startswith(_PERSONAL) or path in _PUBLIC:
            return personal(status)
        return staff(request, status, refused)

    return page


def _common(room: Room) -> APIRouter:
    """The choice of language, the list of API calls, and in demo mode the clock."""
    router = APIRouter(include_in_schema=False)

    @router.post("/sprak")
    def choose_language(
        sprak: Annotated[str, Form()] = "", till: Annotated[str, Form()] = "/"
    ) -> Response:
        answer = RedirectResponse(local_path(till), 303)
        if sprak in LANGUAGES:
            answer.set_cookie(
                LANGUAGE_COOKIE, sprak, max_age=_A_YEAR, path="/", secure=room.secure,
                httponly=True, samesite="lax",
            )  # fmt: skip
        return answer

    @router.post("/demo/clock")
    def move_the_clock(
        request: Request, step: Annotated[str, Form()] = "", till: Annotated[str, Form()] = "/"
    ) -> Response:
        if room.clock is None or not from_our_own_page(request, room.public_url):
            raise HTTPException(403)
        if step not in _STEPS:
            raise HTTPException(422)
        move_clock(room.clock, later(room.clock.now(), _STEPS[step]))
        return RedirectResponse(local_path(till), 303)

    @router.get("/docs")
    def docs(request: Request) -> Response:
        return room.open_page("docs.html", request, calls=_calls(request.app.openapi()))

    return router


def _calls(schema: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"method": method.upper(), "path": path, "summary": call.get("summary", "")}
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
    ]


def local_path(path: str) -> str:
    """A path of ours to go on to; the start page for anything else."""
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"
