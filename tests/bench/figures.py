"""What is measured: values of several rounds, beside those of the same work done bare."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter, process_time


@dataclass(frozen=True, slots=True)
class Sample:
    """One round: so many things in so many seconds. `cpu`: the processor seconds, user and system,
    of the processes that did them; None where nobody counts."""

    count: float
    seconds: float
    cpu: float | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One way of doing it: a value of each round, and the CPU milliseconds of one thing.

    `percent`: which part of the values stands for them; the median, or 99 for the slowest.
    """

    name: str
    values: tuple[float, ...]
    cpu: tuple[float, ...] = ()
    percent: int = 50

    @property
    def value(self) -> float:
        if self.percent == 50 or len(self.values) == 1:
            return median(self.values)
        return quantiles(self.values, n=100, method="inclusive")[self.percent - 1]

    @property
    def cpu_each(self) -> float | None:
        return median(self.cpu) if self.cpu else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the value is to be at least, and what it aims at; where `aim` is lower, at most."""

    least: float
    aim: float

    def reached(self, value: float) -> str:
        """«aim», «yes» or «no»."""
        sign = 1 if self.aim >= self.least else -1
        if value * sign >= self.aim * sign:
            return "aim"
        return "yes" if value * sign >= self.least * sign else "no"


@dataclass(frozen=True, slots=True)
class Figure:
    """Its value is the ratio of two medians, or, with nothing beside it, the median in `unit`."""

    name: str
    what: str
    unit: str
    ours: Side
    bare: Side | None = None
    wanted: Wanted | None = None
    note: str = ""

    @property
    def value(self) -> float:
        return self.ours.value / self.bare.value if self.bare else self.ours.value

    @property
    def reached(self) -> str:
        return self.wanted.reached(self.value) if self.wanted else ""

    @property
    def cpu_ratio(self) -> float | None:
        """CPU seconds of ours for each of the bare one's; what two commits are compared by."""
        if self.bare is None or not self.bare.cpu_each or self.ours.cpu_each is None:
            return None
        return self.ours.cpu_each / self.bare.cpu_each


@dataclass(slots=True)
class _Gathered:
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def interleaved(rounds: int, ways: Mapping[str, Callable[[], Sample]]) -> dict[str, Side]:
    """Each way once a round, by turns: what else the machine does meets all of them alike.

    The values are things a second.
    """
    found = {name: _Gathered() for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            sample = way()
            found[name].rates.append(sample.count / sample.seconds)
            if sample.cpu is not None:
                found[name].cpu.append(sample.cpu / sample.count * 1000)
    return {name: Side(name, tuple(one.rates), tuple(one.cpu)) for name, one in found.items()}


def sampled(count: float, work: Callable[[], object]) -> Sample:
    """Of work that this process does by itself."""
    began, cpu = perf_counter(), process_time()
    work()
    return Sample(count, perf_counter() - began, process_time() - cpu)
