"""Lists that come page by page: a full page says where the next one is."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request, Response


def say_where_the_next_is(
    request: Request, response: Response, page: Sequence[Mapping[str, Any]], limit: int
) -> None:
    """The header Link, to the same list after the last of a full page."""
    if len(page) == limit:
        following = request.url.include_query_params(after=page[-1]["id"])
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
