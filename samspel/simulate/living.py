"""Lives a script through, and says what didn't hold, if anything."""

import logging
import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from samspel.simulate import standing, years
from samspel.simulate.courier import Trouble
from samspel.simulate.ended import Ended
from samspel.simulate.house import House, NotQuiet
from samspel.simulate.invariants import Broken, DoesNotHold
from samspel.simulate.life import Life
from samspel.simulate.outcome import Outcome, outcome
from samspel.simulate.script import Fault, Script, Step
from samspel.simulate.sent import SECRETS, Watch
from samspel.simulate.wiring import a_house, ids_from
from samspel.simulate.year_deeds import DEEDS, again

_WITHOUT_CRASHES = ("restore",)
# What a fault brings about: told by the brake, by the pause, and of what was slept over (which is
# asked in the table as well, by the time at which it was).
_EXPECTED = re.compile("was missed|mail server|seems to be restored")


@dataclass(slots=True)
class Lived:
    """What came of a script. `turn`: at which step it broke; `history`: what was done and sent."""

    years: int
    steps: int = 0
    mails: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    broken: Broken | None = None
    turn: int = -1
    seconds: float = 0.0
    history: list[str] = field(default_factory=list)
    outcome: Outcome = field(default_factory=dict)


class _Listening(logging.Handler):
    """Everything that is logged: it names nobody (invariant 13)."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found = 0
        self.trouble: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if SECRETS.search(record.getMessage()):
            self.found += 1
        ours = record.name.split(".")[0] in ("services", "shared", "samspel")
        serious = ours and record.levelno >= logging.WARNING
        if serious and not _EXPECTED.search(str(record.msg)):
            self.trouble = str(record.msg)


def live(script: Script, database_url: str, folder: Path) -> Lived:
    """On a database with the municipality's register in it, which is used up."""
    lived, watch = Lived(script.years), Watch()
    began = time.monotonic()
    root, listening = logging.getLogger(), _Listening()
    quiet, root.handlers = root.handlers, [listening]
    try:
        with (
            ids_from(script.seed),
            a_house(database_url, folder, script.begins, watch.take) as house,
        ):
            watch.house = house
            life = Life(house, watch)
            house.courier.meanwhile = life.meanwhile
            try:
                _live(script, life, lived, listening)
            except DoesNotHold as error:
                lived.broken = error.broken
            except NotQuiet as error:
                lived.broken = Broken(1, str(error))
            _sum_up(life, lived)
    finally:
        root.handlers = quiet
    lived.seconds = time.monotonic() - began
    return lived


def _live(script: Script, life: Life, lived: Lived, listening: _Listening) -> None:
    event, since, ended = 0, script.begins, Ended()
    life.house.settle()
    for turn, step in enumerate(script.steps):
        lived.turn = turn
        _one(life, step, ended)
        event, since = (
            standing.ask(life.house, life.watch.outside, since, event),
            life.house.now(),
        )
        ended.ask(life.house)
        if listening.found:
            raise DoesNotHold(Broken(13, "a line of the log"))
        if listening.trouble is not None:
            raise DoesNotHold(Broken(1, f"logged as trouble: {listening.trouble}"))
        lived.steps += 1
        if turn + 1 == len(script.steps) or _new_year(step, script.steps[turn + 1]):
            years.ask(life, script)
    life.house.walk(script.ends)
    years.ask(life, script)


def _one(life: Life, step: Step, ended: Ended) -> None:
    """On the way to it, and the step itself, with its fault. What was stopped on the way is asked
    about before the step changes what it rests on."""
    house, fault = life.house, step.fault
    early = fault.early or fault.asleep
    if early:
        _arm(house, step)
    if fault.asleep:
        house.sleep(step.when)
    else:
        house.walk(step.when)
    ended.stopped.ask(house)
    if not early:
        _arm(house, step)
    before = len(life.watch.log)
    answer = DEEDS[step.what](life, step)
    house.settle()
    _disarm(house)
    house.settle()
    if fault.again:
        again(life)
    status = "-" if answer is None else answer.status
    mails = sorted(life.watch.log[before:])
    life.tell(step.told(), status, mails)


def _arm(house: House, step: Step) -> None:
    fault: Fault = step.fault
    if fault.crash is not None and step.what not in _WITHOUT_CRASHES:
        house.fuse.light(fault.crash, fault.count)  # type: ignore[arg-type]
    troubles: Any = fault.troubles
    house.courier.troubles = deque[Trouble](troubles)
    house.shuffle = Random(step.pick) if fault.shuffled else None  # noqa: S311 - to be repeated


def _disarm(house: House) -> None:
    house.fuse.put_out()
    house.courier.troubles.clear()
    house.shuffle = None


def _new_year(step: Step, following: Step) -> bool:
    return step.when.year != following.when.year


def _sum_up(life: Life, lived: Lived) -> None:
    house = life.house
    lived.mails = life.watch.outside.mails
    lived.answers = life.answers
    lived.history = life.told
    lived.outcome = outcome(house)
    lived.faults = Counter({f"crash in {name}": n for name, n in house.crashes.items()})
    lived.faults += Counter({f"mail: {name}": n for name, n in house.courier.met.items()})
    lived.faults += Counter({"event held back": house.held_back})
