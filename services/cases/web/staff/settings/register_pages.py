"""People, posts and units as they stand: who is in which post, and which are empty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.posts import Post, Standing, standing
from services.cases.domain.refused import Words
from services.cases.domain.rights import Right
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.web.forms import day_or_none
from services.cases.web.staff.room import Room
from services.cases.web.staff.settings.history import history
from services.cases.web.staff.settings.importing import NOTICES
from services.cases.web.staff.turning import turned
from services.cases.web.staff.visits import Visit
from services.cases.web.staff.words import Speech
from shared.domain.plain_text import plain

_STATES = {
    "held": ("●", Words("tillsatt", "held")),
    "deputy": ("◐", Words("ersättare", "a deputy")),
    "manager": ("▲", Words("vakant, chefen sköter den", "vacant, the manager acts")),
    "vacant": ("▲", Words("vakant, ingen sköter den", "vacant, nobody acts")),
}


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post on a day; `role` as people call it."""

    post: Post
    role: str
    unit: str
    standing: Standing
    sign: str
    state: Words

    @property
    def vacant(self) -> bool:
        return self.standing.holder is None


def make_register_pages(room: Room) -> APIRouter:
    """Read here; changed by files, or by another system's calls."""
    router = APIRouter(include_in_schema=False, prefix="/installningar")
    seen = Depends(room.visits(Right.ADMINISTER))
    Page = Annotated[int, Query(ge=1, le=1000)]

    @router.get("/personer")
    def people(
        visit: Annotated[Visit, seen], sok: Annotated[str, Query()] = "", sida: Page = 1
    ) -> Response:
        return _people(visit, sok, sida)

    @router.get("/tjanster")
    def posts(
        visit: Annotated[Visit, seen],
        dag: Annotated[str, Query()] = "",
        vakanta: Annotated[str, Query()] = "",
        sida: Page = 1,
    ) -> Response:
        return _posts(visit, day_or_none(dag), sida, only_vacant=bool(vakanta))

    @router.get("/enheter")
    def units(visit: Annotated[Visit, seen]) -> Response:
        return _units(visit)

    return router


def _people(visit: Visit, sought: str, page: int) -> Response:
    def show(desk: Desk, views: Views) -> dict[str, Any]:
        staff = views.staff(None, desk.today)
        found = [one for one in staff if _matches(one, sought, visit.speech)]
        return {
            "staff": turned(found, page),
            "count": len(found),
            "everybody": len(staff),
            "unit_names": _unit_names(views),
            "history": history(desk, ("register",), {}),
        }

    shown = visit.survey("settings.people", show)
    return visit.page("staff/settings/people.html", notices=NOTICES, sought=sought, **shown)


def _posts(visit: Visit, day: date | None, page: int, *, only_vacant: bool) -> Response:
    """As they stand on the day, or today."""

    def show(desk: Desk, views: Views) -> dict[str, Any]:
        on = day or desk.today
        rows = post_rows(views, on, visit.speech)
        people = {
            who
            for row in rows
            for who in (row.standing.holder, row.standing.deputy, row.standing.acting)
            if who is not None
        }
        return {
            "rows": turned([row for row in rows if row.vacant or not only_vacant], page),
            "vacant": sum(row.vacant for row in rows),
            "names": views.names(people),
            "on": on,
        }

    shown = visit.survey("settings.posts", show)
    return visit.page("staff/settings/posts.html", only_vacant=only_vacant, **shown)


def _units(visit: Visit) -> Response:
    def show(_: Desk, views: Views) -> dict[str, Any]:
        places: dict[str, list[str]] = {}
        for place in views.places():
            places.setdefault(place["unit"], []).append(place["public_text"])
        return {"units": in_tree(views.units()), "places": places}

    shown = visit.survey("settings.units", show)
    return visit.page("staff/settings/units.html", **shown)


def post_rows(views: Views, on: date, speech: Speech) -> list[PostRow]:
    """Every post by role and unit, as it stands on the day."""
    posts = {post.code: post for post in views.posts()}
    names = _unit_names(views)
    rows = [
        PostRow(
            post,
            speech.role(post.role),
            names.get(post.unit, post.unit),
            stands := standing(code, posts, on),
            *_STATES[stands.state],
        )
        for code, post in posts.items()
    ]
    return sorted(rows, key=lambda row: (row.role, row.unit, row.post.code))


def in_tree(units: Sequence[Mapping[str, Any]]) -> list[tuple[int, Mapping[str, Any]]]:
    """Each unit under the one above it, with how deep it lies."""
    below: dict[str | None, list[Mapping[str, Any]]] = {}
    known = {one["code"] for one in units}
    for one in sorted(units, key=lambda one: str(one["name"])):
        parent = one["parent"] if one["parent"] in known else None
        below.setdefault(parent, []).append(one)
    found: list[tuple[int, Mapping[str, Any]]] = []

    def add(parent: str | None, depth: int) -> None:
        for one in below.get(parent, ()):
            found.append((depth, one))
            add(one["code"], depth + 1)

    add(None, 0)
    return found


def _unit_names(views: Views) -> Mapping[str, str]:
    return {one["code"]: one["name"] for one in views.units()}


def _matches(person: Mapping[str, Any], sought: str, speech: Speech) -> bool:
    """By a part of the name, or of the role."""
    text = plain(sought).casefold()
    roles = (speech.role(post["role"]) for post in person["posts"])
    return any(text in str(said).casefold() for said in (person["name"], *roles))
