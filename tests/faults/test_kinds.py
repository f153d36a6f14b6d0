"""Single kinds of faults say what they have found themselves."""

from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from tests.faults import restored
from tests.faults.everything import hindrance, not_struck
from tests.faults.fault import Missed
from tests.faults.restored import _BRAKE, _DUE, Yesterday
from tests.faults.versions import OldBesideNew, check_out
from tests.faults.wires_disk import Full, a_small_disk, fill, is_small
from tests.faults.wires_redis import Flushed

DICE = Random(7)  # noqa: S311 - a dice with a seed


class PutBack:
    """A world whose database is put back. `was_due` in it, which leaves as soon as anybody gets
    in, where there is no brake."""

    def __init__(self, home: Path, was_due: int, *, has_brake: bool) -> None:
        self.home, self.was_due, self.has_brake = home, was_due, has_brake
        self.mail = SimpleNamespace(taken=[], on=lambda *_: None, off=lambda _: None)
        self.postgres = SimpleNamespace(refuse=self.refuse, allow=self.allow)
        self.is_open = True
        self.is_yesterday = False
        self.stops = 0

    def refuse(self) -> None:
        self.is_open = False

    def allow(self) -> None:
        self.is_open = True
        self.send()

    def stop(self, _: str) -> None:
        self.stops += 1
        self.is_yesterday = self.stops == 2

    def start(self, _: str) -> None:
        self.send()

    def send(self) -> None:
        if self.is_open and self.is_yesterday and not self.has_brake:
            self.mail.taken += [SimpleNamespace(content=b"", recipient="a")] * self.was_due
            self.was_due = 0

    def rows(self, query: str) -> list[dict[str, Any]]:
        if query == _BRAKE:
            return [{"brake_reason": "restored" if self.has_brake else None}]
        if query == _DUE:
            return [{"n": 0 if self.has_brake else self.was_due}]
        return [{"n": 0, "message_id": "a", "mailbox": "a"}] * bool(query)

    def while_loaded(self, _: object) -> bool:
        return True

    def until(self, holds: Any, _: float) -> bool:
        return bool(holds())

    def until_loaded(self) -> None:
        """It is over."""

    def rest(self) -> bool:
        return True

    def run(self, *_: str) -> str:
        return ""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That of a database, and the marks that are kept beside it."""
    for name in ("data", "keep"):
        (tmp_path / "home" / name).mkdir(parents=True)
    monkeypatch.setattr(restored, "_WATCHED_SECONDS", 0.0)
    monkeypatch.setattr(restored, "_data", lambda world: world.home / "data")
    monkeypatch.setattr(restored, "_is_noted", lambda *_: True)
    return tmp_path / "home"


def test_F13_what_is_sent_at_once_is_told_and_no_instant_that_didnt_come(data: Path) -> None:
    world: Any = PutBack(data, 3, has_brake=False)
    fault = Yesterday()
    fault.strike(world, DICE)
    assert "nobody noticed that the database had been restored, 3 due" in fault.check(world)
    assert "3 mails left the restored database" in fault.check(world)


def test_F13_a_disk_on_which_nothing_was_due_is_an_instant_that_didnt_come(data: Path) -> None:
    world: Any = PutBack(data, 0, has_brake=False)
    with pytest.raises(Missed):
        Yesterday().strike(world, DICE)


class LooksLate:
    """A world in which the services look again only when `rest` has come."""

    rests: ClassVar[bool] = False

    def rows(self, query: str, *_: object) -> list[dict[str, Any]]:
        if "now" in query:
            return [{"now": 0.0}]
        return [{"service": name} for name in ("cases", "scheduler", "notifier") if self.rests]

    def until(self, holds: Any, _: float) -> bool:
        return bool(holds())


@pytest.fixture
def own() -> Any:
    calls = [{"kind": "call", "state": "accepted"}] * 4
    return SimpleNamespace(messages=lambda: calls, end=lambda: None)


@pytest.mark.parametrize("in_time", [True, False])
def test_F6_a_minute_is_counted_from_the_mending_not_from_the_rest(
    own: Any, in_time: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world: Any = LooksLate()
    fault: Any = Flushed()
    monkeypatch.setattr("tests.faults.wires_redis.OwnCase.open", lambda *_: own)
    fault.harm = lambda *_: None
    world.rests = in_time
    fault.strike(world, DICE)
    fault.watching.join()
    world.rests = True
    assert len(fault.check(world)) == (not in_time)


@pytest.mark.parametrize("why", ["", "it isn't here"])
def test_F14_F15_what_cant_strike_is_a_row_that_isnt_well(
    why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OldBesideNew, "hindrance", lambda: why)
    rows = not_struck([OldBesideNew, Flushed], {OldBesideNew.name: 50, Flushed.name: 10}, 7)
    told = [(one.fault, one.moments, one.wanted, one.why, one.is_well) for one in rows]
    assert told == [(OldBesideNew.name, 0, 50, why, False)] * bool(why)


def test_F14_the_version_before_can_be_had_from_the_clone(tmp_path: Path) -> None:
    if why := hindrance(OldBesideNew):
        pytest.skip(why)
    check_out(tmp_path)
    assert (tmp_path / "services" / "notifier" / "app.py").is_file()


def test_F15_a_small_disk_can_be_filled_without_harm_to_another(tmp_path: Path) -> None:
    if why := hindrance(Full):
        pytest.skip(why)
    with a_small_disk(tmp_path, 1) as home:
        assert is_small(home)
        fill(home / "ballast")
        with pytest.raises(OSError, match="No space left"):
            (home / "more").write_bytes(b"x")
        (home / "ballast").unlink()
    assert not is_small(home)
