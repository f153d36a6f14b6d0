"""`samspel simulate`: some weeks hold, repeat themselves, and show what was put in to be found."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from samspel.simulate.ground import Ground
from samspel.simulate.script import NO_FAULT, Fault, drawn
from tests.conftest import Servers
from tests.mutations.catching import catch
from tests.mutations.faults import MUTATIONS

SOME = (
    "the gate doesn't look at the fence",
    "the clearance is skipped",
    "a SEQUENCE is used again",
    "the access log is skipped",
    "a name stands in a subject",
    "a child under 15 is mailed",
    "a call is refused half done",
    "an event that comes again asks once more",
    "each reminder is stopped as without consent",
)
SEED, FEW_STEPS = 1303, 10  # a week in which much happens
SHUFFLED = 1303


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


def test_events_in_any_order_lead_to_the_same(ground: Ground) -> None:
    """Invariant 8: tasks, meetings, messages and what is due, of a life without other faults."""
    whole = drawn(SHUFFLED, 1)
    steps = whole.steps[:FEW_STEPS]
    days = (steps[-1].when - whole.begins).days + 2
    in_order, shuffled = (
        ground.live(replace(whole, steps=tuple(replace(one, fault=fault) for one in steps),
                            days=days))
        for fault in (NO_FAULT, Fault(shuffled=True, early=True))
    )  # fmt: skip
    assert shuffled.broken is None, shuffled.broken
    assert shuffled.faults["event held back"] > 0
    assert shuffled.outcome == in_order.outcome


@pytest.mark.parametrize("name", SOME)
def test_a_fault_put_in_on_purpose_is_caught(ground: Ground, name: str) -> None:
    (mutation,) = (one for one in MUTATIONS if one.name == name)
    caught = catch(mutation, ground)
    assert caught.is_caught, caught.line
