"""The page of a duty `/u/{token}`: without login, GET shows and POST acts (R25, R29, R31).

As a personal page: the address is the key to it, so it stands in no log, and every wrong one looks
the same. It is the staff's alone, and holds nothing of a case.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.cases.web.duty_showing import Asked, DutyPages, to_page
from services.cases.web.link_showing import LinkPages
from services.cases.web.link_words import Language
from services.cases.web.origin import from_our_own_page
from services.cases.web.sent import sent_form
from shared.ids import PAGE, read_signed_token

_LONGEST_FIELD = 5000  # longer than any answer may be, so that it is said, and not cut off
_LANGUAGES: dict[str, Language] = {"sv": "sv", "en": "en"}


def make_duty_pages(pages: LinkPages, documents: Sequence[tuple[str, str]] = ()) -> APIRouter:
    """The routes; in production too. `documents`: the municipality's own, by title and address."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    house = DutyPages(pages, documents)

    def asked(
        token: str,
        request: Request,
        lang: Annotated[str, Query()] = "",
        again: Annotated[str, Query(alias="andra")] = "",
    ) -> Asked:
        link = read_signed_token(pages.origin.secret, PAGE, token)
        return Asked(token, link, _LANGUAGES.get(lang), bool(again), _address(request))

    @router.get("/u/{token}")
    def show(asked: Annotated[Asked, Depends(asked)]) -> Response:
        return house.show(asked)

    @router.get("/u/{token}/fil/{file}")
    def fetch(asked: Annotated[Asked, Depends(asked)], file: str) -> Response:
        return house.fetch(asked, file)

    @router.get("/u/{token}/{form}")
    def back(asked: Annotated[Asked, Depends(asked)], form: str) -> Response:
        """A form's address that is opened again shows the page; nothing is sent by it."""
        return to_page(asked) if asked.leads_to(form) else house.gone(asked)

    @router.post("/u/{token}/{form}")
    def act(
        asked: Annotated[Asked, Depends(asked)],
        form: str,
        request: Request,
        sent: Annotated[Mapping[str, str], Depends(sent_form(_LONGEST_FIELD))],
    ) -> Response:
        if not asked.leads_to(form):
            return house.gone(asked)
        if not from_our_own_page(request, pages.origin.public_url, hidden=True):
            return house.failed(asked, 403)
        return house.act(asked, form, sent)

    return router


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
