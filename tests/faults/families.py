"""The families of the load: who they are, and what they may and may not be sent."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from shared.ids import staff_id
from tests.faults.municipality import SLOTS

Json = dict[str, Any]
REASON, RESIDENCE = "aggression", "Kanarievägen 7"
CHILD, GUARDIAN = "Zeolitus", "Zeolitasson"


class Either(tuple[Any, ...]):
    """Values of which any may stand."""

    __slots__ = ()


@dataclass(slots=True)
class Person:
    """A guardian or the child. `address`: the one that counts; None: none, or not to be mailed."""

    id: str
    name: str
    address: str | None


@dataclass(slots=True)
class Family:
    """One case, from its opening to its end; then another family has its place (`slot`).

    `effects`: how many calls of each kind were answered well. `addresses`: whose each is or was,
    from before anybody hears of it. `asked`: of which meetings a reminder was wanted, and when.
    """

    slot: int
    generation: int
    case: str = ""
    people: list[Person] = field(default_factory=list)
    ended: bool = False
    changes: int = 0
    answers: int = 0  # by mail
    expected: dict[tuple[str, ...], Any] = field(default_factory=dict)
    effects: Counter[str] = field(default_factory=Counter)
    addresses: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, datetime]] = field(default_factory=list)
    said: dict[tuple[str, str], datetime] = field(default_factory=dict)  # otherwise than by mail

    @property
    def name(self) -> str:
        return f"{self.slot}.{self.generation}"

    def new_address(self, who: str) -> str:
        """Nobody has had it before."""
        self.changes += 1
        return f"{who}.{self.slot}.{self.generation}.{self.changes}@hemma.example"

    def forget(self, *kinds: str) -> None:
        """What was acknowledged of this kind no longer has to be so."""
        for key in [key for key in self.expected if key[0] in kinds]:
            del self.expected[key]


@dataclass(slots=True)
class Forbidden:
    """What mustn't be begun to be sent any more. Instants are monotonic, of the acknowledgement."""

    never: set[str] = field(default_factory=set)
    protected: dict[str, float] = field(default_factory=dict)  # by address
    left: dict[str, float] = field(default_factory=dict)  # by address: but a CANCEL
    without_consent: dict[str, float] = field(default_factory=dict)  # by case: but a CANCEL


def opening(family: Family, random: Random, known_on: str) -> Json:
    """The body that opens a case: a school and staff of the family's own."""
    guardians = [_guardian(family, number, random) for number in range(random.choice((1, 2, 2)))]
    guardians[0]["protected"] = False
    older = random.random() < 0.3
    child = {
        "name": f"{CHILD} {GUARDIAN} {family.name}",
        "birth_date": "2011-04-09" if older else "2014-02-28",
        "unit": f"skola-{family.slot % SLOTS}",
        "email": family.new_address("barn") if older else None,
        "protected": False,
    }
    spindel = family.slot == 0
    return {
        "procedure": "spindelmote" if spindel else "samverkansmote",
        "known_on": known_on,
        "initiator": str(staff_id(f"rektor-{family.slot}")),
        "child": child,
        "guardians": guardians,
        "participants": [] if spindel else [str(staff_id(f"terapeut-{family.slot}"))],
    } | ({"reason": REASON} if spindel else {})


def _guardian(family: Family, number: int, random: Random) -> Json:
    return {
        "name": f"Vera {GUARDIAN} {family.name}.{number}",
        "email": family.new_address(f"vh{number}"),
        "language": random.choice(("sv", "sv", "en")),
        "custody": True,
        "protected": random.choice((False, False, False, True, None)),
    }
