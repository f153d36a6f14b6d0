"""What else can be read over HTTP: people, units with their places, posts."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from services.cases.api.models import PeopleQuery
from services.cases.api.office import TheReader
from services.cases.api.shapes import person_json, post_json, unit_json
from services.cases.handlers.register import posts_on
from shared.domain.days import local_date

router = APIRouter(tags=["lists"])


@router.get("/people", summary="Staff with the posts they hold today")
def people(query: Annotated[PeopleQuery, Query()], reader: TheReader) -> list[dict[str, Any]]:
    found = reader.read("people", lambda views, now: views.staff(query.role, local_date(now)))
    return [person_json(person) for person in found]


@router.get("/units", summary="Units, each with its places")
def units(reader: TheReader) -> list[dict[str, Any]]:
    found, places = reader.read("units", lambda views, _: (views.units(), views.places()))
    return [unit_json(unit, places) for unit in found]


@router.get("/mail-previews", summary="What every kind of mail says, filled with an example")
def mail_previews(
    reader: TheReader, language: Literal["sv", "en"] | None = None
) -> list[dict[str, Any]]:
    return [
        dict(row) for row in reader.read("mail-previews", lambda views, _: views.previews(language))
    ]


@router.get("/posts", summary="Posts, who is in them today, and which are or will be vacant (R21)")
def posts(reader: TheReader) -> list[dict[str, Any]]:
    found = reader.read("posts", lambda views, now: posts_on(views, local_date(now)))
    return [post_json(post, standing) for post, standing in found]
