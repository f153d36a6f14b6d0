"""The public form «intresseanmälan»: without login, and without a word about the child (P3, P9)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from psycopg import Connection, Error
from psycopg.rows import DictRow
from psycopg_pool import PoolTimeout

from services.cases.domain.inquiries import Source
from services.cases.domain.refused import Refused
from services.cases.handlers.incoming import Inquire
from services.cases.handlers.inquiries import inquire
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.web.brake import Brake
from services.cases.web.inquiry_words import WORDS, Language
from services.cases.web.origin import from_our_own_page
from services.cases.web.templating import templates, written
from shared.db import Database, Unit
from shared.domain.days import local_date
from shared.domain.plain_text import holds_personal_number
from shared.live_rules import RulesAt
from shared.mailaddress import mail_address
from shared.register import PHONE

log = logging.getLogger(__name__)

_PATH = "/intresseanmalan"
_PROCEDURE = "sspf"
_SCHOOLS = ("f-6", "7-9")
_ACTOR = "form"
_OK, _TOO_MANY, _UNAVAILABLE = 200, 429, 503

Said = Annotated[str, Form(max_length=254)]
TheLanguage = Annotated[str, Query(alias="lang")]


@dataclass(frozen=True, slots=True)
class InquiryPages:
    """What the form is made from; `public_url` is where people find it."""

    database: Database
    desk_for: Callable[[Unit, str], Desk]
    views_for: Callable[[Connection[DictRow], datetime], Views]
    rules_at: RulesAt
    municipality: str
    phone: str
    address: str
    public_url: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it was filled in; `trap` is a field that people don't see."""

    who: str = ""
    phone: str = ""
    email: str = ""
    unit: str = ""
    trap: str = ""


def make_inquiry_pages(pages: InquiryPages, brake: Brake | None = None) -> APIRouter:
    """The routes; in production too."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    brake = brake or Brake()
    template = templates().get_template("inquiry.html")

    def page(lang: str, status: int = 200, **values: Any) -> HTMLResponse:
        language: Language = "en" if lang == "en" else "sv"
        words = WORDS[language]
        shown = {"filled": Filled(), "schools": [], "outcome": "form"} | values
        shown["wrong"] = {field: words[said] for field, said in values.get("wrong", {}).items()}
        html = written(template, pages=pages, words=words, path=_PATH, **shown)
        return HTMLResponse(html, status)

    @router.get(_PATH)
    def form(lang: TheLanguage = "sv") -> HTMLResponse:
        return page(lang, schools=_schools(pages))

    @router.post(_PATH)
    def send(
        request: Request,
        who: Said = "",
        phone: Said = "",
        email: Said = "",
        unit: Said = "",
        webbplats: Said = "",
        lang: TheLanguage = "sv",
    ) -> HTMLResponse:
        filled = Filled(who, phone.strip(), email.strip(), unit, webbplats)
        if not from_our_own_page(request, pages.public_url):
            return page(lang, 403, outcome="failed")
        schools = _schools(pages)
        if wrong := _wrong(filled, schools):
            return page(lang, 422, filled=filled, wrong=wrong, schools=schools)
        address = request.client.host if request.client else ""
        status = _receive(filled, address, pages, brake)
        return page(lang, status, outcome="sent" if status == _OK else "failed")

    return router


def _receive(filled: Filled, address: str, pages: InquiryPages, brake: Brake) -> int:
    """The status of the answer. What a program has filled in where people don't see is dropped."""
    if filled.trap:
        return _OK
    if not brake.lets_pass(address):
        return _TOO_MANY
    return _OK if _kept(filled, pages) else _UNAVAILABLE


def _schools(pages: InquiryPages) -> list[Mapping[str, str]]:
    """The schools to choose from. Raises HTTPException where nobody can be asked."""
    with pages.database.unit() as unit:
        procedures = pages.rules_at(unit.connection).procedures
        if _PROCEDURE not in procedures.names(local_date(unit.now)):
            raise HTTPException(404)
        units = pages.views_for(unit.connection, unit.now).units()
    schools = [one for one in units if one["kind"] in _SCHOOLS]
    return sorted(schools, key=lambda one: str(one["name"]))


def _wrong(filled: Filled, schools: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The fields to mend, each with the name of what is said about it."""
    wrong = {}
    if filled.who not in list(Source):
        wrong["who"] = "who_needed"
    if filled.phone and not PHONE.fullmatch(filled.phone):
        wrong["phone"] = "phone_wrong"
    if filled.email and not _is_address(filled.email):
        wrong["email"] = "email_wrong"
    for name, said in (("phone", filled.phone), ("email", filled.email)):
        if name not in wrong and holds_personal_number(said):
            wrong[name] = "personal_number"
    if filled.unit and filled.unit not in {school["code"] for school in schools}:
        wrong["unit"] = "unit_wrong"
    return wrong


def _is_address(text: str) -> bool:
    try:
        mail_address(text)
    except ValueError:
        return False
    return True


def _kept(filled: Filled, pages: InquiryPages) -> bool:
    """Whether it has been kept; why not is for the log, which holds nothing of it."""
    command = Inquire(
        procedure=_PROCEDURE,
        source=Source(filled.who),
        phone=filled.phone or None,
        email=mail_address(filled.email) if filled.email else None,
        unit=filled.unit or None,
    )
    try:
        with pages.database.unit() as unit:
            inquire(command, pages.desk_for(unit, _ACTOR))
    except (Refused, Error, PoolTimeout) as error:
        log.warning("An inquiry could not be kept: %s", type(error).__name__)
        return False
    return True
