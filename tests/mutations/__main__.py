"""Live through every mutation, and write what caught it into docs/simulation.md."""

import sys
from collections.abc import Iterator
from pathlib import Path

from samspel.simulate.ground import Ground, a_server
from tests.mutations.catching import Caught, catch
from tests.mutations.faults import MUTATIONS

_DOCUMENT = Path(__file__).parents[2] / "docs" / "simulation.md"
_BEGIN, _END = "<!-- mutations: made by `make mutations` -->", "<!-- /mutations -->"


def main() -> int:
    found: list[Caught] = []
    with a_server() as (server, home):
        ground = Ground(server, home / "lives")
        for mutation in MUTATIONS:
            found.append(catch(mutation, ground))
            print(found[-1].line, flush=True)  # noqa: T201 - what the command is for
    _write(found)
    missed = [one for one in found if not one.is_caught]
    print(f"{len(found) - len(missed)} of {len(found)} caught")  # noqa: T201
    return len(missed)


def _write(found: list[Caught]) -> None:
    text = _DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = text.partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    table = "\n".join(_rows(found))
    _DOCUMENT.write_text(f"{head}{_BEGIN}\n\n{table}\n\n{_END}{tail}", encoding="utf-8")


def _rows(found: list[Caught]) -> Iterator[str]:
    yield "| fault | caught by | steps | lives |"
    yield "|---|---|---|---|"
    for one in found:
        yield one.line


sys.exit(main())
