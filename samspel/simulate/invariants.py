"""What must always hold, by number; docs/simulation.md says how each is asked."""

from dataclasses import dataclass

WORDS = {
    1: "what is due ends, and nobody who should know is left out",
    2: "at most one mail for a message, but for one repeat of an unknown one",
    3: "a retry is byte-identical",
    4: "after a no nothing leaves that rests on it, and a new yes revives nothing old",
    5: "nothing about a report reaches a guardian",
    6: "only whom the rules name gets what the rules know",
    7: "address, time and participants count as they are when a mail leaves",
    8: "events in any order and any number of times give the same state",
    9: "a restored database sends nothing by itself",
    10: "times lie within their windows, on working days, in Stockholm's hours",
    11: "one April meeting, one October meeting and one evaluation a year",
    12: "SEQUENCE only rises, a CANCEL has the UID of what it cancels",
    13: "no family, school, procedure or reason in a mail, an event or a log",
    15: "no call breaks, what is done is done once, what is refused changes nothing",
    16: "nobody is in two meetings at a time",
    17: "whoever reads a case stands in the access log, and nobody else reads it",
    18: "who decides by age is asked",
}


@dataclass(frozen=True, slots=True, order=True)
class Broken:
    """An invariant that doesn't hold; `what` names no person."""

    number: int
    what: str

    def told(self) -> str:
        return f"invariant {self.number} ({WORDS[self.number]}): {self.what}"


class DoesNotHold(Exception):
    """Ends a simulated municipality."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(broken.told())
        self.broken = broken


def unless(holds: object, number: int, what: str) -> None:
    """Raises DoesNotHold."""
    if not holds:
        raise DoesNotHold(Broken(number, what))
