"""The settings: rules that are changed while everything runs, keys, accounts, people from files."""

import re
from typing import Any

import pytest

from services.cases.adapters.municipality import import_register
from services.cases.web.staff.visits import KEY, TOKEN
from shared.register import read_register
from tests.conftest import EXAMPLE
from tests.integration.cases_house import CasesHouse
from tests.support.signing_in import Visitor, words_of

_AREA = re.compile(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', re.DOTALL)
_CHOICE = re.compile(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
PROCEDURE = "/installningar/rutiner/samverkansmote"


@pytest.fixture
def admin(cases: CasesHouse) -> Visitor:
    return cases.visitor(None, "administrator")


def fields_of(page: str) -> dict[str, Any]:
    """Every field of a page's big form, as a browser would send it."""
    form = re.search(r'<form method="post" action="/installningar.*?</form>', page, re.DOTALL)
    assert form is not None
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name, value = _attribute(tag, "name"), _attribute(tag, "value")
        if name and ("checkbox" not in tag or " checked" in tag):
            found[name] = value
    found.update(_AREA.findall(page))
    for name, options in _CHOICE.findall(page):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = "" if chosen is None else chosen[1]
    return {name: value for name, value in found.items() if name not in (TOKEN, KEY)}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', tag)
    return "" if found is None else found[1]


def typed(
    admin: Visitor, path: str = f"{PROCEDURE}/andra?fran=2027-03-02", **more: str
) -> dict[str, Any]:
    answer = admin.get(path)
    assert answer.status_code == 200, answer.text
    return fields_of(answer.text) | more


# Routines


def test_a_routine_is_changed_from_a_coming_day_after_a_preview(
    cases: CasesHouse, admin: Visitor
) -> None:
    values = typed(admin, **{"steps.first.within.days": "10"})
    preview = admin.post(f"{PROCEDURE}/andra", values | {"steg": "visa"})
    assert preview.status_code == 200
    said = words_of(preview.text)
    assert "Första samverkansmötet: mötet hålls inom från 14 dagar → till 10 dagar" in said
    assert "Inga öppna ärenden berörs" in said
    assert cases.rows("SELECT * FROM cases.rule_changes") == []
    again = fields_of(preview.text)
    assert again["steps.first.within.days"] == "10"
    page = admin.follow(admin.post(f"{PROCEDURE}/andra", again | {"steg": "spara"}))
    assert "Ändringen är sparad" in words_of(page.text)
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


def save(admin: Visitor, path: str = PROCEDURE, day: str = "2027-03-02", **values: str) -> None:
    sent = typed(admin, f"{path}/andra?fran={day}", **values)
    answer = admin.post(f"{path}/andra", sent | {"steg": "spara"})
    assert answer.status_code == 303, words_of(answer.text)


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


def test_every_routine_is_read_and_has_its_form(admin: Visitor) -> None:
    assert admin.get("/installningar/rutiner").status_code == 200
    for name in ("samverkansmote", "spindelmote", "sspf", "arshjul", "anmalan"):
        for path in (name, f"{name}/andra"):
            assert admin.get(f"/installningar/rutiner/{path}").status_code == 200
    assert admin.get("/installningar/rutiner/nagot-annat").status_code == 404


def test_what_can_not_be_laid_over_any_more_is_left_out_and_told(
    cases: CasesHouse, admin: Visitor
) -> None:
    """As when the files of a new version are others; everything else goes on."""
    cases.execute(
        "INSERT INTO cases.rule_changes (id, kind, name, valid_from, content, made_at, made_by)"
        " VALUES (gen_random_uuid(), 'procedure', 'samverkansmote', '2027-01-01',"
        " 'steps.gone.minutes = 30', now(), 'account:x')"
    )
    assert "Sparade ändringar som inte gäller" in words_of(admin.get("/installningar").text)
    assert cases.open_case()["windows"]


# School years

BREAK = {"break-8-name": "Extra lov", "break-8-first": "2027-04-12", "break-8-last": "2027-04-16"}


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


# Keys


@pytest.fixture
def secret(admin: Visitor) -> str:
    answer = admin.post("/installningar/nycklar", {"name": "Portalen", "scopes": "read"})
    assert answer.status_code == 200
    found = re.search(r"samspel_[\w-]{43}", answer.text)
    assert found is not None
    return found[0]


def call(cases: CasesHouse, secret: str, method: str = "GET", path: str = "units") -> Any:
    headers = {"Authorization": f"Bearer {secret}"}
    return cases.client.request(method, f"/api/v1/{path}", headers=headers)


def test_a_key_is_shown_once_and_kept_as_a_hash(
    cases: CasesHouse, admin: Visitor, secret: str
) -> None:
    assert call(cases, secret).status_code == 200
    assert secret not in admin.get("/installningar/nycklar").text
    everything = cases.rows("SELECT t::text FROM cases.api_tokens t") + cases.rows(
        "SELECT i::text AS t FROM cases.idempotency i"
    )
    assert secret not in str(everything)
    (row,) = cases.rows("SELECT last_used_on::text FROM cases.api_tokens")
    assert row["last_used_on"] == "2027-03-01"


def test_the_second_of_two_clicks_makes_no_second_key(cases: CasesHouse, admin: Visitor) -> None:
    sent = {"name": "Portalen", "scopes": "read", KEY: "the-same"}
    admin.post("/installningar/nycklar", sent)
    page = admin.follow(admin.post("/installningar/nycklar", sent))
    assert "redan gjord" in words_of(page.text)
    assert len(cases.rows("SELECT id FROM cases.api_tokens")) == 1


def test_a_key_is_for_what_it_is_for(cases: CasesHouse, secret: str) -> None:
    answer = call(cases, secret, "POST", "cases")
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("scope-missing")


def test_who_calls_with_a_key_is_named_in_the_access_log(cases: CasesHouse, secret: str) -> None:
    call(cases, secret)
    (token,) = cases.rows("SELECT id FROM cases.api_tokens")
    actors = {row["actor"] for row in cases.rows("SELECT actor FROM cases.access_log")}
    assert f"token:{token['id']}" in actors


def test_a_key_that_was_taken_back_or_has_run_out_opens_nothing(
    cases: CasesHouse, admin: Visitor, secret: str
) -> None:
    (token,) = cases.rows("SELECT id FROM cases.api_tokens")
    cases.execute("UPDATE cases.api_tokens SET expires_on = '2027-02-28'")
    assert call(cases, secret).status_code == 401
    cases.execute("UPDATE cases.api_tokens SET expires_on = '2027-03-01'")
    assert call(cases, secret).status_code == 200  # its last day
    for _ in range(2):
        answer = admin.post(f"/installningar/nycklar/{token['id']}/dra-tillbaka")
        assert answer.status_code == 303
    assert call(cases, secret).status_code == 401
    assert call(cases, "").status_code == 401


# Accounts


def test_an_account_is_added_given_a_role_and_closed(cases: CasesHouse, admin: Visitor) -> None:
    login = "asa.hallberg@exempelkommun.example"
    assert admin.post("/installningar/konton", {"login": login}).status_code == 303
    assert (
        admin.post("/installningar/konton/roller", {"login": login, "roles": "it"}).status_code
        == 303
    )
    assert admin.post("/installningar/konton/stang", {"login": login}).status_code == 303
    (row,) = cases.rows(
        "SELECT roles, disabled_at IS NOT NULL AS closed FROM cases.accounts WHERE login = %s",
        login,
    )
    assert row == {"roles": ["it"], "closed": True}
    assert "Stängde ett konto" in words_of(admin.get("/installningar/konton").text)


def test_whoever_keeps_the_accounts_does_not_lock_themselves_out(
    cases: CasesHouse, admin: Visitor
) -> None:
    (own,) = cases.rows("SELECT login FROM cases.accounts")
    for path in ("roller", "stang"):
        answer = admin.post(f"/installningar/konton/{path}", {"login": own["login"]})
        assert answer.status_code == 409
        assert "Det är ditt eget konto" in words_of(answer.text)


# People and posts


def test_people_posts_and_units_are_read(admin: Visitor) -> None:
    people = words_of(admin.get("/installningar/personer?sok=familjebehandlare").text)
    assert "Åsa Hallberg" in people
    assert "Visar 6 av" in people
    assert "vakant" in words_of(admin.get("/installningar/tjanster?vakanta=ja").text)
    assert "Björkskolan" in words_of(admin.get("/installningar/enheter").text)


def sent_file(admin: Visitor, name: str, content: bytes) -> Any:
    return admin.post("/installningar/las-in", files={name: (name, content, "text/csv")})


@pytest.fixture
def people() -> bytes:
    """The example's people, and one more; Åsa has another phone."""
    content = (EXAMPLE / "people.csv").read_bytes()
    changed = re.sub(rb"(asa-hallberg,.*,)[0-9 -]+", rb"\g<1>0980-31 00 00", content)
    return changed + b"ny-person,Ny Person,ny.person@exempelkommun.example,\n"


def test_one_file_is_read_in_after_a_preview_and_the_others_stay(
    cases: CasesHouse, admin: Visitor, people: bytes
) -> None:
    preview = admin.follow(sent_file(admin, "people.csv", people))
    said = words_of(preview.text)
    assert "Ny Person ny" in said
    assert "telefon: från" in said
    assert "avslutas" not in said
    draft = re.search(r"las-in/([0-9a-f-]{36})", preview.text)
    assert draft is not None
    page = admin.follow(admin.post(f"/installningar/las-in/{draft[1]}"))
    assert "Filerna är inlästa" in words_of(page.text)
    assert "Ny Person" in words_of(page.text)
    assert cases.rows("SELECT count(*) AS n FROM cases.import_drafts") == [{"n": 0}]


def test_the_folder_of_the_next_start_does_not_undo_what_was_sent(
    cases: CasesHouse, admin: Visitor, people: bytes
) -> None:
    draft = sent_file(admin, "people.csv", people).headers["location"].partition("=")[2]
    admin.post(f"/installningar/las-in/{draft}")
    assert import_register(cases.database_url, read_register(EXAMPLE), demo=True).again
    assert "Ny Person" in words_of(admin.get("/installningar/personer").text)


def test_what_is_wrong_in_a_file_is_told_by_line_and_nothing_is_kept(
    cases: CasesHouse, admin: Visitor
) -> None:
    answer = sent_file(admin, "people.csv", b"code,name,email,phone\nx,X,ingen adress,\n")
    assert answer.status_code == 422
    said = words_of(answer.text)
    assert "people.csv, rad 2, kolumn email" in said
    assert "holders.csv, rad" not in said  # what wasn't sent isn't compared with what can't be read
    assert cases.rows("SELECT count(*) AS n FROM cases.import_drafts") == [{"n": 0}]


def test_files_wait_for_their_sender_alone_and_for_an_hour(
    cases: CasesHouse, admin: Visitor, people: bytes
) -> None:
    path = sent_file(admin, "people.csv", people).headers["location"]
    draft = path.partition("=")[2]
    other = cases.visitor("karin-bergqvist", "administrator")
    assert other.get(path).status_code == 303
    answer = other.post(f"/installningar/las-in/{draft}")
    assert answer.headers["location"] == "/installningar/las-in"
    cases.set_clock("2027-03-01T09:00:01+01:00")
    assert admin.get(path).status_code == 303


def test_no_file_is_a_field_to_mend(admin: Visitor) -> None:
    answer = admin.post("/installningar/las-in", {})
    assert answer.status_code == 422
    assert "Välj minst en fil" in words_of(answer.text)


@pytest.mark.parametrize("who", [("anna-lindqvist",), (None, "it")])
@pytest.mark.parametrize("path", ["", "/rutiner", "/nycklar", "/konton", "/las-in", "/lasar"])
def test_the_settings_are_for_administrators_alone(
    cases: CasesHouse, who: tuple[Any, ...], path: str
) -> None:
    assert cases.visitor(*who).get(f"/installningar{path}").status_code == 403
