"""A fourth procedure is a file, not code: SIP, as a municipality would add it (X9)."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from services.cases.domain.opening import has_coordinator
from shared.domain.consent import consent_stands, deciders
from shared.domain.days import WorkingDays
from shared.domain.procedure import Procedure
from shared.domain.windows import windows
from shared.procedures import ProcedureError, load_procedures
from tests.unit.builders import CHILD, MOTHER, case, consent, day

FOLDER = Path(__file__).parent.parent / "data" / "procedures"
ON = date(2027, 3, 1)
SIP_PARTIES = frozenset({"social_services", "health_care"})


@pytest.fixture
def sip() -> Procedure:
    return load_procedures(None, ours=FOLDER).get("sip", ON)


def test_X9_its_limit_counts_as_any_other(sip: Procedure) -> None:
    (limit,) = windows(case(known="2027-03-01"), sip, WorkingDays(), ON)
    assert (limit.step, limit.closes_on, limit.rule) == ("planning", day("2027-03-22"), "L3")


def test_X9_its_consent_is_asked_for_as_any_other(sip: Procedure) -> None:
    facts = case(participants=(CHILD, MOTHER))
    assert deciders(facts, sip, ON) == {MOTHER.person_id}
    signed = case(
        participants=(CHILD, MOTHER),
        consents=[consent("mother", on="2027-03-01", organisations=SIP_PARTIES)],
    )
    assert (consent_stands(facts, sip, ON), consent_stands(signed, sip, ON)) == (False, True)


def test_X9_it_needs_no_coordinator(sip: Procedure) -> None:
    assert not has_coordinator(sip)


def test_X9_a_municipality_brings_its_own_beside_ours(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "sip.toml", tmp_path)
    procedures = load_procedures(tmp_path)
    assert procedures.names(ON) == ("samverkansmote", "sip", "spindelmote", "sspf")
    assert procedures.names(date(2025, 12, 31)) == ("samverkansmote", "spindelmote", "sspf")


def test_X9_its_own_can_be_changed_from_a_day_on(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "sip.toml", tmp_path)
    later = "valid_from = 2027-08-01\n[steps.planning.within]\ndays = 14\n"
    (tmp_path / "sip-2027-08-01.toml").write_text(later, encoding="utf-8")
    procedures = load_procedures(tmp_path)
    limits = [
        procedures.get("sip", date(2027, month, 1)).step("planning").within for month in (7, 8)
    ]
    assert [limit and limit.days for limit in limits] == [21, 14]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda _: "valid_from = 2026-01-01\n", "changes 'sip', which doesn't exist"),
        (lambda text: text.replace("[roles]", "[rolls]"), "changes 'sip', which doesn't exist"),
        (lambda text: text.replace('L3 = "', 'L9 = "'), "steps.planning.rule: the words of L3"),
        (lambda text: text.replace('grounds = "consent"\n', "", 1), "steps.planning.grounds"),
    ],
)  # fmt: skip
def test_X9_one_that_isnt_whole_is_one_clear_line(
    tmp_path: Path, change: Callable[[str], str], line: str
) -> None:
    text = (FOLDER / "sip.toml").read_text(encoding="utf-8")
    path = tmp_path / "sip.toml"
    path.write_text(change(text), encoding="utf-8")
    with pytest.raises(ProcedureError) as refusal:
        load_procedures(tmp_path)
    assert str(refusal.value).startswith(f"{path}: {line}")
    assert "\n" not in str(refusal.value)


def test_X9_a_change_before_it_begins_is_refused(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "sip.toml", tmp_path)
    (tmp_path / "sip-2025-01-01.toml").write_text("valid_from = 2025-01-01\n", encoding="utf-8")
    with pytest.raises(ProcedureError, match="is before the procedure itself begins"):
        load_procedures(tmp_path)
