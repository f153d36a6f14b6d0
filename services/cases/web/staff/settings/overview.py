"""The settings at a glance: each place of theirs with how it stands."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.rights import Right
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.web.staff.room import Room
from services.cases.web.staff.settings.history import history
from services.cases.web.staff.settings.register_pages import post_rows
from services.cases.web.staff.visits import Visit


def make_overview_page(room: Room) -> APIRouter:
    """/installningar."""
    router = APIRouter(include_in_schema=False)

    @router.get("/installningar")
    def overview(visit: Annotated[Visit, Depends(room.visits(Right.ADMINISTER))]) -> Response:
        return visit.page("staff/settings/overview.html", **visit.survey("settings", _shown(room)))

    return router


def _shown(room: Room) -> Any:
    def show(desk: Desk, views: Views) -> dict[str, Any]:
        posts = post_rows(views, desk.today)
        versions = desk.procedures.versions
        years = room.office.rules.last.years
        return {
            "people": len(views.staff(None, desk.today)),
            "posts": len(posts),
            "vacant": sum(one.vacant for one in posts),
            "units": len(views.units()),
            "years": years,
            "last_day": max((term.last for year in years for term in year.terms), default=None),
            "routines": len(versions),
            "coming": sum(one.valid_from > desk.today for own in versions.values() for one in own),
            "tokens": sum(one.counts(desk.today) for one in desk.tokens.all()),
            "left_out": room.office.rules.left_out,
            "today": desk.today,
            "history": history(
                desk,
                ("rules", "register", "token", "account"),
                {name: own[-1].title for name, own in versions.items()},
            ),
        }

    return show
