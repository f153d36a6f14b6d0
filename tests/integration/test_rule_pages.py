"""The pages of the routines: changed from a coming day while everything runs, and taken back."""

from dataclasses import replace
from datetime import date

import pytest

from services.cases.adapters.municipality import import_register
from services.cases.web.staff.visits import KEY
from shared.register import read_register
from tests.conftest import EXAMPLE
from tests.integration.cases_house import CasesHouse
from tests.integration.rule_forms import PROCEDURE, fields_of, save, taking_back, typed
from tests.support.signing_in import Visitor, words_of


@pytest.fixture
def admin(cases: CasesHouse) -> Visitor:
    return cases.visitor(None, "administrator")


def test_a_routine_is_changed_from_a_coming_day_after_a_preview(
    cases: CasesHouse, admin: Visitor
) -> None:
    values = typed(admin, **{"steps.first.within.days": "10"})
    preview = admin.post(f"{PROCEDURE}/andra", values | {"steg": "visa"})
    assert preview.status_code == 200
    said = words_of(preview.text)
    assert "Första samverkansmötet: mötet hålls inom från 14 dagar → till 10 dagar" in said
    assert "Inget som är öppet nu berörs" in said
    assert cases.rows("SELECT * FROM cases.rule_changes") == []
    again = fields_of(preview.text)
    assert again["steps.first.within.days"] == "10"
    page = admin.follow(admin.post(f"{PROCEDURE}/andra", again | {"steg": "spara"}))
    assert "Ändringen är sparad. Den gäller det som börjar den dagen eller senare." in words_of(
        page.text
    )
    assert "ses över" not in words_of(page.text), "what has begun isn't touched"
    assert "Kommer:" in words_of(page.text)
    (row,) = cases.rows("SELECT kind, name, valid_from::text, content FROM cases.rule_changes")
    assert row["content"] == "steps.first.within.days = 10\n"
    assert (row["kind"], row["name"], row["valid_from"]) == (
        "procedure", "samverkansmote", "2027-03-02",
    )  # fmt: skip
    (audit,) = cases.rows("SELECT details FROM cases.audit WHERE action = 'rules.change'")
    assert audit["details"]["values"] == ["steps.first.within.days"]
    assert "rules.changed" in cases.told()


def test_X9_a_case_keeps_the_version_it_began_under(cases: CasesHouse, admin: Visitor) -> None:
    old = cases.open_case()
    save(admin, **{"steps.first.within.days": "10"})
    cases.set_clock("2027-03-02T08:00:00+01:00")
    new = cases.open_case(known_on="2027-03-02")
    kept = cases.get(f"cases/{old['id']}")
    assert [shown["windows"][0]["closes_on"] for shown in (kept, new)] == [
        "2027-03-15",
        "2027-03-12",
    ]


@pytest.mark.parametrize("day", ["2027-03-01", "2027-02-01"])
def test_X9_nothing_changes_what_cases_can_have_begun_under(admin: Visitor, day: str) -> None:
    values = typed(admin, valid_from=day, **{"steps.first.minutes": "30"})
    answer = admin.post(f"{PROCEDURE}/andra", values | {"steg": "visa"})
    assert answer.status_code == 422
    assert "tidigast tisdag 2 mars 2027" in words_of(answer.text)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("steps.first.within.days", "0", "Skriv ett helt tal från 1 till 366."),
        ("steps.first.minutes", "tio", "Skriv ett helt tal från 15 till 480."),
        ("answers.at", "25.00", "Skriv tiden så här: 13.00."),
        ("answers.by_working_days_before", "9", "skriv minst lika många dagar"),
        ("agenda", "", "Skriv minst en punkt"),
        ("steps.first.booking", "annat", "Välj ett av alternativen."),
    ],
)
def test_a_value_that_will_not_do_is_named_and_what_was_typed_stays(
    cases: CasesHouse, admin: Visitor, field: str, value: str, said: str
) -> None:
    values = typed(admin, **{field: value, "steps.second.minutes": "75"})
    answer = admin.post(f"{PROCEDURE}/andra", values | {"steg": "spara"})
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    assert fields_of(answer.text)["steps.second.minutes"] == "75"
    assert cases.rows("SELECT * FROM cases.rule_changes") == []


def test_values_that_are_as_before_are_no_change(admin: Visitor) -> None:
    answer = admin.post(f"{PROCEDURE}/andra", typed(admin) | {"steg": "visa"})
    assert answer.status_code == 409
    assert "Inget är ändrat" in words_of(answer.text)


def test_who_decides_on_an_old_page_is_told_that_somebody_else_was_first(
    cases: CasesHouse, admin: Visitor
) -> None:
    mine = typed(admin, **{"steps.first.minutes": "30"})
    save(cases.visitor("karin-bergqvist", "administrator"), **{"steps.first.minutes": "45"})
    answer = admin.post(f"{PROCEDURE}/andra", mine | {"steg": "spara"})
    assert answer.status_code == 409
    assert "Någon annan har ändrat reglerna" in words_of(answer.text)


def test_a_change_that_nobody_has_begun_under_is_taken_back(
    cases: CasesHouse, admin: Visitor
) -> None:
    save(admin, **{"steps.first.minutes": "30"})
    page = admin.get(PROCEDURE).text
    sent = {"valid_from": "2027-03-02", "seen": fields_of(page)["seen"]}
    assert admin.post(f"{PROCEDURE}/ta-tillbaka", sent).status_code == 303
    cases.set_clock("2027-03-02T08:00:00+01:00")
    assert "Kommer:" not in words_of(admin.get(PROCEDURE).text)
    assert len(cases.rows("SELECT * FROM cases.rule_changes")) == 2  # nothing is ever deleted


def test_a_form_that_was_sent_with_other_content_says_so_to_who_reads_a_page(
    admin: Visitor,
) -> None:
    """Not in the words of the API, which speak of an Idempotency-Key."""
    sent = typed(admin, **{"steps.first.minutes": "30"}) | {"steg": "spara", KEY: "the-same"}
    assert admin.post(f"{PROCEDURE}/andra", sent).status_code == 303
    answer = admin.post(f"{PROCEDURE}/andra", sent | {"steps.first.minutes": "45"})
    assert answer.status_code == 409
    said = words_of(answer.text)
    assert "Formuläret är redan skickat, med annat innehåll." in said
    assert "Idempotency-Key" not in said


def test_every_routine_is_read_and_has_its_form(admin: Visitor) -> None:
    assert admin.get("/installningar/rutiner").status_code == 200
    for name in ("samverkansmote", "spindelmote", "sspf", "arshjul", "anmalan"):
        for path in (name, f"{name}/andra"):
            assert admin.get(f"/installningar/rutiner/{path}").status_code == 200
    assert admin.get("/installningar/rutiner/nagot-annat").status_code == 404


def test_X9_a_change_that_counts_today_is_not_taken_back(cases: CasesHouse, admin: Visitor) -> None:
    save(admin, **{"steps.first.minutes": "30"})
    cases.set_clock("2027-03-02T08:00:00+01:00")
    answer = admin.post(f"{PROCEDURE}/ta-tillbaka", taking_back("2027-03-02", admin))
    assert answer.status_code == 409
    assert "Ändringen gäller sedan tisdag 2 mars 2027" in words_of(answer.text)


def test_of_two_changes_that_need_each_other_the_first_is_not_taken_back_alone(
    cases: CasesHouse, admin: Visitor
) -> None:
    """What remains is checked: the second asks for answers so early only above the first."""
    save(admin, day="2027-03-02", **{"answers.nudge_working_days_before": "9"})
    save(admin, day="2027-03-09", **{"answers.by_working_days_before": "9"})
    answer = admin.post(f"{PROCEDURE}/ta-tillbaka", taking_back("2027-03-02", admin))
    assert answer.status_code == 409
    said = words_of(answer.text)
    assert "En annan ändring behöver den här" in said
    assert "Ta tillbaka den andra först." in said
    for day in ("2027-03-09", "2027-03-02"):
        answer = admin.post(f"{PROCEDURE}/ta-tillbaka", taking_back(day, admin))
        assert answer.status_code == 303, words_of(answer.text)
    assert cases.rows("SELECT FROM cases_api.saved_rules") == []


# What goes by them

ARSHJUL = "/installningar/rutiner/arshjul"


def test_R21_an_import_goes_by_the_rules_that_were_saved(cases: CasesHouse, admin: Visitor) -> None:
    """A calling post that is empty in 213 days is told of by the saved 365, not the files' 120."""
    save(admin, ARSHJUL, **{"year.vacancy_days_ahead": "365"})
    cases.set_clock("2027-03-02T08:00:00+01:00")
    cases.worker.look_daily()
    files = read_register(EXAMPLE)
    leaving = tuple(
        replace(one, last_day=date(2027, 9, 30)) if one.post == "elevhalsochef" else one
        for one in files.holders
    )
    assert cases.rows("SELECT FROM cases.tasks WHERE kind = 'fill-post'") == []
    import_register(cases.database_url, replace(files, holders=leaving), demo=True)
    assert cases.rows("SELECT FROM cases.tasks WHERE kind = 'fill-post'")


def test_a_routine_in_English_has_its_agenda_and_its_changes_in_English(
    cases: CasesHouse, admin: Visitor
) -> None:
    english = {"headers": {"Cookie": "samspel-sprak=en"}}
    save(admin, ARSHJUL, **{"year.vacancy_days_ahead": "365"})
    assert "<li>Follow-up of the last meeting</li>" in admin.get(ARSHJUL, **english).text
    assert '<li lang="sv">Tid för nytt samverkansmöte</li>' in admin.get(PROCEDURE, **english).text
    for path in (ARSHJUL, "/installningar"):
        said = words_of(admin.get(path, **english).text)
        assert "Changed Year wheel from" in said, path
