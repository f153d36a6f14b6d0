"""How the machinery is, and events that are tried again; nothing of any case (for IT)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from services.cases.domain.operations import Kept, Operations
from services.cases.handlers.retention import RetentionDesk, due_matters

_LATE = timedelta(days=7)
_MANY = 100


class OperationsViews(Protocol):
    """What is read of it, in one transaction. `clock`: real time."""

    def operations(self, now: datetime, clock: datetime) -> Operations: ...
    def kept(self, now: datetime) -> Sequence[Kept]:
        """By rule, of the cases that are open or were closed in the last year."""

    def hurry(self, milliseconds: int) -> None:
        """Nothing in this transaction takes longer."""

    def try_again(self, service: str, kind: str) -> int:
        """Events of a kind that a service had set aside wait for it once more; how many."""


def kept_too_long(desk: RetentionDesk) -> int:
    """Closed cases and matters that were to go a week ago by the plan; a hundred at the most."""
    return len(due_matters(replace(desk, now=desk.now - _LATE), _MANY))
