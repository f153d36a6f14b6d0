"""Rows for one statement that inserts them all, however many: `jsonb_to_recordset` reads them."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb


def _form(value: object) -> str:
    """Of ids, dates and instants, which JSON has none of."""
    if isinstance(value, UUID | date):
        return str(value)
    raise TypeError(f"no form for a {type(value).__name__}")


_written = partial(json.dumps, default=_form)


def recordset(rows: Iterable[Mapping[str, Any]]) -> Jsonb:
    """What a row leaves out is NULL; the statement says which type each column has."""
    return Jsonb(list(rows), dumps=_written)
