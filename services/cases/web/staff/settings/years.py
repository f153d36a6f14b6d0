"""School years and breaks: seen as a strip of months, changed with what moves said first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.refused import NotFound, Refused, Words
from services.cases.domain.rights import Right
from services.cases.domain.year_strip import NARROW, WIDE, strip
from services.cases.handlers import rules, school_years
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.rule_ports import Lay
from services.cases.handlers.rules import TakeBack
from services.cases.handlers.school_years import ChangeSchoolYear, YearPreview
from services.cases.web.forms import Fields, Form
from services.cases.web.staff.room import Room
from services.cases.web.staff.settings.history import history
from services.cases.web.staff.settings.left_out import not_counting
from services.cases.web.staff.settings.seen import seen_change
from services.cases.web.staff.visits import KEY, TOKEN, Notice, Visit
from shared.school_years import BreakSpan, SchoolYear, Span

_PATH = "/installningar/lasar"
_TERMS, _MOST_BREAKS = 2, 30
_EMPTY_ROWS = 2
_STRIPS = (("bred", WIDE), ("smal", NARROW))  # the page's own width chooses which one is seen
_NOTICES = {
    "sparad": Notice(
        Words(
            "Läsåret är sparat. Årets möten som hamnar på ett lov får en ny tid.",
            "The school year is saved. The year's meetings that lie in a break get another time.",
        )
    ),
    "tillbaka": Notice(
        Words("Det sparade läsåret är tillbakataget.", "The saved school year is taken back.")
    ),
}
_ENDS_FIRST = Words("Sista dagen ligger före den första.", "The last day is before the first.")


@dataclass(frozen=True, slots=True)
class Row:
    """A term or a break as fields: the number in their names, and what stands in them."""

    number: int
    name: str
    first: str
    last: str
    units: tuple[str, ...] = ()


def make_year_pages(room: Room) -> APIRouter:
    """The list, one year's form, and its change in two steps."""
    router = APIRouter(include_in_schema=False, prefix=_PATH)
    seen, acting = Depends(room.visits(Right.ADMINISTER)), Depends(room.acts(Right.ADMINISTER))

    @router.get("")
    def everything(visit: Annotated[Visit, seen]) -> Response:
        return _list(visit)

    @router.get("/nytt")
    def new(visit: Annotated[Visit, seen]) -> Response:
        return _form(None, visit)

    @router.get("/{first}-{second}")
    def one(first: str, second: str, visit: Annotated[Visit, seen]) -> Response:
        return _form(f"{first}/{second}", visit)

    @router.post("/{first}-{second}/ta-tillbaka")
    def take_back(first: str, second: str, visit: Annotated[Visit, acting]) -> Response:
        return _take_back(f"{first}/{second}", visit)

    @router.post("")
    def change(visit: Annotated[Visit, acting]) -> Response:
        return _change(visit)

    return router


def _list(visit: Visit) -> Response:
    rules_now = visit.room.office.rules

    def show(desk: Desk, views: Views) -> dict[str, Any]:
        left_out = [one for one in rules_now.left_out if one.change.kind == "school-year"]
        saved = {one.name for one in desk.rule_changes.saved() if one.kind == "school-year"}
        return {
            "years": [
                (year, [(name, strip(year, desk.today, width)) for name, width in _STRIPS])
                for year in rules_now.last.years
            ],
            "saved": saved - {one.change.name for one in left_out},
            "left_out": not_counting(left_out, desk),
            "seen": desk.rule_changes.revision(),
            "units": {one["code"]: one["name"] for one in views.units()},
            "today": desk.today,
            "history": history(desk, ("rules",), {}),
        }

    shown = visit.survey("settings.school-years", show)
    return visit.page("staff/settings/years.html", notices=_NOTICES, **shown)


def _form(
    name: str | None,
    visit: Visit,
    *,
    refused: Refused | None = None,
    wrong: Mapping[str, Words] | None = None,
) -> Response:
    def show(desk: Desk, views: Views) -> dict[str, Any]:
        known = {year.name: year for year in visit.room.office.rules.last.years}
        if name is not None and name not in known and not visit.form.fields:
            raise NotFound
        schools = sorted(views.units(), key=lambda one: str(one["name"]))
        return {
            "year": known.get(name or ""),
            "units": [
                (one["code"], one["name"]) for one in schools if one["organisation"] == "school"
            ],
            "seen": desk.rule_changes.revision(),
        }

    shown = visit.survey("settings.school-years", show)
    year = shown.pop("year")
    return visit.page(
        "staff/settings/year_form.html",
        refused=refused,
        wrong=wrong,
        name=name,
        terms=_rows("term", visit.form, () if year is None else year.terms, least=_TERMS),
        breaks=_rows("break", visit.form, () if year is None else year.breaks, least=0),
        **shown,
    )


def _rows(kind: str, form: Form, spans: Sequence[Span], *, least: int) -> list[Row]:
    """What was typed, or what stands; and some empty ones for what is added."""
    if form.fields:
        named = form.named()
        numbers = [n for n in range(_MOST_BREAKS) if f"{kind}-{n}-name" in named]
        return [
            Row(
                number,
                form.get(f"{kind}-{number}-name"),
                form.get(f"{kind}-{number}-first"),
                form.get(f"{kind}-{number}-last"),
                tuple(form.all(f"{kind}-{number}-units")),
            )
            for number in numbers
        ]
    rows = [
        Row(number, one.name, one.first.isoformat(), one.last.isoformat(), _units(one))
        for number, one in enumerate(spans)
    ]
    wanted = max(least, len(rows) + (_EMPTY_ROWS if kind == "break" else 0))
    return [*rows, *(Row(number, "", "", "") for number in range(len(rows), wanted))]


def _change(visit: Visit) -> Response:
    """First what it would do; then, once somebody has said yes to that, it is kept."""
    fields = Fields(visit.form)
    name = fields.text("name", most=7)
    terms = [one for n in range(_TERMS) if (one := _span(fields, f"term-{n}", needed=n == 0))]
    breaks = [
        one for n in range(_MOST_BREAKS) if (one := _span(fields, f"break-{n}", needed=False))
    ]
    if fields.wrong or name is None or visit.form.get("steg") == "andra":
        return _form(visit.form.get("name") or None, visit, wrong=fields.wrong)
    plain = tuple(Span(name=one.name, first=one.first, last=one.last) for one in terms)
    year = SchoolYear(name=name, terms=plain, breaks=tuple(breaks))
    command = ChangeSchoolYear(year, seen_change(visit))
    lay = visit.room.office.rules.lay
    if visit.form.get("steg") == "spara":
        done = visit.administer(
            lambda desk, _: {"id": str(school_years.change_school_year(command, desk, lay))}
        )
        if done.refused is None:
            return visit.back(_PATH, "sparad")
        return _form(name, visit, refused=done.refused)
    return _previewed(command, visit, lay)


def _previewed(command: ChangeSchoolYear, visit: Visit, lay: Lay) -> Response:
    def show(desk: Desk, _: Views) -> YearPreview | Refused:
        try:
            return school_years.preview_school_year(command, desk, lay)
        except Refused as refused:
            return refused

    preview = visit.survey("settings.school-years", show)
    if isinstance(preview, Refused):
        return _form(command.year.name, visit, refused=preview)
    sent = visit.form.but("steg", TOKEN, KEY)
    return visit.page(
        "staff/settings/year_preview.html", preview=preview, typed=sent.fields, year=command.year
    )


def _take_back(name: str, visit: Visit) -> Response:
    """First what it would do, or why it can't be; then, after a yes to that, it is done."""
    lay, refused = visit.room.office.rules.lay, None
    if visit.form.get("steg") == "spara":
        command = TakeBack("school-year", name, None, seen_change(visit))
        done = visit.administer(lambda desk, _: {"id": str(rules.take_back(command, desk, lay))})
        if done.refused is None:
            return visit.back(_PATH, "tillbaka")
        refused = done.refused

    def show(desk: Desk, _: Views) -> YearPreview | Refused:
        try:
            return school_years.preview_without(name, desk, lay)
        except NotFound:
            if refused is None or isinstance(refused, NotFound):
                raise
            return refused  # another has taken it back since the page was shown
        except Refused as no:
            return no

    found = visit.survey("settings.school-years", show)
    preview = None if isinstance(found, Refused) else found
    known = {year.name for year in visit.room.office.rules.last.years}
    return visit.page(
        "staff/settings/year_back.html",
        is_known=name in known,
        refused=refused or (found if isinstance(found, Refused) else None),
        name=name,
        preview=preview,
        seen=visit.form.get("seen"),
    )


def _span(fields: Fields, prefix: str, *, needed: bool) -> BreakSpan | None:
    """A row that is empty altogether isn't there."""
    said = [fields.form.get(f"{prefix}-{part}") for part in ("name", "first", "last")]
    if not needed and not any(said):
        return None
    name = fields.text(f"{prefix}-name", most=60)
    first, last = fields.day(f"{prefix}-first"), fields.day(f"{prefix}-last")
    units = fields.codes(f"{prefix}-units")
    if name is None or first is None or last is None:
        return None
    if last < first:
        fields.wrong[f"{prefix}-last"] = _ENDS_FIRST
        return None
    return BreakSpan(name=name, first=first, last=last, units=units)


def _units(span: Span) -> tuple[str, ...]:
    return span.units if isinstance(span, BreakSpan) else ()
