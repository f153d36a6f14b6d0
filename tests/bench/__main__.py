"""`make bench`: measures, prints a table, and writes bench.json.

Each figure stands beside a bare one of the same run: the same work done with nothing but the
library underneath, by turns, round after round. Only the ratio can be compared between machines.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from samspel.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.bench.answering import answering
from tests.bench.building import building
from tests.bench.comparing import FILE, NothingToCompare, committed, grown
from tests.bench.due_rows import due_rows
from tests.bench.figures import Figure
from tests.bench.machine import circumstances, load
from tests.bench.mail_path import mail_path
from tests.bench.national_morning import national_morning
from tests.bench.opening import opening
from tests.bench.pages import PageFigure, pages, show_pages
from tests.bench.plans import plans
from tests.bench.postfix import NoPostfix, Postfix
from tests.bench.servers import Bench
from tests.bench.starting import starting
from tests.bench.table import show, write
from tests.bench.year import year
from tests.faults.table import commit

MEASURES: Mapping[str, Callable[[Bench], list[Figure]]] = {
    "plans": plans, "year": year, "building": building, "mail-path": mail_path,
    "due-rows": due_rows, "opening": opening, "answering": answering,
    "national-morning": national_morning, "start": starting,
}  # fmt: skip
PAGES = "pages"
NEED_POSTFIX = {"mail-path", "national-morning"}


def main(arguments: Sequence[str] | None = None) -> int:
    """0, whatever was measured; with --compare 1 if something has grown, or can't be told."""
    told = _arguments(arguments)
    console = Console(width=160)
    with tempfile.TemporaryDirectory(prefix="samspel-bench-") as folder, ExitStack() as stack:
        home = Path(folder)
        home.chmod(0o711)  # as root, the servers run as a user that has to get through
        postgres = EmbeddedPostgres(home)  # with fsync, as in use
        valkey = EmbeddedValkey(home)
        for server in (postgres, valkey):
            server.start()
            stack.callback(server.discard)
        bench = Bench(postgres.url, valkey.url, home, told.rounds, told.quick)
        return run(bench, told, console)


def run(bench: Bench, told: argparse.Namespace, console: Console) -> int:
    """On servers that are there."""
    chosen = set(told.only or [*MEASURES, PAGES])
    about = circumstances(bench.postgres_url, bench.valkey_url)
    if chosen & NEED_POSTFIX:
        bench.postfix = _postfix(console, fetch=not told.no_fetch)
    figures: list[Figure] = []
    for name, measure in MEASURES.items():
        if name in chosen:
            console.print(f"{name} …")
            figures += measure(bench)
    of_pages = pages(bench) if PAGES in chosen else []
    bench.drop_templates()
    about |= {"load_at_end": load(), "rounds": bench.rounds, "quick": bench.quick}
    show(console, figures, about)
    if of_pages:
        show_pages(console, of_pages)
    if told.json:
        told.json.write_text(_as_json(figures, of_pages, about), encoding="utf-8")
    if told.write:
        write(figures, of_pages, about)
    if bench.quick:
        return 0
    return _compared(figures, console, asked=told.compare)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of each way, by turns")
    parser.add_argument("--only", action="append", choices=[*MEASURES, PAGES], help="some alone")
    parser.add_argument("--quick", action="store_true", help="so little that it says nothing")
    parser.add_argument("--write", action="store_true", help="table and chart into docs/")
    parser.add_argument("--compare", action="store_true", help="1 if a CPU ratio grew by a fifth")
    parser.add_argument("--no-fetch", action="store_true", help="Postfix only if it's there")
    parser.add_argument(
        "--json", type=Path, help="where the figures are written (bench.json, if whole)"
    )
    told = parser.parse_args(arguments)
    whole = not (told.only or told.quick)
    if told.write and not whole:
        parser.error("--write: only a run of everything is published")
    if told.write and commit().endswith("-dirty"):
        parser.error("the figures of a changed tree aren't published: commit first")
    if told.json is None and whole:
        told.json = FILE
    if told.rounds < 1:
        parser.error("--rounds: at least one")
    return told


def _postfix(console: Console, *, fetch: bool) -> Postfix | None:
    try:
        return Postfix.found(fetch=fetch)
    except NoPostfix as error:
        left_out = ", ".join(sorted(NEED_POSTFIX))
        console.print(f"Left out ({left_out}): {error}")
        return None


def _compared(figures: Sequence[Figure], console: Console, *, asked: bool) -> int:
    try:
        lines = grown(figures, committed())
    except NothingToCompare as error:
        console.print(f"Not compared: {error}.")
        return int(asked)
    for line in lines:
        console.print(f"GROWN: {line}")
    if not lines:
        console.print("No CPU ratio has grown by a fifth since the committed figures.")
    return int(asked and bool(lines))


def _as_json(
    figures: Sequence[Figure], of_pages: Sequence[PageFigure], about: Mapping[str, Any]
) -> str:
    rows = [
        asdict(one) | {"value": one.value, "reached": one.reached, "cpu_ratio": one.cpu_ratio}
        for one in figures
    ]
    whole = {"about": about, "figures": rows, "pages": [asdict(one) for one in of_pages]}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
