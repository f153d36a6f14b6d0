"""Short scripts in which there is something to catch."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from samspel.simulate.script import NO_FAULT, Fault, Script, Step
from shared.domain.days import at

FIRST = 2027
OPENED = date(2027, 9, 6)  # a Monday


def step(what: str, days: int = 0, pick: int = 0, fault: Fault = NO_FAULT, hour: int = 9) -> Step:
    """So many days after the opening. `pick` decides which of what there is."""
    moment: datetime = at(OPENED + timedelta(days=days), time(hour))
    return Step(moment.isoformat(), what, 0, pick, fault)


def scene(*steps: Step, years: int = 1, seed: int = 7) -> Script:
    """It ends some weeks after its last step."""
    ends = max(one.when for one in steps).date() - date(FIRST, 8, 3)
    return Script(seed, FIRST, years, steps, ends.days + 25)


def a_case(*more: Step, pick: int = 0, years: int = 1) -> Script:
    """One of a samverkansmöte, signed by both: the scheduler books the first meeting by itself."""
    opening: Sequence[Step] = (
        step("open", 0, pick), step("sign", 0, 0, hour=10), step("sign", 0, 0, hour=11),
    )  # fmt: skip
    return scene(*opening, *more, years=years)
