"""Codes and titles in two languages; where somebody has written no English, the Swedish (X9)."""

from datetime import date, datetime
from pathlib import Path

import pytest

from services.cases.domain.spoken import reason_words, role_words, title_words
from services.cases.web.staff.words import Speech
from shared.domain import codes
from shared.domain.procedure import Procedure
from shared.procedures import load_procedures

ON = date(2027, 3, 1)
OURS = load_procedures(None)


def changed(folder: Path, name: str, text: str) -> Procedure:
    (folder / f"{name}.toml").write_text(f"valid_from = 2027-01-01\n{text}", "utf-8")
    return load_procedures(folder).get(name, ON)


@pytest.mark.parametrize(
    ("swedish", "english"),
    [
        (codes.ROLES, codes.ROLES_EN),
        (codes.ORGANISATIONS, codes.ORGANISATIONS_EN),
        (codes.UNIT_KINDS, codes.UNIT_KINDS_EN),
    ],
)
def test_every_code_has_words_in_both_languages(
    swedish: dict[str, str], english: dict[str, str]
) -> None:
    assert list(swedish) == list(english)


@pytest.mark.parametrize("name", OURS.versions)
def test_every_step_and_reason_of_ours_has_words_in_both_languages(name: str) -> None:
    procedure = OURS.get(name, ON)
    assert not [one.name for one in procedure.steps if one.title_en is None]
    assert procedure.title_en or procedure.explained_en
    if (asked := procedure.eligibility) is not None:
        assert asked.reasons.keys() == asked.reasons_en.keys()
        assert asked.elsewhere.keys() == asked.elsewhere_en.keys()
    if (asking := procedure.asking) is not None:
        assert asking.waiver_reasons.keys() == asking.waiver_reasons_en.keys()


def test_a_role_is_said_in_the_language_of_the_page() -> None:
    assert Speech("sv").role("familjebehandlare") == "familjebehandlare"
    assert Speech("en").role("familjebehandlare") == "family therapist"
    assert role_words("stadsarkitekt").en == "stadsarkitekt"  # a municipality's own


def test_X9_a_title_that_a_municipality_changes_loses_our_english_one(tmp_path: Path) -> None:
    text = '[steps.preparation]\ntitle = "Vi förbereder oss"\n'
    step = changed(tmp_path, "spindelmote", text).step("preparation")
    assert title_words(step).said("en", {}) == "Vi förbereder oss"
    assert Speech("en").titled(step) == '<span lang="sv">Vi förbereder oss</span>'
    assert Speech("sv").titled(step) == "Vi förbereder oss"


def test_X9_a_municipality_can_write_its_own_english(tmp_path: Path) -> None:
    text = '[steps.preparation]\ntitle = "Vi förbereder oss"\ntitle_en = "We prepare"\n'
    step = changed(tmp_path, "spindelmote", text).step("preparation")
    assert Speech("en").titled(step) == "We prepare"


def test_X9_a_reason_that_a_municipality_changes_loses_our_english_words(tmp_path: Path) -> None:
    text = '[eligibility.reasons]\ntheft = "Tar saker {andras}"\n'
    asked = changed(tmp_path, "spindelmote", text).eligibility
    assert asked is not None
    words = reason_words(asked.reasons, asked.reasons_en)
    assert words["theft"].said("en", {}) == "Tar saker {andras}"
    assert words["truancy"].said("en", {}) == "Truancy"


def test_X9_english_stays_of_what_a_municipality_writes_as_it_was(tmp_path: Path) -> None:
    """A whole table is copied and one line of it changed."""
    ours = OURS.get("spindelmote", ON)
    assert ours.eligibility is not None
    title = ours.step("preparation").title
    lines = [f'{code} = "{said}"' for code, said in ours.eligibility.reasons.items()]
    reasons = "\n".join([*lines[1:], lines[0].replace('= "', '= "Mycket ')])
    text = f'[steps.preparation]\ntitle = "{title}"\n[eligibility.reasons]\n{reasons}\n'
    after = changed(tmp_path, "spindelmote", text)
    assert after.step("preparation").title_en == ours.step("preparation").title_en is not None
    assert after.eligibility is not None
    english = ours.eligibility.reasons_en
    assert set(after.eligibility.reasons_en) == english.keys() - {next(iter(english))}


def test_what_is_swedish_on_an_english_page_is_marked_and_escaped() -> None:
    step = OURS.get("sspf", ON).step("network")
    foreign = step.model_copy(update={"title": "<Nätverk>", "title_en": None})
    assert Speech("en").titled(foreign) == '<span lang="sv">&lt;Nätverk&gt;</span>'


def test_the_time_and_the_week_are_never_broken_at_the_end_of_a_line() -> None:
    noon = datetime.fromisoformat("2026-12-01T13:00:00+01:00")
    assert Speech("sv").when(noon).endswith("kl.\u00a013.00")
    assert Speech("sv").week(ON).endswith("(vecka\u00a09)")
    assert Speech("en").week(ON).endswith("(week\u00a09)")
