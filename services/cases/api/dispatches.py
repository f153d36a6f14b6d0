"""What is sent to every rektor, over HTTP: sent, confirmed, read (R28-R31)."""

import binascii
from base64 import b64decode
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from services.cases.api.fields import CodeText, Id, Name
from services.cases.api.models import Strict
from services.cases.api.office import TheDoer, TheReader
from services.cases.api.paging import say_where_the_next_is
from services.cases.api.shapes import instant_json
from services.cases.domain import wrong_values
from services.cases.domain.dispatching import MOST_FILES, Confirmation, NewFile
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.year import dispatches
from services.cases.handlers.year.dispatches import Send, ShownDispatch
from shared.domain.days import local_date

router = APIRouter(tags=["the year"])


def _octets(value: Any) -> bytes:
    if isinstance(value, str):
        try:
            return b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            pass
    raise PydanticCustomError("base64_form", "must be base64")


class GivenFile(Strict):
    name: Name = Field(examples=["Föräldrastöd hösten 2027.pdf"])
    media_type: Annotated[str, Field(max_length=100, examples=["application/pdf"])]
    content: Annotated[
        bytes,
        BeforeValidator(_octets),
        WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
    ]

    def file(self) -> NewFile:
        return NewFile(self.name, self.media_type, self.content)


class NewDispatch(Strict):
    """Something to send to all who hold the posts that are asked, each to confirm it."""

    kind: CodeText = Field(examples=["material"])
    title: Name = Field(examples=["Aktuellt material om föräldrastöd"])
    by: Id = Field(description="Who sends it: a member of staff with a post today.")
    files: Annotated[list[GivenFile], Field(max_length=MOST_FILES)] = Field([])

    def command(self) -> Send:
        return Send(self.kind, self.title, self.by, tuple(one.file() for one in self.files))


class GivenConfirmation(Strict):
    """R29, R31: it has been passed on, or is known."""

    post: CodeText = Field(description="The post that confirms, see posts on the dispatch.")
    by: Id | None = Field(None, description="Left out: whoever acts for the post.")


class DispatchesQuery(Strict):
    after: Id | None = Field(None, description="The id of the last dispatch of the page before.")
    limit: Annotated[int, Field(ge=1, le=500, strict=False)] = 100


@router.post("/dispatches", status_code=201, summary="Send to every rektor (R28, R30)")
def send(body: NewDispatch, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, _: Views) -> dict[str, Any]:
        return dispatch_json(dispatches.show(dispatches.send(body.command(), desk), desk))

    return doer.do(work, 201)


@router.post("/dispatches/{dispatch_id}/confirmations", summary="A post confirms it (R29, R31)")
def confirm(dispatch_id: UUID, body: GivenConfirmation, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, _: Views) -> dict[str, Any]:
        found = dispatches.show(dispatch_id, desk)
        owner = next((one.owner for one in found.posts if one.post == body.post), None)
        by = body.by or desk.actor_person or owner
        if by is None:
            raise wrong_values.UnknownPerson("by")
        dispatches.confirm(dispatch_id, body.post, by, desk)
        return dispatch_json(dispatches.show(dispatch_id, desk))

    return doer.do(work)


@router.get("/dispatches", summary="What was sent, in that order, page by page")
def list_dispatches(
    query: Annotated[DispatchesQuery, Query()],
    reader: TheReader,
    request: Request,
    response: Response,
) -> list[dict[str, Any]]:
    found = reader.consult(
        "dispatches", lambda desk, _: dispatches.listed(query.after, query.limit, desk)
    )
    page = [dispatch_json(one) for one in found]
    say_where_the_next_is(request, response, page, query.limit)
    return page


@router.get("/dispatches/{dispatch_id}", summary="One of them, and who has confirmed (R29)")
def get_dispatch(dispatch_id: UUID, reader: TheReader) -> dict[str, Any]:
    found = reader.consult("dispatch", lambda desk, _: dispatches.show(dispatch_id, desk))
    return dispatch_json(found)


@router.get(
    "/dispatches/{dispatch_id}/files/{file_id}",
    summary="A file that came along",
    response_class=Response,
    responses={200: {"content": {"*/*": {}}, "description": "The file, as it was sent."}},
)
def get_file(dispatch_id: UUID, file_id: UUID, reader: TheReader) -> Response:
    def show(desk: Desk) -> tuple[str, str, bytes]:
        return dispatches.file_of(dispatch_id, file_id, desk)

    name, media_type, content = reader.consult("dispatch.file", lambda desk, _: show(desk))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=media_type, headers=headers)


def dispatch_json(shown: ShownDispatch) -> dict[str, Any]:
    """What was sent, and how far it has come. `late`: to be confirmed by now."""
    one = shown.dispatch
    confirmed = sum(post.confirmed_at is not None for post in shown.posts)
    return {
        "id": one.id,
        "kind": one.kind,
        "title": one.title,
        "year": one.year,
        "rule": one.rule,
        "sent_by": one.sent_by,
        "sent_at": instant_json(one.sent_at),
        "sent_on": local_date(one.sent_at),
        "due_on": one.due_on,
        "files": [
            {"id": file.id, "name": file.name, "media_type": file.media_type, "size": file.size}
            for file in one.files
        ],
        "progress": {
            "asked": len(shown.posts),
            "confirmed": confirmed,
            "late": sum(post.is_late(shown.today) for post in shown.posts),
        },
        "posts": [_post_json(post, shown) for post in shown.posts],
    }


def _post_json(post: Confirmation, shown: ShownDispatch) -> dict[str, Any]:
    return {
        "post": post.post,
        "owner": post.owner,
        "confirmed_at": instant_json(post.confirmed_at),
        "late": post.is_late(shown.today),
    }
