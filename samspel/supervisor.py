"""Starts processes in order, keeps them running, and ends them all, however it ends itself."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import monotonic

from samspel.output import Output
from samspel.process import Process

READY_SECONDS = 60.0
GRACE_SECONDS = 8.0  # for all of them together
FIRST_DELAY, LONGEST_DELAY = 0.2, 10.0
SETTLED_SECONDS = 30.0  # having run so long, a process is no longer one that keeps failing
FAILURES_AT_START = 3  # before the first sign of life, so many mean that it won't start
FAILURES_TO_TELL = 5
NOT_FOUND = 127  # as a shell has it, for a command that can't be started
_SAME_KEYPRESS = 0.5  # a terminal, make and a shell may each pass on one Ctrl-C


class StartFailed(Exception):
    """A process didn't come up; the message is one line in Swedish."""


class Supervisor:
    """Runs stages of processes: a stage begins when every process of the one before is ready."""

    def __init__(self, stages: Sequence[Sequence[Process]], output: Output) -> None:
        self._stages = [[Child(process, output) for process in stage] for stage in stages]
        self._children = [child for stage in self._stages for child in stage]
        self._output = output
        self._told = asyncio.Event()
        self._told_at = 0.0

    async def run(self, started: Callable[[], Awaitable[None]]) -> int:
        """Start everything, await `started`, go on until told to end. Returns the exit code.

        `started` may wait for what the whole shows when it works, and raise StartFailed.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._tell_to_end, number)
        starting = asyncio.create_task(self._start(started))
        told = asyncio.create_task(self._told.wait())
        try:
            await asyncio.wait({starting, told}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
            await told
        except StartFailed as failure:
            self._output.say(str(failure))
            return 1
        finally:
            await self._end()
            starting.cancel()
            told.cancel()
            await asyncio.gather(starting, told, return_exceptions=True)
        return 0

    def _tell_to_end(self, number: signal.Signals) -> None:
        if not self._told.is_set():
            self._told_at = monotonic()
            self._output.say("Avslutar …")
            self._told.set()
        elif number == signal.SIGINT and monotonic() - self._told_at > _SAME_KEYPRESS:
            for child in self._children:
                child.kill()

    async def _start(self, started: Callable[[], Awaitable[None]]) -> None:
        for stage in self._stages:
            await asyncio.gather(*(child.start() for child in stage))
        if not self._told.is_set():
            await started()

    async def _end(self) -> None:
        """End the stages backwards, leaving each enough of the time for the ones before it."""
        deadline = monotonic() + GRACE_SECONDS
        for child in self._children:
            child.starts_no_more()
        running = [stage for stage in self._stages if any(child.is_running for child in stage)]
        while running:
            stage = running.pop()
            left = deadline - monotonic()
            share = max(left / (len(running) + 1), left - 2 * len(running))
            await asyncio.gather(*(child.end(share) for child in stage))


class Child:
    """One process of the supervisor, from its first start to its end."""

    def __init__(self, process: Process, output: Output) -> None:
        self._process = process
        self._output = output
        self._task: asyncio.Task[int] | None = None
        self._running: asyncio.subprocess.Process | None = None
        self._failures = 0
        self._ending = asyncio.Event()

    @property
    def is_running(self) -> bool:
        return self._task is not None and not self._task.done()

    async def start(self) -> None:
        """Start it and return when it is ready (a step: when it has ended well)."""
        if self._ending.is_set():
            return
        if self._process.once:
            self._task = asyncio.create_task(self._run())
            code = await self._task
            if code != 0 and not self._ending.is_set():
                raise StartFailed(f"Steget {self._process.name} misslyckades ({_meaning(code)}).")
        else:
            self._task = asyncio.create_task(self._keep())
            await self._until_ready()

    def starts_no_more(self) -> None:
        self._ending.set()

    async def end(self, seconds: float) -> None:
        """Ask it to end, and when the time is over end it with all that it has started."""
        self.starts_no_more()
        if self._task is None:
            return
        for act, patience in (
            (self._ask, seconds),
            (self.kill, 0.5),
            (self._kill_group, 0.5),
        ):
            act()
            done, _ = await asyncio.wait({self._task}, timeout=max(patience, 0.1))
            if done:
                return
            if act == self._ask:
                self._output.say(f"{self._process.name} avslutas med tvång.")

    def kill(self) -> None:
        """End it at once."""
        self._signal_group(self._process.hard_signal)

    async def _until_ready(self) -> None:
        process = self._process
        deadline = monotonic() + READY_SECONDS
        while process.ready and not self._ending.is_set() and not await process.ready():
            if self._failures >= FAILURES_AT_START:
                raise StartFailed(f"{process.name} startar inte: felet står i raderna ovan.")
            if monotonic() > deadline:
                raise StartFailed(f"{process.name} svarar inte efter {READY_SECONDS:.0f} s.")
            await asyncio.sleep(0.05)

    async def _keep(self) -> int:
        """Run it again and again, until it is to end."""
        while True:
            began = monotonic()
            code = await self._run()
            if self._ending.is_set():
                return code
            if monotonic() - began >= SETTLED_SECONDS:
                self._failures = 0
            self._failures += 1
            delay = delay_before_restart(self._failures)
            self._tell_of(code, delay)
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._ending.wait()
                    return code

    def _tell_of(self, code: int, delay: float) -> None:
        name = self._process.name
        self._output.say(f"{name} slutade ({_meaning(code)}), nytt försök om {delay:.1f} s.")
        if self._failures == FAILURES_TO_TELL:
            self._output.say(
                f"{name} går inte att hålla igång: {self._failures} försök i rad har misslyckats. "
                f"Felet står i raderna som börjar med {name}."
            )

    async def _run(self) -> int:
        """Run it once, passing on what it writes. Returns its exit code."""
        process = self._process
        reading, writing = os.pipe()
        try:
            # A pipe of our own: with asyncio's, `wait` waits for grandchildren that hold it.
            self._running = await asyncio.create_subprocess_exec(
                *process.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                **process.popen_options(),
            )
        except OSError as error:
            os.close(reading)
            self._output.say(f"{process.name} kan inte startas: {error.strerror}.")
            return NOT_FOUND
        finally:
            os.close(writing)
        showing = asyncio.create_task(self._output.pass_on(process.name, reading))
        if self._ending.is_set():  # told to end while it was being started
            self._ask()
        code = await self._running.wait()
        self._kill_group()  # what it may have left behind
        await asyncio.wait({showing}, timeout=1)
        showing.cancel()
        return code

    def _ask(self) -> None:
        if self._running is not None and self._running.returncode is None:
            with suppress(ProcessLookupError):
                self._running.send_signal(self._process.soft_signal)
                self._running.send_signal(signal.SIGCONT)  # a stopped one can't obey

    def _kill_group(self) -> None:
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._running is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._running.pid, number)


def delay_before_restart(failures: int) -> float:
    """Seconds to wait after so many failures in a row."""
    return min(FIRST_DELAY * 2.0 ** min(failures - 1, 20), LONGEST_DELAY)


def _meaning(code: int) -> str:
    return f"kod {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
