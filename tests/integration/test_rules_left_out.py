"""Saved changes that the files under them leave out: told, and taken back; all else goes on."""

import pytest

from tests.integration.cases_house import CasesHouse
from tests.integration.rule_forms import BREAK, PROCEDURE, fields_of, save, taking_back, typed
from tests.support.signing_in import Visitor, words_of


@pytest.fixture
def admin(cases: CasesHouse) -> Visitor:
    return cases.visitor(None, "administrator")


GONE = ("procedure", "samverkansmote", "2027-02-01", "steps.gone.minutes = 30\n")
GONE_YEAR = ("school-year", "2029/30", None, "terms = 3\n")


def left_out(cases: CasesHouse, kind: str, name: str, day: str | None, content: str) -> None:
    """Saved once, and the files have become others since: what it changes isn't in them."""
    cases.execute(
        "INSERT INTO cases.rule_changes (id, kind, name, valid_from, content, made_at, made_by)"
        " VALUES (gen_random_uuid(), %s, %s, %s, %s, now(), 'account:x')",
        kind, name, day, content,
    )  # fmt: skip


def test_what_can_not_be_laid_over_any_more_is_told_and_everything_else_goes_on(
    cases: CasesHouse, admin: Visitor
) -> None:
    left_out(cases, *GONE)
    left_out(cases, *GONE_YEAR)
    for path in ("/installningar", PROCEDURE, "/installningar/lasar"):
        said = words_of(admin.get(path).text)
        assert "räknas inte: filen har ändrats" in said, path
        assert "Ta tillbaka ändringen" in said, path
    assert "räknas inte" not in words_of(admin.get("/installningar/rutiner/sspf").text)
    assert "Filen har inte längre det som ändringen gäller." in words_of(admin.get(PROCEDURE).text)
    assert "Läsåret 2029/30" in words_of(admin.get("/installningar/lasar").text)
    assert cases.open_case()["windows"]


def test_beside_what_does_not_count_everything_can_be_previewed_and_saved(
    cases: CasesHouse, admin: Visitor
) -> None:
    """Previews are laid as the running services lay their rules."""
    left_out(cases, *GONE)
    values = typed(admin, **{"steps.first.minutes": "45"})
    assert admin.post(f"{PROCEDURE}/andra", values | {"steg": "visa"}).status_code == 200
    save(admin, **{"steps.first.minutes": "45"})
    year = typed(admin, "/installningar/lasar/2026-27", **BREAK)
    assert admin.post("/installningar/lasar", year | {"steg": "visa"}).status_code == 200
    assert admin.post("/installningar/lasar", year | {"steg": "spara"}).status_code == 303
    answer = admin.post(f"{PROCEDURE}/ta-tillbaka", taking_back("2027-03-02", admin))
    assert answer.status_code == 303, words_of(answer.text)


@pytest.mark.parametrize("change", [GONE, GONE_YEAR, ("procedure", "gone", "2027-02-01", "x = 1")])
def test_what_does_not_count_is_taken_back_on_any_day(
    cases: CasesHouse, admin: Visitor, change: tuple[str, str, str | None, str]
) -> None:
    """X9: nothing has begun under it, also if its day has passed."""
    left_out(cases, *change)
    sent = fields_of(admin.get("/installningar").text)
    assert sent["name"] == change[1]
    page = admin.follow(admin.post("/installningar/ta-tillbaka", sent))
    said = words_of(page.text)
    assert "Den räknades inte, så inget annat ändras." in said
    assert "räknas inte: filen" not in said
    assert cases.rows("SELECT FROM cases_api.saved_rules") == []


def test_who_takes_back_from_an_old_page_is_told_that_somebody_else_was_first(
    cases: CasesHouse, admin: Visitor
) -> None:
    left_out(cases, *GONE)
    sent = fields_of(admin.get("/installningar").text)
    save(cases.visitor("karin-bergqvist", "administrator"), **{"steps.first.minutes": "45"})
    answer = admin.post("/installningar/ta-tillbaka", sent)
    assert answer.status_code == 409
    assert "Någon annan har ändrat reglerna" in words_of(answer.text)
