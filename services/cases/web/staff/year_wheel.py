"""The year wheel: a year as a wheel and as a list, how each thing goes, and a way to it (R20)."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from services.cases.domain.quotes import quote
from services.cases.domain.refused import NotFound
from services.cases.domain.rights import Right
from services.cases.domain.wrong_values import YearOutOfRange
from services.cases.domain.year_paper import YearPaper, year_paper
from services.cases.domain.year_shown import ShownYear
from services.cases.domain.year_wheel import Wheel, wheel
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.ports import Desk
from services.cases.handlers.year.showing import Leads, leads, show_year, years
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit
from services.cases.web.staff.year_evaluation import as_pdf
from services.cases.web.staff.year_rows import (
    Leading,
    Posts,
    duties,
    own_duties,
    progress,
    rows_of,
    said_of,
)
from services.cases.web.wheel_svg import paper_style, screen_style, wheel_svg
from services.cases.web.year_rows import month_name
from services.cases.web.year_words import GLYPHS, WORDS
from shared.domain.swedish import the_day

# A picture on its own has its style in itself, and may do nothing.
_PICTURE_POLICY = {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    )
}


@dataclass(frozen=True, slots=True)
class Looked:
    """A year as it was read, the day on which it was, and where it leads."""

    shown: ShownYear
    drawn: Wheel
    today: date
    posts: Posts
    years: tuple[int, ...]
    leads: Leads


def make_wheel_pages(room: Room) -> APIRouter:
    """The year's page, and the wheel on it as a picture."""
    router = APIRouter(include_in_schema=False)
    seen = Depends(room.visits(Right.CASEWORK))

    @router.get("/arshjul")
    def this_year(visit: Annotated[Visit, seen]) -> Response:
        today = visit.consult("years", lambda desk, _: desk.today)
        return RedirectResponse(f"/arshjul/{today.year}", 303)

    @router.get("/arshjul/{year:int}")
    def year_page(year: int, visit: Annotated[Visit, seen]) -> Response:
        looked = _look(year, visit)
        return visit.page("staff/year.html", **_shown(looked, visit))

    @router.get("/arshjul/{year:int}/hjul.svg")
    def picture(year: int, visit: Annotated[Visit, seen]) -> Response:
        drawing = _draw(_look(year, visit), visit, screen_style())
        return Response(drawing, headers=_PICTURE_POLICY, media_type="image/svg+xml")

    @router.get("/arshjul/{year:int}/arshjul.pdf")
    def paper(year: int, visit: Annotated[Visit, seen]) -> Response:
        content = room.office.press.render(_paper(_look(year, visit), visit))
        return as_pdf(content, f"arshjul-{year}")

    return router


def _look(year: int, visit: Visit) -> Looked:
    """Logged as a look at the year. Raises NotFound for one that there isn't."""

    def show(desk: Desk, _: Overviews) -> Looked:
        try:
            shown = show_year(year, desk)
        except YearOutOfRange:
            raise NotFound from None
        drawn = wheel(shown, desk.school_years, desk.today)
        known = {line.year for line in years(desk)} | {year}
        posts = desk.year_views.posts_named(desk.today)
        return Looked(shown, drawn, desk.today, posts, tuple(sorted(known)), leads(shown, desk))

    return visit.consult("year", show)


def _draw(looked: Looked, visit: Visit, style: str = "") -> str:
    rows = (one.row for one in _rows(looked, visit))
    told = [f"{one.number}: {one.what}, {one.when}, {one.state_words}." for one in rows]
    return wheel_svg(looked.drawn, WORDS[visit.language], told, style=style)


def _rows(looked: Looked, visit: Visit) -> list[Leading]:
    return rows_of(looked.drawn, looked.shown, looked.leads, visit.language)


def _paper(looked: Looked, visit: Visit) -> YearPaper:
    rows = (one.row for one in _rows(looked, visit))
    return year_paper(
        looked.shown.year,
        _of_the_year(looked.shown, visit),
        _draw(looked, visit, paper_style()),
        [(str(one.number), one.what, one.when, one.state_words, one.rule) for one in rows],
        language=visit.language,
        house=visit.room.office.press.house,
        today=looked.today,
    )


def _of_the_year(shown: ShownYear, visit: Visit) -> str:
    """What is to be known of a year that Samspel hasn't opened."""
    words = WORDS[visit.language]
    if shown.never_opens:
        return str(words["never_opens"])
    return str(words["preliminary"]) if shown.preliminary else ""


def _shown(looked: Looked, visit: Visit) -> dict[str, Any]:
    shown, language = looked.shown, visit.language
    words = WORDS[language]
    return {
        "words": words,
        "year": shown,
        "years": looked.years,
        "rows": _rows(looked, visit),
        "glyphs": GLYPHS,
        "drawing": _draw(looked, visit),
        "note": _of_the_year(shown, visit),
        "today": words["today_is"].format(day=the_day(looked.today, language)),
        "called": [
            {
                "name": words["meeting_in"].format(month=month_name(one.month, language)),
                "groups": one.groups,
            }
            for one in shown.meetings
            if one.state in ("called", "held")
        ],
        "callers": [visit.speech.role(role) for role in shown.called_by],
        "progress": list(progress(shown, looked.posts, language)),
        "stages": shown.stages,
        "mine": own_duties(shown, looked.leads, looked.today, language),
        "duties": duties(shown, looked.leads, looked.posts, looked.today, language),
        "vacancies": [
            words["vacant"].format(
                post=said_of(one.post, looked.posts, language),
                day=the_day(one.vacant_from, language),
            )
            for one in shown.vacancies
        ],
        "quote": lambda rule: quote(shown.procedure, rule),
    }
