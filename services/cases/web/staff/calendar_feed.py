"""One's own calendar feed: its address, a new one, and its end (X13)."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.refused import NotFound, Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers import feeds
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.web.link_showing import NO_TRACE
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Visit

_PATH = "/kalender/prenumerera"
_NOTICES: Mapping[str, Notice] = {
    "ny": Notice(
        Words(
            "Adressen är gjord. En tidigare adress fungerar inte längre.",
            "The address is made. An earlier one no longer works.",
        )
    ),
    "slut": Notice(
        Words(
            "Prenumerationen är avslutad. Adressen fungerar inte längre.",
            "The subscription has ended. The address no longer works.",
        )
    ),
}


def make_feed_pages(room: Room) -> APIRouter:
    """The page of the address, and the two things to do with it."""
    router = APIRouter(include_in_schema=False)
    acting = Depends(room.acts(Right.CASEWORK))

    @router.get(_PATH)
    def show(visit: Annotated[Visit, Depends(room.visits(Right.CASEWORK))]) -> Response:
        return _page(visit)

    @router.post(_PATH)
    def make(visit: Annotated[Visit, acting]) -> Response:
        def work(desk: Desk, _: Views) -> None:
            feeds.make_feed(_own(visit), desk)  # the address is a key: no answer keeps it (X13)

        done = visit.attempt(work)
        return _page(visit, done.refused) if done.refused else visit.back(_PATH, "ny")

    @router.post(f"{_PATH}/avsluta")
    def revoke(visit: Annotated[Visit, acting]) -> Response:
        def work(desk: Desk, _: Views) -> None:
            feeds.revoke_feed(_own(visit), desk)

        done = visit.attempt(work)
        return _page(visit, done.refused) if done.refused else visit.back(_PATH, "slut")

    return router


def _page(visit: Visit, refused: Refused | None = None) -> Response:
    def show(desk: Desk, _: Overviews) -> UUID | None:
        return desk.feeds.of(_own(visit))

    found = visit.consult("calendar.feed", show)
    address = None if found is None else visit.room.office.origin.url(found)
    answer = visit.page(
        "staff/calendar_feed.html",
        refused=refused,
        notices=_NOTICES,
        address=address,
        opening=None if address is None else f"webcal://{address.partition('://')[2]}",
    )
    answer.headers.update(NO_TRACE)
    return answer


def _own(visit: Visit) -> UUID:
    if visit.person is None:
        raise NotFound
    return visit.person
