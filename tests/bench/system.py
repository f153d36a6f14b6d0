"""The whole installation, as `samspel run` starts it, for what is measured from outside."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx2
import psutil

from samspel.ports import LOOPBACK, free_port
from tests.faults.keeper import Keeper
from tests.faults.municipality import with_staff_for_each
from tests.faults.plan import TOKEN, planned

START = "2027-03-01T08:00:00+01:00"  # a Monday
_SERVERS = ("postgres", "valkey")
_PATIENCE = 240.0
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class System:
    """Its processes by name in `keeper`; the URLs are those that its services are told."""

    keeper: Keeper
    web: httpx2.Client
    database_url: str
    broker_url: str

    def get(self, path: str) -> Any:
        answer = self.web.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Json | None = None) -> Json:
        headers = {"Idempotency-Key": uuid4().hex}
        answer = self.web.post(f"/api/v1/{path}", json=body or {}, headers=headers)
        assert answer.is_success, answer.text
        return cast(Json, answer.json())

    def settle(self) -> None:
        """Wait until nothing is due, undelivered or under way."""
        while self.web.post("/api/v1/clock/settle?timeout=10").status_code != 200:
            time.sleep(0.1)

    def processes(self) -> list[psutil.Process]:
        """All of them, the servers and their children among them."""
        found = [psutil.Process(self.keeper.pid(name)) for name in self.keeper.names]
        return [each for one in found for each in (one, *one.children(recursive=True))]


@contextmanager
def system(
    home: Path, smtp_port: int, fill: Callable[[str], object] = lambda _: None
) -> Iterator[System]:
    """A municipality with a school and staff for each of ten families; nobody else's mail.

    `fill`: is given the database's URL when all but the services is there.
    """
    home.mkdir()
    municipality = with_staff_for_each(home)
    with ExitStack() as stack:
        house = planned(
            home / "house", municipality, clock=START, inbound_port=free_port(),
            smtp_url=f"smtp://{LOOPBACK}:{smtp_port}",
        )  # fmt: skip
        stack.callback(house.discard)
        keeper = Keeper(home / "logs")
        stack.callback(keeper.close)
        stages = house.stages()
        for process in (each for stage in stages for each in stage):
            if process.once:
                keeper.run(process)
                continue
            if process.name == "web":
                fill(process.env["SAMSPEL_DATABASE_URL"])
            keeper.launch(process)
            if process.name in _SERVERS:
                keeper.await_ready(process.name)
        told = keeper.environment("web")
        web = stack.enter_context(httpx2.Client(
            base_url=told["SAMSPEL_PUBLIC_URL"], timeout=180,
            headers={"Authorization": f"Bearer {TOKEN}"},
        ))  # fmt: skip
        for name in keeper.names:
            keeper.await_ready(name)
        _await_all(web)
        yield System(keeper, web, told["SAMSPEL_DATABASE_URL"], told["SAMSPEL_BROKER_URL"])


def _await_all(web: httpx2.Client) -> None:
    deadline = time.monotonic() + _PATIENCE
    while web.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline, "the services don't reach each other"
        time.sleep(0.1)
