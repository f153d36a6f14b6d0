"""What is measured: so many things in so many seconds."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Figure:
    """So many things in so many seconds, and the same bare (0 where there's nothing to compare)."""

    what: str
    count: int
    seconds: float
    bare: str = ""
    bare_seconds: float = 0.0
    note: str = ""

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    @property
    def ratio(self) -> float | None:
        return self.bare_seconds / self.seconds if self.bare_seconds else None


def timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
