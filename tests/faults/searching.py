"""The search for what mustn't be told, over all that a world has beside its cases (X3, R41).

What belongs to a case stands in its tables alone; addresses stand in the notifier's and in mails
too, and the kind of a case in tables, but neither in logs nor with other programs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.canary import Canaries
from tests.faults.families import CHILD, GUARDIAN, REASON, Family
from tests.faults.municipality import SCHOOL
from tests.faults.world import METRICS_TOKEN, World

NAMES = (CHILD, GUARDIAN, SCHOOL)
TYPE = "spindelmote"
KINDS = (TYPE, "spindelmöte")
ADDRESSES = ("hemma.example",)
_BORN, _BORN_OLDER = "2014-02-28", "2011-04-09"  # of the load's children
_SPANS_SECONDS = 15.0
# What the families have in their names whose cases faults have opened.
_MARKS = """
    SELECT DISTINCT substring(name FROM '[0-9a-f]{12}$') AS mark FROM cases.people
    WHERE party <> 'staff' AND name ~ ' [0-9a-f]{12}$'
"""


@dataclass(slots=True)
class Search:
    """What has come since it last looked, and tables, keys and metrics as they are now."""

    world: World
    _read: dict[Path, int] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)

    def found(self, stored: Iterable[str]) -> list[str]:
        """`stored`: what belongs to cases alone. Where anything of it is told, or a kind of case or
        an address where that isn't to be; what it is and in which channel, a line each."""
        world, everywhere = self.world, Canaries(tuple(stored))
        in_mails = Canaries((*everywhere.texts, *KINDS))
        unsaid = Canaries((*in_mails.texts, *ADDRESSES))
        world.heard.until_now()
        errors = self._new("errors", world.errors)
        commands = self._new("commands", world.heard.commands)
        spans = self._new("spans", world.traces.bodies)
        mails = self._new("mails", [one.content for one in world.mail.taken])
        found = [
            *everywhere.in_database(world.database_url),
            *(f"{one} in an error" for one in everywhere.within(b"\n".join(errors))),
            *(line for mail in mails for line in in_mails.in_mail(mail)),
            *unsaid.in_redis(world.valkey_url),
            *(f"{one} in a command to Redis" for one in unsaid.within(b"\n".join(commands))),
            *(f"{one} in a trace" for one in unsaid.within(b"\n".join(spans))),
            *(f"{one} in the metrics" for one in unsaid.within(_metrics(world))),
            *self._in_logs(unsaid),
        ]
        return sorted(set(found))

    def await_spans(self) -> None:
        """They come some at a time."""
        traces = self.world.traces
        spans = len(traces.bodies)
        self.world.until(lambda: len(traces.bodies) > spans, _SPANS_SECONDS)

    def _new(self, channel: str, all_of_it: Sequence[bytes]) -> Sequence[bytes]:
        since, self._seen[channel] = self._seen.get(channel, 0), len(all_of_it)
        return all_of_it[since : len(all_of_it)]

    def _in_logs(self, search: Canaries) -> list[str]:
        logs = self.world.logs
        sizes = {path: path.stat().st_size for path in logs.rglob("*") if path.is_file()}
        found = search.in_files(logs, self._read)
        self._read = sizes
        return found


@dataclass(slots=True)
class Watch:
    """The search in any world, for what its own families have. Each text has to stand in cases
    before it is looked for elsewhere: where nobody has it, looking would prove nothing."""

    world: World
    search: Search = field(init=False)
    _proven: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.search = Search(self.world)

    def look(self, families: Iterable[Family]) -> list[str]:
        said = {text for one in families if one.case for text in _of_its_case(one)}
        unproven = Canaries(tuple(sorted(said - self._proven)))
        missing = unproven.missing_in_cases(self.world.database_url) if unproven.texts else []
        self._proven |= {*unproven.texts, *marks(self.world)} - {*missing}
        stored = self._proven - {TYPE, *ADDRESSES}
        return [*cannot_be_found(missing), *self.search.found(sorted(stored))]


def marks(world: World) -> set[str]:
    return {row["mark"] for row in world.rows(_MARKS)}


def cannot_be_found(missing: Iterable[str]) -> list[str]:
    return [f"{one} is in no case, so it can't be looked for" for one in missing]


def _of_its_case(family: Family) -> set[str]:
    """The first of the load are about a reason; who has an address as a child is older."""
    older = any(address.startswith("barn.") for address in family.addresses)
    with_a_reason = (REASON, TYPE) if family.slot == 0 else ()
    return {*NAMES, *ADDRESSES, _BORN_OLDER if older else _BORN, *with_a_reason}


def _metrics(world: World) -> str:
    answer = world.web.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert answer.status_code == 200, f"the metrics are answered by {answer.status_code}"
    return answer.text
