"""Wishes over HTTP: a family asks for more people, whoever calls decides (S7)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from services.cases.api.meeting_models import NewWish
from services.cases.api.models import Nothing
from services.cases.api.office import Doer, TheDoer, TheReader
from services.cases.api.shapes import instant_json
from services.cases.domain.refused import NotFound
from services.cases.handlers import wishes
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Row, Views
from services.cases.office import Again

router = APIRouter(tags=["wishes"])


@router.post(
    "/cases/{case_id}/wishes", status_code=201, summary="The family wishes for somebody (S7)"
)
def add_wish(case_id: UUID, body: NewWish, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        return _wish(views, case_id, wishes.wish(case_id, body.wished(), desk))

    return doer.do(work, 201, again=_again(case_id))


@router.get("/cases/{case_id}/wishes", summary="Whom the family wishes for (S7)")
def list_wishes(case_id: UUID, reader: TheReader) -> list[dict[str, Any]]:
    def show(views: Views) -> list[Row]:
        if views.case(case_id) is None:
            raise NotFound
        return list(views.wishes(case_id))

    found = reader.read("case.wishes", lambda views, _: show(views), case=case_id)
    return [_wish_json(one) for one in found]


@router.post("/cases/{case_id}/wishes/{wish_id}/accept", summary="They are invited (S7)")
def accept_wish(
    case_id: UUID, wish_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return _decided(doer, case_id, wish_id, accepted=True)


@router.post("/cases/{case_id}/wishes/{wish_id}/decline", summary="They aren't (S7)")
def decline_wish(
    case_id: UUID, wish_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return _decided(doer, case_id, wish_id, accepted=False)


def _decided(doer: Doer, case_id: UUID, wish_id: UUID, *, accepted: bool) -> JSONResponse:
    decide = wishes.accept if accepted else wishes.decline

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        decide(case_id, wish_id, desk)
        return _wish(views, case_id, wish_id)

    return doer.do(work, again=_again(case_id))


def _again(case_id: UUID) -> Again:
    def show(wish_id: UUID, _: Desk, views: Views) -> dict[str, Any]:
        return _wish(views, case_id, wish_id)

    return Again("case.wishes", show, case=lambda _: case_id)


def _wish(views: Views, case_id: UUID, wish_id: UUID) -> dict[str, Any]:
    return next(_wish_json(one) for one in views.wishes(case_id) if one["id"] == wish_id)


def _wish_json(wish: Row) -> dict[str, Any]:
    """Of a declined one nothing says who it was."""
    kept = wish["state"] != "declined"
    return {
        "id": wish["id"],
        "case": wish["case_id"],
        "by": wish["by_person"],
        "person": wish["person_id"],
        "relation": wish["relation"],
        "state": wish["state"],
        "name": wish["name"] if kept else None,
        "email": wish["email"],
        "phone": wish["phone"],
        "protected": wish["protected"],
        "asked_at": instant_json(wish["asked_at"]),
        "settled_at": instant_json(wish["settled_at"]),
    }
