"""F12: an event that nobody can handle, among a thousand that are as they should be."""

import time
from random import Random
from typing import ClassVar

import psycopg
from psycopg.types.json import Jsonb

from tests.faults.wires_own import Json, OwnCase
from tests.faults.world import METRICS_TOKEN, PATIENCE, World

THOUSAND = 1000
_EVENTS = """
    WITH event AS (
      INSERT INTO bus.events (type, source, subject, time, data)
      SELECT %(type)s, 'harm', nobody, clock_timestamp(),
             jsonb_build_object(%(field)s::text, nobody) || %(data)s
      FROM generate_series(1, %(number)s), gen_random_uuid() AS nobody RETURNING id)
    INSERT INTO bus.deliveries (event_id, subscriber) SELECT id, %(subscriber)s FROM event
    RETURNING event_id
"""
_NEXT_TRY = """
    UPDATE bus.deliveries SET lease_until = '-infinity'
    WHERE event_id = %s AND state = 'waiting' AND attempts > 0
"""
_STATE = "SELECT state, attempts, error FROM bus.deliveries WHERE event_id = %s"
_OF_THESE = """
    SELECT count(*)::integer AS n FROM bus.deliveries
    WHERE event_id BETWEEN %s AND %s AND state <> 'done' AND event_id <> %s
"""
# Not even the checks that come after it have to know them.
_GONE = """
    DELETE FROM bus.deliveries USING bus.events
    WHERE id = event_id AND source = 'harm' AND id BETWEEN %s AND %s
"""
_EVENTS_GONE = "DELETE FROM bus.events WHERE source = 'harm' AND id BETWEEN %s AND %s"
Kind = tuple[str, str, Json]  # its name, the field for what it is about, and what else it says
_POISONS: tuple[Kind, ...] = (("nothing.known", "a", {}), ("meeting.booked", "case_id", {}))
# What nobody has to do anything about: it is about a case, a task or a letter that there isn't.
_HARMLESS: dict[str, Kind] = {
    "cases": ("digest.outdated", "digest_id", {}),
    "scheduler": ("participants.changed", "case_id", {}),
    "notifier": ("duty.ended", "task_id", {"rule": "R29"}),
}


class Poison:
    """Of a type that isn't known, or with content that isn't of its type. Between its tries, which
    come further and further apart, time is made to pass."""

    id: ClassVar[str] = "F12"
    name: ClassVar[str] = "F12-poison"
    sentence: ClassVar[str] = "an event that can't be handled, among a thousand others"
    twin: ClassVar[bool] = False

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        self.subscriber = random.choice(sorted(_HARMLESS))
        self.since = world.log_size(self.subscriber)
        place = random.randint(0, THOUSAND)
        poison_of = random.choice(_POISONS)
        with psycopg.connect(world.database_url) as database:
            first = self._publish(database, place)
            (poison,) = self._publish(database, 1, poison_of)
            last = self._publish(database, THOUSAND - place)
        self.own.sign()
        together = [*first, poison, *last]
        self._wait(world, poison, (together[0], together[-1]))

    def _publish(
        self,
        database: "psycopg.Connection[tuple[int]]",
        number: int,
        kind: Kind | None = None,
    ) -> list[int]:
        name, field, data = kind or _HARMLESS[self.subscriber]
        given = {"type": name, "field": field, "data": Jsonb(data), "number": number}
        rows = database.execute(_EVENTS, given | {"subscriber": self.subscriber})
        return sorted(row[0] for row in rows)

    def _wait(self, world: World, poison: int, all_of_them: tuple[int, int]) -> None:
        end = time.monotonic() + PATIENCE
        self.state: Json = {}
        with psycopg.connect(world.database_url, autocommit=True) as database:
            while time.monotonic() < end and self.state.get("state") != "set-aside":
                database.execute(_NEXT_TRY, [poison])
                (self.state,) = world.rows(_STATE, poison)
                time.sleep(0.1)
            world.until(lambda: not world.rows(_OF_THESE, *all_of_them, poison)[0]["n"], PATIENCE)
            self.left = world.rows(_OF_THESE, *all_of_them, poison)[0]["n"]
            self.alarm = _set_aside(world, self.subscriber)
            for statement in (_GONE, _EVENTS_GONE):
                database.execute(statement, all_of_them)

    def check(self, world: World, /) -> list[str]:
        wrong = []
        if self.state.get("state") != "set-aside":
            wrong.append(f"the poison is {self.state}")
        if self.left:
            wrong.append(f"{self.left} deliveries of the thousand others weren't made")
        if not self.alarm:
            wrong.append("nobody is told of it by the metrics")
        if "set aside" not in world.log_of(self.subscriber, self.since):
            wrong.append("nobody is told of it by the log")
        return [*wrong, *self.own.every_call_was_accepted()]


def _set_aside(world: World, subscriber: str) -> bool:
    """Whether the metrics, which the alarms go by, say so."""
    shown = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    metrics = world.web.get("/metrics", headers=shown).text.splitlines()
    told = [one for one in metrics if one.startswith("samspel_events_set_aside{")]
    return any(f'"{subscriber}"' in one and float(one.split()[-1]) > 0 for one in told)


FAULTS = [Poison]
