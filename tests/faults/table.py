"""What came of many moments, as a table for people and lines for machines."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.conftest import ROOT
from tests.faults.moments import Apart, Moment

BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
PAGE = ROOT / "docs" / "reliability.md"
_HEAD = (
    "| fault | what happens | moments | missed | lost | repeated | wrongly sent | recovery, s"
    " | most, s | as calm | seed | commit |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|--:|---|---|---|"
)
_DIRTY = "-dirty"


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of fault. `wanted`: how often it should have struck. `missed`: how often the instant
    that it waits for didn't come. `as_calm`: whether mails and answers were those of the same load
    without it; None: not compared, and `why`."""

    fault: str
    sentence: str
    wanted: int
    moments: int
    missed: int
    lost: int
    repeated: int
    wrong: int
    seconds: tuple[float, ...]
    as_calm: bool | None
    why: str
    seed: str
    commit: str

    @property
    def is_well(self) -> bool:
        """It struck as often as it should have, and nothing came of it."""
        harmed = self.lost or self.wrong or self.as_calm is False
        return not harmed and self.moments >= self.wanted > 0


def row(
    fault: str, sentence: str, moments: Sequence[Moment], wanted: int, apart: Apart, seed: int
) -> Row:
    counted = [one for one in moments if not one.missed]
    return Row(
        fault=fault,
        sentence=sentence,
        wanted=wanted,
        moments=len(counted),
        missed=len(moments) - len(counted),
        lost=sum(len(one.lost) for one in moments),
        repeated=sum(one.repeated for one in moments),
        wrong=sum(len(one.wrong) for one in moments),
        seconds=tuple(round(one.seconds, 1) for one in counted),
        as_calm=None if apart.lines is None else not apart.lines,
        why=apart.why,
        seed=str(seed),
        commit=commit(),
    )


def markdown(rows: Sequence[Row]) -> str:
    lines = []
    for one in rows:
        seconds = one.seconds or (0.0,)
        lines.append(
            f"| {one.fault} | {one.sentence} | {one.moments} of {one.wanted} | {one.missed}"
            f" | {one.lost} | {one.repeated} | {one.wrong} | {median(seconds):.1f}"
            f" | {max(seconds):.1f} | {_yes(one)} | {one.seed} | {one.commit} |"
        )
    return "\n".join([_HEAD, *lines])


def append_json(path: Path, rows: Sequence[Row]) -> None:
    """A line for each row, after those of earlier runs."""
    about = _about()
    with path.open("a", encoding="utf-8") as file:
        for one in rows:
            file.write(json.dumps(asdict(one) | about, ensure_ascii=False) + "\n")


def from_json(path: Path) -> tuple[list[Row], dict[str, str]]:
    """Of each fault all rows of the commit it ran with last, as one: what was lost once stays lost,
    however often it is run again. And what the newest line says about its run."""
    rows: dict[str, list[Row]] = {}
    about: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        about = {name: str(values.pop(name)) for name in ("on", "machine")}
        one = Row(**values | {"seconds": tuple(values["seconds"])})
        same = [other for other in rows.get(one.fault, []) if other.commit == one.commit]
        rows[one.fault] = [*same, one]
    order = sorted(rows, key=lambda name: (_number(name), name))
    return [_summed(rows[name]) for name in order], about


def _summed(rows: Sequence[Row]) -> Row:
    answers = {one.as_calm for one in rows}
    return replace(
        rows[-1],
        wanted=sum(one.wanted for one in rows),
        moments=sum(one.moments for one in rows),
        missed=sum(one.missed for one in rows),
        lost=sum(one.lost for one in rows),
        repeated=sum(one.repeated for one in rows),
        wrong=sum(one.wrong for one in rows),
        seconds=tuple(second for one in rows for second in one.seconds),
        as_calm=False if False in answers else None if None in answers else True,
        why=", ".join(sorted({one.why for one in rows} - {""})),
        seed=", ".join(dict.fromkeys(one.seed for one in rows)),
    )


def write(rows: Sequence[Row], about: dict[str, str] | None = None) -> None:
    """The table in docs/reliability.md, between its marks. ValueError for rows of a tree that no
    commit stands for: nobody could repeat them."""
    if any(one.commit.endswith(_DIRTY) for one in rows):
        raise ValueError("rows of a changed tree aren't published: commit, and run again")
    about = about or _about()
    text = f"{BEGIN}\n{markdown(rows)}\n\n{about['on']}; {about['machine']}.\n{END}"
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(before + text + rest.partition(END)[2], encoding="utf-8")


def commit() -> str:
    """Of the tree as it is; ends with «-dirty» if it isn't the commit's."""
    command = ("git", "describe", "--always", "--dirty", "--abbrev=7")
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    return done.stdout.strip() or f"unknown{_DIRTY}"


def _about() -> dict[str, str]:
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}, load {os.getloadavg()[0]:.0f}",
    }


def _yes(one: Row) -> str:
    not_compared = f"– ({one.why})" if one.why else "–"
    return {True: "yes", False: "NO", None: not_compared}[one.as_calm]


def _number(fault: str) -> int:
    digits = fault.partition("-")[0].removeprefix("F")
    return int(digits) if digits.isdigit() else 0
