"""Some moments of the harness, in two worlds. The long run is `make faults`."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.clocks import ServerClockAhead
from tests.faults.families import Family
from tests.faults.fault import Fault
from tests.faults.killed import AfterTheDot, WebAfterCommit
from tests.faults.moments import Moment, Season, a_season
from tests.faults.paused import PausedBeyondItsLease, StoppedThenKilled
from tests.faults.wires_canary import Searched
from tests.faults.wires_poison import Poison
from tests.faults.wires_redis import Flushed
from tests.faults.wires_withdrawal import InContent, Withdrawn

pytestmark = pytest.mark.timeout(1800)

SEED = 7
ROUNDS = 4  # before them: then somebody has a meeting
PROCESSES: tuple[type[Fault], ...] = (
    AfterTheDot, StoppedThenKilled, WebAfterCommit, PausedBeyondItsLease, Flushed,
    Searched,  # X3: of all of it
)  # fmt: skip
OTHERS: tuple[type[Fault], ...] = (ServerClockAhead, InContent, Poison)
TRIES = 5  # rounds in which the instant that a fault waits for may come


def until_struck(season: Season, fault: type[Fault]) -> list[Moment]:
    """Round after round, until it has struck or something has failed."""
    moments: list[Moment] = []
    while len(moments) < TRIES and all(one.missed and one.is_well for one in moments):
        moments.append(season.struck(fault()))
    return moments


@pytest.mark.xdist_group("faults")
def test_F1_F2_F3_F4_F6_nothing_is_lost_nor_wrongly_sent_when_processes_die(tmp_path: Path) -> None:
    """A repeat has the same bytes and identity, and only follows an unknown outcome."""
    with a_season(tmp_path, SEED, rounds=ROUNDS) as season:
        all_strike(season, PROCESSES)
        assert season.load.letters.all(), "the load has brought about no mail at all"
        assert any(family.expected for family in season.load.families)


@pytest.mark.xdist_group("more faults")
def test_F9_F10_F12_nothing_is_lost_nor_wrongly_sent_by_clocks_withdrawals_and_poison(
    tmp_path: Path,
) -> None:
    with a_season(tmp_path, SEED, rounds=ROUNDS, settings=Withdrawn.settings) as season:
        all_strike(season, OTHERS)


def all_strike(season: Season, faults: Sequence[type[Fault]]) -> None:
    """Each of them has struck, and nothing came of it."""
    moments = [one for fault in faults for one in until_struck(season, fault)]
    assert [(one.fault, one.lost, one.wrong) for one in moments if not one.is_well] == []
    assert {one.fault for one in moments if not one.missed} == {fault.name for fault in faults}


def test_a_family_of_the_load_never_has_an_address_twice() -> None:
    family = Family(3, 1)
    assert len({family.new_address("vh") for _ in range(9)}) == 9
