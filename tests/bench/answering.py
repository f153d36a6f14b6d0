"""The whole system at rest: how soon an invitation follows a signature, and what rest costs."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil

from tests.bench.figures import Figure, Side, Wanted
from tests.bench.servers import Bench, cpu_seconds, until
from tests.bench.system import START, System, system
from tests.faults.families import Family, opening
from tests.faults.municipality import SLOTS
from tests.support.smtp import Moment, ScriptedServer

_SLOWEST = 99
_MEGA = 1000
_REST_SECONDS = 0.2


@dataclass(slots=True)
class _NotingServer(ScriptedServer):
    """Knows when it had each recipient's first mail, whole (perf_counter)."""

    had: dict[str, float] = field(default_factory=dict)

    async def answer_at(self, moment: Moment) -> str | None:
        if moment.step == "dot":
            self.had.setdefault(moment.recipient, time.perf_counter())
        return await ScriptedServer.answer_at(self, moment)


def answering(bench: Bench) -> list[Figure]:
    times = bench.count(max(100, bench.rounds * 20), 2)
    with _NotingServer() as server, system(bench.home / "answering", server.port) as whole:
        seconds = tuple(_signed(whole, server, number) for number in range(times))
        whole.settle()
        idle = [_idle(whole, bench.count(60, 1)) for _ in range(bench.count(bench.rounds, 1))]
    memory, cpu = zip(*idle, strict=True)
    what = "consent signed until the invitation is accepted, idle system: "
    note = "PSS of every process, PostgreSQL and Valkey among them"
    return [
        Figure("invited-p50", what + "median", "s", Side("Samspel", seconds)),
        Figure("invited-p99", what + "p99", "s", Side("Samspel", seconds, percent=_SLOWEST),
               wanted=Wanted(2, 0.5), note=f"of {times}"),
        Figure("idle-memory", "memory of the whole idle system", "MB", Side("Samspel", memory),
               wanted=Wanted(700, 450), note=note),
        Figure("idle-cpu", "CPU of the whole idle system", "% of a core", Side("Samspel", cpu),
               wanted=Wanted(5, 2), note="of every process, over a minute each time"),
    ]  # fmt: skip


def _signed(whole: System, server: _NotingServer, number: int) -> float:
    """Seconds from the call that has the last custodian's signature to the guardian's mail."""
    family = Family(1 + number % (SLOTS - 1), number)
    body = opening(family, Random(number), START[:10])  # noqa: S311 - a dice with a seed
    case = whole.post("cases", body)
    asked = [one["id"] for one in case["consents"] if one["state"] == "requested"]
    for consent in asked[:-1]:
        whole.post(f"cases/{case['id']}/consents/{consent}/sign")
    whole.settle()
    time.sleep(_REST_SECONDS)
    address = body["guardians"][0]["email"]
    server.had.pop(address, None)
    began = time.perf_counter()
    whole.post(f"cases/{case['id']}/consents/{asked[-1]}/sign")
    until(lambda: address in server.had, "the invitation", seconds=60)
    return server.had[address] - began


def _idle(whole: System, seconds: float) -> tuple[float, float]:
    """MB that are its own (PSS), and its CPU in per cent of a core, over so long a time."""
    roots = [psutil.Process(whole.keeper.pid(name)) for name in whole.keeper.names]
    cpu, began = cpu_seconds(roots), time.perf_counter()
    time.sleep(seconds)  # nothing is waited for: this is what is measured
    share = (cpu_seconds(roots) - cpu) / (time.perf_counter() - began) * 100
    return sum(_pss_kb(one.pid) for one in whole.processes()) / _MEGA, share


def _pss_kb(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
