"""The walls between the parts stand: services apart, handlers above the domain, the domain pure."""

import subprocess
import sys

from tests.conftest import ROOT

LINT = "from importlinter.cli import lint_imports_command as lint; lint()"


def test_every_import_goes_the_way_the_architecture_says() -> None:
    """In a process of its own: import-linter turns off every logger that it finds."""
    command = [sys.executable, "-c", LINT, "--no-cache"]
    lint = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert lint.returncode == 0, lint.stdout
