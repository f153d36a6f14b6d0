"""Personal links over HTTP: the code of their second step, and taking them back (X13)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from services.cases.api.models import Nothing
from services.cases.api.office import TheDoer
from services.cases.api.shapes import instant_json
from services.cases.handlers import links
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views

router = APIRouter(tags=["links"])


@router.post(
    "/cases/{case_id}/people/{person_id}/link-code",
    status_code=201,
    summary="A code to read out on the phone (X13)",
    description="Shown this once; a new one takes its place. An Idempotency-Key has no effect.",
)
def make_code(
    case_id: UUID, person_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    def work(desk: Desk, _: Views) -> dict[str, Any]:
        made = links.make_code(case_id, person_id, desk)
        return {"code": made.code, "expires_at": instant_json(made.expires_at)}

    return doer.do_unkept(work, 201)


@router.post(
    "/cases/{case_id}/people/{person_id}/revoke-links",
    summary="The old links end; coming meetings have new ones (X13)",
    description="`meetings` are those with a new link, which is mailed to the person at once (Q2).",
)
def revoke(
    case_id: UUID, person_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    def work(desk: Desk, _: Views) -> dict[str, Any]:
        return {"meetings": list(links.revoke_links(case_id, person_id, desk))}

    return doer.do(work)
