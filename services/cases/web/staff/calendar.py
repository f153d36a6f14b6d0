"""The calendar: one's own meetings and limits, or when the people one manages are taken (X16)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.month import Span, View, Week, span, weeks
from services.cases.domain.refused import NotFound
from services.cases.domain.rights import Right
from services.cases.handlers.calendar_shown import Calendar, calendar_of_unit, own_calendar
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.sight import Sight
from services.cases.web.forms import day_or_none
from services.cases.web.staff.calendar_words import SIGNS, month_and_year, short_weekday
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit

_VIEWS: Mapping[str, View] = {"manad": "month", "vecka": "week", "dag": "day"}
_UNIT = "enhet"


def make_calendar_pages(room: Room) -> APIRouter:
    """The month, the week and the day, each at an address of its own."""
    router = APIRouter(include_in_schema=False)

    @router.get("/kalender")
    def calendar(
        visit: Annotated[Visit, Depends(room.visits(Right.CASEWORK))],
        vy: Annotated[str, Query()] = "manad",
        datum: Annotated[str, Query()] = "",
        vems: Annotated[str, Query()] = "",
    ) -> Response:
        view, of_unit = vy if vy in _VIEWS else "manad", vems == _UNIT and visit.may(Right.MANAGE)
        shown, found, made, today = _read(visit, _VIEWS[view], datum, of_unit=of_unit)
        return visit.page(
            "staff/calendar.html",
            view=view,
            shown=shown,
            weeks=made,
            names=found.names,
            today=today,
            of_unit=of_unit,
            signs=SIGNS,
            title=_title(shown, made, visit),
            kept_day=_kept_day(shown),
            short_weekday=lambda day: short_weekday(day, visit.language),
            full=visit.speech.day,
            to=lambda **changes: _address(view, shown, changes, of_unit=of_unit),
        )

    return router


def _read(
    visit: Visit, view: View, datum: str, *, of_unit: bool
) -> tuple[Span, Calendar, tuple[Week, ...], date]:
    """Logged as a look at a calendar; of whose, the log knows by who looks."""
    person, times = visit.person, visit.room.office.times
    if person is None:
        raise NotFound

    def show(
        views: Overviews, now: datetime, sight: Sight
    ) -> tuple[Span, Calendar, tuple[Week, ...], date]:
        shown = span(view, day_or_none(datum) or sight.today)
        found = _calendar(shown, person, views, sight, now)
        made = weeks(shown, found.entries, sight.today, times.days, times.breaks, found.units)
        return shown, found, made, sight.today

    def _calendar(
        shown: Span, person: UUID, views: Overviews, sight: Sight, now: datetime
    ) -> Calendar:
        if of_unit:
            return calendar_of_unit(shown, person, views, sight)
        return own_calendar(shown, person, views, sight, times.days, now)

    return visit.look("calendar.unit" if of_unit else "calendar", show)


def _title(shown: Span, made: tuple[Week, ...], visit: Visit) -> str:
    if shown.view == "month":
        return month_and_year(_kept_day(shown), visit.language)
    if shown.view == "week":
        number, year = made[0].number, made[0].year
        words = ("Vecka {number}, {year}", "Week {number}, {year}")
        return visit.speech.pick(*words, number=number, year=year)
    return visit.speech.week(shown.first)


def _address(view: str, shown: Span, changes: Mapping[str, Any], *, of_unit: bool) -> str:
    """The page with something else: `vy`, `datum` or `vems`; what isn't said stays."""
    kept = {"vy": view, "datum": _kept_day(shown), "vems": _UNIT if of_unit else ""}
    asked = {name: value for name, value in (kept | dict(changes)).items() if value}
    return f"/kalender?{urlencode(asked)}"


def _kept_day(shown: Span) -> date:
    """A day that every view of this one has: of a month its first, not one of the month before."""
    if shown.view == "month":
        return (shown.first + 6 * timedelta(days=1)).replace(day=1)
    return shown.first
