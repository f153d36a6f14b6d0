"""The case service as a test sees it: its API over a real database, its worker, a clock to set."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from psycopg import sql
from psycopg.rows import dict_row
from pydantic import SecretStr

from services.cases.app import Cases
from services.cases.settings import Settings
from shared.bus.events import Event
from shared.bus.publishing import publish
from shared.db import Database
from shared.ids import staff_id
from tests.support.folders import live_rules
from tests.support.signing_in import Visitor, visitor
from tests.support.web import the_web

TOKEN = "a-token-that-only-this-test-knows"
METRICS_TOKEN = "a-token-that-only-prometheus-knows"
SECRET = b"s" * 32
OWNER = str(staff_id("anna-lindqvist"))  # rektor of Björkskolan
THERAPIST = str(staff_id("asa-hallberg"))  # one of six familjebehandlare
PLACE = "forvaltningshuset-eken"
Json = dict[str, Any]


class CasesHouse:
    """API, worker and database of one test. The clock stands where `set_clock` put it."""

    def __init__(self, settings: Settings, app: FastAPI) -> None:
        self.database_url = settings.database_url
        self._settings = settings
        self._open = ExitStack()
        # Each statement is a transaction of its own.
        self._looking = psycopg.connect(self.database_url, autocommit=True, row_factory=dict_row)
        self._open.enter_context(self._looking)
        self.set_clock("2027-03-01T08:00:00+01:00")
        self.app = app
        self.client = TestClient(self.app, headers={"Authorization": f"Bearer {TOKEN}"})
        # One event loop for all its calls: to begin one for each takes as long as most of them.
        loop = start_blocking_portal(**self.client.async_backend)
        self.client.portal = self._open.enter_context(loop)

    @cached_property
    def worker(self) -> Cases:
        """Its worker, which most tests need nothing of."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("services.cases.parts.LiveRules", live_rules)
            worker = Cases(self._settings)
        self._open.callback(worker.close)
        return worker

    @cached_property
    def _others(self) -> Database:
        others = Database(self.database_url, role="samspel_scheduler", demo=True, size=1)
        self._open.callback(others.close)
        return others

    def close(self) -> None:
        self._open.close()

    def set_clock(self, instant: str) -> None:
        self._looking.execute(
            "INSERT INTO clock.hand (stands_at) VALUES (%(at)s)"
            " ON CONFLICT (only_row) DO UPDATE SET stands_at = %(at)s",
            {"at": datetime.fromisoformat(instant)},
        )

    def hear(self, *events: Event) -> None:
        """Publish events as another service would, and let the worker work."""
        with self._others.unit() as unit:
            for event in events:
                publish(unit, event)
        self.worker.work()

    def get(self, path: str) -> Any:
        answer = self.client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Json | None = None, status: int = 200) -> Any:
        answer = self.client.post(f"/api/v1/{path}", json=body or {})
        assert answer.status_code == status, answer.text
        return answer.json()

    def rows(self, query: Any, *values: Any) -> list[Json]:
        return self._looking.execute(query, values).fetchall()

    def execute(self, query: Any, *values: Any) -> None:
        self._looking.execute(query, values)

    def told(self) -> list[str]:
        """The types of the events the case service has published, in order."""
        events = self.rows("SELECT type FROM bus.events WHERE source = 'samspel_cases' ORDER BY id")
        return [event["type"] for event in events]

    def visitor(self, person: str | UUID | None = "anna-lindqvist", *roles: str) -> Visitor:
        """Somebody of the register who has signed in, by their code; None: of no person."""
        return visitor(self.client, self.database_url, SECRET, person, roles=roles)

    def saved(self) -> Json:
        """How many rows there are of what a call can save."""
        tables = (
            "cases.cases", "cases.people", "cases.participants", "cases.consents",
            "cases.meetings", "cases.attendance", "cases.engagements", "cases.tasks",
            "cases.audit", "cases.idempotency", "bus.events",
        )  # fmt: skip
        count = sql.SQL("SELECT count(*) AS count FROM {}")
        return {
            table: self.rows(count.format(sql.Identifier(*table.split("."))))[0]["count"]
            for table in tables
        }

    # the usual case

    def open_case(self, **changes: Any) -> Json:
        opened: Json = self.post("cases", new_case(**changes), 201)
        return opened

    def sign_all(self, case: Json) -> None:
        for consent in case["consents"]:
            self.post(f"cases/{case['id']}/consents/{consent['id']}/sign")

    def signed_case(self, **changes: Any) -> Json:
        case = self.open_case(**changes)
        self.sign_all(case)
        return case

    def booked(
        self, case: Json, starts_at: str = "2027-03-09T13:00:00+01:00", place: str | None = PLACE
    ) -> Json:
        body = {"step": "first", "starts_at": starts_at, "minutes": 60, "place": place}
        meeting: Json = self.post(f"cases/{case['id']}/meetings", body, 201)
        return meeting


@contextmanager
def cases_house(database_url: str, broker_url: str, municipality: Path) -> Iterator[CasesHouse]:
    """On a database with the municipality's register."""
    settings = Settings(
        database_url=database_url,
        broker_url=broker_url,
        public_url="http://samspel.example",
        secret_key=SecretStr(SECRET.decode()),
        municipality=municipality,
        demo=True,
        api_token=SecretStr(TOKEN),
        metrics_token=SecretStr(METRICS_TOKEN),
    )
    with the_web(settings) as app:
        house = CasesHouse(settings, app)
        try:
            with house.client:
                yield house
        finally:
            house.close()


def guardian(name: str = "Kim Exempel", **changes: Any) -> Json:
    return {
        "name": name,
        "email": f"{name.lower().replace(' ', '.')}@hemma.example",
        "language": "sv",
        "custody": True,
        "protected": False,
    } | changes


def new_case(**changes: Any) -> Json:
    return {
        "procedure": "samverkansmote",
        "known_on": "2027-03-01",
        "initiator": OWNER,
        "child": {
            "name": "Alva Exempel",
            "birth_date": "2014-05-02",
            "unit": "bjorkskolan",
            "email": None,
            "protected": False,
        },
        "guardians": [guardian("Kim Exempel"), guardian("Robin Exempel")],
        "participants": [THERAPIST],
        "place": PLACE,
    } | changes
