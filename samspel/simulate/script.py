"""What happens in a municipality, drawn from a seed before any of it happens: a list of steps.

A step says which case it is about by the case's number in the script, and leaves to the moment
which of what there is then (`pick`). So steps can be taken out, and the rest still means something.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from samspel.simulate.courier import TROUBLES
from shared.domain.days import at

PROCEDURES = ("samverkansmote", "samverkansmote", "spindelmote", "sspf")
CRASHES = ("statement", "before-commit", "after-commit")
_DAY = timedelta(days=1)
_BEGINS = time(8)
_CASES_A_YEAR = (3, 6)
_FAULTY = 0.35

# How often each comes in the life of a case: (what, weight).
_IN_A_CASE = (
    ("hold", 9), ("answer", 5), ("reply", 3), ("move", 3), ("cancel", 2), ("address", 2),
    ("read", 3), ("no-mail", 1),
    ("protect", 1), ("custody", 1), ("withdraw", 2), ("ask-again", 2), ("sign", 5),
    ("refuse", 1), ("minutes", 2), ("hand-over", 1), ("add-person", 1), ("remove-person", 1),
    ("report", 1), ("new-guardian", 1), ("book", 2), ("remind", 1), ("tasks", 2), ("bounce", 1),
    ("sign-until", 1), ("sign-some", 1),
)  # fmt: skip
_IN_A_YEAR = (
    ("leaves", 3), ("comes", 4), ("deputy", 1), ("vacant", 1), ("evaluation-done", 1), ("tasks", 4),
    ("dispatch", 1), ("staff-address", 1), ("hold-year", 4), ("report-alone", 1), ("classify", 1),
    ("feedback", 1), ("asleep", 2), ("restore", 1), ("consultation", 1),
    ("answer-year", 2),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong while a step is done, or (`early`) on the way to it.

    `crash` at the `count`th statement or commit; `troubles` of the next mails; `shuffled`: events
    in another order; `again`: what it brought about is heard of twice; `asleep`: nobody at work
    until the step.
    """

    crash: str | None = None
    count: int = 0
    early: bool = False
    troubles: tuple[str, ...] = ()
    shuffled: bool = False
    asleep: bool = False
    again: bool = False


NO_FAULT = Fault()


@dataclass(frozen=True, slots=True)
class Step:
    """At a time of the clock (Stockholm), somebody does something."""

    at: str
    what: str
    case: int = -1
    pick: int = 0
    fault: Fault = NO_FAULT

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.at)

    def told(self) -> str:
        """One line for people."""
        about = f" of case {self.case}" if self.case >= 0 else ""
        fault = {name: value for name, value in asdict(self.fault).items() if value}
        return f"{self.at[:16]} {self.what}{about} ({self.pick}){f' with {fault}' if fault else ''}"


@dataclass(frozen=True, slots=True)
class Script:
    """A municipality's years, from 3 August of `first` on. `seed` draws the ids.

    `days`: it ends after so many already; 0: it doesn't.
    """

    seed: int
    first: int
    years: int
    steps: tuple[Step, ...]
    days: int = 0

    @property
    def begins(self) -> datetime:
        return at(date(self.first, 8, 3), _BEGINS)

    @property
    def ends(self) -> datetime:
        day = date(self.first, 8, 3) + timedelta(days=self.days)
        return at(day if self.days else date(self.first + self.years, 8, 1), _BEGINS)

    def with_steps(self, steps: Iterable[Step]) -> "Script":
        return replace(self, steps=tuple(steps))

    def cut(self, turn: int) -> "Script":
        """Up to and with that step, and no further years than it needs."""
        steps = self.steps[: turn + 1]
        last = steps[-1].when if steps else self.begins
        years = max(1, last.year - self.first + (last.month >= 8))
        return replace(self, steps=steps, years=min(years, self.years))


def written(script: Script) -> str:
    """As a file of lines: the municipality first, then a step a line."""
    head = {name: value for name, value in asdict(script).items() if name != "steps"}
    lines = [json.dumps(head)]
    for step in script.steps:
        plain = asdict(step)
        plain["fault"] = {name: value for name, value in plain["fault"].items() if value}
        lines.append(json.dumps({name: value for name, value in plain.items() if value != {}}))
    return "\n".join(lines) + "\n"


def read(path: Path) -> Script:
    head, *rest = (json.loads(line) for line in path.read_text().splitlines() if line.strip())
    return Script(**head, steps=tuple(_step(one) for one in rest))


def _step(plain: dict[str, Any]) -> Step:
    fault = plain.pop("fault", {})
    fault["troubles"] = tuple(fault.get("troubles", ()))
    return Step(**plain, fault=Fault(**fault))


def drawn(seed: int, years: int) -> Script:
    """The municipality of that seed."""
    draw = random.Random(seed)  # noqa: S311 - to be repeated
    first = 2026 + draw.randrange(8)
    steps: list[Step] = []
    case = 0
    for year in range(first, first + years):
        begins = date(year, 8, 3)
        steps += _year_round(draw, begins)
        for _ in range(draw.randint(*_CASES_A_YEAR)):
            opened = begins + timedelta(days=draw.randrange(330))
            steps += _a_case(draw, case, opened)
            case += 1
    ends = at(date(first + years, 8, 1), _BEGINS)
    starts = at(date(first, 8, 3), _BEGINS)
    kept = sorted((one for one in steps if starts <= one.when < ends), key=lambda one: one.when)
    return Script(seed, first, years, tuple(_with_faults(draw, kept)))


def _a_case(draw: random.Random, case: int, opened: date) -> Iterator[Step]:
    yield _at(draw, opened, "open", case)
    signing = opened + timedelta(days=draw.randint(0, 4))
    for _ in range(2):
        if draw.random() < 0.9:
            yield _at(draw, signing, "sign", case)
    lasts = draw.choice((60, 120, 200, 400))
    names, weights = zip(*_IN_A_CASE, strict=True)
    for what in draw.choices(names, weights, k=draw.randint(8, 22)):
        # More happens early, while meetings are near.
        day = opened + timedelta(days=1 + int(lasts * draw.random() ** 2))
        yield _at(draw, day, what, case)
    if draw.random() < 0.8:
        yield _at(draw, opened + timedelta(days=lasts), "close", case)


def _year_round(draw: random.Random, begins: date) -> Iterator[Step]:
    names, weights = zip(*_IN_A_YEAR, strict=True)
    for what in draw.choices(names, weights, k=draw.randint(8, 16)):
        yield _at(draw, begins + timedelta(days=draw.randrange(360)), what, -1)


def _at(draw: random.Random, day: date, what: str, case: int) -> Step:
    moment = at(day, time(draw.randrange(7, 19), draw.randrange(60)))
    return Step(moment.isoformat(), what, case, draw.randrange(1 << 16))


def _with_faults(draw: random.Random, steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        if draw.random() >= _FAULTY:
            yield step
            continue
        yield replace(step, fault=_fault(draw))


def _fault(draw: random.Random) -> Fault:
    early = draw.random() < 0.5
    kind = draw.randrange(10)
    if kind < 4:
        crash = draw.choice(CRASHES)
        most = (400 if early else 60) if crash == "statement" else (120 if early else 16)
        return Fault(crash=crash, count=int(most * draw.random() ** 2), early=early)
    if kind < 8:
        troubles = draw.choices(TROUBLES, k=draw.randint(1, 5))
        return Fault(
            troubles=tuple(troubles),
            early=early,
            shuffled=draw.random() < 0.3,
            again=draw.random() < 0.3,
        )
    if kind == 8:
        return Fault(shuffled=True, early=early, again=True)
    return Fault(asleep=True)
