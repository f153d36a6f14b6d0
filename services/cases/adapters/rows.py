"""Rows for one statement that inserts them all, however many: `jsonb_to_recordset` reads them."""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from psycopg.types.json import Jsonb

_written = partial(json.dumps, default=str)  # ids, dates and instants, which it has no form of


def recordset(rows: Iterable[Mapping[str, Any]]) -> Jsonb:
    """What a row leaves out is NULL; the statement says which type each column has."""
    return Jsonb(list(rows), dumps=_written)
