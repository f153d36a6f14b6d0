"""Many municipalities, side by side, and what came of them in words."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

from samspel.simulate.ground import Ground, a_server
from samspel.simulate.living import Lived
from samspel.simulate.script import Script, drawn, read, written
from samspel.simulate.shrinking import shrink

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Place:
    """What a process lives lives with; `until` by the monotonic clock, the same for all."""

    ground: Ground
    years: int
    until: float | None


_place: list[_Place] = []


@dataclass(slots=True)
class Sum:
    """All that was lived. `broken`: by seed, in which script, and what didn't hold."""

    years: int = 0
    lives: int = 0
    steps: int = 0
    mails: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[int, Lived]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, seed: int, lived: Lived) -> None:
        self.lives += 1
        self.steps += lived.steps
        self.mails += lived.mails
        self.faults += lived.faults
        if lived.broken is None:
            self.years += lived.years
        else:
            self.broken.append((seed, lived))

    def told(self) -> Iterator[str]:
        rate = 60 * self.years / self.seconds if self.seconds else 0.0
        yield (
            f"{self.years} kommunår i {self.lives} kommuner, {self.steps} steg, {self.mails} mejl,"
            f" {sum(self.faults.values())} fel på vägen; {rate:.1f} kommunår i minuten"
        )
        for name, count in sorted(self.faults.items()):
            yield f"  {name}: {count}"
        yield f"brutna: {len(self.broken)}"


@dataclass(frozen=True, slots=True)
class Order:
    """What to live: so many municipalities of so many years, from a seed on."""

    years: int
    municipalities: int
    seed: int
    jobs: int
    database_url: str | None = None
    shrink_seconds: float = 300.0
    folder: Path = Path()
    minutes: float | None = None


def simulate(order: Order, say: Say) -> Sum:
    """Progress and a line per broken invariant are said; a failing script is left in the folder."""
    summed, began = Sum(), time.monotonic()
    with a_server(order.database_url) as (server, home):
        seeds = range(order.seed, order.seed + order.municipalities)
        for seed, lived in _lives(order, seeds, server, home):
            summed.add(seed, lived)
            summed.seconds = time.monotonic() - began
            say(_progress(seed, lived, summed, order))
        ground = Ground(server, home / "again")
        for seed, lived in summed.broken:
            for line in _explained(drawn(seed, order.years), lived, ground, order):
                say(line)
        ground.end()
    return summed


def repeat(file: Path, database_url: str | None, say: Say) -> Lived:
    """A script from a file, step by step."""
    script = read(file)
    with a_server(database_url) as (server, home):
        ground = Ground(server, home / "again")
        lived = ground.live(script)
        ground.end()
    for line in lived.history:
        say(line)
    say("inget brutet" if lived.broken is None else lived.broken.told())
    return lived


def _lives(
    order: Order, seeds: Sequence[int], server: str, home: Path
) -> Iterator[tuple[int, Lived]]:
    """As they end; no new one begins once the time is up. Ctrl-C ends those that live."""
    until = None if order.minutes is None else time.monotonic() + order.minutes * 60
    told = (server, str(home), order.years, until)
    with get_context("spawn").Pool(order.jobs, _begin, told) as pool:
        for seed, lived in pool.imap_unordered(_live, seeds):
            if lived is not None:
                yield seed, lived


def _begin(server: str, home: str, years: int, until: float | None) -> None:
    """Once in each process; Ctrl-C is the parent's matter."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _place.append(_Place(Ground(server, Path(home)), years, until))


def _live(seed: int) -> tuple[int, Lived | None]:
    (place,) = _place
    if place.until is not None and time.monotonic() >= place.until:
        return seed, None
    lived = place.ground.live(drawn(seed, place.years))
    return seed, lived if lived.broken is not None else replace(lived, history=[])


def _progress(seed: int, lived: Lived, summed: Sum, order: Order) -> str:
    what = "håller" if lived.broken is None else lived.broken.told()
    return f"{summed.lives}/{order.municipalities} kommun {seed} ({lived.seconds:.0f} s): {what}"


def _explained(script: Script, lived: Lived, ground: Ground, order: Order) -> Iterator[str]:
    """The short script, and where it lies."""
    short = shrink(script, lived, ground.live, order.shrink_seconds)
    file = order.folder / f"simulate-{script.seed}.jsonl"
    file.write_text(written(short))
    assert lived.broken is not None
    yield f"kommun {script.seed}: {lived.broken.told()}"
    for step in short.steps:
        yield f"  {step.told()}"
    yield f"  om igen: samspel simulate --script {file}"
