"""Opening a case: a form of three short pages, each kept as it is left, and how it will be."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.opening_form import questions, reasons
from services.cases.domain.rights import Right
from services.cases.handlers import drafts
from services.cases.web.staff import opening_words
from services.cases.web.staff.opening_choice import choose
from services.cases.web.staff.opening_people import make_people_pages
from services.cases.web.staff.opening_place import (
    AWAY,
    CHECK,
    HOME,
    Place,
    Seen,
    ThePlace,
    kept,
    page_of,
    save,
    seen_at,
)
from services.cases.web.staff.opening_reading import (
    CHILD_PAGE,
    FAMILY_PAGE,
    MOST_GRADES,
    MOST_GUARDIANS,
    PEOPLE_PAGE,
    count_of,
    read_child,
    read_family,
    without,
)
from services.cases.web.staff.opening_summary import make_summary_pages
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit
from shared.domain.procedure import Procedure

_NOTHING_TO_SHOW = 204


def make_opening_pages(room: Room) -> APIRouter:
    """Before the pages of cases: «nytt» is nobody's id."""
    router = APIRouter(include_in_schema=False)
    for make in (_choice, _about_child, _about_family, make_people_pages, make_summary_pages):
        router.include_router(make(room))
    return router


def _choice(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False, prefix=HOME)

    @router.get("")
    def which(visit: Annotated[Visit, Depends(room.visits(Right.CASEWORK))]) -> Response:
        return choose(visit)

    @router.post("/{procedure}/" + AWAY)
    def throw_away(
        place: ThePlace, visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]
    ) -> Response:
        visit.do(lambda desk, _: drafts.throw_away(place.procedure, place.inquiry, desk))
        return visit.back(HOME, "thrown-away")

    return router


def _about_child(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False, prefix=HOME)

    @router.get("/{procedure}")
    def child(
        place: ThePlace,
        visit: Annotated[Visit, Depends(room.visits(Right.CASEWORK))],
        fel: str = "",
    ) -> Response:
        return _child(place, seen_at(place, visit), visit, tell=bool(fel))

    @router.post("/{procedure}")
    def keep_child(
        place: ThePlace, visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]
    ) -> Response:
        seen = kept(place, CHILD_PAGE, visit)
        if read_child(seen.form, seen.terms).wrong:
            return _child(place, seen, visit, tell=True)
        return visit.back(place.path(FAMILY_PAGE))

    @router.post("/{procedure}/" + CHECK)
    def check(
        place: ThePlace, visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]
    ) -> Response:
        """As one types: what has been typed is kept, and what follows from it is told."""
        seen = kept(place, CHILD_PAGE, visit)
        told = read_child(seen.form, seen.terms).remarks
        return visit.page("staff/opening_remarks.html", remarks=told)

    return router


def _about_family(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False, prefix=HOME)

    @router.get("/{procedure}/" + FAMILY_PAGE)
    def family(
        place: ThePlace,
        visit: Annotated[Visit, Depends(room.visits(Right.CASEWORK))],
        fel: str = "",
    ) -> Response:
        return _family(place, seen_at(place, visit), visit, tell=bool(fel))

    @router.post("/{procedure}/" + FAMILY_PAGE)
    def keep_family(
        place: ThePlace, visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]
    ) -> Response:
        return _keep_family(place, visit)

    return router


def _child(place: Place, seen: Seen, visit: Visit, *, tell: bool) -> Response:
    """`tell`: what is missing is said, too; not before the page has been left once."""
    read = read_child(seen.form, seen.terms)
    return page_of(
        "staff/opening_child.html", place, seen, visit,
        wrong=read.wrong if tell else {},
        here=CHILD_PAGE,
        asked={one.name: one for one in questions(seen.procedure)},
        schools=[(one.code, one.name) for one in seen.schools],
        grades=[(grade, grade) for grade in _grades(seen.procedure)],
        own_school=seen.own_school,
        reasons=reasons(seen.procedure),
        home=seen.terms.home,
        today=seen.terms.today,
        remarks=[one for one in read.remarks if not (tell and one.stops)],
    )  # fmt: skip


def _grades(procedure: Procedure) -> range:
    """Those that the procedure is for, and one beside each end: a no says why."""
    asked = procedure.eligibility
    if asked is None or asked.grade_from is None or asked.grade_to is None:
        return range(0)
    return range(max(asked.grade_from - 1, 0), min(asked.grade_to + 1, MOST_GRADES) + 1)


def _family(place: Place, seen: Seen, visit: Visit, *, tell: bool) -> Response:
    read = read_family(seen.form, seen.terms, seen.birth_date)
    return page_of(
        "staff/opening_family.html", place, seen, visit,
        wrong=read.wrong if tell else {},
        here=FAMILY_PAGE,
        count=count_of(seen.form),
        most=MOST_GUARDIANS,
        adult=seen.adult,
        consent=seen.procedure.consent,
        tongues=opening_words.tongues(visit.language),
    )  # fmt: skip


def _keep_family(place: Place, visit: Visit) -> Response:
    """Kept, with room for one more or with one taken out; else on to the next page."""
    act, _, number = visit.form.get("gor").partition("-")
    # As one types, a page that has just been left must not take back how many there are.
    room_for = count_of(seen_at(place, visit).form if visit.partial else visit.form)
    if act == "mer":
        room_for = min(room_for + 1, MOST_GUARDIANS)
    seen = kept(place, FAMILY_PAGE, visit, {"guardians": [str(room_for)]})
    if visit.partial:  # kept as one types
        return Response(status_code=_NOTHING_TO_SHOW)
    if act == "mer":
        return visit.back(place.path(FAMILY_PAGE) + f"#vardnadshavare-{room_for}")
    if act == "bort" and number.isdigit() and 1 <= int(number) <= MOST_GUARDIANS:
        save(place, without(seen.draft.said, int(number)), visit)
        return visit.back(place.path(FAMILY_PAGE))
    if read_family(seen.form, seen.terms, seen.birth_date).wrong:
        return _family(place, seen, visit, tell=True)
    return visit.back(place.path(PEOPLE_PAGE))
