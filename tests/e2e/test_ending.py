"""However Samspel ends, nothing is left running, and the next start goes on where it stood."""

from pathlib import Path

import psutil
import pytest

from tests.support.house import START_SECONDS, House
from tests.support.story import open_a_case

pytestmark = [pytest.mark.timeout(480), pytest.mark.xdist_group("e2e-ending")]


def test_kill_9_leaves_no_process_and_the_next_start_keeps_data_and_clock(tmp_path: Path) -> None:
    house = House(tmp_path / "home", clock="2027-03-01T08:00:00+01:00")
    house.start()
    try:
        case = open_a_case(house)
        house.move_clock("2027-03-03T08:00:00+01:00")
        children = house.children()
        assert house.process is not None
        house.process.kill()
        house.process.wait(10)
        assert psutil.wait_procs(children, timeout=10)[1] == []

        house.start()
        assert house.get(f"cases/{case['id']}")["reference"] == case["reference"]
        assert house.get("clock")["now"] == "2027-03-03T08:00:00+01:00"
        house.wait_until_ready(START_SECONDS)
        children = house.children()
    finally:
        code = house.stop()
    assert code == 0
    assert psutil.wait_procs(children, timeout=10)[1] == []
