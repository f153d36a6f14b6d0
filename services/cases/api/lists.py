"""What else can be read over HTTP: messages, people, units with their places, posts."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.cases.api.models import MessagesQuery, PeopleQuery
from services.cases.api.office import TheReader
from services.cases.api.shapes import message_json, person_json, post_json, unit_json
from services.cases.handlers.register import posts_on
from shared.domain.days import local_date

router = APIRouter(tags=["lists"])


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
    if len(found) == query.limit:
        following = request.url.include_query_params(after=found[-1]["id"])
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return [message_json(message) for message in found]


@router.get("/people", summary="Staff with the posts they hold today")
def people(query: Annotated[PeopleQuery, Query()], reader: TheReader) -> list[dict[str, Any]]:
    found = reader.read("people", lambda views, now: views.staff(query.role, local_date(now)))
    return [person_json(person) for person in found]


@router.get("/units", summary="Units, each with its places")
def units(reader: TheReader) -> list[dict[str, Any]]:
    found, places = reader.read("units", lambda views, _: (views.units(), views.places()))
    return [unit_json(unit, places) for unit in found]


@router.get("/posts", summary="Posts, who is in them today, and which are or will be vacant (R21)")
def posts(reader: TheReader) -> list[dict[str, Any]]:
    found = reader.read("posts", lambda views, now: posts_on(views, local_date(now)))
    return [post_json(post, standing) for post, standing in found]
