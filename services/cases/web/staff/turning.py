"""A long list that is turned page by page, where all of it is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Turned:
    """One page of a list; `number` counts from 1, and is the last one beyond the end."""

    rows: Sequence[Any]
    number: int
    pages: int


def turned(rows: Sequence[Any], number: int) -> Turned:
    pages = max(1, -(-len(rows) // A_PAGE))
    number = min(number, pages)
    return Turned(rows[(number - 1) * A_PAGE : number * A_PAGE], number, pages)
