"""What a key of another system is for: an area, and to read or to change there.

An area holds no family or it may: whatever isn't listed here is of the cases.
"""

import re
from collections.abc import Mapping
from typing import Literal, get_args

from services.cases.domain.refused import Words

Scope = Literal["register:read", "register:write", "cases:read", "cases:write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
OF_THE_REGISTER: tuple[Scope, ...] = ("register:read", "register:write")
OF_CASES: tuple[Scope, ...] = ("cases:read", "cases:write")
SAID: Mapping[str, Words] = {
    "register:read": Words("läsa registret", "read the register"),
    "register:write": Words("ändra registret", "change the register"),
    "cases:read": Words("läsa ärenden", "read cases"),
    "cases:write": Words("ändra ärenden", "change cases"),
}
_READING = ("GET", "HEAD")

# Staff, units, posts, routines and what mails say in general: nothing here is about any family.
REGISTER = (
    "/api/v1/mail-previews",
    "/api/v1/people",
    "/api/v1/people/{person_id}",
    "/api/v1/posts",
    "/api/v1/posts/{code}/holders",
    "/api/v1/posts/{code}/holders/end",
    "/api/v1/procedures",
    "/api/v1/units",
)
_REGISTER = re.compile("|".join(re.sub(r"\{\w+\}", "[^/]+", path) for path in REGISTER))


def scope_for(method: str, path: str) -> Scope:
    """What a call takes."""
    of_register = _REGISTER.fullmatch(path) is not None
    if method in _READING:
        return "register:read" if of_register else "cases:read"
    return "register:write" if of_register else "cases:write"
