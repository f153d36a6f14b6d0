"""The page «/arshjul»: a year as a wheel and as a list, with how each thing goes (R20-R31)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.quotes import quote
from services.cases.domain.refused import NotFound
from services.cases.domain.task_kinds import task_in_words
from services.cases.domain.wrong_values import YearOutOfRange
from services.cases.domain.year_shown import ShownYear
from services.cases.domain.year_wheel import Wheel, wheel
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.year.showing import show_year, years
from services.cases.web.templating import templates
from services.cases.web.wheel_svg import wheel_svg
from services.cases.web.year_rows import month_name, post_name, row
from services.cases.web.year_words import GLYPHS, WORDS, Language
from shared.db import Database, Unit
from shared.domain.codes import ROLES
from shared.domain.days import local_date
from shared.domain.swedish import long_date, the_day

_ACTOR = "demo"
# A picture on its own has its style in itself, and may do nothing.
_PICTURE_POLICY = {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    )
}
TheLanguage = Annotated[str, Query(alias="lang")]


@dataclass(frozen=True, slots=True)
class YearPages:
    """What the pages are made from; `shown`: in demo mode only, since there is no login yet."""

    database: Database
    desk_for: Callable[[Unit, str], Desk]
    views_for: Callable[[Connection[DictRow], datetime], Views]
    municipality: str
    mailbox_url: str | None
    shown: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """A year as it was read, the day on which it was, and the names of the posts."""

    shown: ShownYear
    drawn: Wheel
    today: date
    posts: Mapping[str, str]
    years: tuple[int, ...]


def make_year_pages(pages: YearPages) -> APIRouter:
    """The year's page, and the wheel on it as a picture."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    environment = templates()
    common = {"municipality": pages.municipality, "mailbox_url": pages.mailbox_url}

    def closed() -> HTMLResponse:
        return HTMLResponse(environment.get_template("closed.html").render(**common))

    @router.get("/arshjul")
    def this_year() -> Response:
        if not pages.shown:
            return closed()
        with pages.database.unit() as unit:
            return RedirectResponse(f"/arshjul/{local_date(unit.now).year}", 303)

    @router.get("/arshjul/{year}")
    def year_page(year: int, lang: TheLanguage = "sv") -> HTMLResponse:
        if not pages.shown:
            return closed()
        looked, language = _look(year, pages), _language(lang)
        page = environment.get_template("year.html")
        return HTMLResponse(page.render(**common, **_shown(looked, language)))

    @router.get("/arshjul/{year}/hjul.svg")
    def picture(year: int, lang: TheLanguage = "sv") -> Response:
        if not pages.shown:
            raise HTTPException(404)
        drawing = _drawing(_look(year, pages), _language(lang), styled=True)
        return Response(drawing, headers=_PICTURE_POLICY, media_type="image/svg+xml")

    return router


def _language(lang: str) -> Language:
    return "en" if lang == "en" else "sv"


def _look(year: int, pages: YearPages) -> Looked:
    """Logged as a look at the year. Raises HTTPException for one that there isn't."""
    with pages.database.unit() as unit:
        views, desk = pages.views_for(unit.connection, unit.now), pages.desk_for(unit, _ACTOR)
        views.log(_ACTOR, None, "page.year")
        try:
            shown = show_year(year, desk)
        except (NotFound, YearOutOfRange):
            raise HTTPException(404) from None
        units = {one["code"]: one["name"] for one in views.units()}
        posts = {one.code: post_name(one.role, units.get(one.unit)) for one in views.posts()}
        known = {line.year for line in years(desk)}
    drawn = wheel(shown, desk.school_years, desk.today)
    return Looked(shown, drawn, desk.today, posts, tuple(sorted(known | {year})))


def _shown(looked: Looked, language: Language) -> dict[str, Any]:
    shown, words = looked.shown, WORDS[language]
    rows = [row(mark.entry, shown, language) for mark in looked.drawn.marks]
    return {
        "words": words,
        "year": shown,
        "years": looked.years,
        "rows": rows,
        "glyphs": GLYPHS,
        "drawing": _drawing(looked, language),
        "today": words["today_is"].format(day=the_day(looked.today, language)),
        "called": [
            {
                "name": words["meeting_in"].format(month=month_name(one.month, language)),
                "groups": one.groups,
            }
            for one in shown.meetings
            if one.state in ("called", "held")
        ],
        "callers": [ROLES[role] for role in shown.called_by],
        "progress": list(_progress(looked, language)),
        "stages": shown.stages,
        "duties": _duties(looked, language),
        "vacancies": [
            words["vacant"].format(
                post=looked.posts.get(one.post, one.post), day=the_day(one.vacant_from, language)
            )
            for one in shown.vacancies
        ],
        "quote": lambda rule: quote(shown.procedure, rule),
    }


def _drawing(looked: Looked, language: Language, *, styled: bool = False) -> str:
    rows = [row(mark.entry, looked.shown, language) for mark in looked.drawn.marks]
    told = [f"{one.number}: {one.what}, {one.when}, {one.state_words}." for one in rows]
    return wheel_svg(looked.drawn, WORDS[language], told, styled=styled)


def _progress(looked: Looked, language: Language) -> Iterator[Mapping[str, Any]]:
    """How many of those who were asked have answered, and which posts haven't."""
    shown, words = looked.shown, WORDS[language]
    asked: list[tuple[str, str, int, int, tuple[str, ...]]] = []
    one = shown.evaluation
    if one.asked:
        asked.append(
            (words["evaluation"], words["answered_of"], one.answered, one.asked, one.waiting)
        )
    asked += [
        (sent.title, words["confirmed_of"], sent.confirmed, sent.asked, sent.waiting)
        for sent in (*shown.dispatches, *shown.confirmations)
        if sent.asked
    ]
    for title, said, done, of, waiting in asked:
        yield {
            "title": title,
            "done": said.format(done=done, asked=of),
            "waiting": [looked.posts.get(post, post) for post in waiting],
        }


def _duties(looked: Looked, language: Language) -> list[Mapping[str, Any]]:
    """What is late first; what is asked of many posts by the same day stands once."""
    alike: dict[tuple[Any, ...], list[str]] = {}
    for one in looked.shown.duties:
        posts = alike.setdefault(
            (not one.is_late(looked.today), one.due_on, one.kind, one.rule), []
        )
        if (name := looked.posts.get(one.post or "", one.post)) and name not in posts:
            posts.append(name)
    ordered = sorted(alike.items(), key=lambda one: (one[0][0], one[0][1] or date.min, one[0][2]))
    return [
        _duty(kind, rule, due_on, posts, language, late=not in_time)
        for (in_time, due_on, kind, rule), posts in ordered
    ]


def _duty(
    kind: str, rule: str, due_on: date | None, posts: list[str], language: Language, *, late: bool
) -> Mapping[str, Any]:
    words = WORDS[language]
    due = None if due_on is None else long_date(due_on, language)
    return {
        "what": task_in_words(kind).said(language, {}),
        "posts": posts,
        "due": words["soon"] if due is None else words["due"].format(day=due),
        "late": late,
        "rule": rule,
    }
