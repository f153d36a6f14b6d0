"""Procedures as dated data: the files, their versions, and what a municipality changes (X9)."""

import tomllib
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

import shared.procedures
from shared.domain.procedure import Procedure, UnknownStep
from shared.procedures import ProcedureError, UnknownProcedure, load_procedures
from tests.conftest import ROOT

OURS = Path(shared.procedures.__file__).parent
TEXT = (OURS / "samverkansmote.toml").read_text(encoding="utf-8")
ON = date(2027, 3, 1)


def test_samverkansmote_has_its_three_steps_with_their_limits() -> None:
    procedure = load_procedures(None).get("samverkansmote", ON)
    limits = {
        step.name: step.within and (step.within.days, step.within.counted_from, step.within.rule)
        for step in procedure.steps
    }
    assert limits == {
        "first": (14, "known", "R9"),
        "second": (14, "first.held", "R10"),
        "follow-up": None,
    }
    assert all(step.waits_for_consent for step in procedure.steps)
    assert procedure.step("second").waits_for_steps == ("first",)


def test_r2_only_the_three_roles_open_a_case() -> None:
    openers = load_procedures(None).get("samverkansmote", ON).roles.openers
    assert openers == ("rektor", "familjebehandlare", "socialsekreterare")


def test_r6_the_four_parties_are_always_called() -> None:
    called = load_procedures(None).get("samverkansmote", ON).always_called
    assert [party.name for party in called] == ["guardian", "child", "school", "familjebehandlare"]


def test_r3_and_x11_the_ages_are_data() -> None:
    consent = load_procedures(None).get("samverkansmote", ON).consent
    assert (consent.youth_decides_from_age, consent.own_mail_from_age) == (18, 15)


def test_r9_a_rule_is_shown_with_its_words() -> None:
    procedure = load_procedures(None).get("samverkansmote", ON)
    assert procedure.quote("R9") == "Inom två veckor från att ärendet blev känt"


def test_a_step_that_isnt_there_is_a_clear_refusal() -> None:
    with pytest.raises(UnknownStep, match="samverkansmote has no step 'third'"):
        load_procedures(None).get("samverkansmote", ON).step("third")


@pytest.mark.parametrize(
    ("name", "on"), [("samverkansmote", date(2022, 6, 1)), ("samverkan", ON), ("", ON)]
)
def test_a_procedure_that_isnt_valid_on_the_day_is_a_clear_refusal(name: str, on: date) -> None:
    with pytest.raises(UnknownProcedure, match=f"no procedure {name!r} is valid on {on}"):
        load_procedures(None).get(name, on)
    assert name not in load_procedures(None).names(on)


def test_x9_a_municipality_changes_single_values_from_a_day_on(tmp_path: Path) -> None:
    write(tmp_path, "samverkansmote.toml", "valid_from = 2027-01-01\n[steps.first]\nminutes = 45\n")
    procedures = load_procedures(tmp_path)
    before = procedures.get("samverkansmote", date(2026, 12, 31))
    after = procedures.get("samverkansmote", date(2027, 1, 1))
    assert (before.step("first").minutes, after.step("first").minutes) == (60, 45)
    assert after.step("first").within == before.step("first").within
    assert after.step("second") == before.step("second")
    assert (before.version, after.version) == (
        "samverkansmote@2022-06-02",
        "samverkansmote@2027-01-01",
    )


def test_x9_several_changes_are_laid_over_each_other(tmp_path: Path) -> None:
    write(tmp_path, "samverkansmote.toml", "valid_from = 2027-01-01\n[steps.first]\nminutes = 45\n")
    later = "valid_from = 2027-08-01\n[steps.first.within]\ndays = 10\n"
    write(tmp_path, "samverkansmote-2027-08-01.toml", later)
    first = load_procedures(tmp_path).get("samverkansmote", date(2027, 8, 1)).step("first")
    assert first.within is not None
    assert (first.minutes, first.within.days) == (45, 10)


def test_x9_a_change_outlives_a_new_version_of_ours(tmp_path: Path) -> None:
    ours, changes = tmp_path / "ours", tmp_path / "changes"
    write(ours, "samverkansmote.toml", TEXT)
    new = TEXT.replace("2022-06-02", "2028-01-01").replace("at = 09:00:00", "at = 08:30:00")
    write(ours, "samverkansmote-2028-01-01.toml", new)
    write(changes, "samverkansmote.toml", "valid_from = 2027-01-01\n[steps.first]\nminutes = 45\n")
    procedures = load_procedures(changes, ours)
    found = [procedures.get("samverkansmote", date(year, 6, 1)) for year in (2026, 2027, 2028)]
    assert [one.step("first").minutes for one in found] == [60, 45, 45]
    assert [one.reminders[0].at for one in found] == [time(9), time(9), time(8, 30)]


def test_a_folder_without_changes_leaves_ours_as_they_are(tmp_path: Path) -> None:
    assert load_procedures(tmp_path / "procedures") == load_procedures(None)


def test_X9_a_folder_that_can_not_be_read_is_not_taken_as_one_without_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "procedures").touch()
    with pytest.raises(ProcedureError, match="procedures: can't be read: Not a directory"):
        load_procedures(tmp_path / "procedures")

    def refused(_: Path) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(ProcedureError, match="can't be read: Permission denied"):
        load_procedures(tmp_path)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda text: text + "\n= 3", "can't be read: "),
        (lambda text: text.replace("2022-06-02", '"2022-06-02"'), "valid_from: a date is missing"),
        (lambda text: text.replace("2022-06-02", "2022-06-02T08:00:00"), "valid_from: a date"),
        (lambda text: text.replace("minutes = 60", "minuts = 60", 1), "steps.first.minuts: Extra"),
        (lambda text: text.replace("= 60", '= "60"', 1), "steps.first.minutes: Input should be"),
        (lambda text: text.replace("= 60", "= 60.0", 1), "steps.first.minutes: Input should be"),
        (lambda text: text.replace("= 60", "= 0", 1), "steps.first.minutes: Input should be"),
        (lambda text: text.replace("days = 14", "days = -14", 1), "steps.first.within.days: Input"),
        (lambda text: text.replace('= "book"', '= "mail"', 1), "steps.first.booking: Input should"),
        (lambda text: text.replace('grounds = "consent"\n', "", 1), "steps.first.grounds: Field"),
        (
            lambda text: text.replace('"rektor", ', '"rektor", "rektr", '),
            "roles.openers.1: unknown role; known are",
        ),
        (
            lambda text: text.replace('organisation = "school"', 'organisation = "church"'),
            "always_called.school.organisation: unknown organisation",
        ),
        (
            lambda text: text.replace('role = "familjebehandlare"\n', ""),
            "always_called.familjebehandlare: staff, and only staff, has either",
        ),
        (
            lambda text: text.replace("until_age = 18\n", ""),
            "always_called.guardian: until_age and",
        ),
        (
            lambda text: text.replace('"second.held"]', '"third.held"]'),
            "steps.follow-up.waits_for: nothing earlier is called 'third.held'",
        ),
        (
            lambda text: text.replace('counted_from = "known"', 'counted_from = "second.held"'),
            "steps.first.within.counted_from: nothing earlier is called 'second.held'",
        ),
        (
            lambda text: text.replace('counted_from = "first.held"', 'counted_from = "first"'),
            "steps.second.within.counted_from: nothing earlier is called 'first'",
        ),
        (
            lambda text: text.replace('R9 = "Inom', 'R99 = "Inom'),
            "steps.first.rule: the words of R9 are missing under [rules]",
        ),
        (lambda text: text.replace('rule = "R9"', 'rule = "9"', 1), "steps.first.rule: String"),
        (
            lambda text: text.replace('to = ["process_owner"]', "to = []", 1),
            "alerts.near.to: Tuple should have at least 1 item",
        ),
        (
            lambda text: text.replace("at = 09:00:00", 'at = "nine"', 1),
            "answers.at: Input should be a valid time",
        ),
        (
            lambda text: text.replace('name = "samverkansmote"', 'name = "sspf"'),
            "name: the file is named after 'samverkansmote'",
        ),
        (
            lambda text: text.replace('organisations = ["school", "social_services"]\n', ""),
            "organisations: Field required",
        ),
    ],
)
def test_a_broken_procedure_is_one_line_with_file_key_and_reason(
    tmp_path: Path, change: Callable[[str], str], line: str
) -> None:
    broken = change(TEXT)
    assert broken != TEXT
    path = write(tmp_path, "samverkansmote.toml", broken)
    with pytest.raises(ProcedureError) as refusal:
        load_procedures(None, tmp_path)
    assert str(refusal.value).startswith(f"{path}: {line}")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("samverkansmote.toml", "[steps.first]\nminutes = 45\n", "valid_from: a date is missing"),
        (
            "samverkansmote.toml",
            "valid_from = 2027-01-01\n[steps.first]\nlength = 45\n",
            "steps.first.length: Extra inputs are not permitted",
        ),
        (
            "samverkansmote.toml",
            "valid_from = 2027-01-01\n[steps.third]\nminutes = 45\n",
            "steps.third.title: Field required",
        ),
        (
            "samverkansmote.toml",
            "valid_from = 2021-01-01\n",
            "valid_from: is before the procedure itself begins on 2022-06-02",
        ),
        ("samverkan.toml", "valid_from = 2027-01-01\n", "changes 'samverkan', which doesn't exist"),
        (
            "arshjul.toml",
            'valid_from = 2027-01-01\nagenda = ["Barn i behov av stöd"]\nagenda_en = []\n',
            "agenda: 'Barn i behov av stöd' holds a word that no mail holds",
        ),
        (
            "arshjul.toml",
            'valid_from = 2027-01-01\nagenda = ["Syfte och mål"]\n',
            "agenda_en: as many points as agenda are needed, or none",
        ),
        (
            "arshjul.toml",
            "valid_from = 2027-01-01\n[year.evaluation]\nopens = { month = 6, day = 30 }\n",
            "year.evaluation: due: has to be later in the year than opens",
        ),
        (
            "arshjul.toml",
            "valid_from = 2027-01-01\n[year.dispatches.material]\ndue = { month = 8, day = 14 }\n",
            "year.dispatches.material: due: can't be earlier in the year than starts",
        ),
        (
            "arshjul.toml",
            "valid_from = 2027-01-01\n[steps.october.in_month]\nmonth = 4\n",
            "steps.october.in_month: another step has that month",
        ),
    ],
)
def test_a_broken_change_is_blamed_on_the_municipalitys_file(
    tmp_path: Path, name: str, text: str, line: str
) -> None:
    path = write(tmp_path, name, text)
    with pytest.raises(ProcedureError) as refusal:
        load_procedures(tmp_path)
    assert str(refusal.value).startswith(f"{path}: {line}")


def test_two_changes_from_the_same_day_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "samverkansmote.toml", "valid_from = 2027-01-01\n")
    write(tmp_path, "samverkansmote-2027-01-01.toml", "valid_from = 2027-01-01\n")
    with pytest.raises(ProcedureError, match="is the same as in samverkansmote"):
        load_procedures(tmp_path)


def test_every_rule_a_procedure_quotes_is_an_obligation_that_is_kept() -> None:
    obligations = (ROOT / "docs" / "obligations.md").read_text(encoding="utf-8")
    for versions in load_procedures(None).versions.values():
        for procedure in versions:
            for rule in procedure.rules:
                assert f"| {rule} |" in obligations, f"{procedure.version}: {rule}"


def test_a_procedure_never_changes() -> None:
    procedure = Procedure.model_validate(tomllib.loads(TEXT))
    with pytest.raises(ValueError, match="frozen"):
        procedure.title = "Möte"  # type: ignore[misc]


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
