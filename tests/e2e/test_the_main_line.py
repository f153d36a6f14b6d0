"""A case from its opening to the withdrawn consent, with all its mail, by the three services.

However Samspel ends then, nothing is left running, and the next start goes on where it stood.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.conftest import EXAMPLE
from tests.support.folders import around_a_child_alone, without_letters
from tests.support.house import START_SECONDS, House, running
from tests.support.story import GUARDIANS, Json, Stage, open_a_case, the_meeting

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("e2e-main-line")]

START = "2027-03-01T08:00:00+01:00"  # a Monday in the sports week, week 9
END = "2027-03-24T08:00:00+01:00"
PROCESSES = (
    "services.cases.app:web",
    "services.cases.app:celery",
    "services.scheduler.app:celery worker",
    "services.notifier.app:celery",
    "shared.beat:celery beat",
    "valkey-server",
    "bin/postgres",
    "samspel.mailbox",
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    alone = without_letters(around_a_child_alone(EXAMPLE))
    with running(tmp_path / "home", clock=START, municipality=alone) as house:
        yield house


STAFF = ("anna.lindqvist@exempelkommun.example", "asa.hallberg@exempelkommun.example")
EVERYBODY = STAFF + GUARDIANS

# What one expects in the mailbox after three weeks: each mail to each of the four, once.
EXPECTED = Counter(
    (kind, to)
    for kind, times in {
        "REQUEST 0": 2,  # 2 March: the first meeting; 8 March: the second
        "Påminnelse: möte måndag 8 mars 2027 kl. 09.00": 1,  # Thursday 4 March
        "Påminnelse: möte torsdag 11 mars 2027 kl. 09.00": 1,  # Tuesday 9 March
        "REQUEST 1": 1,  # 10 March: the second is moved to the 15th
        "Påminnelse: möte måndag 15 mars 2027 kl. 10.00": 1,  # Thursday 11 March
        "CANCEL 2": 1,  # 12 March: a consent is withdrawn
    }.items()
    for to in EVERYBODY
    for _ in range(times)
)


def nothing_happens() -> None:
    """No fault."""


def live_three_weeks(house: Stage, fault: Callable[[], None] = nothing_happens) -> Json:
    """The story of the case; `fault` strikes at nine moments, before anybody saw what was done."""
    case = open_a_case(house)
    fault()
    house.move_clock("2027-03-02T08:00:00+01:00")
    for consent in case["consents"]:
        house.post(f"cases/{case['id']}/consents/{consent['id']}/sign")
        fault()
    house.settle()
    first = the_meeting(house, case["id"], "first")
    assert first["starts_at"] == "2027-03-08T09:00:00+01:00"  # after the break, at a kind hour

    house.move_clock("2027-03-08T12:00:00+01:00")
    house.post(f"meetings/{first['id']}/held")
    fault()
    house.settle()
    second = the_meeting(house, case["id"], "second")
    assert second["starts_at"] == "2027-03-11T09:00:00+01:00"

    house.move_clock("2027-03-10T08:00:00+01:00")
    moved = {"starts_at": "2027-03-15T10:00:00+01:00"}
    house.post(f"meetings/{second['id']}/move", moved)
    fault()
    house.settle()

    fault()
    house.move_clock("2027-03-12T15:00:00+01:00")
    fault()
    answer = house.post(f"cases/{case['id']}/consents/{case['consents'][0]['id']}/withdraw")
    assert answer["cancelled_meetings"] == [second["id"]]
    fault()
    house.settle()
    fault()
    house.move_clock(END)
    house.settle()
    return case


def test_F1_F2_F6_F7_neither_kill_9_of_each_process_nor_an_emptied_redis_changes_a_mail(
    house: House,
) -> None:
    """Every part is struck in turn, and Redis is emptied, while the story goes on."""
    strikes: deque[Callable[[], None]] = deque(partial(house.kill, name) for name in PROCESSES)
    strikes.append(house.flush_redis)

    def fault() -> None:
        strikes.popleft()()

    case = live_three_weeks(house, fault)
    assert not strikes
    assert house.kinds_of_mail() == EXPECTED
    repeats = len(house.mails()) - EXPECTED.total()
    assert repeats <= len(PROCESSES)  # an outcome that nobody knew was repeated, once
    all_of_it_ends_and_goes_on(house, case)


def all_of_it_ends_and_goes_on(house: House, case: Json) -> None:
    """kill -9 of the whole leaves no process; the next start keeps data and clock, and sends
    nothing anew."""
    children = house.children()
    assert house.process is not None
    house.process.kill()
    house.process.wait(10)
    assert psutil.wait_procs(children, timeout=10)[1] == []
    house.start()
    assert house.get(f"cases/{case['id']}")["reference"] == case["reference"]
    assert house.get("clock")["now"] == END
    house.wait_until_ready(START_SECONDS)
    house.settle()
    assert house.kinds_of_mail() == EXPECTED
    children = house.children()
    house.process.terminate()
    assert house.process.wait(20) == 0
    assert psutil.wait_procs(children, timeout=10)[1] == []
