"""The page «orosanmälan»: where staff report, the phone first (R49, R50); nothing is filled in."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse

from services.cases.domain.reports import ANMALAN
from services.cases.web.concern_words import WORDS, Language
from services.cases.web.templating import templates
from shared.db import Database
from shared.domain.days import local_date
from shared.live_rules import RulesAt
from shared.municipality import Concern
from shared.procedures import UnknownProcedure

_PATH = "/orosanmalan"
TheLanguage = Annotated[str, Query(alias="lang")]


@dataclass(frozen=True, slots=True)
class ConcernPage:
    """What the page is made from."""

    database: Database
    rules_at: RulesAt
    municipality: str
    concern: Concern


def make_concern_page(page: ConcernPage) -> APIRouter:
    """The route; in production too. There is no such page where the routine isn't used."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    template = templates().get_template("concern.html")

    @router.get(_PATH)
    def concern(lang: TheLanguage = "sv") -> HTMLResponse:
        _check_used(page)
        language: Language = "en" if lang == "en" else "sv"
        return HTMLResponse(template.render(page=page, words=WORDS[language], path=_PATH))

    return router


def _check_used(page: ConcernPage) -> None:
    with page.database.unit() as unit:
        procedures = page.rules_at(unit.connection).procedures
        try:
            procedures.get(ANMALAN, local_date(unit.now))
        except UnknownProcedure:
            raise HTTPException(404) from None
