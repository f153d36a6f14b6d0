"""Reads a form that was sent, within bounds."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import Request
from starlette.exceptions import HTTPException

_MOST_FIELDS = 40


def sent_form(longest: int = 500) -> Callable[[Request], Awaitable[Mapping[str, str]]]:
    """The fields of a form, each cut off at so many characters; of anything else, none."""

    async def fields(request: Request) -> Mapping[str, str]:
        try:
            form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
        except HTTPException:
            return {}
        return {name: value[:longest] for name, value in form.items() if isinstance(value, str)}

    return fields
