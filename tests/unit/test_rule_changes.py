"""Changes of the rules: laid over the files by the loader, and told in words."""

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.cases.domain.refused import Invalid
from services.cases.domain.rule_refusals import reason_in_words
from services.cases.domain.rule_values import as_toml, changeable, differences, values_of
from services.cases.domain.school_year_changes import checked, span_changes, year_as_toml
from services.cases.domain.year_strip import WIDE, strip
from services.cases.web.forms import Fields, Form
from services.cases.web.staff.settings.rule_form import read, written
from services.cases.web.staff.settings.rule_words import full_label, said
from shared.domain.procedure import Procedure
from shared.municipality import Folder, read_folder
from shared.saved_rules import SavedRule
from shared.school_years import BreakSpan, SchoolYear, Span
from shared.tomlfile import BrokenFileError
from tests.conftest import EXAMPLE

SOON = date(2027, 8, 1)
LATER = date(2028, 1, 1)


@pytest.fixture(scope="module")
def folder() -> Folder:
    return read_folder(EXAMPLE)


def of_procedure(content: str, valid_from: date = SOON, name: str = "samverkansmote") -> SavedRule:
    return SavedRule("procedure", name, valid_from, content)


def version(folder: Folder, *saved: SavedRule, on: date = LATER) -> Procedure:
    return folder.municipality(saved).procedures.get("samverkansmote", on)


# Laying over


def test_X9_a_saved_change_counts_from_its_day_and_not_before(folder: Folder) -> None:
    change = of_procedure("steps.first.within.days = 10\n")
    before = version(folder, change, on=date(2027, 7, 31))
    after = version(folder, change, on=SOON)
    assert [step.within.days for step in (before.steps[0], after.steps[0]) if step.within] == [
        14,
        10,
    ]
    assert after.valid_from == SOON


def test_a_saved_change_lies_over_the_municipalitys_own_file(tmp_path: Path) -> None:
    copied = Path(shutil.copytree(EXAMPLE, tmp_path / "kommun"))
    own = "valid_from = 2027-08-01\n[steps.first]\nminutes = 45\nnotice_working_days = 4\n"
    (copied / "procedures" / "samverkansmote.toml").write_text(own)
    change = of_procedure("steps.first.minutes = 30\n")
    first = version(read_folder(copied), change).step("first")
    assert (first.minutes, first.notice_working_days) == (30, 4)


def test_of_two_changes_the_one_of_the_later_day_counts_in_the_end(folder: Folder) -> None:
    early, late = (
        of_procedure("steps.first.minutes = 30\n"),
        of_procedure("steps.first.minutes = 90\n", LATER),
    )
    assert version(folder, late, early, on=SOON).step("first").minutes == 30
    assert version(folder, late, early).step("first").minutes == 90


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("steps.first.within.days = 0\n", "steps.first.within.days"),
        ("steps.first.minuter = 30\n", "steps.first.minuter"),
        ('steps.first.minutes = "lång"\n', "steps.first.minutes"),
        ("answers.by_working_days_before = 9\n", "answers"),
    ],
)
def test_a_broken_change_names_its_key(folder: Folder, content: str, key: str) -> None:
    with pytest.raises(BrokenFileError) as broken:
        folder.municipality([of_procedure(content)])
    assert broken.value.key == key


def test_a_change_of_a_routine_that_there_is_not_is_none(folder: Folder) -> None:
    with pytest.raises(BrokenFileError):
        folder.municipality([of_procedure("agenda = []\n", name="nagot-annat")])


def test_a_saved_school_year_stands_in_place_of_the_files(folder: Folder) -> None:
    content = year_as_toml(A_YEAR)
    years = folder.municipality([SavedRule("school-year", "2027/28", None, content)]).years
    assert [year.name for year in years] == ["2026/27", "2027/28"]
    assert years[1] == A_YEAR
    new = folder.municipality([SavedRule("school-year", "2028/29", None, content)]).years
    assert [year.name for year in new] == ["2026/27", "2027/28", "2028/29"]


# As values and words


def test_every_value_that_can_be_changed_is_written_and_read_back_as_it_was(folder: Folder) -> None:
    for name, versions in folder.municipality().procedures.versions.items():
        offered = changeable(versions[-1])
        fields = Fields(Form([(one.path, written(one.field.shape, one.value)) for one in offered]))
        assert read(fields, offered) == {one.path: one.value for one in offered}, name
        assert not fields.wrong


def test_every_value_that_can_be_changed_can_be_laid_over_as_toml(folder: Folder) -> None:
    for name, versions in folder.municipality().procedures.versions.items():
        values = {one.path: one.value for one in changeable(versions[-1])}
        laid = folder.municipality([of_procedure(as_toml(values), name=name)])
        assert differences(versions[-1], laid.procedures.get(name, SOON)) == (), name


def test_a_difference_says_from_what_to_what_and_by_which_rule(folder: Folder) -> None:
    old, new = version(folder), version(folder, of_procedure("steps.first.within.days = 10\n"))
    (found,) = differences(old, new)
    assert (found.path, found.before, found.after) == ("steps.first.within.days", 14, 10)
    assert found.rule == "R9"
    assert full_label(found.path, new).sv == "Första samverkansmötet: mötet hålls inom"
    assert (said(found.path, 14).sv, said(found.path, 10).sv) == ("14 dagar", "10 dagar")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("steps.first.notice_working_days", 1, "1 arbetsdag"),
        ("answers.at", "09.00", "kl. 09.00"),
        ("steps.april.in_month.weekday", "wednesday", "onsdagen"),
        ("steps.april.in_month.nth", 2, "andra"),
        ("eligibility.grade_from", 0, "förskoleklass"),
        ("eligibility.residents_only", True, "ja"),
        ("year.evaluation.owners_days_before", (60, 30), "60, 30"),
    ],
)
def test_values_are_said_as_people_say_them(path: str, value: Any, words: str) -> None:
    if path.endswith(".at"):
        value = Fields(Form([("at", value)])).clock_time("at")
    assert said(path, value).sv == words


@pytest.mark.parametrize(
    "text", ['ett "citat"', "bakåt\\streck", "{klammer}", "å ä ö – ”typografi”", "tab\there"]
)
def test_any_text_survives_the_way_through_toml(folder: Folder, text: str) -> None:
    new = version(folder, of_procedure(as_toml({"agenda": (text, "Sista punkten")})))
    assert new.agenda == (text, "Sista punkten")


def test_what_a_routine_is_can_not_be_changed_on_a_page(folder: Folder) -> None:
    """Who opens, leads, is called, consents; and the sources' words."""
    offered = {one.path for one in changeable(version(folder))}
    assert offered < values_of(version(folder)).keys()
    forbidden = ("roles", "always_called", "rules", "organisations", "consent.needed_from")
    assert not [path for path in offered if path.startswith(forbidden)]
    assert not [path for path in offered if path.endswith((".grounds", ".calls", "rule"))]


def test_what_the_loader_refuses_is_said_in_plain_words() -> None:
    said = reason_in_words("procedures/x.toml: eligibility: age_to is below age_from")
    assert said.sv == "Högsta åldern är lägre än den lägsta."


# School years

A_YEAR = SchoolYear(
    name="2027/28",
    terms=(
        Span(name="Höstterminen 2027", first=date(2027, 8, 17), last=date(2027, 12, 21)),
        Span(name="Vårterminen 2028", first=date(2028, 1, 10), last=date(2028, 6, 9)),
    ),
    breaks=(
        BreakSpan(name="Lovdag", first=date(2027, 9, 20), last=date(2027, 9, 20)),
        BreakSpan(name="Påsklov", first=date(2028, 4, 10), last=date(2028, 4, 14), units=("a",)),
    ),
)


def a_year(**changes: Any) -> SchoolYear:
    return A_YEAR.model_copy(update=changes)


def a_span(first: str, last: str, kind: type[Span] = Span) -> Any:
    return kind(name="x", first=date.fromisoformat(first), last=date.fromisoformat(last))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "2027"}, "name"),
        ({"name": "2027/29"}, "name"),
        ({"terms": (a_span("2026-08-01", "2026-09-01"),)}, "term-0-first"),
        ({"breaks": (a_span("2028-04-01", "2029-04-01", BreakSpan),)}, "break-0-last"),
        ({"terms": (A_YEAR.terms[0], a_span("2027-12-01", "2028-06-01"))}, "term-1-first"),
    ],
)
def test_what_is_wrong_with_a_school_year_names_its_field(
    changes: Mapping[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        checked(a_year(**changes))
    assert refused.value.field == field


def test_a_break_on_other_days_is_moved_and_not_another() -> None:
    moved = BreakSpan(name="Påsklov", first=date(2028, 4, 3), last=date(2028, 4, 7))
    extra = BreakSpan(name="Lovdag", first=date(2027, 11, 1), last=date(2027, 11, 1))
    found = span_changes(A_YEAR, a_year(breaks=(A_YEAR.breaks[0], moved, extra)))
    assert [(one.before, one.after) for one in found] == [(A_YEAR.breaks[1], moved), (None, extra)]
    assert span_changes(A_YEAR, A_YEAR) == ()
    assert len(span_changes(None, A_YEAR)) == 4


def test_the_strip_has_twelve_months_and_today_where_it_lies() -> None:
    shown = strip(A_YEAR, date(2027, 8, 1))
    assert len(shown.months) == 12
    assert shown.today == 0
    assert shown.months[-1].x + shown.months[-1].width == pytest.approx(WIDE, abs=0.2)
    assert strip(A_YEAR, date(2028, 8, 1)).today is None
