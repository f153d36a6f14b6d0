"""`make run` until all services reach each other, once everything has been laid up."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from samspel.embedded.ground import Ground
from tests.bench.figures import Figure, Side, Wanted
from tests.bench.servers import Bench
from tests.conftest import ROOT
from tests.support.house import START_SECONDS, House

_CLOCK = "2027-03-01T08:00:00+01:00"
_STOP_SECONDS = 60


class _Made(House):
    """Started and ended as by hand: `make run`, and Ctrl-C."""

    def start(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        with (self._home / "output.log").open("ab") as output:
            self.process = subprocess.Popen(
                ("make", "run"),
                env=self._environment,
                cwd=ROOT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.wait_until_ready(START_SECONDS)

    def stop(self) -> int:
        """Its data stays, for the next start."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            return self.process.wait(_STOP_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.web.close()
            self.mailbox.close()


def starting(bench: Bench) -> list[Figure]:
    home = bench.home / "starting"
    try:
        _seconds(home)  # the database is laid up and the example loaded, once
        seconds = tuple(_seconds(home) for _ in range(bench.count(max(5, bench.rounds), 1)))
    finally:
        Ground.of(home).discard()
    what = "`make run` to ready, warm"
    return [Figure("start", what, "s", Side("Samspel", seconds), wanted=Wanted(12, 6))]


def _seconds(home: Path) -> float:
    house = _Made(home, clock=_CLOCK, example=True)
    began = time.perf_counter()
    try:
        house.start()
        return time.perf_counter() - began
    finally:
        house.stop()
