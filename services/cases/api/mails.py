"""Mail that came in, over HTTP: read behind the case's own sight, decided about by a person."""

from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from services.cases.api.fields import Id
from services.cases.api.models import Nothing, Strict
from services.cases.api.office import Doer, TheDoer, TheReader
from services.cases.api.paging import say_where_the_next_is
from services.cases.api.shapes import instant_json
from services.cases.domain.refused import NotFound
from services.cases.handlers import mails
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Row, Views

router = APIRouter(tags=["mail"])


class MailsQuery(Strict):
    state: mails.State | None = None
    after: Id | None = Field(None, description="The last id of the page before.")
    limit: Annotated[int, Field(ge=1, le=500, strict=False)] = 100


class ReadAnswer(Strict):
    """What a mail in quarantine says, as a person has read it."""

    person: Id = Field(description="Who answers; one of those who are called.")
    answer: Literal["accepted", "declined", "tentative"]


@router.get("/inbound", summary="Mail that came in, without its words (B4)")
def inbound(
    query: Annotated[MailsQuery, Query()], reader: TheReader, request: Request, response: Response
) -> list[dict[str, Any]]:
    found = reader.read(
        "inbound", lambda views, _: views.mails(None, query.state, query.after, query.limit)
    )
    say_where_the_next_is(request, response, found, query.limit)
    return [_mail_json(one) for one in found]


@router.get("/inbound/{inbound_id}", summary="One mail that came in, with its words (B4, B8)")
def inbound_mail(inbound_id: UUID, reader: TheReader) -> dict[str, Any]:
    def show(views: Views) -> Row:
        found = mails.mail_of(inbound_id, views)
        if found["case_id"] is not None:  # it's a reading of the case, too
            views.log(reader.caller.actor, found["case_id"], "case.mail")
        return found

    return _words_json(reader.read("inbound.mail", lambda views, _: show(views)))


@router.post(
    "/inbound/{inbound_id}/answer", status_code=202, summary="It is this person's answer (B4)"
)
def answer(inbound_id: UUID, body: ReadAnswer, doer: TheDoer) -> JSONResponse:
    def decide(desk: Desk, views: Views) -> None:
        mails.read_answer(mails.Decided(inbound_id, body.person, body.answer), views, desk)

    return _decided(inbound_id, doer, decide)


@router.post(
    "/inbound/{inbound_id}/discard", status_code=202, summary="Nothing follows from it (B4)"
)
def discard(
    inbound_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return _decided(inbound_id, doer, lambda desk, views: mails.put_aside(inbound_id, views, desk))


@router.get("/cases/{case_id}/mails", summary="Mail that came in about a case (B8)")
def mails_of(
    case_id: UUID,
    query: Annotated[MailsQuery, Query()],
    reader: TheReader,
    request: Request,
    response: Response,
) -> list[dict[str, Any]]:
    def show(views: Views) -> Any:
        if views.case(case_id) is None:
            raise NotFound
        return views.mails(case_id, query.state, query.after, query.limit)

    found = reader.read("case.mails", lambda views, _: show(views), case=case_id)
    say_where_the_next_is(request, response, found, query.limit)
    return [_mail_json(one) for one in found]


@router.get("/cases/{case_id}/mails/{inbound_id}", summary="One of them, with its words (B8)")
def mail_of_case(case_id: UUID, inbound_id: UUID, reader: TheReader) -> dict[str, Any]:
    found = reader.read(
        "case.mail", lambda views, _: mails.mail_of(inbound_id, views, case_id), case=case_id
    )
    return _words_json(found)


def _decided(inbound_id: UUID, doer: Doer, decide: Callable[[Desk, Views], None]) -> JSONResponse:
    """The notifier carries it out: what comes of it is seen a moment later."""

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        decide(desk, views)
        return {"id": inbound_id, "state": "decided"}

    return doer.do(work, 202)


def _mail_json(mail: Row) -> dict[str, Any]:
    return {
        "id": mail["id"],
        "state": mail["state"],
        "kind": mail["kind"],
        "reason": mail["reason"],
        "received_at": instant_json(mail["received_at"]),
        "via": mail["via"],
        "case": mail["case_id"],
        "meeting": mail["meeting_id"],
        "person": mail["person_id"],
        "message": mail["message_id"],
        "answer": mail["answer"],
        "answered_at": instant_json(mail["stamp"]),
        "settled_at": instant_json(mail["settled_at"]),
        "settled_by": mail["settled_by"],
        "kept_until": instant_json(mail["keep_until"]),
        "kept": mail["is_kept"],
    }


def _words_json(mail: Row) -> dict[str, Any]:
    """`sender`: who it says it is from, which proves nothing; `mailbox`: whom we had written to."""
    said = {"sender": mail["sender"], "mailbox": mail["mailbox"], "words": mail["words"]}
    return _mail_json(mail) | said
