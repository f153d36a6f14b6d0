"""The table says what a run has shown, and nothing that it hasn't."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from tests.faults import table
from tests.faults.__main__ import _groups, _of_each_kind
from tests.faults.checks import Found
from tests.faults.everything import chosen
from tests.faults.fault import Plain
from tests.faults.moments import Apart, Lived, Moment, Season
from tests.faults.table import Row
from tests.faults.worlds import Lives, as_they_end, without_seed

MOMENT = Moment("F2-worker", 1, 2.0)
SAME = Apart(())


def row(*moments: Moment, wanted: int = 1, apart: Apart = SAME) -> Row:
    made = table.row("F2-worker", "kill -9", moments, wanted, apart, 7)
    return replace(made, commit="1234567")


UNWELL = [
    row(),  # nothing struck at all
    row(replace(MOMENT, missed=True)),
    row(MOMENT, wanted=2),
    row(replace(MOMENT, lost=("a mail",))),
    row(MOMENT, replace(MOMENT, missed=True, lost=("a mail",))),  # lost is lost
    row(replace(MOMENT, wrong=("a mail",))),
    row(MOMENT, apart=Apart(("calm has 1 more",))),
]


def test_a_row_is_well_if_the_fault_struck_as_often_as_it_should_and_nothing_came_of_it() -> None:
    assert row(MOMENT).is_well
    assert row(MOMENT, apart=Apart(None, "time differs")).is_well
    assert [one for one in UNWELL if one.is_well] == []


def test_what_was_not_compared_is_said_with_why() -> None:
    shown = table.markdown([row(MOMENT, apart=Apart(None, "time differs"))])
    assert "– (time differs)" in shown
    assert "yes" not in shown


def test_what_was_lost_once_stays_in_the_table_however_often_it_is_run_again(
    tmp_path: Path,
) -> None:
    lines = tmp_path / "rows.jsonl"
    table.append_json(lines, [replace(row(MOMENT, replace(MOMENT, lost=("x",)), wanted=2))])
    table.append_json(lines, [replace(row(MOMENT, MOMENT, MOMENT, wanted=3), seed="8")])
    ((summed,), _) = table.from_json(lines)
    assert (summed.moments, summed.wanted, summed.lost, summed.seed) == (5, 5, 1, "7, 8")
    assert len(summed.seconds) == summed.moments
    assert not summed.is_well


def test_rows_of_another_commit_are_not_counted_as_this_ones(tmp_path: Path) -> None:
    lines = tmp_path / "rows.jsonl"
    table.append_json(lines, [replace(row(replace(MOMENT, lost=("x",))), commit="before1")])
    table.append_json(lines, [row(MOMENT)])
    ((newest,), _) = table.from_json(lines)
    assert (newest.commit, newest.lost, newest.moments) == ("1234567", 0, 1)


def test_rows_of_a_changed_tree_are_not_published() -> None:
    before = table.PAGE.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="commit"):
        table.write([replace(row(MOMENT), commit="1234567-dirty")])
    assert table.PAGE.read_text(encoding="utf-8") == before


def lives(number: int, lived: Lived, clock_left: int = 0, *, has_failed: bool = False) -> Lives:
    return Lives({}, {number: lived}, clock_left, has_failed)


def test_what_was_lived_is_compared_with_the_calm_or_said_not_to_be() -> None:
    lived = Lived(Counter({("call", "a@x.example", 0): 1}), frozenset({"1 0.0 opens"}))
    calm = lives(3, lived)
    assert lives(3, lived).apart_from(calm) == SAME
    assert lives(3, replace(lived, mails=Counter())).apart_from(calm).lines
    assert lives(3, replace(lived, done=frozenset())).apart_from(calm).lines  # another answer
    assert lives(4, lived).apart_from(calm).lines is None
    assert lives(3, lived, clock_left=1).apart_from(calm).lines is None
    assert lives(4, lived).apart_from(calm).why
    assert lives(3, lived, has_failed=True).apart_from(calm).lines is None
    assert lives(3, lived).apart_from(lives(3, lived, has_failed=True)).lines is None


def test_a_world_that_breaks_down_takes_no_other_along_and_is_lost() -> None:
    faults = chosen(["F3", "F4"])
    broken, well = Future[Lives](), Future[Lives]()
    broken.set_exception(OSError("the server doesn't start"))
    well.set_result(Lives({faults[1].name: [MOMENT]}, has_failed=False))
    ended = {
        group[0].id: came for group, came in as_they_end({broken: faults[:1], well: faults[1:]})
    }
    (moment,) = ended["F3"].moments[faults[0].name]
    assert "the server doesn't start" in moment.lost[0]
    assert (moment.missed, ended["F3"].has_failed) == (True, True)
    assert ended["F4"].moments == {faults[1].name: [MOMENT]}


class Breaks(Plain):
    id: ClassVar[str] = "F0"
    name: ClassVar[str] = "F0-breaks"
    sentence: ClassVar[str] = "it can't do its harm"
    waits: ClassVar[bool] = True

    def strike(self, _: object, __: object) -> None:
        raise OSError("timed out")


def test_a_fault_that_breaks_down_is_told_and_no_moment_that_counts_as_well() -> None:
    world: Any = SimpleNamespace(rest=lambda: True, settle=lambda: 0.0, rows=lambda _: [])
    loading = SimpleNamespace(join=lambda: None)
    load: Any = SimpleNamespace(wrong=[], done=[], start=lambda _: loading)
    checks: Any = SimpleNamespace(look=Found)
    season = Season(world, load, checks, 7)
    assert season.struck(Breaks()).wrong == ("the fault: OSError: timed out",)
    assert season.has_failed


def test_the_moments_of_a_number_are_shared_by_its_kinds_in_as_few_worlds_as_can_be() -> None:
    faults = chosen(["F1", "F2"])
    kinds = Counter(one.id for one in faults)
    each = _of_each_kind(faults, 50)
    assert all(each[one.name] * kinds[one.id] >= 50 for one in faults)
    assert sum(each.values()) < 50 * 2 + len(faults)
    groups = _groups(faults, apart=False)
    assert all(len({(one.id, one.twin) for one in group}) == 1 for group in groups)
    assert sorted(one.name for group in groups for one in group) == sorted(each)
    assert len(_groups(faults, apart=True)) == len(faults)


WORDS: list[tuple[Sequence[str], list[str]]] = [
    (["--moments", "7", "--seed", "7"], ["--moments", "7"]),  # not the first word that is equal
    (["--seed=7", "--fault", "F2"], ["--fault", "F2"]),
    (["--fault", "F2"], ["--fault", "F2"]),
]


@pytest.mark.parametrize(("given", "left"), WORDS)
def test_the_command_that_repeats_a_run_is_the_one_that_was_given(
    given: Sequence[str], left: list[str]
) -> None:
    assert without_seed(given) == left
