"""School years and breaks: changed, added and taken back, with what moves said first (R20)."""

import pytest

from tests.integration.cases_house import CasesHouse
from tests.integration.rule_forms import BREAK, fields_of, newest_seen_by, typed
from tests.support.signing_in import Visitor, words_of


@pytest.fixture
def admin(cases: CasesHouse) -> Visitor:
    return cases.visitor(None, "administrator")


def test_R20_a_new_break_says_which_meeting_of_the_year_moves(
    cases: CasesHouse, admin: Visitor
) -> None:
    cases.worker.work()
    values = typed(admin, "/installningar/lasar/2026-27", **BREAK)
    preview = admin.post("/installningar/lasar", values | {"steg": "visa"})
    said = words_of(preview.text)
    assert "Extra lov nytt" in said
    booked = cases.rows("SELECT starts_at FROM cases.meetings WHERE state = 'booked'")
    if booked:
        assert "onsdagen den 14 april 2027" in said
    sent = fields_of(preview.text)
    page = admin.follow(admin.post("/installningar/lasar", sent | {"steg": "spara"}))
    assert "Extra lov" in words_of(page.text)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"break-8-last": "2027-04-01"}, "Sista dagen ligger före den första."),
        ({"break-8-last": "2029-04-01"}, "Dagen ska ligga mellan"),
        ({"break-8-units": "nagonstans"}, "Det finns ingen sådan skolenhet"),
        ({"term-1-first": "2026-12-01"}, "Terminerna går in i varandra"),
    ],
)
def test_a_school_year_that_can_not_be_is_named(
    admin: Visitor, values: dict[str, str], said: str
) -> None:
    sent = typed(admin, "/installningar/lasar/2026-27", **BREAK | values)
    answer = admin.post("/installningar/lasar", sent | {"steg": "spara"})
    assert answer.status_code == 422
    assert said in words_of(answer.text)


def test_a_school_year_is_added(admin: Visitor) -> None:
    sent = typed(
        admin,
        "/installningar/lasar/nytt",
        **{
            "name": "2028/29",
            "term-0-name": "Höstterminen 2028",
            "term-0-first": "2028-08-15",
            "term-0-last": "2028-12-20",
        },
    )
    page = admin.follow(admin.post("/installningar/lasar", sent | {"steg": "spara"}))
    assert "Höstterminen 2028" in words_of(page.text)


NEW = {
    "name": "2030/31",
    "term-0-name": "Höstterminen 2030",
    "term-0-first": "2030-08-15",
    "term-0-last": "2030-12-20",
}
BACK = "/installningar/lasar/2030-31/ta-tillbaka"


@pytest.fixture
def new_year(admin: Visitor) -> str:
    """A school year that no file has; the newest change."""
    sent = typed(admin, "/installningar/lasar/nytt", **NEW)
    assert admin.post("/installningar/lasar", sent | {"steg": "spara"}).status_code == 303
    return newest_seen_by(admin)


def test_a_school_year_that_nothing_rests_on_is_taken_back_after_a_preview(
    cases: CasesHouse, admin: Visitor, new_year: str
) -> None:
    assert "Ta tillbaka 2030/31" in words_of(admin.get("/installningar/lasar").text)
    preview = admin.post(BACK, {"seen": new_year, "steg": "visa"})
    said = words_of(preview.text)
    assert "så det försvinner helt. Inget är ändrat än." in said
    assert "Höstterminen 2030 tas bort" in said
    page = admin.follow(admin.post(BACK, fields_of(preview.text) | {"steg": "spara"}))
    said = words_of(page.text)
    assert "Det sparade läsåret är tillbakataget." in said
    assert "Tog tillbaka det sparade läsåret 2030/31" in said
    assert "Höstterminen 2030" not in said
    assert admin.post(BACK, {"steg": "visa"}).status_code == 404


def test_the_second_who_takes_a_school_year_back_hears_that_another_has(
    cases: CasesHouse, admin: Visitor, new_year: str
) -> None:
    sent = {"seen": new_year, "steg": "spara"}
    assert admin.post(BACK, sent).status_code == 303
    second = cases.visitor("karin-bergqvist", "administrator").post(BACK, sent)
    assert second.status_code == 409
    said = words_of(second.text)
    assert "Någon annan" in said
    assert "Till läsåren" in said
    assert "Ändra läsåret i stället" not in said


def test_a_school_year_that_the_file_has_too_is_as_in_the_file_again(
    cases: CasesHouse, admin: Visitor
) -> None:
    """Also while it lasts: that is a change of its days as any other."""
    sent = typed(admin, "/installningar/lasar/2026-27", **BREAK)
    admin.post("/installningar/lasar", sent | {"steg": "spara"})
    path = "/installningar/lasar/2026-27/ta-tillbaka"
    preview = admin.post(path, {"seen": newest_seen_by(admin), "steg": "visa"})
    said = words_of(preview.text)
    assert "blir som i kommunens fil" in said
    assert "Extra lov tas bort" in said
    page = admin.follow(admin.post(path, fields_of(preview.text) | {"steg": "spara"}))
    assert "Extra lov" not in words_of(page.text)


def test_R20_a_school_year_that_has_begun_is_not_removed(
    cases: CasesHouse, admin: Visitor, new_year: str
) -> None:
    cases.set_clock("2030-08-15T08:00:00+02:00")
    for step in ("visa", "spara"):
        answer = admin.post(BACK, {"seen": new_year, "steg": step})
        assert answer.status_code == 409
        said = words_of(answer.text)
        assert "Läsåret började torsdag 15 augusti 2030 och kan inte tas bort." in said
        assert "Ändra läsåret i stället" in said
    assert len(cases.rows("SELECT FROM cases_api.saved_rules")) == 1


def test_R20_a_school_year_with_a_booked_meeting_is_not_removed(
    cases: CasesHouse, admin: Visitor, new_year: str
) -> None:
    cases.booked(cases.signed_case())
    cases.execute(
        "UPDATE cases.meetings SET starts_at = '2030-12-20T22:00:00+01',"
        " ends_at = '2030-12-20T23:00:00+01'"
    )
    answer = admin.post(BACK, {"seen": new_year, "steg": "visa"})
    assert answer.status_code == 409
    said = words_of(answer.text)
    assert "Bokade möten under läsåret: 1, det första fredag 20 december 2030." in said


def test_R20_a_school_year_in_which_a_year_is_planned_is_not_removed(
    cases: CasesHouse, admin: Visitor, new_year: str
) -> None:
    """The year of 2030 is open, and its meeting of October isn't booked yet."""
    cases.worker.look_daily()
    cases.set_clock("2028-01-10T08:00:00+01:00")
    cases.worker.look_daily()
    answer = admin.post(BACK, {"seen": new_year, "steg": "visa"})
    assert answer.status_code == 409
    assert "planerade under läsåret, från tisdag 1 oktober 2030" in words_of(answer.text)


def test_the_names_of_terms_and_breaks_are_Swedish_on_an_English_page(admin: Visitor) -> None:
    page = admin.get("/installningar/lasar", headers={"Cookie": "samspel-sprak=en"}).text
    assert '<th scope="row" lang="sv">Jullov</th>' in page
    assert '<th scope="row">' not in page
