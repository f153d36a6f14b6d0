"""Beside the figures that were committed last: what takes a fifth more CPU than it did.

Only ratios of CPU seconds are compared, ours for each of the bare one's in the same run: a clock's
seconds are another machine's, or those of a busier day.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.figures import Figure
from tests.conftest import ROOT

FILE = ROOT / "bench.json"
GROWN = 1.2


class NothingToCompare(Exception):
    """No figures are committed, or they are of another kind; the message says so."""


def committed() -> dict[str, Any]:
    """What HEAD has. Raises NothingToCompare."""
    command = ("git", "show", f"HEAD:{FILE.name}")
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        raise NothingToCompare(f"no {FILE.name} is committed: there is nothing to compare with")
    found = json.loads(done.stdout)
    if not isinstance(found, dict) or "figures" not in found:
        raise NothingToCompare(f"the committed {FILE.name} has no figures of this kind")
    return dict(found)


def grown(figures: Sequence[Figure], before: Mapping[str, Any]) -> list[str]:
    """A line for each CPU ratio that has grown by a fifth or more since then."""
    then = {one["name"]: one.get("cpu_ratio") for one in before["figures"]}
    lines = []
    for one in figures:
        now, was = one.cpu_ratio, then.get(one.name)
        if now and was and now >= was * GROWN:
            more = (now / was - 1) * 100
            lines.append(f"{one.name}: {more:.0f} % more CPU ({was:.3g} → {now:.3g}): {one.what}")
    return lines
