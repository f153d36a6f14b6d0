"""The pure core: a case's windows and everything that falls due, worked out."""

from datetime import date, timedelta

from services.scheduler.domain.plan import desired_plan
from shared.domain.days import WorkingDays
from shared.procedures import load_procedures
from tests.bench.figures import Figure, interleaved, sampled
from tests.bench.servers import Bench
from tests.support.cases import case, noon


def plans(bench: Bench) -> list[Figure]:
    """On one core; a case for each day of the year on which it became known."""
    count = bench.count(5_000, 100)
    procedure = load_procedures(None).get("samverkansmote", date(2027, 1, 1))
    days, now = WorkingDays(), noon("2027-06-01")
    facts = [case((date(2027, 1, 1) + timedelta(days=number)).isoformat()) for number in range(365)]

    def work() -> None:
        for number in range(count):
            desired_plan(facts[number % 365], procedure, days, now)

    desired_plan(facts[0], procedure, days, now)  # the holidays are looked up once
    sides = interleaved(bench.rounds, {"Samspel": lambda: sampled(count, work)})
    what = "plans worked out (pure, one core)"
    return [Figure("plans", what, "plans/s", sides["Samspel"])]
