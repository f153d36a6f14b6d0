"""The page «/»: what somebody has to do, the most urgent first, and what they wait for."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.refused import Words
from services.cases.domain.rights import Right
from services.cases.domain.today import URGENCIES, Thing, Urgency
from services.cases.handlers.closing import task_done
from services.cases.handlers.today import Today, staff_of, today_of, want_letter
from services.cases.web.staff import today_words as said
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Undo, Visit

_SHOWN, _SHOWN_OF_ONE = 12, 50
_FOLDED = 5
_NAMES: dict[str, Urgency] = {
    "forsenat": "late", "nu": "now", "veckan": "week", "senare": "later",
}  # fmt: skip
_ADDRESS = {urgency: name for name, urgency in _NAMES.items()}
_NOTICES = {
    "done": Notice(Words("Markerat som klart.", "Marked as done.")),
    "letter-off": Notice(
        Words("Du får inget veckobrev mer.", "You get no weekly letter any more."),
        Undo("/veckobrev", {"brev": "ja"}),
    ),
    "letter-on": Notice(
        Words("Du får veckobrevet igen.", "You get the weekly letter again."),
        Undo("/veckobrev", {"brev": "nej"}),
    ),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Some things of one urgency, as far as they are shown. `name` is its address."""

    urgency: Urgency
    name: str
    heading: Words
    things: tuple[Thing, ...]
    count: int

    @property
    def left(self) -> int:
        return self.count - len(self.things)


def make_today_pages(room: Room) -> APIRouter:
    """The page, what is ticked off on it, its part for managers, and the weekly letter's switch."""
    router = APIRouter(include_in_schema=False)
    Anybody = Annotated[Visit, Depends(room.visits(None))]
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("/")
    def show(
        visit: Anybody,
        only: Annotated[str, Query(alias="visa", max_length=20)] = "",
        page: Annotated[int, Query(alias="sida", ge=1, le=1000)] = 1,
    ) -> Response:
        if not visit.may(Right.CASEWORK) or visit.person is None:
            return visit.page("staff/no_casework.html")
        return _page(visit, visit.person, _NAMES.get(only), page)

    @router.get("/medarbetare")
    def staff(visit: Annotated[Visit, Depends(room.visits(Right.MANAGE))]) -> Response:
        person = visit.person
        assert person is not None  # whoever has others below them is one
        shown = visit.consult("today.staff", lambda desk, views: staff_of(person, views, desk))
        template = "staff/today_staff.html" if visit.partial else "staff/today_staff_page.html"
        return visit.page(template, staff=shown)

    @router.post("/att-gora/{task_id}/klart")
    def tick_off(task_id: UUID, visit: Acting) -> Response:
        done = visit.attempt(lambda desk, _: task_done(task_id, desk))
        if done.refused is not None:
            assert visit.person is not None
            return _page(visit, visit.person, None, 1, refused=done.refused)
        return visit.back("/", "done")

    @router.get("/veckobrev")
    def letter(visit: Seen) -> Response:
        return visit.back("/#veckobrev")

    @router.post("/veckobrev")
    def switch_letter(visit: Acting) -> Response:
        wanted = visit.form.get("brev") == "ja"
        person = visit.person
        assert person is not None  # whoever has a post is one
        visit.do(lambda desk, _: want_letter(person, desk, wanted=wanted))
        return visit.back("/", "letter-on" if wanted else "letter-off")

    return router


def _page(visit: Visit, person: UUID, only: Urgency | None, page: int, **more: object) -> Response:
    today = visit.consult("today", lambda desk, _: today_of(person, desk))
    groups = [
        _group(urgency, today, page if urgency == only else 1, only)
        for urgency in URGENCIES
        if only in (None, urgency)
    ]
    return visit.page(
        "staff/today.html",
        today=today,
        groups=[one for one in groups if one.count],
        shown={one.urgency: one.name for one in groups},
        only=only,
        page=page,
        pages=max(1, -(-len(today.groups[only]) // _SHOWN_OF_ONE)) if only else 1,
        waiting=today.waiting[:_SHOWN],
        coming=today.coming[:_FOLDED],
        tell=said,
        notices=_NOTICES,
        **more,  # type: ignore[arg-type]
    )


def _group(urgency: Urgency, today: Today, page: int, only: Urgency | None) -> Group:
    """By itself a group is shown page by page; else as much of it as is read at a glance."""
    found = today.groups[urgency]
    first = (page - 1) * _SHOWN_OF_ONE if only else 0
    some = found[first : first + (_SHOWN_OF_ONE if only else _SHOWN)]
    return Group(urgency, _ADDRESS[urgency], said.GROUPS[urgency], tuple(some), len(found))
