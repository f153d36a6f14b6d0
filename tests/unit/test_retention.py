"""The plan for what goes when: its terms by the calendar, and a wrong one said by file and line."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from shared.domain.retention import KINDS, MATTERS, Retention, Term
from shared.municipality import MunicipalityError, load_municipality
from tests.conftest import EXAMPLE

PLAN = '[retention]\ndecision = "KS 2027:12"\nvalid_from = 2028-01-01\n'


def read(folder: Path, plan: str) -> Retention:
    copy = shutil.copytree(EXAMPLE, folder / "kommun", dirs_exist_ok=True)
    settings = copy / "municipality.toml"
    settings.write_text((EXAMPLE / "municipality.toml").read_text() + "\n" + plan)
    read = load_municipality(copy).retention
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("term", "happened", "last_day_kept"),
    [
        ({"years": 5}, "2027-03-01", "2032-03-01"),
        ({"years": 1}, "2028-02-29", "2029-02-28"),
        ({"years": 4}, "2028-02-29", "2032-02-29"),
        ({"months": 6}, "2027-08-31", "2028-02-29"),
        ({"months": 1}, "2027-01-31", "2027-02-28"),
        ({"months": 12}, "2027-03-01", "2028-03-01"),
    ],
)
def test_a_term_is_over_the_day_after(
    term: dict[str, int], happened: str, last_day_kept: str
) -> None:
    """What happened on a day is kept through the same day of the month when the term ends."""
    on, last = date.fromisoformat(happened), date.fromisoformat(last_day_kept)
    days = [date.fromordinal(last.toordinal() + step) for step in range(-3, 5)]
    assert [day for day in days if on < Term(**term).before(day)] == [d for d in days if d > last]


def test_without_a_plan_nothing_goes_and_what_a_plan_doesnt_name_stays(tmp_path: Path) -> None:
    assert load_municipality(EXAMPLE).retention is None
    plan = read(tmp_path, PLAN + "cases = { years = 5 }\nmail = { months = 6 }\n")
    assert plan.of_matters(date(2027, 12, 31)) == {}
    assert plan.of_matters(date(2028, 1, 1)).keys() == {"child"}
    assert plan.of_matters(date(2028, 1, 1))["child"].archive
    assert plan.of_kinds(date(2028, 1, 1)).keys() == {"mail"}


def test_every_kind_can_be_named(tmp_path: Path) -> None:
    named = "".join(f"{kind} = {{ years = 7 }}\n" for kind in (*MATTERS.values(), *KINDS))
    plan = read(tmp_path, PLAN + named)
    assert plan.of_matters(date(2028, 1, 1)).keys() == MATTERS.keys()
    assert plan.of_kinds(date(2028, 1, 1)).keys() == set(KINDS)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("cases = { years = 5, months = 3 }", "retention.cases: needs either years or months"),
        ("cases = {}", "retention.cases: needs either years or months"),
        ("cases = { years = 0 }", "retention.cases.years"),
        ("mail = { years = 1, archive = true }", "retention.mail.archive"),
        ("case = { years = 5 }", "retention.case"),
        ('cases = { years = "5" }', "retention.cases.years"),
    ],
)
def test_a_plan_that_is_wrong_is_refused_by_its_key(tmp_path: Path, wrong: str, said: str) -> None:
    with pytest.raises(MunicipalityError) as refused:
        read(tmp_path, f"{PLAN}{wrong}\n")
    (problem,) = refused.value.problems
    assert "municipality.toml" in problem
    assert said in problem


@pytest.mark.parametrize("left_out", ["decision", "valid_from"])
def test_a_plan_says_by_which_decision_and_from_which_day(tmp_path: Path, left_out: str) -> None:
    lines = [line for line in PLAN.splitlines() if not line.startswith(left_out)]
    with pytest.raises(MunicipalityError, match=f"retention.{left_out}"):
        read(tmp_path, "\n".join(lines))
