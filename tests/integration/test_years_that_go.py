"""What a year asked of the staff: held with what it is about, and gone with it.

One database for all: each test has a matter of its own, in a year of its own.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from services.cases.adapters.retention import retention_in
from services.cases.handlers import retention as keeping
from services.cases.handlers.letting_go import let_go
from services.cases.handlers.retention import RetentionDesk
from shared.domain.retention import Retention
from tests.integration.test_what_goes_when import STAYS, do, run, traces, with_a_plan
from tests.integration.test_what_is_held import HELD, made_of, old_ones
from tests.support.story import person_called
from tests.support.town import Town, a_town

PLAN = Retention.model_validate(
    {
        "decision": "KS 1",
        "valid_from": date(2020, 1, 1),
        "years": {"years": 3},
        "parent_meetings": {"years": 3},
    }
)
DUTIES = ("of_meeting", "of_matter", "reaching", "of_year")
MEETINGS_DUTIES = ("of_meeting", "of_matter", "reaching")  # all but the year's own


@pytest.fixture(scope="module")
def town(registered_of_the_module: str) -> Iterator[Town]:
    """In which the clock isn't moved."""
    with a_town(registered_of_the_module, with_a_plan()) as made:
        yield made


def a_matter(town: Town, about: str, year: int) -> dict[str, str]:
    """A closed one with a meeting and the duties of its year, with all ids; done since long."""
    ids = {name: str(uuid4()) for name in ("matter", "meeting", *DUTIES)}
    ids["reference"] = uuid4().hex[:8].upper()
    staff = person_called(town, "anna-lindqvist")["id"]
    made_of(town, "duties_about_a_matter", about=about, year=str(year), staff=staff, **ids)
    return ids


def left(town: Town, ids: dict[str, str]) -> set[str]:
    """Which of its duties there are."""
    rows = town.rows("SELECT id FROM cases.tasks WHERE year IS NOT NULL")
    there = {str(row["id"]) for row in rows}
    return {name for name in DUTIES if ids[name] in there}


def by_hand(town: Town, archive: Path, ids: dict[str, str]) -> None:
    code, said = run(town, archive, "erase", "case", ids["reference"], "--yes")
    assert code == 0, said


def by_plan(town: Town, archive: Path, _: dict[str, str]) -> None:
    """The day's round, as a worker makes it."""

    def in_a_unit(work: Callable[[RetentionDesk], object]) -> object:
        with retention_in(
            town.database_url, "itself", lambda: PLAN, archive, demo=True, each_alone=False
        ) as desk:
            return work(desk)

    do(town, "DELETE FROM cases.daily WHERE look = 'retention'")
    let_go(in_a_unit, lambda: None)


@pytest.mark.parametrize("go", [by_hand, by_plan])
@pytest.mark.parametrize(("about", "year"), [("year", 2011), ("parents", 2012)])
def test_R20_R27_a_matter_goes_with_the_duties_about_it_and_they_are_packed(
    town: Town,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    about: str,
    year: int,
    go: Callable[[Town, Path, dict[str, str]], None],
) -> None:
    """And with none of its year's others."""
    ids = a_matter(town, about, year)
    go(town, tmp_path, ids)
    assert not caplog.records
    assert left(town, ids) == {"of_year"}
    gone = [ids["matter"], ids["meeting"], *(ids[name] for name in MEETINGS_DUTIES)]
    assert traces(town, *gone).keys() <= STAYS
    (package,) = tmp_path.glob(f"*-{ids['matter']}")
    tables = json.loads((package / "case.json").read_text())["tables"]
    assert {one["id"] for one in tables["cases.tasks"]} == {ids[name] for name in MEETINGS_DUTIES}
    assert {one["id"] for one in tables["notifier.messages"]} == {ids["of_meeting"]}


def test_a_held_year_holds_all_its_duties_and_the_matters_they_are_about(
    town: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    year, parents = a_matter(town, "year", 2013), a_matter(town, "parents", 2013)
    assert run(town, None, "hold", "add", year["reference"], "--because", "legal")[0] == 0
    before = traces(town, *year.values(), *parents.values())
    old_ones(town)
    by_plan(town, tmp_path, year)
    assert not caplog.records
    code, said = run(town, tmp_path, "erase", "case", parents["reference"], "--yes")
    assert (code, HELD in said) == (1, True), said
    assert traces(town, *year.values(), *parents.values()) == before
    assert run(town, None, "hold", "lift", year["reference"])[0] == 0
    assert {*old_ones(town)} == {"cases.tasks", "notifier.messages", "bus.events"}
    assert left(town, year) == left(town, parents) == set()


def test_R27_held_parents_hold_the_duties_about_their_meeting_and_no_others(town: Town) -> None:
    ids = a_matter(town, "parents", 2014)
    assert run(town, None, "hold", "add", ids["reference"], "--because", "legal")[0] == 0
    old_ones(town)
    assert left(town, ids) == set(MEETINGS_DUTIES)
    assert traces(town, ids["of_meeting"])["notifier.messages"] == 1
    assert run(town, None, "hold", "lift", ids["reference"])[0] == 0


def test_who_is_held_holds_the_years_that_asked_them_for_something(
    town: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Though they were neither on them nor called. Nor is such a year tried each night."""
    person = person_called(town, "asa-hallberg")["id"]
    years = [a_matter(town, "year", year) for year in (2015, 2016, 2017)]
    for ids, duty in zip(years, MEETINGS_DUTIES, strict=True):
        do(town, "UPDATE cases.tasks SET owner = %s WHERE id = %s", person, ids[duty])
    assert run(town, None, "hold", "add", person, "--person", "--because", "other")[0] == 0
    by_plan(town, tmp_path, years[0])
    assert not caplog.records
    for ids in years:
        code, said = run(town, tmp_path, "erase", "case", ids["reference"], "--yes")
        assert (code, HELD in said) == (1, True), said
        assert left(town, ids) == set(DUTIES)
    assert run(town, None, "hold", "lift", person, "--person")[0] == 0
    by_plan(town, tmp_path, years[0])
    assert [left(town, ids) for ids in years] == [{"of_year"}] * 3


def test_X3_an_error_of_the_database_is_said_in_a_line_and_by_its_name_alone(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = a_matter(town, "year", 2010)

    def failing(*_: object, **__: object) -> None:
        raise psycopg.errors.ForeignKeyViolation("Key (id)=(Kim) is still referenced")

    monkeypatch.setattr(keeping, "erase_case", failing)
    code, said = run(town, tmp_path, "erase", "case", ids["reference"], "--yes")
    assert (code, len(said.splitlines())) == (1, 1), said
    assert said.startswith("samspel: Fel i databasen (ForeignKeyViolation).")
    assert "Kim" not in said
