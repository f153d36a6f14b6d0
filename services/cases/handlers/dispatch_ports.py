"""The port to what is sent to every rektor, with its files (R28-R31)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.cases.domain.dispatching import Confirmation, Dispatch, NewFile

__all__ = ["Dispatch", "Dispatches"]


class Dispatches(Protocol):
    """What is sent to every rektor, with its files (R28-R31)."""

    def add(self, dispatch: Dispatch, files: Sequence[NewFile]) -> bool:
        """False if it is one that comes by itself, and has come that year."""

    def find(self, dispatch: UUID) -> Dispatch | None: ...
    def page(
        self, after: UUID | None, limit: int, seen_by: UUID | None = None
    ) -> Sequence[Dispatch]:
        """In the order they were sent; only those that somebody sent, or is or was asked about."""

    def was_sent(self, kind: str, since: datetime, before: datetime) -> bool:
        """Whether one of that kind was sent from an instant on, before another."""

    def confirmations(self, dispatch: UUID) -> Sequence[Confirmation]:
        """Every post that is asked, in the order of their codes."""

    def content(self, file: UUID) -> bytes | None: ...

    def has_run_since(self, instant: datetime) -> bool:
        """Whether the yearly cycle was kept before that instant: then nothing of it is skipped."""
