"""What a world breaks down of is lost, the calm one's too; what others have shown is kept."""

import json
import multiprocessing
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, Self

import pytest

from tests.faults import worlds
from tests.faults.__main__ import all_rows
from tests.faults.checks import Found
from tests.faults.fault import Plain
from tests.faults.kept import Kept
from tests.faults.moments import Moment, Season
from tests.faults.worlds import Calm, Kinds, Lives, live_calmly, live_through, side_by_side

SECONDS = 30.0


@pytest.fixture(autouse=True)
def put_away(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folders of worlds that fail stay, but among those of the tests."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("worlds")))


class Compared(Plain):
    id: ClassVar[str] = "F0"
    name: ClassVar[str] = "F0-compared"
    sentence: ClassVar[str] = "nothing"
    waits: ClassVar[bool] = True

    def strike(self, _: object, __: object) -> None:
        """Nothing."""

    def check(self, _: object, /) -> list[str]:
        return []


class NotCompared(Compared):
    name: ClassVar[str] = "F0-not-compared"
    twin: ClassVar[bool] = False


class CantLook(Compared):
    name: ClassVar[str] = "F0-cant-look"

    def check(self, _: object, /) -> list[str]:
        raise LookupError("what it looks for isn't there")


def season(**load: Any) -> Season:
    """Of a world in which nothing happens."""
    world: Any = SimpleNamespace(rest=lambda: True, settle=lambda: 0.0, rows=lambda _: [])
    nothing = SimpleNamespace(join=lambda: None)
    usual = {"wrong": [], "done": [], "clock_left": 0, "round": lambda _: None,
             "start": lambda _: nothing, "done_by": lambda _: []}  # fmt: skip
    lived: Any = SimpleNamespace(**usual | load)
    checks: Any = SimpleNamespace(look=Found, look_last=list)
    return Season(world, lived, checks, 7)


def each_in(monkeypatch: pytest.MonkeyPatch, made: Callable[[], Season]) -> None:
    """Every world is as `made` says."""

    @contextmanager
    def a_season(*_: object, **__: object) -> Iterator[Season]:
        yield made()

    monkeypatch.setattr(worlds, "a_season", a_season)


def test_what_cant_be_looked_at_is_lost() -> None:
    moment = season().struck(CantLook())
    assert "what it looks for isn't there" in moment.lost[0]
    blind = season()
    blind.checks = SimpleNamespace(look=lambda: 1 / 0)  # type: ignore[assignment]
    assert "ZeroDivisionError" in blind.calm().lost[0]
    assert blind.has_failed


def test_what_goes_wrong_before_the_first_fault_is_not_forgotten() -> None:
    wrong: list[str] = []
    with pytest.raises(AssertionError, match="answered 500"):
        season(wrong=wrong, round=lambda _: wrong.append("answered 500")).warm_up(2)


def test_a_world_that_breaks_down_keeps_what_it_had_lived_and_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Breaks(Season):
        def struck(self, fault: Any) -> Moment:
            if self.number == 2:
                raise OSError("no room left")
            return Season.struck(self, fault)

        def calm(self) -> Moment:
            return self.struck(Calm())

    usual = season()
    each_in(monkeypatch, lambda: Breaks(usual.world, usual.load, usual.checks, 7))
    lives = live_through([Compared], {Compared.name: 5}, 7)
    *before, last = lives.moments[Compared.name]
    assert [one.is_well for one in before] == [True, True]
    assert ("no room left" in last.lost[0], last.missed, lives.has_failed) == (True, True, True)
    assert [one.is_well for one in live_calmly(5, 7).moments["calm"]] == [True, True, False]


def test_what_is_seen_only_as_a_world_ends_is_of_its_last_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    telling = season()
    telling.checks = SimpleNamespace(look=Found, look_last=lambda: ["a name in a trace"])  # type: ignore[assignment]
    each_in(monkeypatch, lambda: replace(telling, number=0, has_failed=False, lived={}))
    struck, calm = live_through([Compared], {Compared.name: 2}, 7), live_calmly(2, 7)
    for moments, failed in (
        (struck.moments[Compared.name], struck.has_failed),
        (calm.moments["calm"], calm.has_failed),
    ):
        assert [one.wrong for one in moments] == [(), ("a name in a trace",)]
        assert failed


def given(path: Path) -> Namespace:
    return Namespace(twin=True, jobs=1, seed=7, json=path)


@pytest.mark.parametrize("breaks_down", [False, True])
def test_a_calm_run_that_fails_is_a_row_that_isnt_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, breaks_down: bool
) -> None:
    def calmly(rounds: int, _: int) -> Lives:
        if breaks_down:
            raise OSError("the server doesn't start")
        return Lives({"calm": [Moment("calm", 1, 1.0, lost=("a mail",))]})

    struck = Lives({Compared.name: [Moment(Compared.name, 1, 1.0)]}, has_failed=False)
    monkeypatch.setattr("tests.faults.__main__.live_calmly", calmly)
    monkeypatch.setattr("tests.faults.__main__.live_through", lambda *_: struck)
    monkeypatch.setattr("tests.faults.__main__.side_by_side", lambda _: AtOnce())
    rows = all_rows([[Compared]], {Compared.name: 1}, given(tmp_path / "rows"))
    assert [(one.fault, one.lost, one.is_well) for one in rows] == [
        ("calm", 1, False),
        (Compared.name, 0, True),
    ]
    assert rows[1].why == "the calm run failed"
    written = (tmp_path / "rows").read_text().splitlines()
    assert {json.loads(line)["fault"] for line in written} == {"calm", Compared.name}


class AtOnce:
    """A pool of none but this process."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left."""

    def submit(self, does: Callable[..., Lives], *values: Any) -> Future[Lives]:
        done = Future[Lives]()
        try:
            done.set_result(does(*values))
        except OSError as error:
            done.set_exception(error)
        return done


def test_rows_wait_for_the_calm_run_only_if_they_are_compared_and_are_kept_if_it_is_cut_off(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rows"
    waiting: list[Kinds] = [[Compared]]
    kept = Kept({Compared.name: 1, NotCompared.name: 1}, 7, path, waiting)
    for fault in (Compared, NotCompared):
        kept.add([fault], Lives({fault.name: [Moment(fault.name, 1, 1.0)]}, has_failed=False))
    assert [json.loads(line)["fault"] for line in path.read_text().splitlines()] == [
        NotCompared.name
    ]
    kept.close()
    assert kept.rows[Compared.name].why == "the calm run didn't end"
    assert len(path.read_text().splitlines()) == 2


def two_worlds(folder: Path) -> None:
    """In one process, one after the other; each says that it has begun, and lasts."""

    @contextmanager
    def a_season(*_: object, **__: object) -> Iterator[Season]:
        (folder / f"{len(list(folder.iterdir()))}").touch()
        time.sleep(SECONDS)
        yield season()

    vars(worlds)["a_season"] = a_season
    with side_by_side(1) as pool:
        for future in [pool.submit(live_calmly, 1, 7) for _ in range(2)]:
            future.result()


def test_a_run_that_is_ended_begins_no_other_world(tmp_path: Path) -> None:
    run = multiprocessing.get_context("fork").Process(target=two_worlds, args=(tmp_path,))
    run.start()
    try:
        deadline = time.monotonic() + SECONDS
        while not list(tmp_path.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        run.terminate()
        run.join(SECONDS / 2)
        assert run.exitcode == 1
        assert len(list(tmp_path.iterdir())) == 1
    finally:
        run.kill()
