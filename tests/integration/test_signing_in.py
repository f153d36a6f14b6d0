"""Who comes in by a password: tries, waits, sessions and the way out."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Timer
from typing import Any
from urllib.parse import urlencode

import httpx2 as httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.cases.adapters.accounts import accounts_in
from services.cases.adapters.passwords import Passwords
from services.cases.domain.accounts import LoginTaken, NobodyByThatAddress, UnknownLogin
from services.cases.handlers import accounts
from services.cases.web.brake import Brake
from services.cases.web.staff import login
from services.cases.web.staff.entrance import Entrance
from services.cases.web.staff.login import make_login_pages
from services.cases.web.staff.visits import TOKEN
from tests.integration.cases_house import CasesHouse
from tests.support.signing_in import at_the_door, words_of

LOGIN, PASSWORD = "anna.lindqvist@exempelkommun.example", "korrekt häst batteri"
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
DOOR = "samspel-dorr"
WRONG = "Användarnamnet eller lösenordet stämmer inte."


@pytest.fixture
def door(cases: CasesHouse) -> CasesHouse:
    """With an account for a rektor, and one for IT."""
    with accounts_in(cases.database_url, "test") as desk:
        accounts.add_account(LOGIN, None, (), QUICK.hashed(PASSWORD), desk)
        accounts.add_account("it-drift", "It Drift", ("it",), QUICK.hashed(PASSWORD), desk)
    return cases


def come_in(
    door: CasesHouse, login: str = LOGIN, password: str = PASSWORD, **more: Any
) -> httpx.Response:
    """By the form of the page, in a browser where `before` has signed in, if anybody has."""
    door.client.cookies.clear()
    fields = at_the_door(door.client) | {"login": login, "password": password}
    fields["till"] = more.pop("till", "/arenden")
    if before := more.pop("before", None):
        door.client.cookies.set("samspel", before["Cookie"].partition("=")[2])
    return door.client.post("/logga-in", data=fields, follow_redirects=False, **more)


def session_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    return {"Cookie": f"samspel={answer.cookies['samspel']}"}


def is_in(door: CasesHouse, session: dict[str, str]) -> bool:
    """The door lets somebody who has signed in go on."""
    door.client.cookies.clear()
    answer = door.client.get("/logga-in", headers=session, follow_redirects=False)
    return answer.status_code == 303


def test_the_right_password_opens_and_leads_to_where_one_was_going(door: CasesHouse) -> None:
    answer = come_in(door, login="  Anna.Lindqvist@Exempelkommun.example ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/arenden")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("samspel=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert is_in(door, session_of(answer))


@pytest.mark.parametrize(
    ("login", "password"),
    [
        (LOGIN, "helt fel lösenord"),
        ("nobody@exempelkommun.example", PASSWORD),
        ("", ""),
        (LOGIN, "\ud800"),
    ],
)
def test_one_answer_for_whatever_is_wrong(door: CasesHouse, login: str, password: str) -> None:
    if "\ud800" in password:
        body = urlencode(at_the_door(door.client)) + f"&login={login}&password=%ED%A0%80"
        sent = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = door.client.post("/logga-in", content=body, headers=sent)
    else:
        answer = come_in(door, login, password)
    assert answer.status_code == 403
    assert WRONG in answer.text
    assert "samspel=" not in answer.headers.get("set-cookie", "")
    assert password == "" or password not in answer.text


@pytest.mark.parametrize(
    "till",
    ["https://annan.example/", "//annan.example", "/\\annan.example", "javascript:alert(1)", "x"],
)
def test_one_goes_on_to_our_own_pages_alone(door: CasesHouse, till: str) -> None:
    assert come_in(door, till=till).headers["location"] == "/"
    assert "annan.example" not in door.client.get("/logga-in", params={"till": till}).text


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://annan.example"}],
)
def test_nobody_is_signed_in_from_another_site(door: CasesHouse, headers: dict[str, str]) -> None:
    assert come_in(door, headers=headers).status_code == 403


def sent_by_hand(door: CasesHouse, token: str, cookie: str | None, **headers: str) -> Any:
    door.client.cookies.clear()
    fields = {"login": LOGIN, "password": PASSWORD, "till": "/arenden", TOKEN: token}
    sent = headers if cookie is None else headers | {"Cookie": f"{DOOR}={cookie}"}
    return door.client.post("/logga-in", data=fields, headers=sent, follow_redirects=False)


def test_nobody_is_signed_in_by_a_page_that_is_not_of_this_browser(door: CasesHouse) -> None:
    """Also where the browser hides where it comes from; nothing but the password is lost."""
    door.client.cookies.clear()
    own, own_cookie = at_the_door(door.client)[TOKEN], door.client.cookies[DOOR]
    door.client.cookies.clear()
    others, others_cookie = at_the_door(door.client)[TOKEN], door.client.cookies[DOOR]
    for token, cookie, said in (
        (own, None, "tillåt kakor"),
        (own, "", "tillåt kakor"),
        (own, others_cookie, "för gammal"),
        (others, own_cookie, "för gammal"),
        ("", own_cookie, "för gammal"),
        ("", "x", "för gammal"),
    ):
        answer = sent_by_hand(door, token, cookie, Origin="null")
        assert answer.status_code == 403
        said_here = words_of(answer.text)
        assert "Försök igen" in said_here
        assert said in said_here
        assert f'value="{LOGIN}"' in answer.text
        assert 'name="till" value="/arenden"' in answer.text
        assert PASSWORD not in answer.text
    assert sent_by_hand(door, own, own_cookie, Origin="null").status_code == 303


def test_the_page_after_a_failed_try_works_and_one_browser_has_one_cookie(
    door: CasesHouse,
) -> None:
    answer = sent_by_hand(door, "old", None)
    cookie = answer.cookies[DOOR]
    (token,) = set(re.findall(rf'name="{TOKEN}" value="([^"]+)"', answer.text))
    session_of(sent_by_hand(door, token, cookie))
    again = door.client.get("/logga-in", headers={"Cookie": f"{DOOR}={cookie}"})
    assert "set-cookie" not in again.headers
    assert token in again.text  # two tabs at the door both work


@pytest.mark.parametrize(
    ("public_url", "begins", "secure"),
    [
        ("http://samspel.intranet.example", "samspel-dorr=", False),
        ("https://samspel.exempelkommun.example", "__Host-samspel-dorr=", True),
    ],
)
def test_the_cookie_at_the_door_is_this_hosts_alone(
    door: CasesHouse, public_url: str, begins: str, *, secure: bool
) -> None:
    """Over https nobody else can set it; on an intranet without https it works as well."""
    app = FastAPI()
    room = replace(door.app.state.room, public_url=public_url)
    app.include_router(make_login_pages(room, door.app.state.entrance))
    said = TestClient(app).get("/logga-in").headers["set-cookie"]
    assert said.startswith(begins)
    assert "HttpOnly; Path=/; SameSite=lax" in said
    assert ("Secure" in said) is secure
    assert "Domain" not in said


def test_an_account_waits_after_five_wrong_passwords_also_for_the_right_one(
    door: CasesHouse,
) -> None:
    for _ in range(5):
        assert come_in(door, password="fel").status_code == 403
    answer = come_in(door)
    assert answer.status_code == 403
    assert WRONG in answer.text  # nobody learns that there is such an account
    (row,) = door.rows("SELECT failures, locked_until, now() AS now FROM cases.accounts"
                       " WHERE login = %s", LOGIN)  # fmt: skip
    assert row["failures"] == 5
    assert timedelta(seconds=50) < row["locked_until"] - row["now"] <= timedelta(minutes=1)
    door.execute("UPDATE cases.accounts SET locked_until = now() WHERE login = %s", LOGIN)
    session_of(come_in(door))
    (row,) = door.rows("SELECT failures, locked_until FROM cases.accounts WHERE login = %s", LOGIN)
    assert row == {"failures": 0, "locked_until": None}


def test_each_sign_in_has_a_session_of_its_own_and_ends_the_one_before(door: CasesHouse) -> None:
    first = session_of(come_in(door))
    second = session_of(come_in(door, before=first))
    assert first != second
    assert not is_in(door, first)
    assert is_in(door, second)


def test_who_signs_out_is_out(door: CasesHouse) -> None:
    visitor = door.visitor("anna-lindqvist")
    answer = visitor.post("/logga-ut")
    assert (answer.status_code, answer.headers["location"]) == (303, "/logga-in?ut=1")
    assert visitor.get("/nodlage").headers["location"].startswith("/logga-in")


def test_nobody_is_signed_out_by_another_site_or_an_old_page(door: CasesHouse) -> None:
    visitor = door.visitor("anna-lindqvist")
    other = door.visitor("asa-hallberg")
    assert visitor.post("/logga-ut", {TOKEN: other.token}).status_code == 403
    assert visitor.post("/logga-ut", {TOKEN: ""}).status_code == 403
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert visitor.post("/logga-ut", headers=cross).status_code == 403
    assert visitor.post("/logga-ut").status_code == 303


@pytest.mark.parametrize(
    "since",
    ["seen_at = now() - interval '60 minutes'", "ends_at = now()"],
    ids=["idle for an hour", "ten hours in all"],
)
def test_a_session_ends(door: CasesHouse, since: str) -> None:
    session = session_of(come_in(door))
    assert is_in(door, session)
    door.execute(f"UPDATE cases.sessions SET {since}")  # noqa: S608
    assert not is_in(door, session)
    assert not is_in(door, session)


def test_a_session_is_for_ten_hours_of_real_time(door: CasesHouse) -> None:
    session_of(come_in(door))
    (row,) = door.rows("SELECT ends_at - began_at AS lasts, now() - began_at AS ago"
                       " FROM cases.sessions")  # fmt: skip
    assert row["lasts"] == timedelta(hours=10)
    assert row["ago"] < timedelta(minutes=1)


def test_what_is_left_of_sessions_that_have_ended_is_tidied_away(door: CasesHouse) -> None:
    kept = session_of(come_in(door))
    door.client.cookies.clear()  # another browser
    session_of(come_in(door))
    door.execute(
        "UPDATE cases.sessions SET ends_at = now() WHERE key <> %s",
        hashlib.sha256(kept["Cookie"].partition("=")[2].encode()).digest(),
    )
    door.worker._tidy()
    assert len(door.rows("SELECT FROM cases.sessions")) == 1
    assert is_in(door, kept)


def test_who_is_disabled_or_has_a_new_password_is_out_everywhere(door: CasesHouse) -> None:
    session = session_of(come_in(door))
    with accounts_in(door.database_url, "test") as desk:
        accounts.change_password(LOGIN, QUICK.hashed("ett helt nytt lösenord"), desk)
    assert not is_in(door, session)
    assert come_in(door).status_code == 403
    session = session_of(come_in(door, password="ett helt nytt lösenord"))
    with accounts_in(door.database_url, "test") as desk:
        accounts.disable(LOGIN, desk)
    assert not is_in(door, session)
    assert come_in(door, password="ett helt nytt lösenord").status_code == 403
    with accounts_in(door.database_url, "test") as desk:
        accounts.enable(LOGIN, desk)
    session_of(come_in(door, password="ett helt nytt lösenord"))


def test_a_hash_of_older_parameters_is_renewed_at_the_next_sign_in(door: CasesHouse) -> None:
    (before,) = door.rows("SELECT password_hash FROM cases.accounts WHERE login = %s", LOGIN)
    session_of(come_in(door))
    (after,) = door.rows("SELECT password_hash FROM cases.accounts WHERE login = %s", LOGIN)
    assert before != after
    assert "m=19456,t=2,p=1" in after["password_hash"]
    session_of(come_in(door))


@pytest.fixture
def braked(door: CasesHouse) -> Iterator[CasesHouse]:
    """A hundred and more wrong ones have come from here, and two accounts have no failure."""
    entrance: Entrance = door.app.state.entrance
    quick = replace(entrance, passwords=QUICK, brake=Brake(each=100, together=5000))
    app = FastAPI()
    app.include_router(make_login_pages(door.app.state.room, quick))
    before, door.client = door.client, TestClient(app)
    fields = at_the_door(door.client) | {"password": "helt fel lösenord"}
    answers = [
        door.client.post("/logga-in", data=fields | {"login": f"gissad-{number}"}).status_code
        for number in range(105)
    ]
    assert answers == [403] * 100 + [429] * 5
    yield door
    door.client = before


def test_whoever_knows_their_password_comes_in_though_others_have_guessed_from_here(
    braked: CasesHouse,
) -> None:
    """A whole municipality can sit behind one address."""
    session_of(come_in(braked))
    session_of(come_in(braked))  # what is right isn't counted
    session_of(come_in(braked, login="it-drift"))


def test_where_many_have_been_wrong_a_guesser_has_one_guess_at_each_account(
    braked: CasesHouse, caplog: pytest.LogCaptureFixture
) -> None:
    """And learns nothing by it: one answer for a wrong guess, the next, a locked or no account."""
    braked.execute(
        "UPDATE cases.accounts SET locked_until = now() + interval '1 hour'"
        " WHERE login = 'it-drift'"
    )
    answers = {
        "wrong": come_in(braked, password="helt fel lösenord"),
        "right, but after it": come_in(braked),
        "locked": come_in(braked, login="it-drift"),
        "nobody": come_in(braked, login="nobody@exempelkommun.example"),
    }
    assert {how: one.status_code for how, one in answers.items()} == dict.fromkeys(answers, 429)
    assert all("Vänta, högst en timme" in words_of(one.text) for one in answers.values())
    assert braked.rows("SELECT login, failures FROM cases.accounts ORDER BY login") == [
        {"login": LOGIN, "failures": 1},
        {"login": "it-drift", "failures": 0},
    ]
    assert LOGIN not in caplog.text
    assert "too-many-tries" in caplog.text


def test_where_many_have_been_wrong_each_try_is_as_much_work_and_few_go_at_a_time(
    braked: CasesHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str | None] = []

    def is_right(_: Passwords, known: str | None, given: str) -> bool:
        compared.append(known)
        return False

    monkeypatch.setattr(Passwords, "is_right", is_right)
    come_in(braked)
    come_in(braked)
    come_in(braked, login="nobody@exempelkommun.example")
    assert [known is not None for known in compared] == [True, False, False]
    turns = braked.app.state.entrance.turns
    monkeypatch.setattr(login, "_TURN_SECONDS", 0.01)
    assert turns.acquire(blocking=False)
    assert turns.acquire(blocking=False)
    try:
        assert come_in(braked).status_code == 429
        assert len(compared) == 3
    finally:
        turns.release(2)


def test_where_two_guess_at_once_whoever_knows_their_password_waits_for_a_turn(
    braked: CasesHouse,
) -> None:
    turns = braked.app.state.entrance.turns
    assert turns.acquire(blocking=False)
    assert turns.acquire(blocking=False)
    soon = Timer(0.1, turns.release)
    soon.start()
    try:
        session_of(come_in(braked))
    finally:
        soon.join()
        turns.release()


def test_nothing_of_who_tried_stands_in_the_log(
    door: CasesHouse, caplog: pytest.LogCaptureFixture
) -> None:
    come_in(door, password="hemligt men fel")
    assert "sign-in refused: not-let-in" in caplog.text
    assert "anna" not in caplog.text.lower()
    assert "hemligt" not in caplog.text


def test_an_account_is_for_one_of_the_register_or_has_a_name_and_a_role(door: CasesHouse) -> None:
    with accounts_in(door.database_url, "test") as desk:
        with pytest.raises(LoginTaken):
            accounts.add_account(LOGIN, None, (), "x", desk)
        with pytest.raises(NobodyByThatAddress):
            accounts.add_account("nobody@exempelkommun.example", "Nobody", (), "x", desk)
        with pytest.raises(NobodyByThatAddress):
            accounts.add_account("it-2", None, ("it",), "x", desk)
        with pytest.raises(UnknownLogin):
            accounts.disable("nobody", desk)
        admin = accounts.add_account("asa.hallberg@exempelkommun.example", None,
                                     ("administrator",), "x", desk)  # fmt: skip
    assert admin.person is not None
    noted = door.rows("SELECT action, details FROM cases.audit WHERE action LIKE 'account.%%'")
    assert [row["action"] for row in noted] == ["account.add"] * 3
    assert all(set(row["details"]) == {"account", "roles"} for row in noted)


def test_the_door_says_nothing_of_the_example_outside_demo(door: CasesHouse) -> None:
    """A demo password is told only where one is set, and only in demo mode."""
    assert "Prova som" not in door.client.get("/logga-in").text
