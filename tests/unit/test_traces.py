"""Spans, for who wants them: ids, codes and counts; and nothing at all where nobody asked."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.traces import provider, sent_to, span
from tests.conftest import ROOT


def spans_of(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    return list(exporter.get_finished_spans())


def test_a_span_has_what_is_known_at_its_beginning_and_what_is_told_later() -> None:
    exporter = InMemorySpanExporter()
    with sent_to(provider("trial", exporter)), span("request", method="GET") as told:
        told(status=200)
    (one,) = spans_of(exporter)
    assert one.name == "request"
    assert dict(one.attributes or {}) == {"samspel.method": "GET", "samspel.status": 200}
    assert one.resource.attributes["service.name"] == "samspel-trial"


def test_X3_an_error_that_leaves_a_span_is_told_by_its_type_alone() -> None:
    exporter = InMemorySpanExporter()
    with (
        sent_to(provider("trial", exporter)),
        pytest.raises(ValueError, match="Kim"),
        span("event", id=7),
    ):
        raise ValueError("Kim Exempel")
    (one,) = spans_of(exporter)
    assert dict(one.attributes or {}) == {"samspel.id": 7, "samspel.error": "ValueError"}
    assert not one.events
    assert "Kim" not in one.to_json()


def test_without_the_setting_nothing_of_it_is_loaded() -> None:
    program = (
        "import sys; from shared.traces import span\n"
        "with span('request', method='GET') as told: told(status=200)\n"
        "import shared.bus.delivery, shared.watching\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry.sdk')]"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == 0
