"""How the machinery is, and events that are tried again; nothing of any case (for IT)."""

from datetime import datetime
from typing import Protocol

from services.cases.domain.operations import Operations


class OperationsViews(Protocol):
    """What is read of it, in one transaction. `clock`: real time."""

    def operations(self, now: datetime, clock: datetime) -> Operations: ...
    def try_again(self, service: str, kind: str) -> int:
        """Events of a kind that a service had set aside wait for it once more; how many."""
