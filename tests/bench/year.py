"""A national year: the windows and plans of half a million cases, worked out by the pure core."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import cycle, groupby, islice
from statistics import mean

from services.scheduler.domain.plan import desired_plan
from shared.domain.days import WorkingDays
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure
from tests.bench.figures import Figure, interleaved, sampled
from tests.bench.servers import Bench
from tests.unit.acts import Act
from tests.unit.histories import NAMES, History, live

CASES_OF_A_YEAR = 500_000
_TEN_YEARS = 3650  # days

# As a case goes when all goes well: everybody signs, each step is held and its papers are filed.
_USUAL_LIFE = (
    Act("days-pass", much=1), Act("sign", much=1), Act("sign"), Act("hold"), Act("sign-all"),
    Act("file-minutes"), Act("file-plan"), Act("hold", much=1), Act("file-minutes", 1),
    Act("file-plan", 1), Act("book", 2, 4), Act("hold"), Act("file-minutes", 2),
    Act("days-pass", much=8), Act("close"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Life:
    """What was known of a case each time the scheduler looked at it, and how long it was open."""

    procedure: Procedure
    looks: tuple[tuple[CaseFacts, datetime], ...]
    nights: int


def year(bench: Bench) -> list[Figure]:
    """So many looks for real, one after the other through the lives of a year's cases."""
    count = bench.count(10_000, 200)
    lives = [_life(number) for number in range(bench.count(366, 12))]
    days = WorkingDays()
    looks = [(one.procedure, facts, now) for one in lives for facts, now in one.looks]

    def work() -> None:
        for procedure, facts, now in islice(cycle(looks), count):
            desired_plan(facts, procedure, days, now)

    sides = interleaved(bench.rounds, {"Samspel": lambda: sampled(count, work)})
    (ours,) = sides.values()
    assert ours.cpu_each is not None
    note = _note(
        a_case=mean(len(one.looks) for one in lives),
        nights=mean(one.nights for one in lives),
        minutes_a_look=ours.cpu_each / 1000 / 60,
    )
    return [Figure("year", "looks of a national year (pure, one core)", "looks/s", ours, note=note)]


def _life(number: int) -> Life:
    """One that became known on that day of the year; the procedures take turns."""
    known_on = date(2027, 1, 1) + timedelta(days=number)
    history = History(NAMES[number % len(NAMES)], known_on, _TEN_YEARS, _USUAL_LIFE)
    world = live(history, lambda _: None)
    nights = (world.case.today - known_on).days
    changed = tuple(look for look, _ in groupby(world.looks))  # once for each thing that happens
    return Life(world.case.procedure, changed, nights)


def _note(a_case: float, nights: float, minutes_a_look: float) -> str:
    at_events = CASES_OF_A_YEAR * a_case * minutes_a_look
    nightly = CASES_OF_A_YEAR * nights * minutes_a_look
    return (
        f"{CASES_OF_A_YEAR:,} cases with {a_case:.1f} looks each take {at_events:.0f} minutes of"
        f" one core; a look every night while they are open ({nights:.0f}) takes {nightly:.0f} more"
    )
