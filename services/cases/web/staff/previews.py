"""The page «/mallar»: what every kind of mail says, filled with an example, for staff to read."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from services.cases.domain.refused import Language, NotFound
from services.cases.web.staff.mail_words import KINDS
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit
from services.cases.web.staff.words import LANGUAGES

Row = Mapping[str, Any]

_PAGE_POLICY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self';"
        " img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
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
    "week": "veckan i siffror",
    "week-manager": "veckan i siffror, till chefen",
    "week-little": "veckan i siffror, nästan inget",
}


def make_preview_pages(room: Room) -> APIRouter:
    """The list with one mail chosen, and that mail's HTML for the frame on it."""
    router = APIRouter(include_in_schema=False)
    Seen = Annotated[Visit, Depends(room.visits(None))]

    @router.get("/mallar")
    def previews(
        visit: Seen,
        sprak: Annotated[str, Query(max_length=2)] = "",
        mejl: Annotated[str, Query(max_length=100)] = "",
    ) -> Response:
        language = _language(sprak, visit.language)
        found = _previews(room, language)
        chosen = _named(mejl, found) if mejl else next(iter(found), None)
        page = visit.page(
            "previews.html", of=language, groups=_groups(found, visit),
            chosen=chosen and _shown(chosen, visit),
        )  # fmt: skip
        page.headers.update(_PAGE_POLICY)
        return page

    @router.get("/mallar/html")
    def html_of_a_mail(
        visit: Seen,
        mejl: Annotated[str, Query(max_length=100)] = "",
        sprak: Annotated[str, Query(max_length=2)] = "",
    ) -> Response:
        language = _language(sprak, visit.language)
        return HTMLResponse(_named(mejl, _previews(room, language))["html"], headers=_MAIL_POLICY)

    return router


def _language(chosen: str, otherwise: Language) -> Language:
    return LANGUAGES.get(chosen, otherwise)


def _previews(room: Room, language: Language) -> Sequence[Row]:
    """They are about nobody, so reading them isn't logged."""
    with room.database.unit() as unit:
        return room.office.views_for(unit.connection, unit.now).previews(language)


def _named(name: str, found: Sequence[Row]) -> Row:
    """Raises NotFound."""
    for row in found:
        if _name(row) == name:
            return row
    raise NotFound


def _name(row: Row) -> str:
    return f"{row['kind']}-{row['variant']}"


def _groups(found: Sequence[Row], visit: Visit) -> list[tuple[str, list[dict[str, Any]]]]:
    """By kind, those that there are no words for at the end."""
    turns = {kind: turn for turn, kind in enumerate(KINDS)}
    ordered = sorted(found, key=lambda row: (turns.get(row["kind"], len(turns)), row["kind"]))
    return [
        (_kind(kind, visit), [_shown(row, visit) for row in rows])
        for kind, rows in groupby(ordered, key=lambda row: row["kind"])
    ]


def _shown(row: Row, visit: Visit) -> dict[str, Any]:
    kind = _kind(row["kind"], visit)
    return {**row, "name": _name(row), "of": kind, "title": _title(row["variant"])}


def _kind(kind: str, visit: Visit) -> str:
    """A kind that there are no words for is shown by its code."""
    return visit.speech.say(KINDS[kind]) if kind in KINDS else kind


def _title(variant: str) -> str:
    """«till en familj, utan länk»; a variant that there are no words for is shown by its code."""
    who, _, rest = variant.partition("-")
    if who not in _TO:
        return _VARIANTS.get(variant, variant)
    return ", ".join(filter(None, (_TO[who], rest and _VARIANTS.get(rest, rest))))
