"""A script that fails, made short: steps and faults are taken out while it still fails the same."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from samspel.simulate.invariants import Broken
from samspel.simulate.living import Lived
from samspel.simulate.script import NO_FAULT, Script, Step

Try = Callable[[Script], Lived]


def shrink(script: Script, lived: Lived, attempt: Try, seconds: float) -> Script:
    """The shortest that was found in so many seconds; it breaks the same invariant."""
    assert lived.broken is not None
    search = _Search(attempt, lived.broken, time.monotonic() + seconds)
    best = search.cut(script.cut(lived.turn)) or script
    size = max(1, len(best.steps) // 2)
    while size and not search.is_over:
        smaller = _without(best, size, search)
        if smaller is None:
            size //= 2
        else:
            best = smaller
    return _without_faults(best, search)


class _Search:
    def __init__(self, attempt: Try, broken: Broken, until: float) -> None:
        self._attempt, self._broken, self._until = attempt, broken, until

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    def cut(self, script: Script) -> Script | None:
        """The script up to where it breaks, if it does so by the same invariant."""
        if self.is_over:
            return None
        lived = self._attempt(script)
        if lived.broken is None or lived.broken.number != self._broken.number:
            return None
        return script.cut(lived.turn)


def _without(script: Script, size: int, search: _Search) -> Script | None:
    """The same without so many steps in a row, from the end on."""
    for start in range(max(0, len(script.steps) - size), -1, -size):
        steps: Sequence[Step] = (*script.steps[:start], *script.steps[start + size :])
        found = search.cut(script.with_steps(steps)) if steps else None
        if found is not None:
            return found
        if search.is_over:
            return None
    return None


def _without_faults(script: Script, search: _Search) -> Script:
    """Once without any, and then each by itself."""
    plain = script.with_steps(replace(step, fault=NO_FAULT) for step in script.steps)
    if plain == script:
        return script
    if (found := search.cut(plain)) is not None:
        return found
    for turn, step in enumerate(script.steps):
        if step.fault != NO_FAULT and turn < len(script.steps):
            steps = list(script.steps)
            steps[turn] = replace(step, fault=NO_FAULT)
            script = search.cut(script.with_steps(steps)) or script
            if turn >= len(script.steps):
                break
    return script
