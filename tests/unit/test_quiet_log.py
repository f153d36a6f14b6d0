"""X3: PostgreSQL's own log is kept without names wherever Samspel is installed."""

import re

import yaml

from samspel.embedded.postgres import _SETTINGS
from samspel.quiet_log import QUIET_LOG
from tests.conftest import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["postgres"]
GUIDE = (ROOT / "docs" / "installing.md").read_text()


def test_X3_the_server_of_compose_logs_neither_rows_nor_statements() -> None:
    first, *options = COMPOSE["command"]
    assert first == "postgres"
    assert options == [f"--{name}={quiet}" for name, quiet in QUIET_LOG.items()]


def test_X3_the_guide_tells_ones_own_server_the_same() -> None:
    said = re.findall(r"^ALTER DATABASE samspel SET (\w+) = '(.+)';$", GUIDE, re.MULTILINE)
    assert dict(said) == QUIET_LOG


def test_X3_the_embedded_server_logs_no_more_than_that() -> None:
    louder = {name for name, quiet in QUIET_LOG.items() if _SETTINGS[name] != quiet}
    assert louder == {"log_min_messages"}
    assert _SETTINGS["log_min_messages"] == "fatal"
