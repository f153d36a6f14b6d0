"""Whom a family wishes for: written down, then invited or not by whoever calls (S7)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.rights import Right
from services.cases.domain.wishes import Relation
from services.cases.handlers import wishes
from services.cases.handlers.meeting_ports import Wished
from services.cases.handlers.ports import Desk
from services.cases.web.case_words import relation_words
from services.cases.web.forms import Fields
from services.cases.web.staff.case_acting import carry_out
from services.cases.web.staff.case_page import press
from services.cases.web.staff.case_showing import in_templates, read_to_change
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit

_PART, _LONG = "onskemal", 120


def make_wish_pages(room: Room) -> APIRouter:
    """A form for a new wish; the answer is two buttons on the case's page."""
    router = APIRouter(include_in_schema=False, prefix="/arenden/{case_id}/onskemal")
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("/nytt")
    def whom(case_id: UUID, visit: Seen) -> Response:
        return _page(case_id, visit)

    @router.post("/nytt")
    def wish(case_id: UUID, visit: Acting) -> Response:
        return _wish(case_id, visit)

    @router.post("/{wish_id}/ja")
    def accept(case_id: UUID, wish_id: UUID, visit: Acting) -> Response:
        return press(
            case_id,
            visit,
            lambda desk: wishes.accept(case_id, wish_id, desk),
            "onskat-ja",
            part=_PART,
        )

    @router.post("/{wish_id}/nej")
    def decline(case_id: UUID, wish_id: UUID, visit: Acting) -> Response:
        return press(
            case_id,
            visit,
            lambda desk: wishes.decline(case_id, wish_id, desk),
            "onskat-nej",
            part=_PART,
        )

    return router


def _wish(case_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    by, name = fields.ident("by"), fields.text("name", most=_LONG)
    relation = fields.choice("relation", list(Relation))
    email, phone = fields.address("email", needed=False), fields.phone("phone", needed=False)
    protected = fields.yes_no("protected")
    if fields.wrong or by is None or name is None or relation is None:
        return _page(case_id, visit, wrong=fields.wrong)
    wished = Wished(by, name, Relation(relation), email, phone, "sv", protected)

    def work(desk: Desk) -> None:
        wishes.wish(case_id, wished, desk)

    return carry_out(
        case_id,
        visit,
        work,
        lambda refused: _page(case_id, visit, refused=refused),
        "onskat",
        part=_PART,
    )


def _page(case_id: UUID, visit: Visit, **said: Any) -> Response:
    case = read_to_change(case_id, visit)
    return visit.page(
        "staff/case_wish.html",
        **said,
        **in_templates(case, visit),
        family=[(one.id, one.name) for one in (*case.guardians, case.child)],
        relations=[(one, visit.speech.say(relation_words(one))) for one in Relation],
    )
