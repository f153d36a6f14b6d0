"""Calendar feeds over HTTP: an address to subscribe to, and its end (P7, X6)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from services.cases.api.models import Nothing
from services.cases.api.office import TheDoer
from services.cases.handlers import feeds
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views

router = APIRouter(tags=["feeds"])


@router.post(
    "/people/{person_id}/feed",
    status_code=201,
    summary="An address for somebody's calendar feed",
    description="A new one takes the old one's place. An Idempotency-Key has no effect.",
)
def make(
    person_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    def work(desk: Desk, _: Views) -> dict[str, Any]:
        return {"url": doer.office.origin.url(feeds.make_feed(person_id, desk))}

    return doer.do_unkept(work, 201)


@router.post("/people/{person_id}/feed/revoke", summary="The feed ends at once")
def revoke(
    person_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    def work(desk: Desk, _: Views) -> dict[str, Any]:
        feeds.revoke_feed(person_id, desk)
        return {"revoked": True}

    return doer.do(work)
