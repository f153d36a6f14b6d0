"""The settings at a glance: each place of theirs with how it stands, and what doesn't count."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.refused import NotFound, Refused, Words
from services.cases.domain.rights import Right
from services.cases.domain.spoken import title_words
from services.cases.handlers import rules
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.rules import TakeBack
from services.cases.web.forms import Fields
from services.cases.web.staff.room import Room
from services.cases.web.staff.settings.history import history
from services.cases.web.staff.settings.left_out import not_counting
from services.cases.web.staff.settings.register_pages import post_rows
from services.cases.web.staff.settings.seen import seen_change
from services.cases.web.staff.visits import Notice, Visit
from shared.saved_rules import Kind

_PATH = "/installningar"
_KINDS: dict[str, Kind] = {"procedure": "procedure", "school-year": "school-year"}
_NOTICES = {
    "tillbaka": Notice(
        Words(
            "Ändringen är tillbakatagen. Den räknades inte, så inget annat ändras.",
            "The change is taken back. It didn't count, so nothing else changes.",
        )
    ),
}


def make_overview_page(room: Room) -> APIRouter:
    """/installningar, and taking back what doesn't count."""
    router = APIRouter(include_in_schema=False)

    @router.get(_PATH)
    def overview(visit: Annotated[Visit, Depends(room.visits(Right.ADMINISTER))]) -> Response:
        return _overview(visit)

    @router.post(f"{_PATH}/ta-tillbaka")
    def take_back(visit: Annotated[Visit, Depends(room.acts(Right.ADMINISTER))]) -> Response:
        return _take_back(visit)

    return router


def _overview(visit: Visit, *, refused: Refused | None = None) -> Response:
    shown = visit.survey("settings", lambda desk, views: _shown(desk, views, visit))
    return visit.page("staff/settings/overview.html", refused=refused, notices=_NOTICES, **shown)


def _take_back(visit: Visit) -> Response:
    """A change that doesn't count; of one that counts its own page tells first what it would do."""
    fields = Fields(visit.form)
    kind = fields.choice("kind", _KINDS)
    day = fields.day("valid_from") if kind == "procedure" else None
    if kind is None or fields.wrong:
        raise NotFound
    command = TakeBack(_KINDS[kind], visit.form.get("name"), day, seen_change(visit))
    lay = visit.room.office.rules.lay
    done = visit.administer(lambda desk, _: {"id": str(rules.take_back(command, desk, lay))})
    if done.refused is not None:
        return _overview(visit, refused=done.refused)
    return visit.back(_PATH, "tillbaka")


def _shown(desk: Desk, views: Views, visit: Visit) -> dict[str, Any]:
    posts = post_rows(views, desk.today, visit.speech)
    versions = desk.procedures.versions
    rules_now = visit.room.office.rules
    years = rules_now.last.years
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
        "left_out": not_counting(rules_now.left_out, desk),
        "seen": desk.rule_changes.revision(),
        "today": desk.today,
        "history": history(
            desk,
            ("rules", "register", "token", "account"),
            {name: title_words(own[-1]) for name, own in versions.items()},
        ),
    }
