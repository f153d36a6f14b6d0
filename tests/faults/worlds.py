"""Worlds side by side, each in a process of its own, in which kinds of faults strike in turn."""

import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from multiprocessing import active_children
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import ClassVar

from rich.console import Console

from tests.faults.fault import Fault, Plain
from tests.faults.moments import Apart, Lived, Moment, Season, a_season
from tests.faults.wires_disk import a_small_disk
from tests.faults.world import World

CALM = "calm"
NEVER = 0  # the number of a moment of a world that broke down outside its moments
TRIES = 2  # for each moment, where the instant that a fault waits for doesn't come
console = Console(soft_wrap=True, markup=False, highlight=False)
Kinds = list[type[Fault]]
_ending = threading.Event()  # this process has been told to end: no other world begins in it


class Calm(Plain):
    """No fault: the world that the mails of others are compared with. It has a row of its own."""

    id: ClassVar[str] = CALM
    name: ClassVar[str] = CALM
    sentence: ClassVar[str] = "nothing: the same load without a fault"
    twin: ClassVar[bool] = False

    def strike(self, _: World, __: Random, /) -> None:
        """Nothing happens."""


@dataclass(frozen=True, slots=True)
class Lives:
    """What came of one world: the moments of each kind, by its name, and what had been lived after
    each round. `clock_left`: how often time went on before all was done."""

    moments: dict[str, list[Moment]]
    lived: dict[int, Lived] = field(default_factory=dict)
    clock_left: int = 0
    has_failed: bool = True

    def apart_from(self, calm: "Lives") -> Apart:
        """8: what is other than in the same rounds without a fault: mails, and what was done."""
        number = max(self.lived, default=0)
        if self.has_failed or calm.has_failed:
            return Apart(None, "a moment failed" if self.has_failed else "the calm run failed")
        if number not in calm.lived:
            return Apart(None, "there was no calm run as long")
        if self.clock_left:
            return Apart(None, "time went on before all was done")
        ours, theirs = self.lived[number], calm.lived[number]
        missing, more = theirs.mails - ours.mails, ours.mails - theirs.mails
        return Apart(
            (
                *(f"calm has {key} {n} more" for key, n in sorted(missing.items())),
                *(f"calm has {key} {n} less" for key, n in sorted(more.items())),
                *(f"only the calm has: {one}" for one in sorted(theirs.done - ours.done)),
                *(f"the calm hasn't: {one}" for one in sorted(ours.done - theirs.done)),
            )
        )


@contextmanager
def side_by_side(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """So many worlds at a time. If this process is ended, they end in order, and none begins."""

    def end(*_: object) -> None:
        if _ending.is_set():
            return  # told twice: what is being put away is put away once
        _ending.set()
        for child in active_children():
            child.terminate()
        sys.exit(1)

    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, end)  # what is forked from here ends by it too
    with ProcessPoolExecutor(jobs) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def as_they_end(running: "dict[Future[Lives], Kinds]") -> Iterator[tuple[Kinds, Lives]]:
    """What came of each group; of one whose process has gone, that it was lost, and why."""
    for ended in as_completed(running):
        group = running[ended]
        try:
            yield group, ended.result()
        except Exception:  # noqa: BLE001 - the others go on, and its rows say that it was lost
            moments: dict[str, list[Moment]] = {fault.name: [] for fault in group}
            moments[group[0].name].append(_broken(group[0].name))
            yield group, Lives(moments)


def live_calmly(rounds: int, seed: int) -> Lives:
    """The load of a world without a fault. What it broke down of is lost."""
    moments: list[Moment] = []
    try:
        with _season(CALM, seed) as season:
            while len(moments) < rounds and not season.has_failed:
                moments.append(season.calm())
                _progress(CALM, len(moments), rounds, moments[-1])
            if season.has_failed:
                _tell(season, moments[-1])
            _look_last(season, moments)
        return _lives(season, {CALM: moments})
    except Exception:  # noqa: BLE001 - told as lost, beside what it had lived
        return Lives({CALM: [*moments, _broken(CALM)]})


def live_through(faults: Sequence[type[Fault]], each: dict[str, int], seed: int) -> Lives:
    """One world: in turn, each until it has struck so often. What it broke down of is lost, and
    what it had lived stays."""
    moments: dict[str, list[Moment]] = {fault.name: [] for fault in faults}
    name = faults[0].name
    try:
        with _season("-".join(moments)[:40], seed, faults) as season:
            for fault in list(faults) * max(each[fault.name] for fault in faults) * TRIES:
                name = fault.name
                _strike(season, fault, moments[name], each[name])
            _look_last(season, moments[name])
        return _lives(season, moments)
    except Exception:  # noqa: BLE001 - as above
        moments[name].append(_broken(name))
        return Lives(moments)


def _strike(season: Season, fault: type[Fault], so_far: list[Moment], wanted: int) -> None:
    """Once more, unless it has often enough. What comes after a failure in the same world may
    follow from it."""
    if season.has_failed or sum(not one.missed for one in so_far) >= wanted:
        return
    so_far.append(season.struck(fault()))
    _progress(fault.name, sum(not one.missed for one in so_far), wanted, so_far[-1])
    if season.has_failed:
        _tell(season, so_far[-1])


def _look_last(season: Season, so_far: list[Moment]) -> None:
    """What is seen only as the world ends is of its last moment."""
    if season.has_failed or not so_far:
        return
    late = season.checks.look_last()
    if late:
        so_far[-1] = replace(so_far[-1], wrong=(*so_far[-1].wrong, *late))
        season.has_failed = True
        _tell(season, so_far[-1])


def _broken(name: str) -> Moment:
    """Of the error that is being handled: nothing struck, and it isn't known what came of all."""
    why = traceback.format_exc()
    console.print(f"{name:<24} BROKEN: {why}")
    return Moment(name, NEVER, 0.0, lost=(why,), missed=True)


def needs_small_disk(fault: type[Fault]) -> bool:
    """Whether its world stands on a disk of its own."""
    return getattr(fault, "needs_small_disk", False)


def _lives(season: Season, moments: dict[str, list[Moment]]) -> Lives:
    return Lives(moments, season.lived, season.load.clock_left, season.has_failed)


@contextmanager
def _season(name: str, seed: int, faults: Sequence[type[Fault]] = ()) -> Iterator[Season]:
    if _ending.is_set():
        sys.exit(1)
    folder = Path(mkdtemp(prefix=f"samspel-{name}-"))
    failed = True
    small_disk = any(map(needs_small_disk, faults))
    settings: dict[str, str] = {}
    for fault in faults:
        settings |= getattr(fault, "settings", {})
    try:
        with (
            a_small_disk(folder) if small_disk else nullcontext(folder) as home,
            a_season(home, seed, settings=settings) as season,
        ):
            yield season
            failed = season.has_failed
    finally:
        if failed:
            console.print(f"{name:<24} the logs are in {folder / 'home' / 'logs'}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _progress(name: str, number: int, wanted: int, moment: Moment) -> None:
    how = "missed" if moment.missed else f"{moment.seconds:5.1f} s"
    console.print(f"{name:<24} {number:3}/{wanted} {how} repeated {moment.repeated}")


def _tell(season: Season, moment: Moment) -> None:
    for what, lines in (("LOST", moment.lost), ("WRONG", moment.wrong)):
        for line in lines[:20]:
            console.print(f"{moment.fault:<24} {what}: {line}")
            for done in season.load.done_by(line.partition(":")[0]):
                console.print(f"{moment.fault:<24}   round {done}")
    again = " ".join([*without_seed(sys.argv[1:]), "--seed", str(season.seed)])
    console.print(f"{moment.fault:<24} again: python -m tests.faults {again}")


def without_seed(words: Sequence[str]) -> list[str]:
    """The words of a command but for the seed, given as one word or as two."""
    before = ("", *words)
    return [
        word
        for word, earlier in zip(words, before, strict=False)
        if earlier != "--seed" and word.partition("=")[0] != "--seed"
    ]
