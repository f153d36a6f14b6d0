"""The letter of the week: when it comes, and what it counts (X2, X16)."""

from datetime import date, datetime, time
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.cases.domain.digest import Counts, count, group_of
from services.cases.domain.limits import OfSomebody
from services.cases.domain.task_kinds import KINDS
from shared.domain.days import STOCKHOLM
from shared.domain.weekly import WeeklyLetter, end_of, monday_of
from shared.municipality import load_municipality
from shared.register import MunicipalityError
from tests.conftest import EXAMPLE

WEDNESDAY = date(2027, 3, 3)
COLLEAGUE = UUID(int=2)


@pytest.mark.parametrize(
    ("weekday", "week", "leaves"),
    [
        ("monday", "2027-03-01", "2027-03-01T07:00"),
        ("thursday", "2027-03-01", "2027-03-04T07:00"),
        ("monday", "2027-03-29", "2027-03-30T07:00"),  # Easter Monday
        ("monday", "2026-12-21", "2026-12-21T07:00"),
        ("thursday", "2026-12-21", None),  # Christmas Eve, and no working day after it
        ("friday", "2027-03-22", None),  # Good Friday
    ],
)
def test_the_letter_comes_on_the_first_working_day_from_its_weekday_on(
    weekday: Any, week: str, leaves: str | None
) -> None:
    due = WeeklyLetter(weekday=weekday).due_in(date.fromisoformat(week))
    wanted = None if leaves is None else datetime.fromisoformat(leaves).replace(tzinfo=STOCKHOLM)
    assert due == wanted


def test_switched_off_there_is_none() -> None:
    assert WeeklyLetter(off=True).due_in(date(2027, 3, 1)) is None


def test_a_letter_is_of_use_until_its_week_ends() -> None:
    assert monday_of(WEDNESDAY) == date(2027, 3, 1)
    assert monday_of(date(2027, 3, 7)) == date(2027, 3, 1)
    assert end_of(date(2027, 3, 22)) == datetime(2027, 3, 29, tzinfo=STOCKHOLM)


def test_another_weekday_than_one_at_work_is_refused() -> None:
    with pytest.raises(ValidationError):
        WeeklyLetter.model_validate({"weekday": "sunday"})
    given = {"weekday": "friday", "time": time(9, 30)}
    assert WeeklyLetter.model_validate(given).time == time(9, 30)


@pytest.mark.parametrize(
    ("due", "where"),
    [
        ("2027-03-02", "passed"),
        ("2027-03-03", "this_week"),  # today
        ("2027-03-07", "this_week"),
        ("2027-03-08", "next_week"),
        ("2027-03-14", "next_week"),
        ("2027-03-15", None),
    ],
)
def test_X2_a_day_counts_in_its_week(due: str, where: str | None) -> None:
    counted = count([date.fromisoformat(due)], [], 0, [], WEDNESDAY)
    found = {name: getattr(counted, name) for name in ("passed", "this_week", "next_week")}
    assert found == {name: int(name == where) for name in found}


def test_tasks_are_counted_by_groups_that_tell_nothing() -> None:
    kinds = ["no-slot", "get-consent", "tell-by-hand", "reach-otherwise", "limit-passed", "new"]
    counted = count([], kinds, 2, [], WEDNESDAY)
    assert counted.tasks == (("book", 1), ("contact", 2), ("other", 1))
    assert (counted.undelivered, counted.unanswered) == (1, 2)


def test_every_kind_that_is_grouped_is_one_there_is() -> None:
    from services.cases.domain.digest import _GROUP_OF  # noqa: PLC0415

    assert set(_GROUP_OF) <= set(KINDS)
    assert group_of("what a newer version asks for") == "other"


def test_X16_a_managers_staff_are_numbers() -> None:
    staff = [
        OfSomebody(COLLEAGUE, date(2027, 3, 1), "passed", 2),
        OfSomebody(COLLEAGUE, date(2027, 3, 9), "coming", 1),
        OfSomebody(COLLEAGUE, date(2027, 3, 10), "booked", 4),
        OfSomebody(COLLEAGUE, date(2027, 3, 20), "ahead", 3),
    ]
    assert count([], [], 0, staff, WEDNESDAY) == Counts(staff_late=2, staff_coming=1)


def test_the_example_municipality_has_one_on_mondays_and_who_says_nothing_has_none(
    tmp_path: Path,
) -> None:
    assert load_municipality(EXAMPLE).digest == WeeklyLetter()
    folder = Path(copytree(EXAMPLE, tmp_path / "kommun"))
    settings = folder / "municipality.toml"
    text = settings.read_text()
    settings.write_text(text[: text.index("[digest]")])
    assert load_municipality(folder).digest.off
    settings.write_text(text.replace('weekday = "monday"', 'weekday = "sunday"'))
    with pytest.raises(MunicipalityError, match=r"digest\.weekday"):
        load_municipality(folder)
