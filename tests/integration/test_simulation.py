"""`samspel simulate`: some weeks hold, repeat themselves, and show what was put in to be found."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from samspel.simulate.ground import Ground
from samspel.simulate.script import drawn
from tests.conftest import Servers
from tests.mutations.catching import catch
from tests.mutations.faults import MUTATIONS

SOME = (
    "the gate doesn't look at the fence",
    "the clearance is skipped",
    "a SEQUENCE is used again",
    "the access log is skipped",
)
SEED, FEW_STEPS = 1303, 10  # a week in which much happens


@pytest.fixture(scope="module")
def ground(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    made = Ground(servers.postgres, tmp_path_factory.mktemp("simulated"))
    yield made
    made.end()


def test_every_invariant_holds_and_the_same_seed_is_the_same_history(ground: Ground) -> None:
    whole = drawn(SEED, 1)
    steps = whole.steps[:FEW_STEPS]
    days = (steps[-1].when - whole.begins).days + 2
    script = replace(whole, steps=steps, days=days)
    first, second = (ground.live(script) for _ in range(2))
    assert first.broken is None, first.broken
    assert first.steps == FEW_STEPS
    assert first.faults
    assert first.mails
    assert (first.history, first.faults) == (second.history, second.faults)


@pytest.mark.parametrize("name", SOME)
def test_a_fault_put_in_on_purpose_is_caught(ground: Ground, name: str) -> None:
    (mutation,) = (one for one in MUTATIONS if one.name == name)
    caught = catch(mutation, ground)
    assert caught.is_caught, caught.line
