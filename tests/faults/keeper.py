"""Keeps processes running as a supervisor on a machine does, and lets a fault strike at them."""

import asyncio
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from samspel.process import Process
from samspel.ready import within

RESTART_SECONDS = 0.2  # always the same, as systemd's RestartSec: kills are not failures here
READY_SECONDS = 240.0
GRACE_SECONDS = 30.0
KILLED_SECONDS = 60.0
_LOOK_SECONDS = 0.05


class Keeper:
    """Processes by name; one that ends is started again, unless it was stopped.

    The thread that makes a Keeper must live as long as it: the processes end with their starter.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._known: dict[str, Process] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._restarts: dict[str, int] = {}
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._keep, daemon=True)

    def begin(self) -> None:
        """Watch over what is started from now on."""
        self._watch.start()

    @property
    def names(self) -> list[str]:
        """All that are kept running."""
        return list(self._running)

    def restarts(self, name: str) -> int:
        """How often it was started again after it had ended by itself or by a signal."""
        return self._restarts.get(name, 0)

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def environment(self, name: str) -> Mapping[str, str]:
        return self._known[name].env

    def launch(self, process: Process) -> None:
        """Start one and go on; `await_ready` waits for it."""
        with self._lock:
            self._known[process.name] = process
            self._running[process.name] = self._popen(process)

    def await_ready(self, name: str) -> None:
        ready = self._known[name].ready
        if ready is not None:
            assert asyncio.run(within(READY_SECONDS, ready)), f"{name} isn't ready"

    def run(self, process: Process, *words: str) -> str:
        """Run a step to its end; what it wrote. AssertionError unless it ended well."""
        done = subprocess.run(
            (*process.command, *words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            **process.popen_options(),
        )
        text = done.stdout.decode(errors="replace")
        with self._log(process.name) as log:
            log.write(done.stdout)
        assert done.returncode == 0, f"{process.name}: {text[-2000:]}"
        return text

    # what befalls them

    def kill(self, name: str) -> None:
        """kill -9 of it and of what it has started."""
        self.send(name, signal.SIGKILL)
        self._running[name].wait(KILLED_SECONDS)

    def freeze(self, name: str) -> None:
        self.send(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self.send(name, signal.SIGCONT)

    def send(self, name: str, number: signal.Signals) -> None:
        """To the process and its group; one that has ended is left in peace."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid(name), number)

    def stop(self, name: str, *, hard: bool = False) -> None:
        """End it, so that it isn't started again by itself."""
        with self._lock:
            popen = self._running.pop(name)
        _end(popen, self._known[name], 0 if hard else GRACE_SECONDS)

    def start(self, name: str) -> None:
        """Start what was stopped; it is ready when this returns."""
        self.launch(self._known[name])
        self.await_ready(name)

    def add(self, name: str, **changes: Any) -> str:
        """One more like it, by the name that is returned; it's gone with `stop`."""
        number = 2
        while f"{name}-{number}" in self._running:
            number += 1
        another = replace(self._known[name], name=f"{name}-{number}", ready=None, **changes)
        self.launch(another)
        return another.name

    def close(self) -> None:
        """End them all, the last started first."""
        self._ended.set()
        if self._watch.is_alive():
            self._watch.join(READY_SECONDS)
        for name in reversed(self.names):
            self.stop(name, hard=name != "postgres")

    # keeping

    def _keep(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            with self._lock:
                gone = [name for name, popen in self._running.items() if popen.poll() is not None]
            for name in gone:
                if self._ended.wait(RESTART_SECONDS):
                    return
                self._again(name)

    def _again(self, name: str) -> None:
        with self._lock:
            popen = self._running.get(name)
            if popen is None or popen.poll() is None:  # stopped or started by hand meanwhile
                return
            self._restarts[name] = self.restarts(name) + 1
            self._running[name] = self._popen(self._known[name])

    def _popen(self, process: Process) -> "subprocess.Popen[bytes]":
        with self._log(process.name) as log:
            return subprocess.Popen(
                process.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **process.popen_options(),
            )

    def _log(self, name: str) -> Any:
        self._logs.mkdir(parents=True, exist_ok=True)
        return (self._logs / f"{name}.log").open("ab")


def _end(popen: "subprocess.Popen[bytes]", process: Process, seconds: float) -> None:
    with suppress(ProcessLookupError):
        if seconds:
            popen.send_signal(process.soft_signal)
            popen.send_signal(signal.SIGCONT)  # a stopped one can't obey
        deadline = time.monotonic() + seconds
        while popen.poll() is None and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        if popen.poll() is None:
            os.killpg(popen.pid, process.hard_signal)
    popen.wait(KILLED_SECONDS)
