"""Beat pokes by the seconds that pass, whatever the machine's clock is set to meanwhile."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.beat import Service

from shared.queue import POKE_SECONDS, SERVICES, celery_app, task_of

START = datetime(2027, 3, 1, 8, tzinfo=UTC)
POKES = sorted(task_of(service) for service in SERVICES)
_AT_LEAST = 0.001  # seconds that a look takes


class Machine:
    """Its clock can be set; the seconds since its start only pass."""

    def __init__(self) -> None:
        self.passed = 1_000.0
        self.set_by = timedelta()

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed) + self.set_by

    def monotonic(self) -> float:
        return self.passed


class Beat:
    """What `celery beat` runs, with each poke written down instead of sent."""

    def __init__(self, machine: Machine) -> None:
        self.scheduler = scheduler_by(machine.now)
        self.scheduler.producer, self.scheduler.apply_entry = None, self._note
        self._machine, self._sent = machine, list[str]()

    def pokes(self, seconds: float) -> list[str]:
        """What it sends in so many seconds, sleeping as it asks to."""
        end = self._machine.passed + seconds
        self._sent.clear()
        while (wait := self.scheduler.tick()) <= end - self._machine.passed:
            self._machine.passed += max(wait, _AT_LEAST)
        self._machine.passed = end
        return list(self._sent)

    def _note(self, entry: Any, **_: object) -> None:
        self._sent.append(entry.task)


def scheduler_by(now: Callable[[], datetime]) -> Any:
    """Chosen and made as the command does."""
    app: Any = celery_app("beat", "redis://nobody.example")
    app.now = now
    return Service(app, scheduler_cls=app.conf.beat_scheduler).scheduler


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(time, "monotonic", machine.monotonic)
    return machine


@pytest.fixture
def started(machine: Machine) -> Callable[[], Beat]:
    return lambda: Beat(machine)


def test_each_service_is_poked_once_in_an_interval(started: Callable[[], Beat]) -> None:
    pokes = Counter(started().pokes(POKE_SECONDS * 10))
    assert sorted(pokes) == POKES
    assert set(pokes.values()) <= {9, 10}


@pytest.mark.parametrize("hours", [-2, 2, -24 * 365, 24 * 365])
def test_it_goes_on_when_the_clock_has_been_set_back_or_ahead(
    started: Callable[[], Beat], machine: Machine, hours: int
) -> None:
    beat = started()
    beat.pokes(POKE_SECONDS * 2)
    machine.set_by = timedelta(hours=hours)
    for _ in range(3):
        assert sorted(set(beat.pokes(POKE_SECONDS * 2))) == POKES


def test_one_that_is_started_again_by_an_earlier_clock_goes_on_from_nothing(
    started: Callable[[], Beat], machine: Machine
) -> None:
    started().pokes(POKE_SECONDS * 2)
    machine.set_by = timedelta(hours=-2)
    machine.passed = 5.0  # the machine itself was started again
    assert sorted(set(started().pokes(POKE_SECONDS * 2))) == POKES


def test_nothing_is_kept_and_nothing_is_sent_but_pokes(started: Callable[[], Beat]) -> None:
    scheduler = started().scheduler
    assert sorted(entry.task for entry in scheduler.schedule.values()) == POKES
    assert not hasattr(scheduler, "schedule_filename")
