"""`make fuzz`: the calls and the forms for as long as one likes, with the edges of every schema.

    make fuzz ARGS="--examples 1000 --seed 7"

Prints what was asked and every fault; ends with 1 if there is one. The same seed asks the same.
"""

import argparse
import random
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from samspel.embedded import EmbeddedPostgres, EmbeddedValkey
from services.cases.adapters.municipality import import_register
from shared import migrations
from shared.municipality import read_register
from tests.conftest import EXAMPLE
from tests.fuzz.calls import Fuzzed, fuzz_calls
from tests.fuzz.forms import fuzz_forms
from tests.fuzz.known import known_in
from tests.integration.cases_house import CasesHouse, cases_house


def main() -> int:
    asked = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    asked.add_argument("--examples", type=int, default=100, help="of each call and each form")
    asked.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    given = asked.parse_args()
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"seed {given.seed}, {given.examples} examples")
    with ExitStack() as open_now:
        calls = _calls(_house(open_now, "calls"), given.examples, given.seed, console)
    with ExitStack() as open_now:
        forms = fuzz_forms(_house(open_now, "forms"), examples=given.examples, chance=given.seed)
    return max(_told(calls, "calls", console), _told(forms, "forms", console))


def _house(open_now: ExitStack, name: str) -> CasesHouse:
    """A house of its own, on servers of its own, which are gone when it ends."""
    home = Path(open_now.enter_context(tempfile.TemporaryDirectory(prefix=f"samspel-{name}-")))
    home.chmod(0o711)
    postgres, valkey = EmbeddedPostgres(home, fast=True), EmbeddedValkey(home)
    for server in (postgres, valkey):
        server.start()
        open_now.callback(server.discard)
    migrations.upgrade(postgres.url)
    import_register(postgres.url, read_register(EXAMPLE))
    return open_now.enter_context(cases_house(postgres.url, valkey.url, EXAMPLE))


def _calls(house: CasesHouse, examples: int, chance: int, console: Console) -> Fuzzed:
    return fuzz_calls(house, known_in(house), examples=examples, chance=chance, watch=console.print)


def _told(fuzzed: Fuzzed, of: str, console: Console) -> int:
    answers = sum(fuzzed.statuses.values(), start=type(fuzzed.asked)())
    console.print(
        f"{of}: {sum(fuzzed.asked.values())} asked; answers {dict(sorted(answers.items()))}"
    )
    for check, told in fuzzed.faults.items():
        for words in told:
            console.print(f"[red]{check}[/] {words}", markup=True)
    return int(bool(fuzzed.faults))


if __name__ == "__main__":
    sys.exit(main())
