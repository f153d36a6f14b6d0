"""One mutation in the real code, and the lives that are lived with it until it shows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from samspel.simulate.ground import Ground
from samspel.simulate.invariants import WORDS, Broken
from samspel.simulate.script import Script, drawn
from tests.mutations.faults import Mutation

LIVES, SECONDS = 12, 180.0
"""How many drawn lives a mutation is put into at most, and for how long."""


@dataclass(frozen=True, slots=True)
class Caught:
    """By what, in the how manieth life, after how many steps."""

    mutation: Mutation
    broken: Broken | None
    lives: int
    steps: int

    @property
    def is_caught(self) -> bool:
        by = self.mutation.caught_by
        in_time = self.steps > self.mutation.after
        return self.broken is not None and self.broken.number in by and in_time

    @property
    def line(self) -> str:
        """A row of the table, without its end."""
        return f"| {self.mutation.name} | {self._told()} | {self.steps} | {self.lives}"

    @property
    def in_drawn_lives(self) -> str:
        """The same of lives made for nothing in particular: whatever caught it first counts."""
        if self.broken is None:
            return f"not in {self.lives}"
        return f"life {self.lives}, by {self.broken.number}"

    def _told(self) -> str:
        if self.broken is None:
            return "**nothing**"
        return f"{self.broken.number}: {WORDS[self.broken.number]}"


def catch(mutation: Mutation, ground: Ground) -> Caught:
    """In the scene that was made for it."""
    return _lived(mutation, mutation.scripts, ground, until=None)


def catch_in_drawn_lives(mutation: Mutation, ground: Ground) -> Caught:
    """In years as they are drawn: the municipalities of seed 1, 2 and on."""
    scripts = [drawn(seed, 1) for seed in range(1, LIVES + 1)]
    return _lived(mutation, scripts, ground, until=time.monotonic() + SECONDS)


def _lived(
    mutation: Mutation, scripts: Sequence[Script], ground: Ground, until: float | None
) -> Caught:
    steps = lives = 0
    for script in scripts:
        if until is not None and time.monotonic() > until:
            break
        with mutation.patches():
            lived = ground.live(script, mutation.sql)
        lives += 1
        steps += lived.steps + 1
        if lived.broken is not None:
            return Caught(mutation, lived.broken, lives, steps)
    return Caught(mutation, None, lives, steps)
