"""What JSON can hold of an answer's body."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi.encoders import jsonable_encoder

_AS_IT_IS = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """The same as FastAPI's encoder, which asks a dozen questions about each value, for what
    answers are made of; anything else is left to it."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is dict:
        return {plain(key): plain(one) for key, one in value.items()}
    if kind is list or kind is tuple:
        return [plain(one) for one in value]
    if kind is UUID:
        return str(value)
    if kind is date:
        return value.isoformat()
    return jsonable_encoder(value)
