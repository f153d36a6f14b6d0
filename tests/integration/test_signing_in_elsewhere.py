"""Who comes in by the municipality's identity service: from the button and back with a session."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from services.cases.adapters.accounts import accounts_in
from services.cases.adapters.oidc import IdentityService
from services.cases.domain.identity import OidcClient
from services.cases.handlers import accounts
from services.cases.settings import Settings
from services.cases.web.staff.entrance import Entrance
from services.cases.web.staff.login import make_login_pages
from shared.settings import SettingsError
from tests.integration.cases_house import CasesHouse
from tests.support.identity import CLIENT_ID, CLIENT_SECRET, IdentityProvider, an_identity_provider

ANNA = "anna.lindqvist@exempelkommun.example"


class Elsewhere:
    """A browser, our pages, and the identity service between them."""

    def __init__(self, cases: CasesHouse, provider: IdentityProvider) -> None:
        self.cases, self.provider = cases, provider
        service = IdentityService(OidcClient(provider.url, CLIENT_ID, CLIENT_SECRET, loopback=True))
        entrance: Entrance = cases.app.state.entrance
        app = FastAPI()
        app.include_router(
            make_login_pages(
                cases.app.state.room, Entrance(entrance.unit, entrance.passwords, service)
            )
        )
        self.browser = TestClient(app, follow_redirects=False)

    def leave(self, till: str = "/arenden") -> str:
        answer = self.browser.get("/oidc/start", params={"till": till})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def come_back(self, query: dict[str, str]) -> httpx.Response:
        return self.browser.get("/oidc/svar", params=query)

    def sign_in(self, **claims: Any) -> httpx.Response:
        self.provider.claims = claims
        return self.come_back(self.provider.sign_in(self.leave()))


@pytest.fixture
def elsewhere(cases: CasesHouse) -> Iterator[Elsewhere]:
    with ExitStack() as stack:
        provider = stack.enter_context(an_identity_provider())
        yield Elsewhere(cases, provider)


def signed_in(answer: httpx.Response) -> bool:
    return answer.status_code == 303 and "samspel" in answer.cookies


def refused(answer: httpx.Response, words: str) -> bool:
    return answer.status_code == 403 and words in answer.text and "samspel" not in answer.cookies


def test_somebody_of_the_register_comes_in_by_their_address(elsewhere: Elsewhere) -> None:
    answer = elsewhere.sign_in()
    assert signed_in(answer)
    assert answer.headers["location"] == "/arenden"
    (account,) = elsewhere.cases.rows("SELECT login, subject, password_hash FROM cases.accounts")
    assert account["login"] == ANNA
    assert account["subject"] == f"{elsewhere.provider.url} 4711"
    assert account["password_hash"] is None
    assert signed_in(elsewhere.sign_in(email=ANNA.title()))


def test_the_address_may_change_but_not_who_it_is(elsewhere: Elsewhere) -> None:
    assert signed_in(elsewhere.sign_in())
    assert signed_in(elsewhere.sign_in(email="anna.gift@exempelkommun.example"))
    # Another subject with her address: somebody who has got it after her.
    assert refused(elsewhere.sign_in(sub="4712"), "Du har inget konto här")


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@exempelkommun.example"},
        {"email": "karim.rahimi@hemma.example"},  # of no staff
    ],
)
def test_nobody_else_comes_in(elsewhere: Elsewhere, claims: dict[str, str]) -> None:
    assert refused(elsewhere.sign_in(**claims), "Du har inget konto här")
    assert elsewhere.cases.rows("SELECT FROM cases.accounts") == []


def test_an_address_that_two_have_is_nobodys(elsewhere: Elsewhere) -> None:
    elsewhere.cases.execute(
        "UPDATE cases.people SET email = %s WHERE code = 'asa-hallberg'", ANNA.upper()
    )
    assert refused(elsewhere.sign_in(), "Du har inget konto här")


def test_who_is_disabled_stays_out(elsewhere: Elsewhere) -> None:
    assert signed_in(elsewhere.sign_in())
    with accounts_in(elsewhere.cases.database_url, "test") as desk:
        accounts.disable(ANNA, desk)
    assert refused(elsewhere.sign_in(), "Du har inget konto här")


def test_an_account_outside_the_register_is_known_by_its_login(elsewhere: Elsewhere) -> None:
    with accounts_in(elsewhere.cases.database_url, "test") as desk:
        accounts.add_account("drift@exempelkommun.example", "It Drift", ("it",), "x", desk)
    assert signed_in(elsewhere.sign_in(email="drift@exempelkommun.example"))


def test_an_address_that_has_passed_to_another_does_not_open_the_first_ones_account(
    elsewhere: Elsewhere,
) -> None:
    with accounts_in(elsewhere.cases.database_url, "test") as desk:
        accounts.add_account(ANNA, None, (), "x", desk)
    elsewhere.cases.execute("UPDATE cases.people SET email = NULL WHERE code = 'anna-lindqvist'")
    assert refused(elsewhere.sign_in(), "Du har inget konto här")
    elsewhere.cases.execute("UPDATE cases.people SET email = %s WHERE code = 'asa-hallberg'", ANNA)
    assert refused(elsewhere.sign_in(), "Du har inget konto här")


def test_an_account_that_somebody_comes_in_by_is_not_opened_by_an_address_put_there_since(
    elsewhere: Elsewhere,
) -> None:
    """An administrator who puts their own address on somebody doesn't become them by it."""
    own = "hans.admin@exempelkommun.example"
    with accounts_in(elsewhere.cases.database_url, "test") as desk:
        accounts.add_account(ANNA, None, (), "x", desk)
    elsewhere.cases.execute("UPDATE cases.people SET email = %s WHERE code = 'anna-lindqvist'", own)
    assert refused(elsewhere.sign_in(email=own), "Du har inget konto här")
    with accounts_in(elsewhere.cases.database_url, "test") as desk:
        accounts.change_login(ANNA, own, desk)  # at the server: they have seen that it is she
    assert signed_in(elsewhere.sign_in(email=own))


def test_the_first_sign_in_by_the_identity_service_is_written_down(elsewhere: Elsewhere) -> None:
    assert signed_in(elsewhere.sign_in())
    assert signed_in(elsewhere.sign_in())
    (account,) = elsewhere.cases.rows("SELECT id FROM cases.accounts")
    assert elsewhere.cases.rows(
        "SELECT details FROM cases.audit WHERE action = 'sign-in.first'"
    ) == [{"details": {"account": str(account["id"])}}]


def test_an_answer_is_good_once_and_in_the_browser_that_asked(elsewhere: Elsewhere) -> None:
    query = elsewhere.provider.sign_in(elsewhere.leave())
    cookies = dict(elsewhere.browser.cookies)
    assert signed_in(elsewhere.come_back(query))
    elsewhere.browser.cookies.clear()
    assert refused(elsewhere.come_back(query), "Det gick inte att logga in")  # another browser
    elsewhere.browser.cookies.update(cookies)
    elsewhere.provider.codes[query["code"]] = {}
    assert refused(elsewhere.come_back(query), "Det gick inte att logga in")  # the same state
    assert elsewhere.provider.asked.count("/token") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"state": "made-up"},
        {"state": ""},
        {"code": ""},
        {"code": "made-up"},
        {"iss": "https://login.annan.example"},
    ],
)
def test_an_answer_to_nothing_that_was_asked_is_refused(
    elsewhere: Elsewhere, change: dict[str, str]
) -> None:
    query = elsewhere.provider.sign_in(elsewhere.leave()) | change
    assert refused(elsewhere.come_back(query), "Det gick inte att logga in")


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c.d", "å.1.2.3", "a.1.ff.seal"])
def test_a_cookie_of_our_own_making_is_asked_for(elsewhere: Elsewhere, cookie: str) -> None:
    query = elsewhere.provider.sign_in(elsewhere.leave())
    elsewhere.browser.cookies.clear()
    answer = elsewhere.browser.get(
        "/oidc/svar", params=query, headers={b"cookie": f"samspel-oidc={cookie}".encode()}
    )
    assert refused(answer, "Det gick inte att logga in")


def test_one_comes_back_to_our_own_pages_alone(elsewhere: Elsewhere) -> None:
    query = elsewhere.provider.sign_in(elsewhere.leave("//annan.example"))
    assert elsewhere.come_back(query).headers["location"] == "/"


def test_a_service_that_is_away_is_said_and_the_door_stays(elsewhere: Elsewhere) -> None:
    elsewhere.provider.status = 503
    answer = elsewhere.browser.get("/oidc/start")
    assert refused(answer, "Det gick inte att logga in")
    assert "Lösenord" in answer.text


def test_what_goes_wrong_is_logged_without_a_word_of_whom(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.sign_in(nonce="another")
    elsewhere.sign_in(email="nobody@exempelkommun.example")
    assert "wrong-nonce" in caplog.text
    assert "not-known" in caplog.text
    for word in ("nobody", "anna", "4711", "code-", "state="):
        assert word not in caplog.text


def test_the_browser_brings_a_challenge_and_the_page_a_button(elsewhere: Elsewhere) -> None:
    asked = parse_qs(urlsplit(elsewhere.leave()).query)
    assert asked["redirect_uri"] == [f"{elsewhere.cases.app.state.room.public_url}/oidc/svar"]
    assert asked["scope"] == ["openid email"]
    assert "/oidc/start?till=%2F" in elsewhere.browser.get("/logga-in").text


def test_without_an_identity_service_there_is_no_way_to_one(cases: CasesHouse) -> None:
    assert cases.client.get("/oidc/start").status_code == 404
    assert "/oidc/" not in cases.client.get("/logga-in").text


SET = {
    "SAMSPEL_DATABASE_URL": "postgresql://x",
    "SAMSPEL_BROKER_URL": "redis://x",
    "SAMSPEL_PUBLIC_URL": "https://samspel.exempelkommun.example",
    "SAMSPEL_SECRET_KEY": "s" * 32,
    "SAMSPEL_MUNICIPALITY": ".",
    "SAMSPEL_API_TOKEN": "a-token-that-only-this-test-knows",
}
OIDC = {
    "SAMSPEL_OIDC_ISSUER": "https://login.exempelkommun.example",
    "SAMSPEL_OIDC_CLIENT_ID": "samspel",
    "SAMSPEL_OIDC_CLIENT_SECRET": CLIENT_SECRET,
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SAMSPEL_OIDC_CLIENT_SECRET": ""}, "belong together"),
        ({"SAMSPEL_OIDC_ISSUER": ""}, "belong together"),
        ({"SAMSPEL_OIDC_ISSUER": "http://login.exempelkommun.example"}, "https://"),
        ({"SAMSPEL_OIDC_ISSUER": "http://127.0.0.1:8080"}, "https://"),
        ({"SAMSPEL_SESSION_HOURS": "100"}, "SESSION_HOURS"),
    ],
)
def test_a_half_given_or_wrong_set_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], said: str
) -> None:
    for name, value in (SET | OIDC | changes).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as wrong:
        Settings.read()
    assert said in str(wrong.value)
    assert "\n" not in str(wrong.value)
    assert CLIENT_SECRET not in str(wrong.value)


def test_the_settings_make_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (SET | OIDC).items():
        monkeypatch.setenv(name, value)
    settings = Settings.read()
    assert settings.oidc == OidcClient(OIDC["SAMSPEL_OIDC_ISSUER"], "samspel", CLIENT_SECRET)
    assert isinstance(settings.oidc_client_secret, SecretStr)
    for name in OIDC:
        monkeypatch.setenv(name, "")
    assert Settings.read().oidc is None
