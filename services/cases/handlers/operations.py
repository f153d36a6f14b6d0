"""How the machinery is, and events that are tried again; nothing of any case (for IT)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.cases.domain.operations import Kept, Operations


class OperationsViews(Protocol):
    """What is read of it, in one transaction. `clock`: real time."""

    def operations(self, now: datetime, clock: datetime) -> Operations: ...
    def kept(self, now: datetime) -> Sequence[Kept]:
        """By rule, of the cases that are open or were closed in the last year."""

    def hurry(self, milliseconds: int) -> None:
        """Nothing in this transaction takes longer."""

    def try_again(self, service: str, kind: str) -> int:
        """Events of a kind that a service had set aside wait for it once more; how many."""
