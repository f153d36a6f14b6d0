"""A seeded load through the API, the mail and the links, and what was acknowledged of it.

In each round some families each do one thing, side by side; then time may pass. What a family does
follows from the seed and from how its case stands at the round's beginning, when all is at rest. So
the same seed does the same, with faults or without.
"""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from shared.domain.days import STOCKHOLM
from tests.faults.actions import act
from tests.faults.doing import Doing
from tests.faults.families import Family, Forbidden
from tests.faults.letters import Letters
from tests.faults.municipality import SLOTS
from tests.faults.world import PATIENCE, START, World

AT_ONCE = 3
EACH_ROUND = 5


@dataclass(slots=True)
class Load:
    """`done`: what each family did in each round, and how it was answered. `faults`: what the load
    itself was surprised by."""

    world: World
    seed: int
    letters: Letters
    families: list[Family] = field(default_factory=list)
    past: list[Family] = field(default_factory=list)
    forbidden: Forbidden = field(default_factory=Forbidden)
    done: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.fromisoformat(START))
    clock_left: int = 0  # how often the clock was moved on before all had been done
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.families = [Family(slot, 0) for slot in range(SLOTS)]

    def round(self, number: int) -> None:
        """All of it, to the last answer. Time passes in every second round."""
        self.now = datetime.fromisoformat(self.world.get("clock")["now"])
        random = Random(f"{self.seed}/{number}")  # noqa: S311 - a dice with a seed
        acting = random.sample(self.families, EACH_ROUND)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda family: self._act(family, number), self._at_rest(acting)))
        if number % 2:
            self._pass(random)

    def start(self, number: int) -> threading.Thread:
        """The same in a thread of its own; what goes wrong there is in `wrong`."""

        def run() -> None:
            try:
                self.round(number)
            except Exception as error:  # noqa: BLE001 - told with the round's other findings
                self.wrong.append(f"the load: {type(error).__name__}: {error}")
            finally:
                self.world.loading.clear()

        self.world.loading.set()
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def done_by(self, family: str) -> list[str]:
        """What a family (by its name) did, round by round; nothing for any other name."""
        return [one for one in self.done if one.split()[1] == family]

    def _at_rest(self, families: Sequence[Family]) -> list[Family]:
        """Where a family's case has ended, the next has its place."""
        for number, family in enumerate(families):
            if family.ended:
                self.past.append(family)
                fresh = Family(family.slot, family.generation + 1)
                self.families[family.slot] = fresh
                families = [*families[:number], fresh, *families[number + 1 :]]
        return list(families)

    def _act(self, family: Family, number: int) -> None:
        random = Random(f"{self.seed}/{number}/{family.name}")  # noqa: S311 - as above
        doing = Doing(self.world, family, random, self.now, self.letters, self.forbidden)
        try:
            what = act(doing)
        except Exception as error:  # noqa: BLE001 - told with the round's other findings
            with self._lock:
                self.wrong.append(f"{family.name}: {type(error).__name__}: {error}")
            return
        with self._lock:
            self.done.append(f"{number} {family.name} {what}")

    def _pass(self, random: Random) -> None:
        """To the next morning, or noon, or over a week-end."""
        hours = random.choice((4, 24, 24, 24, 48))
        later = (self.now + timedelta(hours=hours)).astimezone(STOCKHOLM)
        self.now = datetime(
            later.year, later.month, later.day, 12 if hours == 4 else 8, tzinfo=STOCKHOLM
        )
        deadline = time.monotonic() + PATIENCE
        while "left" in (answer := self.world.post("clock", {"now": self.now.isoformat()})):
            self.clock_left += 1
            assert time.monotonic() < deadline, f"the clock doesn't come to {self.now}: {answer}"
