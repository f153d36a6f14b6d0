"""The settings: keys, accounts, people from files."""

import re
from functools import partial
from typing import Any

import pytest

from services.cases.adapters.accounts import accounts_over
from services.cases.adapters.municipality import import_register
from services.cases.adapters.passwords import Passwords
from services.cases.adapters.tokens import tokens_in
from services.cases.handlers.tokens import make_token, new_token
from services.cases.web.staff.settings.accounts import make_account_pages
from services.cases.web.staff.visits import KEY
from shared.register import read_register
from tests.conftest import EXAMPLE
from tests.integration.cases_house import CasesHouse
from tests.support.signing_in import Visitor, words_of


@pytest.fixture
def admin(cases: CasesHouse) -> Visitor:
    return cases.visitor(None, "administrator")


# Keys


@pytest.fixture
def secret(admin: Visitor) -> str:
    answer = admin.post("/installningar/nycklar", {"name": "Portalen", "scopes": "register:read"})
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
    sent = {"name": "Portalen", "scopes": "register:read", KEY: "the-same"}
    admin.post("/installningar/nycklar", sent)
    page = admin.follow(admin.post("/installningar/nycklar", sent))
    assert "redan gjord" in words_of(page.text)
    assert len(cases.rows("SELECT id FROM cases.api_tokens")) == 1


@pytest.mark.parametrize("scope", ["cases:read", "cases:write", "read"])
def test_nobody_gives_out_a_key_to_what_they_may_not_see(
    cases: CasesHouse, admin: Visitor, scope: str
) -> None:
    sent = {"name": "Portalen", "scopes": ["register:read", scope]}
    assert admin.post("/installningar/nycklar", sent).status_code == 422
    assert cases.rows("SELECT FROM cases.api_tokens") == []
    page = admin.get("/installningar/nycklar").text
    assert 'value="register:write"' in page
    assert 'value="cases:' not in page
    assert "samspel token add --cases" in words_of(page)


def test_keys_to_cases_are_listed_and_taken_back_on_the_page(
    cases: CasesHouse, admin: Visitor
) -> None:
    secret, token = new_token("Portalen", ["cases:read", "cases:write"], None)
    with tokens_in(cases.database_url, "command", demo=True) as desk:
        make_token(token, desk)
    assert "läsa ärenden, ändra ärenden" in words_of(admin.get("/installningar/nycklar").text)
    assert call(cases, secret, path="cases").status_code == 200
    page = admin.follow(admin.post(f"/installningar/nycklar/{token.id}/dra-tillbaka"))
    assert "vid kommandoraden" in words_of(page.text)  # by whom it was made
    assert call(cases, secret, path="cases").status_code == 401


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


def test_nobody_of_the_register_gets_a_password_from_an_administrator(
    cases: CasesHouse, admin: Visitor
) -> None:
    """Whoever knows somebody's password sees their cases."""
    sent = {"login": "Asa.Hallberg@exempelkommun.example", "password": "korrekt häst batteri"}
    for more in ({}, {"name": "Någon Annan", "roles": "it"}):
        answer = admin.post("/installningar/konton", sent | more)
        assert answer.status_code == 422
        assert "samspel user password på servern" in words_of(answer.text)
        assert sent["password"] not in answer.text
    assert len(cases.rows("SELECT FROM cases.accounts")) == 1  # the administrator's own
    outside = {"login": "drift", "name": "It Drift", "roles": "it", "password": sent["password"]}
    assert admin.post("/installningar/konton", outside).status_code == 303
    (row,) = cases.rows("SELECT person_id, password_hash FROM cases.accounts WHERE login = 'drift'")
    assert row["person_id"] is None
    assert row["password_hash"].startswith("$argon2id$")


def test_an_account_that_nobody_can_sign_in_by_says_so_and_what_to_do(
    cases: CasesHouse, admin: Visitor
) -> None:
    """Without the municipality's own sign-in a password is the only way, and IT gives it."""
    said = words_of(admin.get("/installningar/konton").text)
    assert "kan inte logga in förrän it har gett det ett" in said
    sent = {"login": "asa.hallberg@exempelkommun.example"}
    said = words_of(admin.follow(admin.post("/installningar/konton", sent)).text)
    assert "ingen kan logga in med det förrän it har gett det ett lösenord" in said
    assert "utan lösenord: kan inte logga in än" in said
    assert "kommunens inloggning" not in said


def test_where_one_signs_in_by_the_municipality_an_account_needs_no_password(
    cases: CasesHouse, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = partial(accounts_over, cases.app.state.room.database)
    pages = make_account_pages(cases.app.state.room, accounts, Passwords(), by_identity=True)
    before = cases.app.router.routes
    monkeypatch.setattr(cases.app.router, "routes", [*pages.routes, *before])
    sent = {"login": "asa.hallberg@exempelkommun.example"}
    said = words_of(admin.follow(admin.post("/installningar/konton", sent)).text)
    assert "Kontot är öppnat." in said
    assert "i personalregistret kommunens inloggning" in said
    assert "kan inte logga in" not in said


def test_no_account_that_exists_becomes_somebody_of_the_register(
    cases: CasesHouse, admin: Visitor
) -> None:
    """An administrator's own account stays outside, whatever address the register comes to have."""
    login = "drift@exempelkommun.example"
    outside = {
        "login": login,
        "name": "It Drift",
        "roles": "it",
        "password": "korrekt häst batteri",
    }
    assert admin.post("/installningar/konton", outside).status_code == 303
    cases.execute("UPDATE cases.people SET email = %s WHERE code = 'asa-hallberg'", login)
    for path, more in (("", {}), ("/roller", {"roles": "it"}), ("/stang", {}), ("/oppna", {})):
        admin.post(f"/installningar/konton{path}", {"login": login} | more)
    assert cases.rows("SELECT FROM cases.accounts WHERE person_id IS NOT NULL") == []


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


def test_files_that_nobody_says_yes_to_are_kept_for_an_hour_and_no_longer(
    cases: CasesHouse, admin: Visitor, people: bytes
) -> None:
    """They hold addresses of the staff: the worker forgets them, also if nobody comes back."""
    sent_file(admin, "people.csv", people)
    cases.set_clock("2027-03-01T08:59:59+01:00")
    cases.worker._tidy()
    assert cases.rows("SELECT count(*) AS n FROM cases.import_drafts") == [{"n": 1}]
    cases.set_clock("2027-03-01T09:00:00+01:00")
    cases.worker._tidy_at = 0.0
    cases.worker.work()
    assert cases.rows("SELECT count(*) AS n FROM cases.import_drafts") == [{"n": 0}]


def test_what_is_to_be_forgotten_is_forgotten_whatever_else_fails(
    cases: CasesHouse, admin: Visitor, people: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    sent_file(admin, "people.csv", people)
    cases.set_clock("2027-03-01T09:00:00+01:00")
    monkeypatch.setattr(cases.worker, "look_daily", fails)
    with pytest.raises(RuntimeError):
        cases.worker.work()
    assert cases.rows("SELECT count(*) AS n FROM cases.import_drafts") == [{"n": 0}]


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
