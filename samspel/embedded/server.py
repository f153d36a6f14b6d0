"""What the embedded servers have in common: one process, started and ended in plain calls."""

import secrets
import subprocess
from pathlib import Path
from time import monotonic, sleep
from typing import Self

from samspel.embedded.ground import Ground, write_private
from samspel.ports import free_port, why_not
from samspel.process import Process

START_SECONDS = 30
STOP_SECONDS = 8
_TRIES = 3


class ServerError(Exception):
    """An embedded server didn't start; the message is one line in Swedish."""


class EmbeddedServer:
    """A server from a wheel, with a password and a port of its own, kept in `home`.

    `start` and `stop` run it directly (in tests; the starting thread must live as long as the
    server, which ends with it). `prepare` and `process` give a supervisor what it needs instead.
    """

    name: str

    def __init__(self, home: Path, *, fast: bool = False) -> None:
        """`fast` gives up durability for speed: for data that a test throws away."""
        self.ground = Ground.of(home)
        self.fast = fast
        self.password = self.ground.kept(f"{self.name}-password", lambda: secrets.token_urlsafe(24))
        self.port = 0
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        raise NotImplementedError

    def process(self) -> Process:
        """The server as a supervisor starts it; after `prepare`."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it takes connections, from this home's password holder."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Everything that must be done before it can start: the port, the data, leftovers."""
        self.port = self._choose_port()

    def start(self) -> str:
        """Start it, wait until it answers, and return its URL."""
        for last_try in (False,) * (_TRIES - 1) + (True,):
            self.prepare()
            try:
                self._launch()
            except ServerError:
                if last_try or why_not(self.port) is None:
                    raise
            else:
                return self.url
        raise AssertionError

    def stop(self) -> None:
        """End it in an orderly way; a second call does nothing."""
        popen, self._popen = self._popen, None
        if popen is None:
            return
        popen.send_signal(self.process().soft_signal)
        try:
            popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait()

    def discard(self) -> None:
        """Stop it and remove what it keeps outside the home."""
        self.stop()
        self.ground.discard()

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _launch(self) -> None:
        process = self.process()
        log = self.ground.home / f"{self.name}.log"
        write_private(log, "")
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                process.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **process.popen_options(),
            )
        deadline = monotonic() + START_SECONDS
        while not self.answers():
            if self._popen.poll() is not None or monotonic() > deadline:
                self.stop()
                raise ServerError(f"{self.name} startar inte, se {log}.")
            sleep(0.02)

    def _choose_port(self) -> int:
        """The port of the last time, so that what is connected finds it again; else a free one."""
        path = self.ground.home / f"{self.name}-port"
        try:
            port = int(path.read_text())
        except (FileNotFoundError, ValueError):
            port = 0
        if port == 0 or why_not(port) is not None:
            port = free_port()
            write_private(path, f"{port}\n")
        return port
