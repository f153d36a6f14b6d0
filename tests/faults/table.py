"""What came of many moments, as a table for people and lines for machines."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.conftest import ROOT
from tests.faults.moments import Moment

BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
PAGE = ROOT / "docs" / "reliability.md"
_HEAD = (
    "| fault | what happens | moments | lost | repeated | wrongly sent | recovery, s | most, s"
    " | as calm |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|---|"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of fault. `as_calm`: whether the mails were those of the same load without it."""

    fault: str
    sentence: str
    moments: int
    lost: int
    repeated: int
    wrong: int
    median: float
    most: float
    as_calm: bool | None
    seed: int

    @property
    def is_well(self) -> bool:
        return not self.lost and not self.wrong and self.as_calm is not False


def row(
    fault: str, sentence: str, moments: Sequence[Moment], apart: Sequence[str] | None, seed: int
) -> Row:
    """`apart`: how the mails differ from the calm ones; None: not to be compared."""
    counted = [one for one in moments if not one.missed]
    seconds = [one.seconds for one in counted] or [0.0]
    return Row(
        fault,
        sentence,
        len(counted),
        sum(len(one.lost) for one in moments),
        sum(one.repeated for one in moments),
        sum(len(one.wrong) for one in moments),
        round(median(seconds), 1),
        round(max(seconds), 1),
        None if apart is None else not apart,
        seed,
    )


def markdown(rows: Sequence[Row]) -> str:
    lines = [
        f"| {one.fault} | {one.sentence} | {one.moments} | {one.lost} | {one.repeated}"
        f" | {one.wrong} | {one.median:.1f} | {one.most:.1f} | {_yes(one.as_calm)} |"
        for one in rows
    ]
    return "\n".join([_HEAD, *lines])


def append_json(path: Path, rows: Sequence[Row]) -> None:
    """A line for each row, after those of earlier runs."""
    about = _about()
    with path.open("a", encoding="utf-8") as file:
        for one in rows:
            file.write(json.dumps(asdict(one) | about, ensure_ascii=False) + "\n")


def from_json(path: Path) -> tuple[list[Row], dict[str, str]]:
    """The newest row of each fault in such a file, and what the newest says about its run."""
    newest: dict[str, Row] = {}
    about: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        about = {name: str(values.pop(name)) for name in ("on", "commit", "machine")}
        newest[values["fault"]] = Row(**values)
    order = sorted(newest.values(), key=lambda one: (_number(one.fault), one.fault))
    return order, about


def write(rows: Sequence[Row], about: dict[str, str] | None = None) -> None:
    """The table in docs/reliability.md, between its marks."""
    about = about or _about()
    seeds = ", ".join(sorted({str(one.seed) for one in rows}))
    text = (
        f"{BEGIN}\n{markdown(rows)}\n\nSeed {seeds}; commit {about['commit']}; {about['on']};"
        f" {about['machine']}.\n{END}"
    )
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(before + text + rest.partition(END)[2], encoding="utf-8")


def _about() -> dict[str, str]:
    command = ("git", "describe", "--always", "--dirty", "--abbrev=7")
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "commit": done.stdout.strip() or "unknown",
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}, load {os.getloadavg()[0]:.0f}",
    }


def _yes(as_calm: bool | None) -> str:
    return {True: "yes", False: "NO", None: "–"}[as_calm]


def _number(fault: str) -> int:
    digits = fault.partition("-")[0].removeprefix("F")
    return int(digits) if digits.isdigit() else 0
