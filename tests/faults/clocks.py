"""F9: the clocks. The domain's time goes over every day on which it isn't as usual; the database's
clock jumps by two hours.

The machine's clock can't be set by a test. What of it is stored is real time in leases, waits and
signs of life, written by the database's clock alone. So a clock that jumps ahead is the same as all
of these moved back by as much, and this is what is done. Beat, which stores nothing, goes by the
seconds that pass: `tests/unit/test_beat.py` sets the clock that it would see.
"""

import time
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar

from shared.domain.days import STOCKHOLM
from tests.faults.fault import Missed, Plain
from tests.faults.mailserver import Answer, Say
from tests.faults.world import World
from tests.support.smtp import Moment

# The eve of each, at noon: summer time, winter time, 29 February, a year's end.
_EVES = [
    datetime(year, month, day, 12, tzinfo=STOCKHOLM)
    for year, month, day in (
        (2027, 3, 27), (2027, 10, 30), (2027, 12, 31), (2028, 2, 28), (2028, 3, 25),
        (2028, 10, 28), (2028, 12, 31), (2029, 3, 24), (2029, 10, 27), (2029, 12, 31),
        (2030, 3, 30), (2030, 10, 26), (2030, 12, 31), (2031, 3, 29), (2031, 10, 25),
        (2031, 12, 31), (2032, 2, 28), (2032, 3, 27), (2032, 10, 30), (2032, 12, 31),
    )
]  # fmt: skip
_WAITS = """
    SELECT count(*)::integer AS n FROM notifier.messages
    WHERE state = 'retry' AND try_at > clock_timestamp()
"""
_EARLY = """
    SELECT id, kind, due_at, accepted_at FROM notifier.messages
    WHERE accepted_at IS NOT NULL AND accepted_at < due_at AND carried_by IS NULL
"""
_REAL_TIMES = (
    ("notifier.messages", "lease_until"),
    ("notifier.messages", "try_at"),
    ("notifier.mail_server", "probe_at"),
    ("notifier.mail_server", "paused_since"),
    ("notifier.resting_domains", "until"),
    ("notifier.high_water", "brake_since"),
    ("notifier.inbound", "lease_until"),
    ("bus.deliveries", "lease_until"),
    ("scheduler.plans", "lease_until"),
    ("bus.heartbeats", "at"),
)


class OverAnUnusualNight(Plain):
    """Half of the moments bring a case to the eve, the other half go over the night."""

    id: ClassVar[str] = "F9"
    name: ClassVar[str] = "F9-nights"
    sentence: ClassVar[str] = (
        "over both clock changes, 29 February and New Year, as a worker is killed"
    )
    twin: ClassVar[bool] = False  # the calm one goes on from day to day

    def strike(self, world: World, random: Random) -> None:
        world.until_loaded()
        now = datetime.fromisoformat(world.get("clock")["now"])
        eve = next(one for one in _EVES if one + timedelta(days=1) > now)
        week_before = eve - timedelta(days=6)
        if now < week_before:
            world.move_clock(week_before.isoformat())
            return
        world.kill(random.choice(("cases", "scheduler", "notifier")))
        to = max(eve, now) + timedelta(hours=random.choice((13, 14, 15, 16, 24)))
        world.move_clock(to.isoformat())

    def check(self, world: World) -> list[str]:
        return [f"message {row['id']} went before it was due" for row in world.rows(_EARLY)]


class ServerClockAhead(Plain):
    """Every lease and wait is over at once: fences hold off who still works on it."""

    id: ClassVar[str] = "F9"
    name: ClassVar[str] = "F9-ahead"
    sentence: ClassVar[str] = "the database's clock two hours ahead, three times while it sends"

    def strike(self, world: World, random: Random) -> None:
        for _ in range(3):
            _shift(world, "-2 hours")
            time.sleep(random.uniform(0.0, 0.7))


class ServerClockBack(Plain):
    """Whoever is at work goes on, and what is free goes. What waits for another try waits two hours
    more; then these are over too, and it goes, once."""

    waits: ClassVar[bool] = True
    id: ClassVar[str] = "F9"
    name: ClassVar[str] = "F9-back"
    sentence: ClassVar[str] = "the database's clock two hours back while mails wait for another try"

    def strike(self, world: World, random: Random) -> None:
        later = world.mail.script(_later, times=random.randint(1, 3))
        try:
            struck = world.while_loaded(later.first)
            waiting = struck and world.until(lambda: world.rows(_WAITS)[0]["n"] > 0, 5)
        finally:
            later.end()
        if not waiting or not _shift(world, "2 hours")["notifier.messages"]:
            raise Missed
        world.until(lambda: not world.loading.is_set(), random.uniform(0.5, 3))
        _shift(world, "-2 hours")


def _later(moment: Moment) -> Answer | None:
    return Say("451 4.3.0 later") if moment.step == "data" else None


def _shift(world: World, by: str) -> dict[str, int]:
    """How many rows of each table have a time of the real clock."""
    moved: dict[str, int] = {}
    for table, column in _REAL_TIMES:
        change = f"UPDATE {table} SET {column} = {column} + %s::interval"  # noqa: S608
        rows = world.meddle(f"{change} WHERE isfinite({column})", by, table=table)
        moved[table] = max(rows, moved.get(table, 0))
    return moved


FAULTS = [OverAnUnusualNight, ServerClockAhead, ServerClockBack]
