"""The page «Ärenden»: one's own cases, what presses first."""

from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.refused import Words
from services.cases.domain.rights import Right
from services.cases.handlers.case_list import SoughtCases, own_cases
from services.cases.web.case_words import GLYPHS, SIGNS, lane_words
from services.cases.web.staff.case_acting import UNSEEN
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Visit
from shared.domain.days import local_date
from shared.domain.facts import CaseState

_MOST_LETTERS, _FURTHEST = 12, 100_000
_NOTICES = {
    UNSEEN: Notice(
        Words("Klart. Du ser inte längre ärendet.", "Done. You do not see the case any more.")
    )
}


def make_case_list(room: Room) -> APIRouter:
    """One page; its filters are links and a field, kept in the address."""
    router = APIRouter(include_in_schema=False)

    @router.get("/arenden")
    def cases(
        visit: Annotated[Visit, Depends(room.visits(Right.CASEWORK))],
        lage: Annotated[str, Query()] = "open",
        rutin: Annotated[str, Query()] = "",
        referens: Annotated[str, Query()] = "",
        fran: Annotated[int, Query(ge=0, le=_FURTHEST)] = 0,
    ) -> Response:
        return _page(visit, lage, rutin, referens, fran)

    return router


def _page(visit: Visit, state: str, procedure: str, reference: str, offset: int) -> Response:
    sought = SoughtCases(
        state="closed" if state == "closed" else "open",
        procedure=procedure or None,
        reference=reference.strip().upper()[:_MOST_LETTERS] or None,
        offset=offset,
    )
    office, language = visit.room.office, visit.language
    (lines, following), today = visit.read(
        "cases.list",
        lambda views, now: (
            own_cases(sought, views, office.procedures, office.times.days, now),
            local_date(now),
        ),
    )
    return visit.page(
        "staff/case_list.html",
        notices=_NOTICES,
        lines=lines,
        following=following,
        sought=sought,
        today=today,
        states=get_args(CaseState),
        titles={
            name: visit.speech.title(office.procedures.get(name, today))
            for name in office.procedures.names(today)
        },
        sign=lambda state: GLYPHS[SIGNS[state]],
        lane=lambda state: lane_words("", state, language),
    )
