"""The walls between the parts stand: services apart, handlers above the domain, the domain pure."""

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.conftest import ROOT


def test_every_import_goes_the_way_the_architecture_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    configuration = str(ROOT / "pyproject.toml")
    assert lint_imports(config_filename=configuration, no_cache=True) == EXIT_STATUS_SUCCESS
