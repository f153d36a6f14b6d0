"""Live through every mutation, and write what caught it into docs/simulation.md.

`--drawn`: in drawn lives too, which takes some minutes each. `--only WORDS`: those alone whose name
has the words in it; nothing is written.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from samspel.simulate.ground import Ground, a_server
from tests.mutations.catching import LIVES, SECONDS, Caught, catch, catch_in_drawn_lives
from tests.mutations.faults import MUTATIONS

_DOCUMENT = Path(__file__).parents[2] / "docs" / "simulation.md"
_BEGIN, _END = "<!-- mutations: made by `make mutations` -->", "<!-- /mutations -->"
_NOT_ASKED = "–"


def main() -> int:
    asked = _asked()
    found: list[Caught] = []
    lines: list[str] = []
    with a_server() as (server, home):
        ground = Ground(server, home / "lives")
        for mutation in MUTATIONS:
            if asked.only not in mutation.name:
                continue
            found.append(catch(mutation, ground))
            drawn = _NOT_ASKED
            if asked.drawn:
                drawn = catch_in_drawn_lives(mutation, ground).in_drawn_lives
            lines.append(f"{found[-1].line} | {drawn} |")
            print(lines[-1], flush=True)  # noqa: T201 - what the command is for
    if not asked.only:
        _write(lines)
    missed = [one for one in found if not one.is_caught]
    print(f"{len(found) - len(missed)} of {len(found)} caught")  # noqa: T201
    return len(missed)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.mutations", description=__doc__)
    most = f"until caught, at most {LIVES} of them or {SECONDS:.0f} s"
    parser.add_argument("--drawn", action="store_true", help=f"in drawn lives too: {most}")
    parser.add_argument("--only", default="", help="words of a mutation's name")
    return parser.parse_args()


def _write(lines: list[str]) -> None:
    text = _DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = text.partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    table = "\n".join(_rows(lines))
    _DOCUMENT.write_text(f"{head}{_BEGIN}\n\n{table}\n\n{_END}{tail}", encoding="utf-8")


def _rows(lines: list[str]) -> Iterator[str]:
    yield "| fault | caught by | steps | scenes | in drawn years |"
    yield "|---|---|---|---|---|"
    yield from lines


sys.exit(main())
