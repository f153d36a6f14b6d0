"""The page «/mallar»: what every kind of mail says, filled with an example, for staff to read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse
from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.handlers.reading import Views
from services.cases.web.templating import templates
from shared.db import Database

Language = Literal["sv", "en"]
Row = Mapping[str, Any]

_PAGE_POLICY = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self';"
        " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
}
# A mail's HTML has its style in itself. It may be shown in a frame of ours, and do nothing there.
_MAIL_POLICY = {
    "content-security-policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none';"
        " base-uri 'none'; frame-ancestors 'self'"
    ),
    "x-frame-options": "SAMEORIGIN",
}
_KINDS = {
    "call": "Inbjudan",
    "change": "Ändring",
    "cancel": "Inställt eller återtaget",
    "reminder": "Påminnelse",
    "nudge": "Fråga om svar",
    "proposal": "Förslag på tider",
    "counter-declined": "Nej till en annan tid",
    "alert": "Gräns eller försenad uppgift",
    "task": "Ny uppgift",
    "receipt": "Mottagningsbesked",
    "dispatch": "Material att sprida",
}
_TO = {"family": "till en familj", "staff": "till personal"}
_VARIANTS = {
    "no-place": "utan plats",
    "no-link": "utan länk",
    "shared-mailbox": "delad brevlåda",
    "invited-again": "inbjuden på nytt",
    "long-names": "långa namn",
    "moved": "ny tid",
    "moved-no-link": "ny tid, utan länk",
    "new-place": "ny plats",
    "details": "andra uppgifter",
    "of-all": "mötet är inställt",
    "of-one": "inbjudan gäller inte längre",
    "near": "gränsen är nära",
    "passed": "gränsen har passerat",
    "manager": "till chefen",
    "late": "uppgiften är försenad",
    "new": "utan dag",
    "with-a-day": "med en dag",
    "several": "flera uppgifter",
    "several-late": "flera uppgifter, den första försenad",
    "several-manager": "flera uppgifter, till chefen",
    "several-pages": "flera uppgifter, med personliga länkar",
    "several-no-day": "flera uppgifter, ingen med en sista dag",
    "several-no-day-pages": "flera uppgifter utan sista dag, med personliga länkar",
    "several-no-day-manager": "flera uppgifter utan sista dag, till chefen",
    "with-a-page": "med personlig länk",
    "late-with-a-page": "uppgiften är försenad, med personlig länk",
    "reminder": "påminnelse",
    "reminder-late": "påminnelse om en försenad uppgift",
    "reminder-no-day": "påminnelse utan dag",
    "last-day": "årets sista dag, till kalendern",
    "last-day-over": "årets sista dag gäller inte längre",
    "year": "till årets möten",
    "year-moved": "till årets möten, ny tid",
}


@dataclass(frozen=True, slots=True)
class PreviewPages:
    """What the page is made from; `shown`: in demo mode only, since there is no login yet."""

    database: Database
    views_for: Callable[[Connection[DictRow], datetime], Views]
    municipality: str
    mailbox_url: str | None
    shown: bool

    def previews(self, language: Language) -> Sequence[Row]:
        """They are about nobody, so reading them isn't logged."""
        with self.database.unit() as unit:
            return self.views_for(unit.connection, unit.now).previews(language)


def make_preview_pages(pages: PreviewPages) -> APIRouter:
    """The list with one mail chosen, and that mail's HTML for the frame on it."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    environment = templates()
    common = {"municipality": pages.municipality, "mailbox_url": pages.mailbox_url}

    @router.get("/mallar")
    def previews(
        sprak: Language = "sv", mejl: Annotated[str, Query(max_length=100)] = ""
    ) -> HTMLResponse:
        if not pages.shown:
            return HTMLResponse(environment.get_template("closed.html").render(**common))
        found = pages.previews(sprak)
        chosen = _named(mejl, found) if mejl else next(iter(found), None)
        page = environment.get_template("previews.html").render(
            **common, language=sprak, groups=_groups(found), chosen=chosen and _shown(chosen)
        )
        return HTMLResponse(page, headers=_PAGE_POLICY)

    @router.get("/mallar/html")
    def html_of_a_mail(
        mejl: Annotated[str, Query(max_length=100)], sprak: Language = "sv"
    ) -> HTMLResponse:
        if not pages.shown:
            raise HTTPException(404)
        return HTMLResponse(_named(mejl, pages.previews(sprak))["html"], headers=_MAIL_POLICY)

    return router


def _named(name: str, found: Sequence[Row]) -> Row:
    """Raises 404, in plain words."""
    for row in found:
        if _name(row) == name:
            return row
    raise HTTPException(404)


def _name(row: Row) -> str:
    return f"{row['kind']}-{row['variant']}"


def _groups(found: Sequence[Row]) -> list[tuple[str, list[dict[str, Any]]]]:
    """By kind, those that there are no words for at the end."""
    turns = {kind: turn for turn, kind in enumerate(_KINDS)}
    ordered = sorted(found, key=lambda row: (turns.get(row["kind"], len(turns)), row["kind"]))
    return [
        (_KINDS.get(kind, kind), [_shown(row) for row in rows])
        for kind, rows in groupby(ordered, key=lambda row: row["kind"])
    ]


def _shown(row: Row) -> dict[str, Any]:
    kind = _KINDS.get(row["kind"], row["kind"])
    return {**row, "name": _name(row), "of": kind, "title": _title(row["variant"])}


def _title(variant: str) -> str:
    """«till en familj, utan länk»; a variant that there are no words for is shown by its code."""
    who, _, rest = variant.partition("-")
    if who not in _TO:
        return _VARIANTS.get(variant, variant)
    return ", ".join(filter(None, (_TO[who], rest and _VARIANTS.get(rest, rest))))
