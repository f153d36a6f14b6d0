"""Scripts of the simulation: drawn alike from a seed, and read as they were written."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from dateutil.easter import easter as known_easter
from hypothesis import given
from hypothesis import strategies as st

from samspel.simulate.calendar import easter
from samspel.simulate.invariants import Broken
from samspel.simulate.living import Lived
from samspel.simulate.script import NO_FAULT, Fault, Script, Step, drawn, read, written
from samspel.simulate.shrinking import shrink
from samspel.simulate.year_deeds import DEEDS


@given(st.integers(0, 10_000))
def test_a_seed_gives_one_script_of_known_steps_in_the_order_of_time(seed: int) -> None:
    script = drawn(seed, 1)
    assert script == drawn(seed, 1)
    assert {step.what for step in script.steps} <= DEEDS.keys()
    moments = [step.when for step in script.steps]
    assert moments == sorted(moments)
    assert all(script.begins <= moment < script.ends for moment in moments)


def test_a_script_that_is_written_can_be_read_again(tmp_path: Path) -> None:
    script, file = drawn(3, 2), tmp_path / "script.jsonl"
    file.write_text(written(script))
    assert read(file) == script


def test_the_simulation_knows_easter() -> None:
    years = range(1900, 2200)
    assert [easter(year) for year in years] == [known_easter(year) for year in years]
    assert easter(2027) == date(2027, 3, 28)


def breaks_when_read_after_a_withdrawal(script: Script) -> Lived:
    """As a life that breaks at the first «read» of a case with a withdrawal before it."""
    names: set[tuple[str, int]] = set()
    for turn, step in enumerate(script.steps):
        if step.what == "read" and ("withdraw", step.case) in names:
            return Lived(script.years, broken=Broken(17, "a test"), turn=turn)
        names.add((step.what, step.case))
    return Lived(script.years)


def test_a_failing_script_is_made_as_short_as_it_can_be() -> None:
    long = drawn(5, 3)
    faulty = replace(long.steps[-1], what="read", case=900, fault=Fault(asleep=True))
    no = Step(long.steps[0].at, "withdraw", 900)
    script = long.with_steps((no, *long.steps, faulty))
    lived = breaks_when_read_after_a_withdrawal(script)
    short = shrink(script, lived, breaks_when_read_after_a_withdrawal, seconds=60)
    assert [step.what for step in short.steps] == ["withdraw", "read"]
    assert short.steps[0].case == short.steps[1].case
    assert all(step.fault == NO_FAULT for step in short.steps)
