"""The mails that went out: each with what became of it and why, what it said, and another try."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.message_words import in_words
from services.cases.domain.refused import Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers import messages
from services.cases.handlers.messages import SoughtMessages, as_seen, message_of
from services.cases.handlers.reading import Row, Views
from services.cases.web.staff.mail_words import FILTERS, KINDS, SIGNS
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Visit

_A_PAGE = 50
_NOTICES = {
    "asked": Notice(
        Words(
            "Mejlet prövas igen. Läs in sidan om en stund för att se hur det gick.",
            "The mail is tried again. Reload the page in a while to see how it went.",
        )
    )
}


@dataclass(frozen=True, slots=True)
class Line:
    """One mail on the list."""

    id: UUID
    kind: Words
    sign: str
    state: str
    said: str
    recipient: str
    case: UUID | None
    reference: str | None
    rule: str | None
    due_at: datetime
    accepted_at: datetime | None


def make_sent_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("/utskick")
    def sent(
        visit: Seen,
        lage: Annotated[str, Query(max_length=20)] = "",
        arende: Annotated[str, Query(max_length=36)] = "",
        fore: Annotated[str, Query(max_length=36)] = "",
    ) -> Response:
        return _list(visit, lage if lage in FILTERS else "", _id(arende), _id(fore))

    @router.get("/utskick/{message_id}")
    def one(message_id: UUID, visit: Seen) -> Response:
        return _page(message_id, visit)

    @router.post("/utskick/{message_id}/igen")
    def again(message_id: UUID, visit: Acting) -> Response:
        outcome = visit.attempt(lambda desk, views: messages.repeat(message_id, views, desk))
        if outcome.refused:
            return _page(message_id, visit, refused=outcome.refused)
        return visit.back(f"/utskick/{message_id}", "asked")

    return router


def _list(visit: Visit, chosen: str, case: UUID | None, before: UUID | None) -> Response:
    assert visit.person is not None
    person = visit.person

    def show(views: Views, _: datetime) -> tuple[list[Line], UUID | None]:
        sought = SoughtMessages(case, person, FILTERS[chosen][1], before, _A_PAGE)
        rows = [as_seen(one, person) for one in views.newest_messages(sought)]
        return _lines(rows, views, visit), rows[-1]["id"] if len(rows) == _A_PAGE else None

    lines, more = visit.read("messages", show, case)
    server = visit.read("mail-server", lambda views, now: views.mail_server(now))
    return visit.page(
        "staff/sent.html", lines=lines, more=more, filters=FILTERS, chosen=chosen, case=case,
        paused=server["paused_since"],
    )  # fmt: skip


def _page(message_id: UUID, visit: Visit, *, refused: Refused | None = None) -> Response:
    def show(views: Views, _: datetime) -> tuple[Line, Mapping[str, Any]]:
        found = message_of(message_id, views, visit.person)
        if found["case_id"] is not None:  # it's a reading of the case, too
            views.log(visit.actor, found["case_id"], visit.logged("case.message"))
        (line,) = _lines([found], views, visit)
        return line, {
            "message": found,
            "life": [_said(one, visit) for one in views.attempts(message_id)],
            "words": views.sent_words(message_id),
        }

    line, more = visit.read("message", show)
    return visit.page("staff/sent_one.html", line=line, notices=_NOTICES, refused=refused, **more)


def _lines(rows: Sequence[Row], views: Views, visit: Visit) -> list[Line]:
    names = views.names({row["recipient"] for row in rows})
    cases = {row["case_id"] for row in rows} - {None}
    facts = {one.id: one for one in views.facts(cases)}
    return [
        Line(
            id=row["id"],
            kind=KINDS.get(row["kind"], Words(row["kind"], row["kind"])),
            sign="▲" if row["bounced"] == "failed" else SIGNS[row["state"]],
            state="failed" if row["bounced"] == "failed" else row["state"],
            said=in_words(row["state"], row["reason"], row["bounced"], visit.language),
            recipient=names.get(row["recipient"], "?"),
            case=row["case_id"] if _is_case(row, facts) else None,
            reference=facts[row["case_id"]].reference if _is_case(row, facts) else None,
            rule=row["rule"],
            due_at=row["due_at"],
            accepted_at=row["accepted_at"],
        )
        for row in rows
    ]


def _is_case(row: Row, facts: Mapping[UUID, Any]) -> bool:
    found = facts.get(row["case_id"])
    return found is not None and found.about == "child"


def _said(attempt: Row, visit: Visit) -> Mapping[str, Any]:
    said = in_words(attempt["state"], attempt["reason"], None, visit.language)
    return {**attempt, "said": said, "sign": SIGNS[attempt["state"]]}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
