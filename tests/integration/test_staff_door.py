"""The door to the pages of staff: who comes in, by which right, and from which page a form is."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import APIRouter, Depends, Response
from fastapi.responses import PlainTextResponse

from services.cases.domain.refused import NotFound
from services.cases.domain.rights import Right
from services.cases.handlers.sessions import Terms
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import TOKEN, Visit
from shared.ids import staff_id
from tests.integration.cases_house import CasesHouse


@pytest.fixture
def door(cases: CasesHouse) -> Iterator[CasesHouse]:
    """With pages of the test's own: one that any of the staff may open, one for IT, one form."""
    room = cases.app.state.room
    before = list(cases.app.router.routes)
    cases.app.include_router(_pages(room))
    yield cases
    cases.app.router.routes[:] = before


def _pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False, prefix="/prov")

    @router.get("/alla")
    def everybody(visit: Annotated[Visit, Depends(room.visits(None))]) -> Response:
        return PlainTextResponse(visit.signed_in.name)

    @router.get("/drift")
    def operations(visit: Annotated[Visit, Depends(room.visits(Right.OPERATE))]) -> Response:
        return PlainTextResponse(str(len(visit.rights)))

    @router.get("/arende")
    def a_case(visit: Annotated[Visit, Depends(room.visits(None))]) -> Response:
        visit.read("cases.list", lambda views, _: views.cases(None, None, 10))
        return PlainTextResponse("seen")

    @router.post("/gor")
    def act(visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]) -> Response:
        done = visit.do(lambda desk, _: {"at": str(desk.now), "said": visit.form.get("ord")})
        return PlainTextResponse(done["said"])

    @router.post("/nej")
    def refuse(visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]) -> Response:
        raise NotFound

    return router


def test_who_has_not_signed_in_is_led_to_the_door_and_from_there_back(door: CasesHouse) -> None:
    answer = door.client.get("/prov/alla", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/logga-in?till=/prov/alla")
    answer = door.client.post("/prov/gor", data={}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/logga-in")


def test_a_cookie_of_nobodys_is_nobodys(door: CasesHouse) -> None:
    answer = door.client.get("/prov/alla", headers={"Cookie": "samspel=x"}, follow_redirects=False)
    assert answer.status_code == 303


def test_whoever_has_signed_in_comes_in(door: CasesHouse) -> None:
    assert door.visitor().get("/prov/alla").text == "Anna Lindqvist"


def test_a_page_for_another_task_says_so(door: CasesHouse) -> None:
    answer = door.visitor().get("/prov/drift")
    assert answer.status_code == 403
    assert "Det här är inte din uppgift" in answer.text
    assert door.visitor(None, "it").get("/prov/drift").status_code == 200


def test_who_has_no_person_sees_no_case_and_is_not_the_system(door: CasesHouse) -> None:
    for role in ("it", "administrator"):
        assert door.visitor(None, role).get("/prov/arende").status_code == 404
    assert door.visitor().get("/prov/arende").text == "seen"


def test_a_form_of_another_session_of_another_site_or_of_none_changes_nothing(
    door: CasesHouse,
) -> None:
    anna, asa = door.visitor(), door.visitor("asa-hallberg")
    for fields, headers in (
        ({TOKEN: ""}, {}),
        ({TOKEN: asa.token}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Origin": "https://elsewhere.example"}),
    ):
        answer = anna.post("/prov/gor", fields, headers=headers)
        assert answer.status_code == 403
        assert "Sidan är för gammal" in answer.text


def test_two_clicks_on_one_form_do_it_once(door: CasesHouse) -> None:
    anna = door.visitor()
    sent = {"key": "of-this-click", "ord": "hej"}
    assert [anna.post("/prov/gor", sent).text for _ in range(2)] == ["hej", "hej"]
    assert door.rows("SELECT count(*) AS n FROM cases.idempotency")[0]["n"] == 1


def test_what_is_not_there_is_a_page_that_says_what_to_do(door: CasesHouse) -> None:
    for answer in (door.visitor().post("/prov/nej"), door.visitor().get("/finns-inte")):
        assert answer.status_code == 404
        assert "Sidan finns inte" in answer.text


@pytest.mark.parametrize("column", ["ends_at", "seen_at"])
def test_a_session_ends_by_itself(door: CasesHouse, column: str) -> None:
    anna = door.visitor()
    ago = Terms().idle if column == "seen_at" else Terms().longest
    change = {
        "seen_at": "UPDATE cases.sessions SET seen_at = seen_at - %s::interval",
        "ends_at": "UPDATE cases.sessions SET ends_at = ends_at - %s::interval",
    }
    door.execute(change[column], ago - timedelta(minutes=2))
    assert anna.get("/prov/alla").status_code == 200
    door.execute(change[column], ago)
    assert anna.get("/prov/alla").status_code == 303
    assert door.rows("SELECT count(*) AS n FROM cases.sessions")[0]["n"] == 0


def test_an_account_that_is_disabled_has_no_session(door: CasesHouse) -> None:
    anna = door.visitor()
    door.execute("UPDATE cases.accounts SET disabled_at = now()")
    assert anna.get("/prov/alla").status_code == 303


def test_a_post_that_ended_yesterday_gives_no_right_today(door: CasesHouse) -> None:
    anna = door.visitor()
    assert anna.post("/prov/gor", {"ord": "ja"}).status_code == 200
    door.execute(
        "UPDATE cases.holders SET last_day = '2027-02-28' WHERE person_id = %s",
        staff_id("anna-lindqvist"),
    )
    assert anna.post("/prov/gor", {"ord": "ja"}).status_code == 403


def test_another_language_is_the_same_page_with_its_query(door: CasesHouse) -> None:
    anna = door.visitor()
    page = anna.get("/utskick?arende=X%26Y&sida=2").text
    found = re.search(r'name="till" value="([^"]+)"', page)
    assert found is not None
    assert unescape(found[1]) == "/utskick?arende=X%26Y&sida=2"
    answer = anna.post("/sprak", {"sprak": "en", "till": unescape(found[1])})
    assert answer.headers["location"] == unescape(found[1])


def test_a_page_that_answers_a_form_has_no_choice_of_language(door: CasesHouse) -> None:
    """It can't be found again: a key shown once would be lost."""
    admin = door.visitor(None, "administrator")
    form = '<form method="post" action="/sprak"'
    assert form in admin.get("/installningar/nycklar").text
    for sent, status in (({"name": "Portalen", "scopes": "register:read"}, 200), ({}, 422)):
        answer = admin.post("/installningar/nycklar", sent)
        assert answer.status_code == status
        assert form not in answer.text
    refused = admin.post("/prov/nej", {})
    assert refused.status_code in (403, 404)
    assert form not in refused.text


def test_the_door_keeps_where_one_was_going_with_its_query(door: CasesHouse) -> None:
    answer = door.client.get("/prov/alla?a=1&b=2", follow_redirects=False)
    to = answer.headers["location"]
    assert parse_qs(urlsplit(to).query)["till"] == ["/prov/alla?a=1&b=2"]
    page = door.client.get(to).text
    switch = page.partition('action="/sprak"')[2].partition("</form>")[0]
    back = unescape(switch.partition('name="till" value="')[2].partition('"')[0])
    assert back.startswith("/logga-in?")
    assert parse_qs(urlsplit(back).query) == parse_qs(urlsplit(to).query)


def test_the_language_is_chosen_once_for_all_pages(door: CasesHouse) -> None:
    answer = door.client.post(
        "/sprak", data={"sprak": "en", "till": "/docs"}, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")
    cookie = {"Cookie": "samspel-sprak=en"}
    assert "There is no such page" in door.client.get("/finns-inte", headers=cookie).text
    for elsewhere in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere"):
        answer = door.client.post("/sprak", data={"till": elsewhere}, follow_redirects=False)
        assert answer.headers["location"] == "/"
