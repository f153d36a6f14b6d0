"""Samspel as it is started by `make run`, for tests that look at it from outside."""

import email
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx2
import psutil
import redis

from samspel.embedded.ground import Ground
from tests.conftest import ROOT

TOKEN = "token-of-a-test-that-lives-for-a-minute"
START_SECONDS = 90
RETRY_SECONDS = 60
_PORTS = range(12_000, 32_000)  # below those of Linux for outgoing connections
Json = dict[str, Any]


class House:
    """A running `samspel run` with its case service, its clock and its mailbox."""

    def __init__(
        self, home: Path, *, clock: str, example: bool = False, municipality: Path | None = None
    ) -> None:
        web, mailbox, smtp, inbound = _free_ports(4)
        self._home = home
        self._environment = {
            key: value for key, value in os.environ.items() if not key.startswith("SAMSPEL_")
        } | {
            "SAMSPEL_HOME": str(home),
            "SAMSPEL_WEB_PORT": str(web),
            "SAMSPEL_MAILBOX_PORT": str(mailbox),
            "SAMSPEL_SMTP_PORT": str(smtp),
            "SAMSPEL_INBOUND_PORT": str(inbound),
            "SAMSPEL_DEMO_TOKEN": TOKEN,
            "SAMSPEL_CLOCK": clock,
            "SAMSPEL_EXAMPLE": "1" if example else "0",
        }
        if municipality is not None:
            self._environment["SAMSPEL_MUNICIPALITY"] = str(municipality)
        self.web = httpx2.Client(
            base_url=f"http://127.0.0.1:{web}",
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=180,
        )
        self.mailbox = httpx2.Client(base_url=f"http://127.0.0.1:{mailbox}", timeout=60)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        with (self._home / "output.log").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "samspel", "run"],
                env=self._environment,
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )
        self.wait_until_ready(START_SECONDS)

    def wait_until_ready(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        last = "nothing answered"
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                break
            try:
                answer = self.web.get("/readyz")
            except httpx2.TransportError:
                pass
            else:
                if answer.status_code == 200:
                    return
                last = answer.text
            time.sleep(0.1)
        raise AssertionError(f"not ready: {last}\n{self.output()[-4000:]}")

    def stop(self) -> int:
        """End it as a person would with Ctrl-C; the exit code."""
        assert self.process is not None
        self.process.terminate()
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            Ground.of(self._home).discard()  # as root, the servers' data lies elsewhere
            self.web.close()
            self.mailbox.close()

    def output(self) -> str:
        return (self._home / "output.log").read_text(errors="replace")

    def children(self, name: str = "") -> list[psutil.Process]:
        """The living processes, whose command line holds `name`."""
        assert self.process is not None
        found = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in found if name in " ".join(_command_line(child))]

    # calls

    def get(self, path: str) -> Any:
        answer = self._ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Json | None = None, *, status: int | None = None) -> Json:
        """A POST that is sent again, with the same key, for as long as nobody answers."""
        answer = self._ask("POST", path, json=body or {}, headers={"Idempotency-Key": uuid4().hex})
        if status is None:
            assert answer.is_success, f"{path}: {answer.text}"
        else:
            assert answer.status_code == status, answer.text
        return cast(Json, answer.json())

    def _ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            try:
                answer = self.web.request(method, f"/api/v1/{path}", **more)
            except httpx2.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if answer.status_code != 503 or time.monotonic() > deadline:
                    return answer
            time.sleep(0.1)

    def move_clock(self, to: str) -> None:
        """Time passes, and everybody does on the way what is due."""
        answer = self.post("clock", {"now": to})
        assert "left" not in answer, answer

    def settle(self, seconds: int = 60) -> None:
        self.post(f"clock/settle?timeout={seconds}")

    def people(self, role: str) -> list[Json]:
        answer = self.get(f"people?role={role}")
        return cast(list[Json], answer if isinstance(answer, list) else answer["items"])

    # faults

    def kill(self, name: str) -> None:
        """kill -9 the process whose command line holds `name`."""
        victim = self._one_of(name)
        with suppress(psutil.NoSuchProcess):  # it was on its way to its own end
            victim.kill()
            victim.wait(10)

    def _one_of(self, name: str) -> psutil.Process:
        """The process with this name; one that was ended is waited for until it is back."""
        deadline = time.monotonic() + START_SECONDS
        while not (found := self.children(name)):
            assert time.monotonic() < deadline, f"{name} hasn't come back"
            time.sleep(0.05)
        return found[0]

    def flush_redis(self) -> None:
        port = (self._home / "valkey-port").read_text().strip()
        password = (self._home / "valkey-password").read_text().strip()
        with redis.Redis(port=int(port), password=password) as valkey:
            valkey.flushall()

    # mail

    def mails(self) -> list[EmailMessage]:
        """Every mail in the mailbox, oldest first."""
        listed: list[Json] = []
        while True:
            page = self.mailbox.get(
                "/api/v1/messages", params={"start": len(listed), "limit": 500}
            ).json()
            listed += page["messages"]
            if not page["messages"] or len(listed) >= page["total"]:
                break
        return [self._mail(summary["ID"]) for summary in reversed(listed)]

    def kinds_of_mail(self) -> Counter[tuple[str, str]]:
        """How many mails of each kind («REQUEST 0», «CANCEL 1», else the subject) went to whom.

        A repeat with the same Message-ID, which may follow an unknown outcome, counts once.
        """
        once = {str(mail["Message-ID"]): mail for mail in self.mails()}
        return Counter(
            (kind_of(mail) or str(mail["Subject"]), str(mail["To"])) for mail in once.values()
        )

    def _mail(self, ident: str) -> EmailMessage:
        raw = self.mailbox.get(f"/api/v1/message/{ident}/raw").content
        return email.message_from_bytes(raw, policy=default)


def kind_of(mail: Message) -> str:
    """«REQUEST 0», «CANCEL 1»; nothing for a mail without a calendar."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            sequence = next(
                line.split(":")[1]
                for line in content.decode().splitlines()
                if line.startswith("SEQUENCE")
            )
            return f"{part.get_param('method')} {sequence.strip()}"
    return ""


@contextmanager
def running(
    home: Path, *, clock: str, example: bool = False, municipality: Path | None = None
) -> Iterator[House]:
    house = House(home, clock=clock, example=example, municipality=municipality)
    house.start()
    try:
        yield house
    except Exception:
        print(house.output()[-6000:])  # noqa: T201 — shown by pytest with the failure
        raise
    finally:
        house.stop()


def the_local_day(instant: str) -> str:
    return datetime.fromisoformat(instant).date().isoformat()


def pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _free_ports(count: int) -> list[int]:
    """Free ports that no outgoing connection is given by the system before they are used."""
    free: list[int] = []
    while len(free) < count:
        port = secrets.choice(_PORTS)  # not random: seeded alike in every worker
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            free.append(port)
    return free
