"""The supervisor: order, restarts, and that nothing is left behind however it ends."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from samspel import supervisor
from samspel.output import Output
from samspel.process import Process
from samspel.supervisor import Supervisor, delay_before_restart

PROJECT = Path(__file__).parents[2]
DEADLINE = 20.0


def test_a_stage_begins_when_the_one_before_is_ready(house: "House") -> None:
    slow = house.script("slow", "sleep 0.3; echo up > $HERE/slow.up; exec sleep 60")
    step = house.script("step", "cat $HERE/slow.up", once=True)
    last = house.script("last", "exec sleep 60")
    ready = Process(**{**slow.__dict__, "ready": house.exists("slow.up")})

    code, shown = house.run([[ready], [step], [last]])

    assert code == 0
    assert "step    | up" in shown


def test_a_failing_step_ends_the_start_with_one_clear_line(house: "House") -> None:
    step = house.script("migrate", "exit 3", once=True)

    code, shown = house.run([[house.script("db", "exec sleep 60")], [step]])

    assert code == 1
    assert "Steget migrate misslyckades (kod 3)." in shown
    assert not house.alive()


def test_a_process_that_never_gets_ready_and_keeps_ending_ends_the_start(house: "House") -> None:
    broken = house.script("web", "echo no such table; exit 2")
    broken = Process(**{**broken.__dict__, "ready": house.exists("never")})

    code, shown = house.run([[broken]])

    assert code == 1
    assert "no such table" in shown
    assert "web startar inte: felet står i raderna ovan." in shown


def test_a_command_that_does_not_exist_is_one_clear_line(house: "House") -> None:
    missing = Process(name="web", command=("/no/such/program",), env={}, once=True)

    code, shown = house.run([[missing]])

    assert code == 1
    assert "web kan inte startas: No such file or directory." in shown


def test_an_ended_process_is_started_again(house: "House") -> None:
    script = "echo x >> $HERE/starts; [ $(wc -l < $HERE/starts) -ge 3 ] && exec sleep 60; exit 1"
    flaky = house.script("flaky", script)

    code, shown = house.run([[flaky]], until=house.holds("starts", lines=3))

    assert code == 0
    assert "flaky slutade (kod 1), nytt försök om 0.2 s." in shown
    assert "flaky slutade (kod 1), nytt försök om 0.4 s." in shown


def test_a_process_killed_from_outside_is_started_again(house: "House") -> None:
    script = "echo x >> $HERE/starts; [ $(wc -l < $HERE/starts) -ge 2 ] || kill -9 $$; sleep 60"

    _, shown = house.run([[house.script("web", script)]], until=house.holds("starts", lines=2))

    assert "web slutade (signal SIGKILL), nytt försök om 0.2 s." in shown


def test_a_process_that_keeps_failing_is_told_of(
    house: "House", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_DELAY", 0.01)
    broken = house.script("beat", "echo x >> $HERE/starts; exit 1")

    _, shown = house.run([[broken]], until=house.holds("starts", lines=6))

    assert "beat går inte att hålla igång: 5 försök i rad har misslyckats." in shown


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(1, 0.2), (2, 0.4), (3, 0.8), (4, 1.6), (5, 3.2), (6, 6.4), (7, 10), (8, 10), (5000, 10)],
)
def test_the_delay_before_a_restart_doubles_up_to_ten_seconds(
    failures: int, seconds: float
) -> None:
    assert delay_before_restart(failures) == pytest.approx(seconds)


def test_stages_end_in_reverse_order(house: "House") -> None:
    def told(name: str) -> Process:
        script = f"trap 'echo {name} >> $HERE/ended; exit 0' TERM; echo > $HERE/{name}.up; "
        return house.script(name, script + "while :; do sleep 0.05; done")

    stages = [[told("db")], [told("web")], [told("beat")]]
    code, _ = house.run(stages, until=house.exists("db.up", "web.up", "beat.up"))

    assert code == 0
    assert (house.folder / "ended").read_text().split() == ["beat", "web", "db"]


def test_a_process_that_ignores_sigterm_is_killed_with_its_children(
    house: "House", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 0.5)
    script = "trap '' TERM; sleep 60 & echo > $HERE/up; while :; do sleep 1; done"

    began = time.monotonic()
    code, shown = house.run([[house.script("stubborn", script)]], until=house.exists("up"))

    assert code == 0
    assert "stubborn avslutas med tvång." in shown
    assert time.monotonic() - began < DEADLINE
    assert not house.alive()


def test_what_a_process_leaves_in_its_group_ends_with_it(house: "House") -> None:
    script = "sleep 61 & echo x >> $HERE/starts; exit 1"

    house.run([[house.script("leaky", script)]], until=house.holds("starts", lines=2))

    assert not house.alive()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_child(house: "House", number: signal.Signals) -> None:
    running = house.in_a_process_of_its_own()

    running.send_signal(number)

    assert running.wait(DEADLINE) == 0
    assert not house.alive()


def test_a_signal_during_the_start_ends_it_there(house: "House") -> None:
    running = house.in_a_process_of_its_own(until="step-is-running", step="exec sleep 60")

    running.send_signal(signal.SIGTERM)

    assert running.wait(DEADLINE) == 0
    assert not house.alive()
    assert not (house.folder / "started").exists()


def test_a_second_ctrl_c_kills_at_once(house: "House") -> None:
    running = house.in_a_process_of_its_own(resident="trap '' TERM; while :; do sleep 0.1; done")
    running.send_signal(signal.SIGINT)

    began = time.monotonic()
    while running.poll() is None and time.monotonic() - began < DEADLINE:
        time.sleep(0.3)  # as a person would, until it is over
        with suppress(ProcessLookupError):
            running.send_signal(signal.SIGINT)

    assert running.returncode == 0
    assert time.monotonic() - began < supervisor.GRACE_SECONDS / 2
    assert not house.alive()


def test_kill_9_of_the_supervisor_leaves_no_process_behind(house: "House") -> None:
    running = house.in_a_process_of_its_own(resident="trap '' TERM INT HUP; exec sleep 60")
    assert house.alive()

    running.kill()
    running.wait()

    wait_until(lambda: not house.alive())


def test_kill_9_of_the_supervisor_during_a_step_leaves_no_process_behind(house: "House") -> None:
    running = house.in_a_process_of_its_own(
        until="step-is-running", resident="exec sleep 60", step="exec sleep 60"
    )

    running.kill()
    running.wait()

    wait_until(lambda: not house.alive())


def test_nobody_reading_the_output_ends_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    script = (
        "import sys; from samspel.output import Output; o = Output(['web']); "
        "o.say('one'); o.say('two'); sys.stderr.write('alive')"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=PROJECT,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, b"alive")


def test_output_is_whole_lines_with_names_whatever_the_bytes(house: "House") -> None:
    long_line = r"head -c 200000 /dev/zero | tr '\0' x"
    script = rf"printf 'half'; sleep 0.1; printf ' line\n\377\n\nlast'; {long_line}"

    _, shown = house.run([[house.script("web", script, once=True)]])

    lines = shown.splitlines()
    assert "web     | half line" in lines
    assert "web     | \N{REPLACEMENT CHARACTER}" in lines
    assert sum(line.count("x") for line in lines) == 200_000


# ---- a house of shell scripts


class House:
    """Processes that are shell scripts, marked so that all that is left of them is found."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"HERE": str(folder), "PATH": os.environ["PATH"]}

    def script(self, name: str, text: str, *, once: bool = False) -> Process:
        command = ("/bin/sh", "-c", text)
        return Process(name=name, command=command, env=self.environment, once=once)

    def exists(self, *names: str) -> Callable[[], Awaitable[bool]]:
        async def ask() -> bool:
            return all((self.folder / name).exists() for name in names)

        return ask

    def holds(self, name: str, *, lines: int) -> Callable[[], Awaitable[bool]]:
        async def ask() -> bool:
            path = self.folder / name
            return path.exists() and path.read_text().count("\n") >= lines

        return ask

    def run(
        self, stages: list[list[Process]], until: Callable[[], Awaitable[bool]] | None = None
    ) -> tuple[int, str]:
        """Run the stages until they are started and `until` holds; what came of it."""
        shown = io.StringIO()
        output = Output([process.name for stage in stages for process in stage], shown)

        async def end_when_started(started: asyncio.Event) -> None:
            await started.wait()
            while until and not await until():  # noqa: ASYNC110 - waits for another process
                await asyncio.sleep(0.02)
            os.kill(os.getpid(), signal.SIGTERM)

        async def main() -> int:
            started = asyncio.Event()
            ending = asyncio.create_task(end_when_started(started))
            async with asyncio.timeout(DEADLINE):
                code = await Supervisor(stages, output).run(in_no_time(started.set))
            ending.cancel()
            return code

        return asyncio.run(main()), shown.getvalue()

    def in_a_process_of_its_own(
        self,
        until: str = "started",
        resident: str = "sleep 60 & sleep 60",
        step: str = "true",
    ) -> "subprocess.Popen[bytes]":
        """A supervisor as a process, with a resident child and a step; `until` has happened."""
        running = subprocess.Popen(
            [sys.executable, __file__, resident, f"echo > $HERE/step-is-running; {step}"],
            env={**os.environ, **self.environment, "PYTHONPATH": str(PROJECT)},
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
        )
        wait_until((self.folder / until).exists)
        return running

    def alive(self) -> list[str]:
        """The ids of the processes with this house's mark in their environment, but this one."""
        return [path.name for path in self._processes()]

    def kill_what_is_left(self) -> None:
        for path in self._processes():
            with suppress(ProcessLookupError):
                os.kill(int(path.name), signal.SIGKILL)

    def _processes(self) -> list[Path]:
        mark = f"HERE={self.folder}\0".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (path / "environ").read_bytes() and path.name != str(os.getpid()):
                    found.append(path)
        return found


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.kill_what_is_left()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def in_no_time(act: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def done() -> None:
        act()

    return done


def main(resident: str, step: str) -> int:
    """The supervisor of `in_a_process_of_its_own`."""
    house = House(Path(os.environ["HERE"]))
    stages = [[house.script("resident", resident)], [house.script("step", step, once=True)]]
    supervised = Supervisor(stages, Output(["resident", "step"]))
    return asyncio.run(supervised.run(in_no_time((house.folder / "started").touch)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
