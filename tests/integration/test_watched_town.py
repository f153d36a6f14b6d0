"""A case from its opening to its invitations, as traces and logs have it: ids and codes."""

import logging

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.bus.delivery import Deliveries
from shared.bus.events import CaseOpened
from shared.db import Database, Unit
from shared.logs import Lines
from shared.traces import provider, sent_to
from tests.integration.cases_house import CasesHouse
from tests.support.story import open_a_case, the_meeting
from tests.support.town import Town

_NAMES = "SELECT name FROM cases.people WHERE name <> ''"
_ADDRESSES = "SELECT email FROM cases.people WHERE email <> ''"
_FAMILIES = "SELECT name FROM cases.people WHERE party <> 'staff'"


def kept_of(town: Town) -> list[str]:
    """What nothing outside the schema of cases may say."""
    rows = [*town.rows(_NAMES), *town.rows(_ADDRESSES)]
    whole = [str(value) for row in rows for value in row.values()]
    parts = [part for row in town.rows(_FAMILIES) for part in row["name"].split()]
    return [*whole, *parts, *(row["reference"] for row in town.rows("SELECT * FROM cases.cases"))]


def test_X3_spans_tell_what_was_done_by_ids_and_codes_alone(town: Town) -> None:
    exporter = InMemorySpanExporter()
    with sent_to(provider("trial", exporter)):
        case = open_a_case(town)
        for consent in case["consents"]:
            town.do(f"cases/{case['id']}/consents/{consent['id']}/sign", {"method": "paper"})
        the_meeting(town, case["id"], "first")
    spans = exporter.get_finished_spans()
    told = {
        (span.name, *(span.attributes or {}).values()) for span in spans if span.name != "batch"
    }
    assert ("request", "POST", "/api/v1/cases", 201) in told
    assert {("scheduler", "case.opened"), ("notifier", "meeting.booked")} <= {
        (one[1], one[2]) for one in told if one[0] == "event"
    }
    assert "accepted" in {one[2] for one in told if one[0] == "message"}
    assert {span.name for span in spans} == {"request", "batch", "event", "message"}
    text = "\n".join(span.to_json() for span in spans)
    assert not [kept for kept in kept_of(town) if kept in text]


def test_X3_an_event_that_fails_over_a_row_is_logged_without_the_row(
    cases_alone: CasesHouse, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL quotes what it refuses; whoever handled it may have put a name in the error."""
    cases_alone.open_case()

    def handle(_: CaseOpened, unit: Unit) -> None:
        (row,) = unit.connection.execute(
            "SELECT set_config('role', 'samspel', true), 'Kim Exempel 20120304-2393' AS name"
        )
        unit.connection.execute("SELECT %s::integer", [row["name"]])

    database = Database(cases_alone.database_url, role="samspel_scheduler", demo=True, size=1)
    try:
        Deliveries(database, "scheduler", {CaseOpened: handle}).drain_batch()
    finally:
        database.close()
    lines = [Lines("scheduler", "json").format(record) for record in caplog.records]
    assert [line for line in lines if "failed with InvalidTextRepresentation 22P02" in line]
    assert not [line for line in lines if "Kim" in line or "2012" in line]


def test_X3_a_request_that_fails_is_logged_without_its_address_and_its_words(
    cases_alone: CasesHouse, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("Kim Exempel")

    case = cases_alone.open_case()
    monkeypatch.setattr("services.cases.handlers.sight.Sight.enter", fails)
    answer = cases_alone.client.get(f"/api/v1/cases/{case['id']}?name=Kim")
    assert answer.status_code == 500
    (line,) = [
        Lines("web", "json").format(one) for one in caplog.records if one.levelno >= logging.ERROR
    ]
    assert "GET failed: ValueError at " in line
    assert "tests/integration/test_watched_town.py:" in line
    assert "Kim" not in line
    assert case["id"] not in line
