"""Who of the staff is on the new case: those who always come, and whom one finds and ticks."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.refused import Refused
from services.cases.domain.rights import Right
from services.cases.handlers.opening_ahead import Table, table_of
from services.cases.handlers.ports import Desk
from services.cases.handlers.register_ports import Found, Sought
from services.cases.web.staff.opening_place import (
    HOME,
    MOST_PEOPLE,
    SUMMARY,
    Place,
    Seen,
    ThePlace,
    found_by,
    kept,
    page_of,
    seen_at,
)
from services.cases.web.staff.opening_reading import (
    LATER,
    PEOPLE_PAGE,
    places_of,
    read_people,
    read_place,
)
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit

_HITS = 12
_CANDIDATES = 8
_MOST_WORDS = 6


def make_people_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False, prefix=HOME)

    @router.get("/{procedure}/" + PEOPLE_PAGE)
    def people(
        place: ThePlace, visit: Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    ) -> Response:
        return _people(place, seen_at(place, visit), visit)

    @router.post("/{procedure}/" + PEOPLE_PAGE)
    def keep_people(
        place: ThePlace, visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]
    ) -> Response:
        seen = kept(place, PEOPLE_PAGE, visit)
        if visit.form.get("gor") == "sok" or visit.partial:
            return _people(place, seen, visit, sought=visit.form.get("sok"))
        return visit.back(place.path(SUMMARY))

    return router


def _people(place: Place, seen: Seen, visit: Visit, sought: str = "") -> Response:
    def look(desk: Desk) -> tuple[Table, Refused | None, dict[UUID, Found], dict[str, list[UUID]]]:
        named = [one for one in read_people(seen.form) if one != seen.initiator]
        table, refused = _table(seen, named, desk)
        unit = seen.form.get("unit") or None
        found = found_by(desk, Sought(people=frozenset({*named, *_ids(table)}), limit=MOST_PEOPLE))
        groups = {"named": [one for one in named if one in found]}
        for seat in table.seats:
            if not seat.people:
                needed = seat.needed
                asked = Sought(
                    role=needed.role,
                    organisation=needed.organisation,
                    near=unit,
                    limit=_CANDIDATES,
                )
                groups[needed.name] = _more(found, found_by(desk, asked))
        if words := tuple(sought.split())[:_MOST_WORDS]:
            hits = found_by(desk, Sought(words, near=unit, limit=_HITS))
            groups["fitting"], groups["hits"] = list(hits), _more(found, hits)
        return table, refused, found, groups

    table, refused, found, groups = visit.consult("opening", lambda desk, _: look(desk))
    template = "staff/opening_people_list.html" if visit.partial else "staff/opening_people.html"
    return page_of(
        template, place, seen, visit,
        refused=refused,
        here=PEOPLE_PAGE,
        table=table,
        found=found,
        groups=groups,
        sought=sought,
        usual=read_place(seen.form, seen.terms) or LATER,
        places=[(one.code, one.text) for one in places_of(seen.form, seen.terms)],
        later=LATER,
        ticked={str(one) for one in groups["named"]},
    )  # fmt: skip


def _table(seen: Seen, named: Sequence[UUID], desk: Desk) -> tuple[Table, Refused | None]:
    """Who would be on the case; if somebody ticked can't be, who would be without them."""
    unit, name = seen.form.get("unit"), seen.procedure.name
    try:
        return table_of(name, seen.initiator, named, unit, desk), None
    except Refused as refused:
        return table_of(name, seen.initiator, (), unit, desk), refused


def _ids(table: Table) -> set[UUID]:
    return {who.person_id for who in table.staff.people}


def _more(found: dict[UUID, Found], others: dict[UUID, Found]) -> list[UUID]:
    """Those who aren't known yet; from now on they are."""
    new = [one for one in others if one not in found]
    found.update(others)
    return new
