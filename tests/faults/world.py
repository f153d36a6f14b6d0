"""A whole installation of real processes, whose wires go through proxies: what faults strike at."""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import quote

import httpx2
import psycopg

from samspel.ports import LOOPBACK, free_port
from samspel.process import Process
from tests.faults.calling import Calls
from tests.faults.collector import Collector, Overheard, keeping_errors
from tests.faults.keeper import Keeper
from tests.faults.looking import Looking
from tests.faults.mailserver import HOST, MailServer, make_certificates
from tests.faults.plan import TOKEN, planned, port_of, through
from tests.faults.proxy import Proxy

METRICS_TOKEN = "what-prometheus-shows-in-a-world-of-faults"
START = "2027-03-01T08:00:00+01:00"  # a Monday
# Seconds, for a machine that is busy: to wait longer costs nothing when all is well.
PATIENCE = 300.0  # for which a call is sent again while nobody answers
ANSWER_SECONDS = 180.0  # in which one call is answered, also that for another time
WORKERS = ("cases", "scheduler", "notifier")
# Real seconds, shorter than in an installation, so that a moment with a lease in it is short.
LEASE_SECONDS = 3.0
_SHORT = {
    "SAMSPEL_LEASE_SECONDS": str(LEASE_SECONDS),
    "SAMSPEL_SMTP_UNKNOWN_WAIT": "1",
    "SAMSPEL_SMTP_TIMEOUT": "4",
    "SAMSPEL_SMTP_COMMAND_TIMEOUT": "4",
    "SAMSPEL_SMTP_PAUSE": "2",
    "SAMSPEL_SMTP_CONNECTIONS": "4",
}
# What stands still in a transaction holds nothing for longer than this.
_TIMEOUTS = "?options=" + quote(
    "-c idle_in_transaction_session_timeout=4s -c transaction_timeout=20s"
)
Json = dict[str, Any]


class World:
    """The processes, the proxies before the servers, and what is seen of them from outside.

    `mail`: the mail server that all mail goes to. `postgres`, `valkey`, `smtp`: the proxies that
    the services go through. `database_url`, `valkey_url`: the servers themselves, for the harness
    alone. `loading`: set while the load goes on. `keeper`: the processes by name (postgres, valkey,
    web, cases, scheduler, notifier, inbound, beat). `own_cases`: the mailboxes of the families that
    faults have opened cases for, by case. `calls`: who waits for an answer. `traces`: all spans.
    `heard`: every command to Redis. `errors`: each answer that was one.
    """

    mail: MailServer
    postgres: Proxy
    valkey: Proxy
    smtp: Proxy
    database_url: str
    valkey_url: str
    keeper: Keeper
    home: Path
    logs: Path
    inbound_port: int
    loading: threading.Event
    traces: Collector
    heard: Overheard
    calls: Calls

    def __init__(
        self,
        home: Path,
        municipality: Path,
        *,
        clock: str = START,
        settings: dict[str, str] | None = None,
    ) -> None:
        """`settings`: of the services, beside or in place of the usual ones (SAMSPEL_…)."""
        self.home, self.logs = home, home / "logs"
        self._municipality, self._clock = municipality, clock
        self._settings = settings or {}
        self.loading = threading.Event()
        self.own_cases: dict[str, tuple[str, ...]] = {}
        self.errors: list[bytes] = []
        self._stack = ExitStack()
        self._steps: dict[str, Process] = {}

    # calls

    def ask(self, method: str, path: str, body: Json | None = None, **more: Any) -> httpx2.Response:
        """One call of the API, sent again with the same key for as long as nobody answers (a lost
        connection, 502, 503). `path` begins after /api/v1/. The answer's `extensions` say in
        "attempts" how often it was sent."""
        return self.calls.ask(method, path, body, **more)

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def post(self, path: str, body: Json | None = None) -> Json:
        answer = self.ask("POST", path, body or {})
        assert answer.is_success, f"POST {path}: {answer.status_code} {answer.text}"
        return cast(Json, answer.json())

    def move_clock(self, to: str) -> None:
        """Time passes (an instant with an offset), and everybody does on the way what is due."""
        deadline = time.monotonic() + PATIENCE
        while "left" in (answer := self.post("clock", {"now": to})):
            assert time.monotonic() < deadline, f"the clock doesn't come to {to}: {answer}"

    def settle(self, seconds: float = PATIENCE) -> float:
        """Wait until nothing is due, undelivered or under way; how many seconds that took.

        AssertionError with what is left if it isn't so in time.
        """
        began = time.monotonic()
        while (answer := self.ask("POST", "clock/settle?timeout=10")).status_code != 200:
            assert time.monotonic() - began < seconds, f"not settled: {answer.text}"
        return time.monotonic() - began

    # looks

    def rows(self, query: str, *values: Any) -> list[Json]:
        """What the database itself holds, read past every proxy in a transaction of its own."""
        return self._looking.rows(query, *values)

    def meddle(self, statement: str, *values: Any, table: str | None = None) -> int:
        """Change the database behind the services' backs, as a fault does; how many rows. `table`:
        while nobody else has a row of it locked, so that neither waits for the other for ever."""
        with psycopg.connect(self.database_url) as database:
            if table is not None:
                database.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE".encode())
            return database.execute(statement.encode(), values).rowcount

    def log_of(self, name: str, since: int = 0) -> str:
        """What a process (by name, also of its earlier lives) has written; `since`: after so many
        bytes (`log_size`)."""
        path = self.logs / f"{name}.log"
        return path.read_bytes()[since:].decode(errors="replace") if path.exists() else ""

    def log_size(self, name: str) -> int:
        path = self.logs / f"{name}.log"
        return path.stat().st_size if path.exists() else 0

    def until(self, holds: Callable[[], bool], seconds: float = 10.0) -> bool:
        """Whether it comes to hold within the time; asked every 50 ms."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def while_loaded(self, came: threading.Event, linger: float = 2.0) -> bool:
        """Wait for what the load may bring about; False if it hasn't, so long after the load."""
        over: float | None = None
        while not came.wait(0.02):
            if self.loading.is_set():
                over = None
            elif over is None:
                over = time.monotonic()
            elif time.monotonic() - over > linger:
                return False
        return True

    def until_loaded(self) -> None:
        """Wait for the end of the load."""
        self.until(lambda: not self.loading.is_set(), PATIENCE)

    def rest(self, seconds: float = PATIENCE) -> bool:
        """Wait until the database says that nothing is due, undelivered or under way. Unlike
        `settle` this rings no bell: the services come to rest by themselves, or don't."""
        return self.until(self._looking.is_at_rest, seconds)

    # processes

    def kill(self, name: str) -> None:
        """kill -9; it is started again after a fifth of a second, as by a supervisor."""
        self.keeper.kill(name)

    def freeze(self, name: str) -> None:
        """SIGSTOP."""
        self.keeper.freeze(name)

    def thaw(self, name: str) -> None:
        """SIGCONT."""
        self.keeper.thaw(name)

    def stop(self, name: str) -> None:
        """End a process in order, for as long as until `start`."""
        self.keeper.stop(name)

    def start(self, name: str) -> None:
        """Start what was stopped, and wait until it is ready."""
        self.keeper.start(name)

    def add(self, name: str, **changes: Any) -> str:
        """One more process like the one with this name (`changes`: fields of Process to replace);
        the new one's name («notifier-2»)."""
        return self.keeper.add(name, **changes)

    def await_web(self) -> bool:
        """Whether calls are answered again, by services that reach each other."""
        return self.until(self._is_ready, PATIENCE)

    def run(self, *words: str) -> str:
        """What `samspel <words>` prints with the world's environment, once it has ended well."""
        command = (sys.executable, "-m", "samspel", *words)
        return self.keeper.run(replace(self._steps["migrate"], name="samspel", command=command))

    # its life

    def __enter__(self) -> Self:
        try:
            self._enter()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _enter(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        certificates = make_certificates(self.home / "certificates")
        self.mail = self._stack.enter_context(MailServer(certificates=certificates))
        self.smtp = self._stack.enter_context(Proxy(self.mail.port))
        self.traces = self._stack.enter_context(Collector())
        self.inbound_port = free_port()
        house = planned(
            self.home, self._municipality, clock=self._clock, inbound_port=self.inbound_port,
            smtp_url=f"smtp://{LOOPBACK}:{self.smtp.port}",
        )  # fmt: skip
        self._stack.callback(house.discard)
        servers, *later = house.stages()
        others = [process for stage in later for process in stage]
        self.keeper = Keeper(self.logs)
        self._stack.callback(self.keeper.close)
        for server in servers:
            self.keeper.launch(server)
        web = others[0].env["SAMSPEL_PUBLIC_URL"]
        headers = {"Authorization": f"Bearer {TOKEN}"}
        self.web = httpx2.Client(
            base_url=web, headers=headers, timeout=ANSWER_SECONDS,
            event_hooks=keeping_errors(self.errors),
        )  # fmt: skip
        self._stack.callback(self.web.close)
        self.calls = Calls(self.web, PATIENCE)
        wires = self._wires(others[0])
        self._stack.callback(self.keeper.close)  # once more: they end before their proxies do
        for server in servers:
            self.keeper.await_ready(server.name)
        self.heard = self._stack.enter_context(Overheard(self.valkey_url))
        self._start([replace(process, env={**process.env, **wires}) for process in others])

    def _wires(self, process: Process) -> dict[str, str]:
        """What the services are told in place of the servers' own addresses; makes the proxies."""
        self.database_url = process.env["SAMSPEL_DATABASE_URL"]
        self.valkey_url = process.env["SAMSPEL_BROKER_URL"]
        self._looking = Looking(self.database_url, PATIENCE)
        self._stack.callback(self._looking.close)
        self.postgres = self._stack.enter_context(Proxy(port_of(self.database_url)))
        self.valkey = self._stack.enter_context(Proxy(port_of(self.valkey_url)))
        return {
            "SAMSPEL_DATABASE_URL": through(self.database_url, self.postgres.port) + _TIMEOUTS,
            "SAMSPEL_BROKER_URL": through(self.valkey_url, self.valkey.port),
            # A server outside the machine, as far as the sender can tell: it has to be encrypted.
            "SAMSPEL_SMTP_URL": f"smtp://{HOST}:{self.smtp.port}",
            "SAMSPEL_SMTP_CA": str(self.mail.authority),
            "SAMSPEL_METRICS_TOKEN": METRICS_TOKEN,
            "SAMSPEL_OTLP_URL": self.traces.url,
            **_SHORT,
            **self._settings,
        }

    def _start(self, processes: list[Process]) -> None:
        self.keeper.begin()
        for process in processes:
            if process.once:
                self._steps[process.name] = process
                if process.name != "accounts":  # nobody signs in unless a fault wants them to
                    self.keeper.run(process)
            else:
                self.keeper.launch(process)
        for name in self.keeper.names:
            self.keeper.await_ready(name)
        assert self.await_web(), "the services don't reach each other"

    def _is_ready(self) -> bool:
        try:
            return self.web.get("/readyz").status_code == 200
        except httpx2.TransportError:
            return False
