"""Every fault at many moments: `make faults`, or `python -m tests.faults --fault F2 --moments 50`.

The moments are of each F-number and shared among its kinds, which strike in turn in one world.
Ends with 1 if anything was lost or wrongly sent, or if a kind didn't strike as often as it should.
The logs of a world in which that happened stay.
"""

import argparse
import os
import secrets
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from math import ceil
from pathlib import Path
from tempfile import mkdtemp

from rich.console import Console

from tests.faults import table
from tests.faults.everything import chosen
from tests.faults.fault import Fault
from tests.faults.moments import Apart, Lived, Moment, Season, a_season
from tests.faults.versions import is_here
from tests.faults.wires_disk import a_small_disk

CALM = "calm"
_console = Console(soft_wrap=True, markup=False, highlight=False)
TRIES = 2  # for each moment, where the instant that a fault waits for doesn't come


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the worlds end in order
    given = _arguments()
    if given.write_from:
        table.write(*table.from_json(given.write_from))
        return 0
    faults = [fault for fault in chosen(given.fault or []) if _can_run(fault)]
    each = _of_each_kind(faults, given.moments)
    groups = _groups(faults, apart=given.apart)
    _console.print(f"seed {given.seed}, {sum(each.values())} moments in {len(groups)} worlds")
    twins = [group for group in groups if group[0].twin and given.twin]
    rounds = max((TRIES * sum(each[one.name] for one in group) for group in twins), default=0)
    calm = _calm(rounds, given.seed) if rounds else {}
    rows: list[table.Row] = []
    for group in groups:
        made = _at_many_moments(group, each, given.seed, calm if group in twins else None)
        rows += made
        if given.json:
            table.append_json(given.json, made)
    _console.print(table.markdown(rows))
    if given.write:
        table.write(rows)
    return 0 if all(row.is_well for row in rows) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--moments", type=int, default=50, help="of each F-number (50)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--fault", action="append", help="F2, or F2-after-dot; may be given again")
    parser.add_argument("--json", type=Path, help="append the rows to this file")
    parser.add_argument("--write", action="store_true", help="the table into docs/reliability.md")
    parser.add_argument("--write-from", type=Path, help="that table of such a file; runs nothing")
    parser.add_argument("--apart", action="store_true", help="a world for each kind (slower)")
    parser.add_argument("--no-twin", dest="twin", action="store_false", help="don't compare")
    given = parser.parse_args()
    if given.write and table.commit().endswith("-dirty"):
        parser.error("the rows of a changed tree aren't published: commit first")
    return given


def _of_each_kind(faults: Sequence[type[Fault]], moments: int) -> dict[str, int]:
    """How often each kind is to strike, by its name: evenly as many of each F-number."""
    kinds = Counter(one.id for one in faults)
    return {one.name: ceil(moments / kinds[one.id]) for one in faults}


def _groups(faults: Sequence[type[Fault]], *, apart: bool) -> list[list[type[Fault]]]:
    """Those that share a world: of one F-number, on the same kind of disk, and only such as leave
    the mails of a calm run with such as do."""
    if apart:
        return [[one] for one in faults]
    groups: dict[tuple[str, bool, bool], list[type[Fault]]] = {}
    for one in faults:
        groups.setdefault((one.id, one.twin, _needs_small_disk(one)), []).append(one)
    return list(groups.values())


def _can_run(fault: type[Fault]) -> bool:
    if fault.id == "F14" and not is_here():
        _console.print("F14: the version before isn't in this clone, skipped")
        return False
    if _needs_small_disk(fault) and os.geteuid() != 0:
        _console.print(f"{fault.id}: a small disk can only be mounted by root, skipped")
        return False
    return True


def _needs_small_disk(fault: type[Fault]) -> bool:
    """Whether its world stands on a disk of its own."""
    return getattr(fault, "needs_small_disk", False)


def _calm(rounds: int, seed: int) -> dict[int, Lived]:
    """The same load without a fault: what has been lived after each round."""
    with _season(CALM, seed) as season:
        for number in range(rounds):
            moment = season.calm()
            _progress(CALM, number + 1, rounds, moment)
            if not moment.is_well:
                _tell(season, moment)
                raise SystemExit("Without a fault something is wrong already.")
        return season.lived


def _at_many_moments(
    faults: Sequence[type[Fault]],
    each: dict[str, int],
    seed: int,
    calm: dict[int, Lived] | None,
) -> list[table.Row]:
    """A row for each, in one world: in turn, each until it has struck so often."""
    moments: dict[str, list[Moment]] = {fault.name: [] for fault in faults}
    apart = Apart(None, "time or people differ" if not faults[0].twin else "not asked for")
    small_disk = any(_needs_small_disk(fault) for fault in faults)
    with _season("-".join(moments)[:40], seed, small_disk=small_disk) as season:
        for fault in list(faults) * max(each[fault.name] for fault in faults) * TRIES:
            so_far, wanted = moments[fault.name], each[fault.name]
            if season.has_failed or sum(not one.missed for one in so_far) >= wanted:
                continue  # what comes after a failure in the same world may follow from it
            so_far.append(season.struck(fault()))
            _progress(fault.name, sum(not one.missed for one in so_far), wanted, so_far[-1])
            if season.has_failed:
                _tell(season, so_far[-1])
        if season.has_failed:
            apart = Apart(None, "a moment failed")
        elif calm is not None:
            apart = season.apart_from(calm)
            for line in (apart.lines or ())[:10]:
                _console.print(f"    {line}")
    return [
        table.row(one.name, one.sentence, moments[one.name], each[one.name], apart, seed)
        for one in faults
    ]


@contextmanager
def _season(name: str, seed: int, *, small_disk: bool = False) -> Iterator[Season]:
    folder = Path(mkdtemp(prefix=f"samspel-{name}-"))
    failed = True
    disk = a_small_disk(folder) if small_disk else nullcontext(folder)
    try:
        with disk as home, a_season(home, seed) as season:
            yield season
            failed = season.has_failed
    finally:
        if failed:
            _console.print(f"    the logs are in {folder / 'home' / 'logs'}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _progress(name: str, number: int, wanted: int, moment: Moment) -> None:
    how = "missed" if moment.missed else f"{moment.seconds:5.1f} s"
    _console.print(f"{name:<24} {number:3}/{wanted} {how} repeated {moment.repeated}")


def _tell(season: Season, moment: Moment) -> None:
    for what, lines in (("LOST", moment.lost), ("WRONG", moment.wrong)):
        for line in lines[:20]:
            _console.print(f"    {what}: {line}")
    again = " ".join([*_without_seed(sys.argv[1:]), "--seed", str(season.seed)])
    _console.print(f"    again: python -m tests.faults {again}")


def _without_seed(words: Sequence[str]) -> list[str]:
    """The words of a command but for the seed, given as one word or as two."""
    before = ("", *words)
    return [
        word
        for word, earlier in zip(words, before, strict=False)
        if earlier != "--seed" and word.partition("=")[0] != "--seed"
    ]


if __name__ == "__main__":
    raise SystemExit(main())
