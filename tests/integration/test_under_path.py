"""Under a path of a shared host (`https://kommunen.example/samspel/`): links, forms, cookies."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from services.cases.web.staff.room import LANGUAGE_COOKIE
from services.cases.web.under_path import UnderPath, path_of
from services.cases.website import make_web
from tests.integration.cases_house import SECRET, CasesHouse
from tests.support.links import link_to
from tests.support.signing_in import Visitor, visitor

PATH = "/samspel"


@pytest.fixture
def outside(cases: CasesHouse) -> TestClient:
    """As a browser comes through a proxy that passes the path on."""
    return TestClient(UnderPath(cases.app, PATH), follow_redirects=False)


def anna(cases: CasesHouse, outside: TestClient) -> Visitor:
    return visitor(outside, cases.database_url, SECRET, "anna-lindqvist")


@pytest.mark.parametrize(
    ("public_url", "path"),
    [
        ("https://samspel.kommunen.example", ""),
        ("https://samspel.kommunen.example/", ""),
        ("https://kommunen.example/samspel", "/samspel"),
        ("https://kommunen.example/e-tjanster/samspel/", "/e-tjanster/samspel"),
    ],
)
def test_the_path_is_that_of_the_public_address(public_url: str, path: str) -> None:
    assert path_of(public_url) == path


def test_the_public_address_is_all_that_has_to_be_set(cases: CasesHouse) -> None:
    """Over https, too: only at the top of a host may a cookie be called `__Host-`."""
    address = {"public_url": "https://kommunen.example/samspel"}
    web = make_web(cases._settings.model_copy(update=address))
    with TestClient(web, base_url="https://kommunen.example") as browser:
        door = browser.get("/samspel/logga-in")
        (cookie,) = door.headers.get_list("set-cookie")
        assert re.fullmatch(
            r"__Secure-samspel-dorr=.*; Path=/samspel; SameSite=lax; Secure", cookie
        )
        assert web.openapi()["servers"] == [{"url": "/samspel"}]


def test_who_hasnt_signed_in_is_led_to_the_door_below_the_path_and_from_there_on(
    cases: CasesHouse, outside: TestClient
) -> None:
    away = outside.get("/samspel/arenden?steg=forsta")
    assert away.headers["location"] == "/samspel/logga-in?till=/arenden%3Fsteg%3Dforsta"
    door = outside.get(away.headers["location"])
    assert 'action="/samspel/logga-in"' in door.text
    assert 'href="/samspel/static/samspel.css"' in door.text
    assert 'name="till" value="/arenden?steg=forsta"' in unescape(door.text)
    (cookie,) = door.headers.get_list("set-cookie")
    assert cookie.endswith("; Path=/samspel; SameSite=lax")


def test_a_form_is_sent_and_leads_on_below_the_path(cases: CasesHouse, outside: TestClient) -> None:
    owner = anna(cases, outside)
    chosen = owner.post("/samspel/sprak", {"sprak": "en", "till": "/arenden"})
    assert chosen.headers["location"] == "/samspel/arenden"
    assert f"{LANGUAGE_COOKIE}=en" in chosen.headers["set-cookie"]
    assert "Path=/samspel;" in chosen.headers["set-cookie"]
    done = owner.post("/samspel/veckobrev", {"brev": "nej"})
    assert done.status_code == 303, done.text
    assert done.headers["location"].startswith("/samspel/?")
    assert 'action="/samspel/veckobrev"' in owner.follow(done).text, "the way back"
    out = owner.post("/samspel/logga-ut")
    assert out.headers["location"] == "/samspel/logga-in?ut=1"
    assert 'samspel=""' in out.headers["set-cookie"]
    assert "Path=/samspel;" in out.headers["set-cookie"]


def test_a_personal_link_answers_below_the_path(cases: CasesHouse, outside: TestClient) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    guardian = next(one["person"] for one in case["consents"] if one["party"] == "guardian")
    link = PATH + link_to(cases, meeting, guardian)
    page = outside.get(link)
    forms = re.findall(r'action="([^"?]+)', page.text)
    assert forms
    assert all(one.startswith(f"{link}/") for one in forms)
    files = re.findall(r'href="([^"?]+\.ics)', page.text)
    assert files == [f"{link}/mote.ics"]
    assert outside.get(files[0]).headers["content-type"].startswith("text/calendar")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    answered = outside.post(f"{link}/svar", data=fields | {"answer": "accepted"})
    assert answered.headers["location"].startswith(link), answered.text


def test_a_proxy_may_take_the_path_away_and_the_machine_itself_asks_without_it(
    cases: CasesHouse, outside: TestClient
) -> None:
    assert outside.get("/healthz").status_code == 200
    assert outside.get("/samspel/healthz").json() == outside.get("/healthz").json()
    assert 'action="/samspel/logga-in"' in outside.get("/logga-in").text
    assert outside.get("/samspel").headers["location"] == "/samspel/logga-in"
    assert outside.get("/samspelet").status_code == 404


def test_files_and_calls_pass_as_they_are_and_a_page_is_as_long_as_it_says(
    cases: CasesHouse, outside: TestClient
) -> None:
    assert (
        outside.get("/samspel/static/samspel.css").text
        == cases.client.get("/static/samspel.css").text
    )
    call = outside.get("/samspel/api/v1/units", headers=dict(cases.client.headers))
    assert call.json() == cases.get("units")
    page, head = outside.get("/samspel/logga-in"), outside.head("/samspel/logga-in")
    assert int(page.headers["content-length"]) == len(page.content)
    assert "content-length" not in head.headers
    assert not head.content


def test_words_that_look_like_our_markup_arent_changed(
    cases: CasesHouse, outside: TestClient
) -> None:
    said = '/logga-in?till=/x" href="/y'
    page = outside.get("/samspel/logga-in", params={"till": said.removeprefix("/logga-in?till=")})
    assert "href=&#34;/y" in page.text
