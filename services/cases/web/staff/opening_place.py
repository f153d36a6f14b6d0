"""What every page of the opening stands on: which opening it is, and what has been typed of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends
from fastapi.responses import Response

from services.cases.domain.inquiries import Inquiry, Source
from services.cases.domain.opening import opening_role
from services.cases.domain.opening_form import is_adult
from services.cases.domain.refused import NotFound, codes_in_words
from services.cases.domain.wrong_values import UnknownProcedureName
from services.cases.handlers import drafts
from services.cases.handlers.draft_ports import Draft, Said
from services.cases.handlers.opening import procedure_of
from services.cases.handlers.ports import Desk
from services.cases.handlers.register_ports import Found, School, Sought
from services.cases.web.forms import Form
from services.cases.web.staff.opening_reading import (
    CHILD_PAGE,
    PAGES,
    Terms,
    form_of,
    names_on,
    read_child,
)
from services.cases.web.staff.opening_words import label_of
from services.cases.web.staff.visits import KEY, Visit
from services.cases.web.templating import named
from shared.domain.procedure import Procedure

HOME = "/arenden/nytt"
SUMMARY, CHECK, AWAY = "granska", "kontroll", "kasta"
MOST_PEOPLE = 60  # on one case
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Which opening it is: the procedure, and the inquiry that it comes of."""

    procedure: str
    inquiry: UUID | None = None

    def path(self, page: str = CHILD_PAGE, **query: str) -> str:
        asked = {} if self.inquiry is None else {"forfragan": str(self.inquiry)}
        rest = urlencode({**asked, **query})
        path = "/".join(filter(None, (HOME, self.procedure, page)))
        return f"{path}?{rest}" if rest else path


def place_of(procedure: str, forfragan: UUID | None = None) -> Place:
    """As the address says."""
    return Place(procedure, forfragan)


ThePlace = Annotated[Place, Depends(place_of)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands on every page of one opening."""

    draft: Draft
    terms: Terms
    schools: Sequence[School]
    own_school: str
    me: UUID
    inquiry: Inquiry | None

    @property
    def form(self) -> Form:
        return form_of(self.draft.said)

    @property
    def procedure(self) -> Procedure:
        return self.terms.procedure

    @property
    def birth_date(self) -> date | None:
        return read_child(self.form, self.terms).answers.birth_date

    @property
    def adult(self) -> bool:
        born = self.birth_date
        return born is not None and is_adult(self.procedure, born, self.terms.today)

    @property
    def initiator(self) -> UUID:
        """P14: who asked, if they are staff and stay the initiator; else whoever fills in."""
        asked = None if self.inquiry is None else self.inquiry.by_person
        chosen = self.form.get("initiator") or str(asked or self.me)
        return asked if asked is not None and chosen == str(asked) else self.me

    @property
    def by_child(self) -> bool:
        """X11: the child itself has asked."""
        return self.inquiry is not None and self.inquiry.source is Source.CHILD


def seen_at(place: Place, visit: Visit) -> Seen:
    """Raises NotFound, and MayNotOpen (R2)."""
    return visit.consult(f"opening:{place.procedure}", lambda desk, _: look_at(place, desk))


def look_at(place: Place, desk: Desk) -> Seen:
    """Raises NotFound, and MayNotOpen for who isn't to open such a case (R2)."""
    try:
        procedure = procedure_of(place.procedure, desk)
    except UnknownProcedureName:
        raise NotFound from None
    assert desk.actor_person is not None
    me, schools = desk.actor_person, desk.register.schools()
    known = desk.register.staff([me], desk.today)
    opening_role(procedure, me, known, "initiator")
    codes = {one.code for one in schools}
    inquiry = None
    if place.inquiry is not None:
        inquiry = drafts.inquiry_of(place.procedure, place.inquiry, desk)
    return Seen(
        draft=drafts.draft_of(place.procedure, place.inquiry, desk),
        terms=Terms(procedure, desk.municipality, desk.today, codes, desk.register.places()),
        schools=schools,
        own_school=next((post.unit for post in known[me].posts if post.unit in codes), ""),
        me=me,
        inquiry=inquiry,
    )


def kept(place: Place, page: str, visit: Visit, changes: Said | None = None) -> Seen:
    """What was sent of a page is kept, right or wrong; and then read again."""
    procedure = seen_at(place, visit).procedure
    sent = {name: _storable(visit.form.all(name)) for name in names_on(page, procedure)}
    save(place, {**sent, **(changes or {})}, visit)
    return seen_at(place, visit)


def save(place: Place, said: Said, visit: Visit) -> None:
    """Without the form's key: a page that one comes back to is kept anew as it is now."""
    unkeyed = replace(visit, form=visit.form.but(KEY))

    def work(desk: Desk) -> None:
        page = visit.form.get(KEY)
        drafts.save(place.procedure, place.inquiry, said, desk, page=page, typing=visit.partial)

    unkeyed.do(lambda desk, _: work(desk))


def _storable(values: Sequence[str]) -> list[str]:
    """Within bounds, and without the signs that a database can't hold."""
    return [
        "".join(sign for sign in value[:_LONGEST] if sign != "\0" and not _is_surrogate(sign))
        for value in values[:MOST_PEOPLE]
    ]


def _is_surrogate(sign: str) -> bool:
    return "\ud800" <= sign <= "\udfff"


def page_of(
    template: str, place: Place, seen: Seen, visit: Visit, *, here: str, **values: Any
) -> Response:
    """With what the draft holds in the form."""
    return replace(visit, form=seen.form).page(
        template,
        at=place,
        seen=seen,
        procedure=seen.procedure,
        here=here,
        pages=(*PAGES, SUMMARY),
        check=CHECK,
        away=AWAY,
        summary=SUMMARY,
        mended=lambda field, said: named(visit.speech.say(label_of(field)), said),
        role=lambda code: codes_in_words((code,)),
        **values,
    )


def found_by(desk: Desk, sought: Sought) -> dict[UUID, Found]:
    """Colleagues by their id, in the order in which they are shown."""
    return {one.person_id: one for one in desk.register.find(sought, desk.today)}
