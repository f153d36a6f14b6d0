"""Asks OSV (osv.dev) about known holes in everything that `requirements.lock` pins.

    make audit

Ends with 1 if there is a hole, and with 0 if there is none or if nobody could be asked, which is
said. Only names and versions of packages are sent.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
_ASK = (
    sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv", "--disable-pip",
    "--require-hashes", "--format", "json", "--progress-spinner", "off", "--timeout", "10",
    "--requirement",
)  # fmt: skip


def main() -> int:
    asked = subprocess.run((*_ASK, str(LOCK)), capture_output=True, text=True, check=False)
    try:
        answer = json.loads(asked.stdout)
    except ValueError:
        why = (asked.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"audit: NOT DONE, osv.dev can't be asked: {why[:200]}")
        return 0
    holes = list(found(answer))
    for line in holes:
        print(f"audit: {line}")
    print(f"audit: {len(answer['dependencies'])} packages, {len(holes)} known holes")
    return 1 if holes else 0


def found(answer: dict[str, Any]) -> list[str]:
    """Each hole: the package, the hole's name, and the version that mends it."""
    return [
        f"{package['name']} {package['version']}: {hole['id']},"
        f" mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for package in answer["dependencies"]
        for hole in package.get("vulns", ())
    ]


if __name__ == "__main__":
    sys.exit(main())
