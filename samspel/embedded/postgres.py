"""An embedded PostgreSQL: the real server's binaries under a launcher of our own."""

import asyncio
import os
import shutil
import signal
import subprocess
from pathlib import Path
from time import monotonic, sleep

import psycopg

from samspel.embedded.ground import write_private
from samspel.embedded.server import EmbeddedServer, ServerError
from samspel.ports import LOOPBACK
from samspel.process import Process, popen_options
from samspel.quiet_log import QUIET_LOG

_USER = _DATABASE = "samspel"
_SERVER_ENV = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
_LEFTOVER_SECONDS = 10

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # short queries only
    **QUIET_LOG,
    "log_min_messages": "fatal",  # who runs it in a terminal needs no word of its checkpoints
}
_FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}
_FAST_INITDB = ("--no-sync", "-c", "scram_iterations=1")  # thousands take half the time to connect


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL on loopback, with its data in the home (or where its user can reach)."""

    name = "postgres"

    @property
    def url(self) -> str:
        return self.url_of(_DATABASE)

    def url_of(self, database: str) -> str:
        """The URL of another database of the same server."""
        return f"postgresql://{_USER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def process(self) -> Process:
        settings = _SETTINGS | {"port": str(self.port)} | (_FAST_SETTINGS if self.fast else {})
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return Process(
            name=self.name,
            command=(str(self.ground.postgres), "-D", str(self._data), *options),
            env=_SERVER_ENV,
            cwd=Path("/"),
            owner=self.ground.owner,
            ready=lambda: asyncio.to_thread(self.answers),
            soft_signal=signal.SIGINT,  # "fast shutdown": doesn't wait for clients to go
            hard_signal=signal.SIGQUIT,  # takes its own children along, as SIGKILL wouldn't
        )

    def prepare(self) -> None:
        if not self._data.exists():
            self._initialize()
        self._end_leftover()
        super().prepare()

    def answers(self) -> bool:
        if not self._says_ready():  # asking too early would leave a FATAL in the log
            return False
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _says_ready(self) -> bool:
        try:
            return "ready" in (self._data / "postmaster.pid").read_text()
        except FileNotFoundError:
            return False

    @property
    def _data(self) -> Path:
        return self.ground.folder / self.name / "data"

    def _initialize(self) -> None:
        """Make the data folder; it has its name only once it is whole."""
        folder = self.ground.data_folder(self.name)
        fresh = folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password_file = folder / "password"
        write_private(password_file, self.password, self.ground.owner)
        initdb = self.ground.postgres.with_name("initdb")
        try:
            self._run(
                *(
                    str(initdb),
                    "-D",
                    str(fresh),
                    "-U",
                    _USER,
                    "-E",
                    "UTF8",
                    "--locale=C",
                ),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--auth=scram-sha-256", "--pwfile", str(password_file)),
                *(_FAST_INITDB if self.fast else ()),
            )
        finally:
            password_file.unlink()
        single_user = (
            str(self.ground.postgres),
            "--single",
            "-D",
            str(fresh),
            "postgres",
        )
        self._run(*single_user, given=f"CREATE DATABASE {_DATABASE}\n")
        fresh.rename(self._data)

    def _run(self, *command: str, given: str = "") -> None:
        options = popen_options(_SERVER_ENV, Path("/"), self.ground.owner)
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, check=False, **options
        )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["?"])[-1]
            raise ServerError(f"Databasen kunde inte läggas upp: {reason}")

    def _end_leftover(self) -> None:
        """See off a server that an earlier, killed starter left in the middle of its shutdown.

        A process id in the lock file that means another process by now is no obstacle to
        anything; PostgreSQL would take it for a running server if it has the same user.
        """
        lock = self._data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        if not Path("/proc/self").exists():  # can't tell (macOS): PostgreSQL is careful by itself
            return
        if not self._is_ours(pid):
            lock.unlink(missing_ok=True)
            return
        deadline = monotonic() + _LEFTOVER_SECONDS
        while self._is_ours(pid):
            if monotonic() > deadline:
                raise ServerError(f"En databas kör redan i {self._data} (process {pid}).")
            os.kill(pid, signal.SIGQUIT)
            sleep(0.1)

    def _is_ours(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").samefile(self._data)  # a postmaster stands in its data
        except FileNotFoundError:
            return False
        except PermissionError:  # another user's process
            return False
