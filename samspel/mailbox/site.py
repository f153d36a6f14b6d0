"""The mailbox's web application: the pages, Mailpit's calls, the files beside them."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from samspel.mailbox import api, pages
from samspel.mailbox.store import Store

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def create_site(store: Store) -> FastAPI:
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    site.include_router(api.create_api(store))
    site.include_router(pages.create_pages(store))
    site.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    site.add_exception_handler(HTTPException, _refused)
    site.middleware("http")(_with_headers)
    return site


async def _with_headers(
    request: Request, answer: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await answer(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    of_the_api = request.url.path.startswith("/api/")
    answer = api.not_found() if of_the_api else pages.nothing_here()
    answer.status_code = error.status_code
    return answer
