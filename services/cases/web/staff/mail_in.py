"""Mail that came in: what waits for a decision first; its words as text and no more (B4)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.refused import NotFound, Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers import mails
from services.cases.handlers.answers import Answer
from services.cases.handlers.reading import Row, Views
from services.cases.web.forms import Fields
from services.cases.web.staff.mail_words import (
    INBOUND_KINDS,
    INBOUND_STATES,
    OTHERWISE,
    WHY_IN_QUARANTINE,
)
from services.cases.web.staff.meeting_shown import ANSWERS
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Visit

_A_PAGE = 25
_WAITING: mails.State = "quarantined"
_ANSWERS: dict[str, Answer] = {
    "accepted": "accepted", "declined": "declined", "tentative": "tentative",
}  # fmt: skip
_NOTICES = {
    "decided": Notice(
        Words(
            "Svaret är noterat. Det syns på mötet om en liten stund.",
            "The answer is noted. It shows on the meeting in a moment.",
        )
    ),
    "aside": Notice(Words("Mejlet är lagt åt sidan.", "The mail is put aside.")),
}


def make_inbound_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("/inkommet")
    def inbound(visit: Seen, efter: Annotated[str, Query(max_length=36)] = "") -> Response:
        return _list(visit, _id(efter))

    @router.get("/inkommet/{inbound_id}")
    def one(inbound_id: UUID, visit: Seen) -> Response:
        return _page(inbound_id, visit)

    @router.post("/inkommet/{inbound_id}/svar")
    def answer(inbound_id: UUID, visit: Acting) -> Response:
        return _answer(inbound_id, visit)

    @router.post("/inkommet/{inbound_id}/at-sidan")
    def put_aside(inbound_id: UUID, visit: Acting) -> Response:
        outcome = visit.attempt(lambda desk, views: mails.put_aside(inbound_id, views, desk))
        if outcome.refused:
            return _page(inbound_id, visit, refused=outcome.refused)
        return visit.back(f"/inkommet/{inbound_id}", "aside")

    return router


def _answer(inbound_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    person, said = fields.ident("person"), fields.choice("svar", _ANSWERS)
    if person is None or said is None:
        return _page(inbound_id, visit, wrong=fields.wrong)
    command = mails.Decided(inbound_id, person, _ANSWERS[said])
    outcome = visit.attempt(lambda desk, views: mails.read_answer(command, views, desk))
    if outcome.refused:
        return _page(inbound_id, visit, refused=outcome.refused)
    return visit.back(f"/inkommet/{inbound_id}", "decided")


def _list(visit: Visit, after: UUID | None) -> Response:
    def show(views: Views, _: datetime) -> tuple[list[Any], list[Any], UUID | None]:
        waiting = [*views.mails(None, _WAITING, None, _A_PAGE)]
        if visit.may(Right.COORDINATE):
            waiting += views.loose_mails(_A_PAGE)
        rest = views.mails(None, None, after, _A_PAGE)
        others = [one for one in rest if one["state"] != _WAITING]
        more = rest[-1]["id"] if len(rest) == _A_PAGE else None
        return _lines(waiting, views), _lines(others, views), more

    waiting, others, more = visit.read("inbound", show)
    return visit.page(
        "staff/inbound.html",
        waiting=waiting,
        others=others,
        more=more,
        are_more_waiting=len(waiting) >= _A_PAGE,
    )


def _page(
    inbound_id: UUID,
    visit: Visit,
    *,
    refused: Refused | None = None,
    wrong: Mapping[str, Words] | None = None,
) -> Response:
    case_id = visit.case_of_mail(inbound_id)
    if case_id is None and not visit.may(Right.COORDINATE):
        raise NotFound

    def show(views: Views, _: datetime) -> tuple[Mapping[str, Any], list[tuple[UUID, str]]]:
        found = mails.mail_of(inbound_id, views)
        people: list[tuple[UUID, str]] = []
        if case_id is not None:
            called = [
                one["person_id"]
                for one in views.attendance([case_id])
                if one["meeting_id"] == found["meeting_id"]
            ]
            people = sorted(views.names(called).items(), key=lambda one: one[1].casefold())
        (line,) = _lines([found], views)
        return {**found, **line}, people

    mail, people = visit.read(f"inbound:{inbound_id}", show, case_id)
    answers = [(code, visit.speech.say(ANSWERS[code][1])) for code in _ANSWERS]
    return visit.page(
        "staff/inbound_one.html", mail=mail, people=people, answers=answers, notices=_NOTICES,
        refused=refused, wrong=wrong,
    )  # fmt: skip


def _lines(rows: Sequence[Row], views: Views) -> list[Mapping[str, Any]]:
    facts = {one.id: one for one in views.facts({row["case_id"] for row in rows} - {None})}
    return [
        {
            "id": row["id"],
            "of": INBOUND_KINDS.get(row["kind"], INBOUND_KINDS["unclear"]),
            "sign": INBOUND_STATES[row["state"]][0],
            "said": INBOUND_STATES[row["state"]][1],
            "why": WHY_IN_QUARANTINE.get(row["reason"], OTHERWISE),
            "state": row["state"],
            "received_at": row["received_at"],
            "reference": facts[row["case_id"]].reference if row["case_id"] in facts else None,
            "case": row["case_id"],
            "meeting": row["meeting_id"],
        }
        for row in rows
    ]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
