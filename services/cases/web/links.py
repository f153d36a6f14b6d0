"""The personal page `/r/{token}`: without login, GET shows and POST acts (X13, S6, S7, P7, B5).

The address is the key to it, so it stands in no log, and every wrong one looks the same.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.cases.web import link_session
from services.cases.web.brake import Brake
from services.cases.web.link_acting import NOTICES, WITHDRAWN, Acting
from services.cases.web.link_forms import EVERY_FORM
from services.cases.web.link_showing import Asked, LinkPages, Showing, to_page
from services.cases.web.link_words import Language
from services.cases.web.sent import sent_form
from shared.ids import LINK, read_signed_token

_LANGUAGES: dict[str, Language] = {"sv": "sv", "en": "en"}

# Without bounds: what isn't one of ours is as if it weren't there, and the page is shown.
Lang = Annotated[str, Query(alias="lang")]
Done = Annotated[str, Query(alias="klart")]
SessionCookie = Annotated[str, Cookie(alias=link_session.COOKIE)]


def make_link_pages(pages: LinkPages, brake: Brake | None = None) -> APIRouter:
    """The routes; in production too. So many forms an hour for each link."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    showing = Showing(pages)
    acting = Acting(showing, brake or Brake(each=60, together=5000))

    def asked(token: str, lang: Lang = "", session: SessionCookie = "") -> Asked:
        link = read_signed_token(pages.origin.secret, LINK, token)
        return Asked(token, link, _LANGUAGES.get(lang), session)

    @router.get("/r/{token}")
    def show(asked: Annotated[Asked, Depends(asked)], klart: Done = "") -> Response:
        return showing.show(asked, notice=klart if klart in NOTICES else "")

    @router.get("/r/{token}/mote.ics")
    def calendar_file(asked: Annotated[Asked, Depends(asked)]) -> Response:
        return showing.calendar_file(asked)

    @router.get("/r/{token}/" + WITHDRAWN)
    def withdrawn(asked: Annotated[Asked, Depends(asked)]) -> Response:
        return showing.withdrawn(asked)

    @router.get("/r/{token}/{form}")
    def back(asked: Annotated[Asked, Depends(asked)], form: str) -> Response:
        """A form's address that is opened again shows the page; nothing is sent by it."""
        if asked.link is None or form not in EVERY_FORM:
            return showing.gone()
        return to_page(asked)

    @router.post("/r/{token}/{form}")
    def act(
        asked: Annotated[Asked, Depends(asked)],
        form: str,
        request: Request,
        sent: Annotated[Mapping[str, str], Depends(sent_form())],
    ) -> Response:
        return acting.act(asked, form, request, sent)

    return router
