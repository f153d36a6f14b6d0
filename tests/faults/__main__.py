"""Every fault at many moments: `make faults`, or `python -m tests.faults --fault F2 --moments 50`.

The moments are of each F-number and shared among its kinds, which strike in turn in one world;
so many worlds as `--jobs` says live side by side. The rows of a world are kept as it ends.
Ends with 1 if anything was lost or wrongly sent, or if a kind didn't strike as often as it should.
The logs of a world in which that happened stay.
"""

import argparse
import secrets
from collections import Counter
from collections.abc import Sequence
from math import ceil
from pathlib import Path

from tests.faults import table
from tests.faults.everything import chosen, not_struck
from tests.faults.fault import Fault
from tests.faults.kept import Kept
from tests.faults.worlds import (
    TRIES,
    Calm,
    Kinds,
    as_they_end,
    console,
    live_calmly,
    live_through,
    needs_small_disk,
    side_by_side,
)


def main() -> int:
    given = _arguments()
    if given.write_from:
        table.write(*table.from_json(given.write_from))
        return 0
    faults = chosen(given.fault or [])
    each = _of_each_kind(faults, given.moments)
    barred = not_struck(faults, each, given.seed)
    names = {row.fault for row in barred}
    groups = _groups([one for one in faults if one.name not in names], apart=given.apart)
    console.print(f"seed {given.seed}, {sum(each.values())} moments in {len(groups)} worlds")
    rows = [*all_rows(groups, each, given), *barred]
    if given.json:
        table.append_json(given.json, barred)
    console.print(table.markdown(rows))
    if given.write:
        table.write(rows)
    return 0 if all(row.is_well for row in rows) else 1


def all_rows(
    groups: Sequence[Kinds], each: dict[str, int], given: argparse.Namespace
) -> list[table.Row]:
    """That of the calm run, if anything is compared with one; then in the order of the faults."""
    twins = [group for group in groups if group[0].twin and given.twin]
    rounds = max((TRIES * sum(each[one.name] for one in group) for group in twins), default=0)
    calm: list[Kinds] = [[Calm]] if rounds else []
    kept = Kept(each | {Calm.name: rounds}, given.seed, given.json, waiting_for_calm=twins)
    with side_by_side(given.jobs) as pool:
        running = {pool.submit(live_calmly, rounds, given.seed): one for one in calm}
        # The last take longest (servers are stopped, copied, started): they don't come last.
        running |= {pool.submit(live_through, one, each, given.seed): one for one in groups[::-1]}
        try:
            for group, lives in as_they_end(running):
                kept.add(group, lives)
        finally:
            kept.close()
    return [kept.rows[one.name] for group in [*calm, *groups] for one in group]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--moments", type=int, default=50, help="of each F-number (50)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--jobs", type=int, default=1, help="so many worlds at a time (1)")
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


def _groups(faults: Sequence[type[Fault]], *, apart: bool) -> list[Kinds]:
    """Those that share a world: of one F-number, on the same kind of disk, and only such as leave
    the mails of a calm run with such as do."""
    if apart:
        return [[one] for one in faults]
    groups: dict[tuple[str, bool, bool], Kinds] = {}
    for one in faults:
        groups.setdefault((one.id, one.twin, needs_small_disk(one)), []).append(one)
    return list(groups.values())


if __name__ == "__main__":
    raise SystemExit(main())
