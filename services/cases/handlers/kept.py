"""Answers that are kept, so that a request that is sent again has its effect once."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered before, and to what request (its SHA-256)."""

    request: bytes
    status: int
    body: Any


class Answers(Protocol):
    """The kept answers of one caller; `find` makes others with the same key wait."""

    def find(self, key: str) -> Kept | None: ...
    def keep(self, key: str, kept: Kept) -> None: ...
