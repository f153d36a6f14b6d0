"""Calendar feeds `/f/{token}.ics`: what a calendar program reads by itself (X3, X13, P7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException
from fastapi.responses import Response
from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.handlers.feeds import Origin, feed_bytes
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.sight import actor_of
from services.cases.web.link_showing import NO_TRACE
from shared.db import Database, Unit
from shared.ids import FEED, read_signed_token

_WHO_LOOKS = "feed"


@dataclass(frozen=True, slots=True)
class FeedPages:
    """What feeds are made with; `views_for` notes who looks, before anything goes out."""

    database: Database
    desk_for: Callable[[Unit, str], Desk]
    views_for: Callable[[Connection[DictRow], datetime], Views]
    origin: Origin


def make_feed_pages(pages: FeedPages) -> APIRouter:
    """The route; in production too."""
    router = APIRouter(include_in_schema=False)

    @router.get("/f/{token}.ics")
    def read(token: str, if_none_match: Annotated[str, Header()] = "") -> Response:
        """404 for every address that is wrong or has ended; 304 for what hasn't changed."""
        feed_id = read_signed_token(pages.origin.secret, FEED, token)
        with pages.database.unit() as unit:
            desk = pages.desk_for(unit, _WHO_LOOKS)
            found = desk.feeds.find(feed_id)
            if found is None:
                raise HTTPException(404, headers=NO_TRACE)
            content = feed_bytes(found, desk, pages.origin)
            tag = f'"{sha256(content).hexdigest()[:32]}"'
            unchanged = _names(if_none_match, tag)
            if not unchanged:
                actor = actor_of(found.person_id, _WHO_LOOKS)
                pages.views_for(unit.connection, unit.now).log(actor, None, "feed")
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", **NO_TRACE}
        if unchanged:
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type="text/calendar; charset=utf-8")

    return router


def _names(if_none_match: str, tag: str) -> bool:
    """Whether the header names what there is (RFC 9110 13.1.2: compared as weak ones)."""
    given = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return "*" in given or tag in given
