"""Mails that went out, over HTTP: each one's life, a repeat by hand, and how the mail server is."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import JSONResponse

from services.cases.api.models import MessagesQuery, Nothing
from services.cases.api.office import TheDoer, TheReader
from services.cases.api.paging import say_where_the_next_is
from services.cases.api.problems import language_of
from services.cases.api.shapes import instant_json, message_json
from services.cases.domain.message_words import in_words, reason_in_words
from services.cases.domain.refused import Language
from services.cases.handlers import messages as handlers
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Row, Views

router = APIRouter(tags=["mail"])


@router.get("/messages", summary="The mails and what became of them, without their words")
def messages(
    query: Annotated[MessagesQuery, Query()],
    reader: TheReader,
    request: Request,
    response: Response,
) -> list[dict[str, Any]]:
    found = reader.read(
        "messages",
        lambda views, _: views.messages(query.case, query.state, query.after, query.limit),
        case=query.case,
    )
    say_where_the_next_is(request, response, found, query.limit)
    person, language = reader.caller.person, language_of(request)
    return [_message_json(handlers.as_seen(one, person), language) for one in found]


@router.get("/messages/{message_id}", summary="One mail's life: its attempts, and why")
def message(message_id: UUID, reader: TheReader, request: Request) -> dict[str, Any]:
    language = language_of(request)

    def show(views: Views) -> dict[str, Any]:
        found = handlers.message_of(message_id, views, reader.caller.person)
        if found["case_id"] is not None:  # it's a reading of the case, too
            views.log(reader.caller.actor, found["case_id"], "case.message")
        life = [_attempt_json(one, language) for one in views.attempts(message_id)]
        return _message_json(found, language) | {
            "useful_until": instant_json(found["useful_until"]),
            "repeats": found["repeats"],
            "life": life,
        }

    return reader.read("message", lambda views, _: show(views))


@router.post("/messages/{message_id}/repeat", summary="Try a mail again that failed or was stopped")
def repeat(
    message_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    """The notifier carries it out: what comes of it is seen a moment later."""

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        handlers.repeat(message_id, views, desk)
        return {"id": message_id, "state": "asked"}

    return doer.do(work, 202)


@router.get("/mail-server", summary="Whether the mail server works, and how many mails wait")
def mail_server(reader: TheReader, request: Request) -> dict[str, Any]:
    """`paused_since` and `next_try` are real time, also where the clock is moved."""
    found = reader.read("mail-server", lambda views, now: views.mail_server(now))
    reason = found["reason"]
    return {
        "state": "works" if found["paused_since"] is None else "paused",
        "failures": found["failures"],
        "reason": reason,
        "explanation": None if reason is None else reason_in_words(reason, language_of(request)),
        "paused_since": instant_json(found["paused_since"]),
        "next_try": instant_json(found["next_try"]),
        "waiting": found["waiting"],
        "resting_domains": found["resting"],
    }


def _message_json(message: Row, language: Language) -> dict[str, Any]:
    """`next_try` is real time."""
    said = in_words(message["state"], message["reason"], message["bounced"], language)
    return message_json(message) | {
        "explanation": said,
        "next_try": instant_json(message["next_try"]),
        "bounced": message["bounced"],
        "carried_by": message["carried_by"],
    }


def _attempt_json(attempt: Row, language: Language) -> dict[str, Any]:
    return {
        "state": attempt["state"],
        "reason": attempt["reason"],
        "explanation": in_words(attempt["state"], attempt["reason"], None, language),
        "times": attempt["times"],
        "first_at": instant_json(attempt["first_at"]),
        "last_at": instant_json(attempt["last_at"]),
    }
