"""One mutation in the real code, and the lives that are lived with it until it shows."""

from dataclasses import dataclass

from samspel.simulate.ground import Ground
from samspel.simulate.invariants import WORDS, Broken
from tests.mutations.faults import Mutation


@dataclass(frozen=True, slots=True)
class Caught:
    """By what, in the how manieth life, after how many steps."""

    mutation: Mutation
    broken: Broken | None
    lives: int
    steps: int

    @property
    def is_caught(self) -> bool:
        return self.broken is not None and self.broken.number in self.mutation.caught_by

    @property
    def line(self) -> str:
        """A row of the table."""
        if self.broken is None:
            return f"| {self.mutation.name} | **nothing** | {self.steps} | {self.lives} |"
        number = self.broken.number
        return f"| {self.mutation.name} | {number}: {WORDS[number]} | {self.steps} | {self.lives} |"


def catch(mutation: Mutation, ground: Ground) -> Caught:
    steps = 0
    for lives, script in enumerate(mutation.scripts, 1):
        with mutation.patches():
            lived = ground.live(script, mutation.sql)
        steps += lived.steps + 1
        if lived.broken is not None:
            return Caught(mutation, lived.broken, lives, steps)
    return Caught(mutation, None, len(mutation.scripts), steps)
