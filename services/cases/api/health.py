"""Whether the process lives, and whether the services work: heartbeats of all of them."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from services.cases.api.office import TheOffice
from services.cases.api.problems import language_of, problem

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="This process answers")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", summary="Every service has worked within the last seconds")
def readyz(request: Request, office: TheOffice) -> Any:
    missing = office.silent_services()
    if missing:
        return problem(503, language_of(request), code="not-ready", missing=missing)
    return JSONResponse({"status": "ready", "missing": []})
