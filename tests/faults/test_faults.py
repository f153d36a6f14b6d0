"""Some moments of the harness, one world for all (F1, F2, F3). The long run is `make faults`."""

from pathlib import Path

import pytest

from tests.faults.families import Family
from tests.faults.killed import AfterTheDot, WebAfterCommit
from tests.faults.moments import a_season
from tests.faults.paused import StoppedThenKilled
from tests.faults.wires_canary import Searched

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("faults")]

SEED = 7
ROUNDS = 4  # before them: then somebody has a meeting
FAULTS = (AfterTheDot, StoppedThenKilled, WebAfterCommit, Searched)  # X3: of all of it


def test_F1_F2_F3_nothing_is_lost_nor_wrongly_sent_when_processes_die(tmp_path: Path) -> None:
    """A repeat has the same bytes and identity, and only follows an unknown outcome."""
    with a_season(tmp_path, SEED, rounds=ROUNDS) as season:
        moments = [season.struck(fault()) for fault in FAULTS]
        assert [(one.fault, one.lost, one.wrong) for one in moments if not one.is_well] == []
        assert season.load.letters.all(), "the load has brought about no mail at all"
        assert any(family.expected for family in season.load.families)


def test_a_family_of_the_load_never_has_an_address_twice() -> None:
    family = Family(3, 1)
    assert len({family.new_address("vh") for _ in range(9)}) == 9
