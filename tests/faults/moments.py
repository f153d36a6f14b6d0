"""A moment: the load goes on, a fault strikes, all settles, and everything is looked at."""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.checks import Checks
from tests.faults.fault import Fault, Missed
from tests.faults.letters import Letters
from tests.faults.load import Load
from tests.faults.municipality import with_staff_for_each
from tests.faults.wires_own import after_missed
from tests.faults.world import World

WARM_UP = 6  # rounds before the first fault, so that there are meetings and reminders
LONGEST_DELAY = 0.8  # seconds of the load after which a fault strikes at the latest
# What nobody knows of twice is a person's: the server may have it, and it isn't sent once more.
_ACCEPTED = """
    SELECT m.kind, m.mailbox, coalesce(m.told, -1) AS told, count(*) AS n
    FROM notifier.messages m WHERE m.state = 'accepted' OR m.state = 'failed' AND m.doubts > 1
    GROUP BY m.kind, m.mailbox, m.told
"""
Mails = Counter[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Lived:
    """All until the end of a round: the mails of each kind and revision that each mailbox has, and
    what each family did and was answered."""

    mails: Mails
    done: frozenset[str]


@dataclass(frozen=True, slots=True)
class Apart:
    """How what was lived differs from the calm; `lines` None: not compared, and `why`."""

    lines: tuple[str, ...] | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """What came of one. `seconds`: from the end of the fault until all had settled."""

    fault: str
    number: int
    seconds: float
    lost: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    repeated: int = 0
    missed: bool = False  # the instant it waits for didn't come

    @property
    def is_well(self) -> bool:
        return not self.lost and not self.wrong


@dataclass(slots=True)
class Season:
    """One world with its load, over many moments."""

    world: World
    load: Load
    checks: Checks
    seed: int
    number: int = 0
    repeated: int = 0
    has_failed: bool = False
    lived: dict[int, Lived] = field(default_factory=dict)  # after each round

    def warm_up(self, rounds: int) -> None:
        """Rounds that aren't looked at one by one."""
        for number in range(rounds):
            self.load.round(number)
            self.world.settle()
        assert not self.load.wrong, f"before any fault: {'; '.join(self.load.wrong)}"
        self.number = rounds

    def calm(self) -> Moment:
        """A round without a fault."""
        return self._noted(self._live("calm", lambda: None))

    def struck(self, fault: Fault) -> Moment:
        """A round at a random instant of which the fault strikes."""
        random = Random(f"{self.seed}/{self.number}/{fault.name}")  # noqa: S311 - a dice with a seed

        def strike() -> None:
            if not getattr(fault, "waits", False):
                time.sleep(random.random() * LONGEST_DELAY)
            fault.strike(self.world, random)

        return self._noted(self._live(fault.name, strike, fault))

    def _noted(self, moment: Moment) -> Moment:
        self.has_failed = self.has_failed or not moment.is_well
        return moment

    def _live(self, name: str, strike: Callable[[], None], fault: Fault | None = None) -> Moment:
        number = self.number
        self.number += 1
        self.load.wrong.clear()
        loading, missed = self.load.start(number), False
        broken: tuple[str, ...] = ()
        try:
            strike()
        except Missed:
            missed = True
        except Exception as error:  # noqa: BLE001 - told with the moment's other findings
            broken = (f"the fault: {type(error).__name__}: {error}",)
        began = time.monotonic()
        loading.join()
        try:
            by_itself = self.world.rest()
            seconds = time.monotonic() - began
            assert by_itself, "the services don't come to rest by themselves"
            self.world.settle()
            found = self.checks.look()
            self.lived[number] = Lived(accepted(self.world), frozenset(self.load.done))
            beyond = broken or _beyond(fault, self.world, missed=missed)
        except Exception:  # noqa: BLE001 - whatever can't be looked at counts as lost
            seconds, lost = time.monotonic() - began, (traceback.format_exc(), *broken)
            return Moment(name, number, seconds, lost, tuple(self.load.wrong), missed=missed)
        repeated, self.repeated = found.repeated - self.repeated, found.repeated
        wrong = (*found.wrong, *self.load.wrong, *beyond)
        return Moment(name, number, seconds, tuple(found.lost), wrong, repeated, missed)


def _beyond(fault: Fault | None, world: World, *, missed: bool) -> Sequence[str]:
    if fault is None:
        return ()
    return after_missed(fault) if missed else fault.check(world)


def accepted(world: World) -> Mails:
    """How many mails of each kind and revision each mailbox has by now."""
    rows = world.rows(_ACCEPTED)
    return Counter({(one["kind"], one["mailbox"], one["told"]): one["n"] for one in rows})


@contextmanager
def a_season(home: Path, seed: int, *, rounds: int = WARM_UP, **more: Any) -> Iterator[Season]:
    """A world in `home`, with so many rounds of its load behind it; `more` is for the world."""
    home.mkdir(parents=True, exist_ok=True)
    with World(home / "home", with_staff_for_each(home), **more) as world:
        load = Load(world, seed, Letters(world.mail))
        season = Season(world, load, Checks(world, load), seed)
        season.warm_up(rounds)
        yield season
