"""The rules for Prometheus speak of metrics that there are, and each says what to do."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from services.cases.api.metrics_told import told
from services.cases.api.watched import ANSWERS
from services.cases.domain.operations import Kept, Operations
from tests.conftest import ROOT

FOLDER = ROOT / "deploy" / "prometheus"
GUIDE = (ROOT / "docs" / "monitoring.md").read_text()
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
NAME = re.compile(r"\bsamspel_\w+")
# Where .ci/run unpacks Debian's package, if it isn't installed.
PROMTOOL = shutil.which(
    "promtool", path=f"{os.environ['PATH']}:{ROOT / '.dev' / 'prometheus' / 'usr' / 'bin'}"
)
AT = datetime(2027, 3, 1, 8, tzinfo=UTC)
NOTHING = Operations(
    now=AT, clock=AT, heartbeats={}, undelivered={}, set_aside=[], oldest_mail=None,
    oldest_due=None, missed=0, plans_set_aside=0, swept_on=None, let_go_on=None, backed_up_at=None,
    messages={}, repeated=0, inbound_waiting=0, quarantined=0, oldest_quarantined=None, letters=0,
    oldest_letter=None, held_since=None, held_because=None, paused_since=None, paused_because=None,
    next_try=None, resting_domains=0, published=0, sessions=0, revision=None, database_octets=0,
)  # fmt: skip


def families() -> list[Metric]:
    return [*told(NOTHING, [Kept("R9", 5, 0)], 0), *_of(ANSWERS)]


def _of(registry: CollectorRegistry) -> list[Metric]:
    return list(registry.collect())


def names() -> set[str]:
    """As they stand in an answer."""
    suffixes = {"gauge": [""], "counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
    return {f"{one.name}{end}" for one in families() for end in suffixes[one.type]}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alarm_speaks_of_what_is_measured_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert set(NAME.findall(rule["expr"])) <= names()
    assert rule["labels"]["severity"] in ("page", "ticket")
    said = rule["annotations"]
    assert said["summary"]
    assert said["description"]
    assert said["runbook"] == f"docs/monitoring.md#{rule['alert'].lower()}"
    assert f"\n### {rule['alert']}\n\n" in GUIDE


def test_every_alarm_of_the_guide_is_a_rule() -> None:
    assert re.findall(r"^### (Samspel\w+)$", GUIDE, re.MULTILINE) == [
        rule["alert"] for rule in RULES
    ]


def test_the_guide_tells_of_every_metric_and_of_none_that_there_is_not() -> None:
    bases = {one.name + ("_total" if one.type == "counter" else "") for one in families()}
    table = GUIDE.partition("| metric |")[2].partition("\n\n")[0]
    assert set(NAME.findall(table)) == bases


def test_X3_every_label_is_one_of_our_own_codes() -> None:
    labels = {label for one in families() for sample in one.samples for label in sample.labels}
    assert labels <= {
        "version", "revision", "service", "state", "rule", "method", "area", "status", "le",
    }  # fmt: skip


def test_every_alarm_is_tried_with_what_it_rings_at_and_with_what_it_does_not() -> None:
    tried = [
        (one["alertname"], bool(one["exp_alerts"]))
        for test in yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]
        for one in test["alert_rule_test"]
    ]
    assert {*tried} == {(rule["alert"], rings) for rule in RULES for rings in (True, False)}


@pytest.mark.skipif(PROMTOOL is None, reason="promtool isn't there")
def test_promtool_finds_the_rules_right() -> None:
    assert PROMTOOL is not None
    for command in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        done = subprocess.run(
            [PROMTOOL, *command], cwd=FOLDER, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
