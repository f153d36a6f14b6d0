"""The accessibility statement that the law asks every public page to lead to (2018:1937)."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from services.cases.web.accessibility_words import ASSESSED_ON, REPORT_TO_DIGG, WORDS, Language
from services.cases.web.templating import templates
from shared.domain.swedish import the_day
from shared.municipality import ContactCentre

_PATH = "/tillganglighet"
TheLanguage = Annotated[str, Query(alias="lang")]


@dataclass(frozen=True, slots=True)
class AccessibilityPage:
    """Whose pages they are, and where a fault of them is reported."""

    municipality: str
    centre: ContactCentre


def make_accessibility_page(page: AccessibilityPage) -> APIRouter:
    """The route; for everybody, without login."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    template = templates().get_template("accessibility.html")

    @router.get(_PATH)
    def accessibility(lang: TheLanguage = "sv") -> HTMLResponse:
        language: Language = "en" if lang == "en" else "sv"
        return HTMLResponse(
            template.render(
                page=page,
                words=WORDS[language],
                day=the_day(ASSESSED_ON, language),
                report_to=REPORT_TO_DIGG,
                path=_PATH,
            )
        )

    return router
