"""Inquiries: those that wait for the coordinator, and one made for somebody (P2, P3, P13)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.inquiries import Inquiry, PointedTo, Source
from services.cases.domain.opening import has_coordinator
from services.cases.domain.opening_form import reasons
from services.cases.domain.refused import Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers import inquiries
from services.cases.handlers.incoming import Inquire, PointElsewhere
from services.cases.handlers.opening import procedure_of
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.register_ports import School
from services.cases.web.forms import Fields
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Visit
from shared.domain.days import local_date
from shared.domain.procedure import Procedure

_HOME = "/forfragningar"
_PAGE = 20
_NEW, _ANSWERED = "new", ("accepted", "declined", "pointed-elsewhere")
SOURCES: Mapping[Source, Words] = {
    Source.GUARDIAN: Words("En vårdnadshavare", "A guardian"),
    Source.CHILD: Words("Barnet självt", "The child itself"),
    Source.STAFF: Words(
        "Någon som möter barnet i sitt arbete", "Somebody who works with the child"
    ),
}
ELSEWHERE: Mapping[PointedTo, Words] = {
    PointedTo.SKOLSOCIONOM: Words("Skolsocionomen", "The school social worker"),
    PointedTo.SOCIALSEKRETERARE: Words("Socialsekreteraren", "The social worker"),
    PointedTo.KONTAKTCENTER: Words("Kontaktcenter", "The contact centre"),
    PointedTo.OTHER: Words("Någon annan", "Somebody else"),
}
STATES: Mapping[str, Words] = {
    "accepted": Words("Blev ett ärende", "Became a case"),
    "declined": Words("Avböjd", "Declined"),
    "pointed-elsewhere": Words("Hänvisad vidare", "Pointed elsewhere"),
}
_OF_ANOTHER = Words(
    "Skälet hör till en annan rutin. Välj ett av den här rutinens.",
    "The reason is of another routine. Choose one of this routine's.",
)
_NOTICES = {
    "declined": Notice(
        Words(
            "Förfrågan är avböjd. Kontaktuppgifterna är borttagna.",
            "The inquiry is declined. How to reach them is forgotten.",
        )
    ),
    "pointed": Notice(
        Words(
            "Förfrågan är hänvisad vidare. Kontaktuppgifterna är borttagna.",
            "The inquiry is pointed elsewhere. How to reach them is forgotten.",
        )
    ),
    "made": Notice(
        Words("Förfrågan har gått till koordinatorn.", "The inquiry has gone to the coordinator.")
    ),
}


def make_inquiry_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    router.include_router(_listed(room))
    router.include_router(_made(room))
    return router


def _listed(room: Room) -> APIRouter:
    """Of people, only who coordinates reads and answers them (P3)."""
    router = APIRouter(include_in_schema=False, prefix=_HOME)

    @router.get("")
    def waiting(
        visit: Annotated[Visit, Depends(room.visits(Right.COORDINATE))],
        visa: str = "",
        efter: UUID | None = None,
    ) -> Response:
        return _page(visit, visa, efter)

    @router.post("/{inquiry_id}/avboj")
    def decline(
        inquiry_id: UUID, visit: Annotated[Visit, Depends(room.acts(Right.COORDINATE))]
    ) -> Response:
        done = visit.attempt(lambda desk, _: {"id": str(inquiries.decline(inquiry_id, desk).id)})
        if done.refused is not None:
            return _page(visit, after=_shown_after(visit), refused=done.refused)
        return visit.back(_HOME, "declined")

    @router.post("/{inquiry_id}/hanvisa")
    def point(
        inquiry_id: UUID, visit: Annotated[Visit, Depends(room.acts(Right.COORDINATE))]
    ) -> Response:
        fields = Fields(visit.form)
        to = fields.choice("to", [str(one) for one in PointedTo])
        if to is None:
            return _page(visit, after=_shown_after(visit), wrong=fields.wrong, about=inquiry_id)
        command = PointElsewhere(inquiry_id, PointedTo(to))
        done = visit.attempt(
            lambda desk, _: {"id": str(inquiries.point_elsewhere(command, desk).id)}
        )
        if done.refused is not None:
            return _page(visit, after=_shown_after(visit), refused=done.refused)
        return visit.back(_HOME, "pointed")

    return router


def _made(room: Room) -> APIRouter:
    """Anybody of the staff asks, also for a family that has rung."""
    router = APIRouter(include_in_schema=False, prefix=_HOME)

    @router.get("/ny")
    def new(
        visit: Annotated[Visit, Depends(room.visits(Right.CASEWORK))], rutin: str = ""
    ) -> Response:
        return _form(visit, rutin)

    @router.post("/ny")
    def make(visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]) -> Response:
        known, _ = visit.consult("inquiry", lambda desk, _: _choices(desk))
        fields = Fields(visit.form)
        command = _read(fields, known, visit.person)
        if command is None:
            return _form(visit, wrong=fields.wrong)
        asked = command
        done = visit.attempt(lambda desk, _: {"id": str(inquiries.inquire(asked, desk).id)})
        if done.refused is not None:
            return _form(visit, refused=done.refused)
        to = _HOME if visit.may(Right.COORDINATE) else f"{_HOME}/ny"
        return visit.back(to, "made")

    return router


def _page(
    visit: Visit,
    which: str = "",
    after: UUID | None = None,
    *,
    refused: Refused | None = None,
    wrong: Mapping[str, Words] | None = None,
    about: UUID | None = None,
) -> Response:
    """Those that wait, the oldest first; or those that have been answered."""
    state = which if which in _ANSWERED else _NEW
    shown = _found(visit, state, after)
    versions = visit.room.office.procedures
    procedures = {
        one.procedure: versions.get(one.procedure, local_date(one.received_at))
        for one in shown["found"]
    }
    return visit.page(
        "staff/inquiries.html",
        refused=refused,
        wrong=wrong,
        notices=_NOTICES,
        **shown,
        state=state,
        about=about,
        after=after,
        rules=procedures,
        why=_why,
        sources=SOURCES,
        elsewhere=ELSEWHERE,
        states=STATES,
        more=shown["found"][-1].id if len(shown["found"]) == _PAGE else None,
    )


def _found(visit: Visit, state: str, after: UUID | None) -> dict[str, Any]:
    """The inquiries of one page, with the names and the units they speak of."""

    def show(views: Views, now: datetime) -> dict[str, Any]:
        found = inquiries.listed(
            views, visit.person, local_date(now), state=state, after=after, limit=_PAGE
        )
        people = {one.by_person for one in found if one.by_person is not None}
        return {
            "found": found,
            "names": views.names(people),
            "units": {row["code"]: row["name"] for row in views.units()},
            "today": local_date(now),
        }

    return visit.read("inquiries", show)


def _shown_after(visit: Visit) -> UUID | None:
    """The inquiry that the page begins after, from which a form was sent."""
    return Fields(visit.form).ident("efter", needed=False)


def _why(inquiry: Inquiry, procedure: Procedure) -> Words | None:
    """The words of its reason, as the procedure has them."""
    return reasons(procedure).get(inquiry.reason or "")


def _form(
    visit: Visit,
    chosen: str = "",
    *,
    refused: Refused | None = None,
    wrong: Mapping[str, Words] | None = None,
) -> Response:
    known, schools = visit.consult("inquiry", lambda desk, _: _choices(desk))
    return visit.page(
        "staff/inquiry_new.html",
        refused=refused,
        wrong=wrong,
        notices=_NOTICES,
        known=known,
        chosen=chosen if chosen in known else next(iter(known), ""),
        titles=[(one.name, visit.speech.title(one)) for one in known.values()],
        why={name: list(reasons(one).items()) for name, one in known.items()},
        schools=[(one.code, one.name) for one in schools],
        sources=SOURCES,
    )


def _choices(desk: Desk) -> tuple[dict[str, Procedure], tuple[School, ...]]:
    """The routines that somebody coordinates, and the schools."""
    every = (procedure_of(name, desk) for name in desk.procedures.names(desk.today))
    return {one.name: one for one in every if has_coordinator(one)}, desk.register.schools()


def _read(fields: Fields, known: Mapping[str, Procedure], me: UUID | None) -> Inquire | None:
    """P13: nameless if they wish; no words about the child (P9)."""
    procedure = fields.choice("procedure", known)
    source = fields.choice("source", [str(one) for one in Source])
    every = [f"{name}:{code}" for name, one in known.items() for code in reasons(one)]
    of_procedure, _, reason = (fields.choice("reason", every, needed=False) or "").partition(":")
    if reason and procedure is not None and of_procedure != procedure:
        fields.wrong["reason"] = _OF_ANOTHER
    theirs = source != Source.STAFF
    name = fields.text("name", needed=False) if theirs else None
    phone = fields.phone("phone", needed=False) if theirs else None
    email = fields.address("email", needed=False) if theirs else None
    unit = fields.text("unit", needed=False)
    if fields.wrong or procedure is None or source is None:
        return None
    return Inquire(
        procedure=procedure,
        source=Source(source),
        by=None if theirs else me,
        name=name,
        phone=phone,
        email=email,
        unit=unit,
        reason=reason or None,
    )
