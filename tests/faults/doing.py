"""One thing that a family does: with what, and how it is answered."""

import time
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from tests.faults.families import Either, Family, Forbidden, Json, Person
from tests.faults.letters import Letters
from tests.faults.world import World

REFUSED = (404, 409, 422)


@dataclass(slots=True)
class Doing:
    """One thing that one family does, at this time, with these dice."""

    world: World
    family: Family
    random: Random
    now: datetime
    letters: Letters
    forbidden: Forbidden

    @property
    def case(self) -> str:
        return f"cases/{self.family.case}"

    def post(
        self, path: str, body: Json | None = None, *, did: str | None
    ) -> tuple[Json | None, float]:
        """The answer and when it came; None if a rule said no. `did`: what the audit calls it:
        there must be one line of it for each that was answered well, and none for a no. None: it
        asks for what is so already."""
        answer = self.world.ask("POST", path, body or {})
        if answer.status_code in REFUSED:
            return None, time.monotonic()
        assert answer.is_success, f"POST {path}: {answer.status_code} {answer.text}"
        if did is not None:
            self.family.effects[did] += 1
        return answer.json(), time.monotonic()

    def expect(self, value: Any, *key: str) -> None:
        self.family.expected[key] = value

    def expect_also(self, value: Any, *key: str) -> None:
        """That, or what is expected already."""
        before = self.family.expected.get(key, Either(()))
        values = before if isinstance(before, Either) else Either((before,))
        self.family.expected[key] = Either((*values, value))


def reached(doing: Doing, *, guardian: bool = False) -> Person | None:
    people = [who for who in doing.family.people[1 if guardian else 0 :] if who.address]
    return doing.random.choice(people) if people else None


def coming(shown: Json) -> Json:
    meeting: Json = next(one for one in shown["meetings"] if one["state"] == "booked")
    return meeting
