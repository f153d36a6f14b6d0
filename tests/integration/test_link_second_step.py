"""The personal page behind its code: place, who comes, wishes, withdrawing (X13, S6, S7, P7)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from psycopg import sql

from services.cases.web import link_session
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json, guardian
from tests.support.links import Forms, Visitor, a_code, link_to, text_of

PLACE_IN_WORDS = "Mötesrum Eken"
ENDS = "Länken gäller inte längre"


@pytest.fixture
def case(cases: CasesHouse) -> Json:
    return cases.signed_case()


@pytest.fixture
def meeting(cases: CasesHouse, case: Json) -> Json:
    return cases.booked(case)


def visit(cases: CasesHouse, case: Json, meeting: Json, number: int = 0) -> Visitor:
    return Visitor(cases, link_to(cases, meeting, case["guardians"][number]["id"]))


def inside(cases: CasesHouse, case: Json, meeting: Json, number: int = 0) -> Visitor:
    visitor = visit(cases, case, meeting, number)
    assert "Koden stämde." in visitor.opens(a_code(cases, case, case["guardians"][number]["id"]))
    return visitor


def names_of(cases: CasesHouse, case: Json) -> list[str]:
    """Of the guardians, in the order in which the case shows them."""
    rows = cases.rows("SELECT id::text, name FROM cases.people WHERE party = 'guardian'")
    names = {row["id"]: row["name"] for row in rows}
    return [names[one["id"]] for one in case["guardians"]]


def open_tasks(cases: CasesHouse, case: Json, kind: str) -> list[Json]:
    tasks = cases.get(f"cases/{case['id']}")["tasks"]
    return [one for one in tasks if (one["kind"], one["state"]) == (kind, "open")]


def test_X13_S6_X12_the_code_opens_place_and_who_comes_but_no_other_guardian(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = inside(cases, case, meeting)
    text = text_of(visitor.get().text)
    assert PLACE_IN_WORDS in text
    assert "Leder mötet Anna Lindqvist, rektor" in text
    assert "Alva Exempel, barnet" in text
    assert "familjebehandlare" in text
    assert "Tid för nytt samverkansmöte" in text  # R12: the agenda
    assert '<ol class="agenda">' in visitor.get().text
    assert '<ol class="agenda" lang="sv">' in visitor.get("?lang=en").text  # it has no English one
    mine, other = names_of(cases, case)
    assert other not in text
    assert case["guardians"][1]["id"] not in text
    assert mine not in text  # nobody needs to be told their own name
    assert other.split()[0] not in text
    assert PLACE_IN_WORDS in visitor.get("/mote.ics").text.replace("\r\n ", "")
    logged = cases.rows("SELECT DISTINCT what FROM cases.access_log WHERE what = 'link.inside'")
    assert logged


def test_X6_no_name_or_role_of_protected_staff_is_shown_also_of_who_leads(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    cases.execute("UPDATE cases.people SET protected = true WHERE party = 'staff'")
    text = text_of(inside(cases, case, meeting).get().text)
    assert "Leder mötet namnet visas inte här, en person från skolan" in text
    assert "namnet visas inte här, en person från socialtjänsten" in text
    for word in ("Lindqvist", "rektor", "familjebehandlare"):
        assert word not in text


def test_X13_the_cookie_is_for_this_link_and_this_code_alone(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = inside(cases, case, meeting)
    answer = visit(cases, case, meeting).send(
        "kod", code=a_code(cases, case, case["guardians"][0]["id"])
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/r" in cookie
    assert "max-age=1800" in cookie
    assert PLACE_IN_WORDS not in visitor.get().text  # a new code has taken the old one's place
    other = visit(cases, case, meeting, 1)
    other.cookies = {link_session.COOKIE: answer.cookies[link_session.COOKIE]}
    assert PLACE_IN_WORDS not in other.get().text
    for forged in ("x", "a.b.c.1.e", answer.cookies[link_session.COOKIE] + "a", "ü" * 5):
        other.cookies = {link_session.COOKIE: forged.encode("ascii", "ignore").decode()}
        assert PLACE_IN_WORDS not in other.get().text
        assert other.get().status_code == 200


def test_X13_the_page_can_be_closed_again(cases: CasesHouse, case: Json, meeting: Json) -> None:
    visitor = inside(cases, case, meeting)
    answer = visitor.send("mindre")
    assert 'samspel-r=""' in answer.headers["set-cookie"]
    visitor.cookies = {}
    assert PLACE_IN_WORDS not in visitor.get().text


def test_X13_the_code_is_shown_once_kept_as_a_hash_and_given_by_who_leads(
    cases: CasesHouse, case: Json
) -> None:
    person = case["guardians"][0]["id"]
    path, key = f"cases/{case['id']}/people/{person}/link-code", {"Idempotency-Key": "k"}
    made = cases.client.post(f"/api/v1/{path}", headers=key).json()
    assert made["code"].isdigit()
    assert len(made["code"]) == 6
    assert made["expires_at"] == "2027-03-15T08:00:00+01:00"
    for table in ("cases.link_codes", "cases.audit", "cases.idempotency", "bus.events"):
        name = sql.Identifier(*table.split("."))
        rows = cases.rows(sql.SQL("SELECT to_jsonb(t)::text AS row FROM {} t").format(name))
        assert all(f'"{made["code"]}"' not in row["row"] for row in rows), table
    acting = {"Samspel-Acting-As": THERAPIST}
    refused = cases.client.post(f"/api/v1/{path}", headers=acting)
    assert (refused.status_code, refused.json()["rule"]) == (409, "X13")
    assert cases.client.post(f"/api/v1/{path}", headers={"Samspel-Acting-As": OWNER}).is_success
    for other in (case["child"]["id"], OWNER):  # too young for mail of its own; logs in
        refused = cases.post(f"cases/{case['id']}/people/{other}/link-code", {}, 409)
        assert refused["type"].endswith(":no-link-for")


def test_X6_whoever_is_protected_has_no_code_and_no_feed(cases: CasesHouse) -> None:
    case = cases.signed_case(guardians=[guardian(protected=None)])
    person = case["guardians"][0]["id"]
    cases.post(f"cases/{case['id']}/people/{person}/link-code", {}, 409)
    assert cases.post(f"people/{person}/feed", {}, 409)["rule"] == "X6"


def test_X13_five_wrong_tries_void_the_code_and_somebody_gives_a_new_one(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    person = case["guardians"][0]["id"]
    code = a_code(cases, case, person)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    visitor = visit(cases, case, meeting)
    said = [text_of(visitor.send("kod", code=wrong).text) for _ in range(5)]
    assert ["Koden stämmer inte." in text for text in said] == [True] * 4 + [False]
    assert "Ring oss, så får du en ny." in said[-1]
    assert visitor.send("kod", code=code).status_code == 422
    (task,) = open_tasks(cases, case, "new-link-code")
    assert (task["owner"], task["about"], task["rule"]) == (OWNER, person, "X13")
    inside(cases, case, meeting)
    assert open_tasks(cases, case, "new-link-code") == []


def test_X13_many_tries_at_once_are_no_more_than_five(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    person = case["guardians"][0]["id"]
    code = a_code(cases, case, person)
    visitor = visit(cases, case, meeting)
    data = Forms(visitor.get().text).hidden(f"{visitor.path}/kod")
    guesses = [f"{(int(code) + number) % 10**6:06}" for number in range(1, 13)]
    with ThreadPoolExecutor(6) as pool:
        posts = [
            pool.submit(cases.client.post, f"{visitor.path}/kod", data=data | {"code": guess})
            for guess in guesses
        ]
        assert {post.result().status_code for post in posts} == {422}
    (row,) = cases.rows("SELECT wrong_tries FROM cases.link_codes")
    assert row["wrong_tries"] == 5


def test_X13_a_code_that_is_two_weeks_old_opens_nothing(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    code = a_code(cases, case, case["guardians"][0]["id"])
    cases.set_clock("2027-03-15T08:00:00+01:00")
    answer = visit(cases, case, meeting).send("kod", code=code)
    assert (answer.status_code, "Koden gäller inte." in answer.text) == (422, True)


def test_S7_a_family_wishes_for_somebody_by_its_link(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = inside(cases, case, meeting)
    wrong = visitor.send("onskemal", name="", relation="x", email="a@", phone="ring")
    assert wrong.status_code == 422
    for words in ("Skriv personens namn.", "Välj vem det är.", "namn@exempel.se", "med siffror"):
        assert words in wrong.text
    number = "121212-1212"
    wrong = visitor.send(
        "onskemal", name=f"Moa {number}", relation="relative", email=f"moa.{number}@hem.example",
        phone=number,
    )  # fmt: skip
    assert wrong.status_code == 422
    assert wrong.text.count("Det ser ut att stå ett personnummer här.") >= 3
    assert not cases.get(f"cases/{case['id']}/wishes")
    fields = {"name": "Moa Exempel", "relation": "relative", "phone": "070-123 45 67"}
    assert "Moa Exempel, inte besvarat än" in visitor.does("onskemal", **fields)
    visitor.does("onskemal", **fields)  # twice is once
    (wish,) = cases.get(f"cases/{case['id']}/wishes")
    assert (wish["by"], wish["relation"]) == (case["guardians"][0]["id"], "relative")
    assert wish["protected"] is None  # until somebody has said: told by hand (X6)
    assert open_tasks(cases, case, "decide-wish")
    other = inside(cases, case, meeting, 1)
    assert "Moa" not in other.get().text  # X12
    cases.post(f"cases/{case['id']}/wishes/{wish['id']}/accept")
    assert "Moa Exempel, bjuds in" in visitor.get().text


def test_P7_X14_withdrawing_by_link_needs_a_tick_and_says_what_it_did(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor, other = inside(cases, case, meeting), visit(cases, case, meeting, 1)
    before = cases.saved()
    unsure = visitor.send("samtycke")
    assert (unsure.status_code, "Kryssa i rutan" in unsure.text) == (422, True)
    assert cases.saved() == before
    page = text_of(visitor.does("samtycke", sure="yes"))
    assert "Du har tagit tillbaka ditt samtycke" in page
    assert "Ett möte är inställt." in page
    assert text_of(visitor.get("/tillbaka").text) == page
    assert "You have withdrawn your consent" in visitor.get("/tillbaka?lang=en").text
    shown = cases.get(f"cases/{case['id']}")
    assert shown["meetings"][0]["state"] == "cancelled"
    states = {one["person"]: one["state"] for one in shown["consents"]}
    assert states[case["guardians"][0]["id"]] == "withdrawn"
    (noted,) = cases.rows("SELECT actor FROM cases.audit WHERE action = 'consent.withdraw'")
    assert noted["actor"] == f"person:{case['guardians'][0]['id']}"
    for ended in (visitor, other):
        assert ENDS in ended.get().text
    assert ENDS in other.get("/tillbaka").text
    staff = Visitor(cases, link_to(cases, meeting, OWNER))
    assert "Mötet är inställt." in staff.get().text


def _a_no(cases: CasesHouse, case: Json) -> None:
    path = f"cases/{case['id']}/consents/{case['consents'][1]['id']}"
    cases.post(f"{path}/withdraw")


def _closing(cases: CasesHouse, case: Json) -> None:
    cases.post(f"cases/{case['id']}/close", {"outcome": "completed"})


@pytest.mark.parametrize("what", [_a_no, _closing])
def test_P7_R16_every_door_of_the_family_closes_also_that_of_a_meeting_long_off(
    cases: CasesHouse, case: Json, meeting: Json, what: Any
) -> None:
    """The ground first: that the meeting was cancelled before keeps nothing open."""
    person = case["guardians"][0]["id"]
    visitor = inside(cases, case, meeting)
    cases.post(f"meetings/{meeting['id']}/cancel")
    feed = visitor.does("kalender").split('id="feed" readonly value="')[1].split('"')[0]
    path = feed.removeprefix("http://samspel.example")
    assert "STATUS:CANCELLED" in cases.client.get(path).text
    what(cases, case)
    assert visitor.get().status_code == 404
    assert visitor.send("kalender").status_code == 404
    assert cases.client.get(path).status_code == 404
    assert cases.rows("SELECT 1 FROM cases.link_codes") == []
    refused = cases.post(f"cases/{case['id']}/people/{person}/link-code", {}, 409)
    assert refused["type"] == "urn:samspel:problem:no-link-for"
    new = cases.post(f"people/{person}/feed", {}, 201)["url"]
    read = cases.client.get(new.removeprefix("http://samspel.example")).text
    assert "BEGIN:VEVENT" not in read


def test_X13_a_feed_is_offered_behind_the_code_and_ends_with_the_consent(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = inside(cases, case, meeting)
    page = visitor.does("kalender")
    url = page.split('id="feed" readonly value="')[1].split('"')[0]
    assert url.startswith("http://samspel.example/f/")
    path = url.removeprefix("http://samspel.example")
    assert "SUMMARY:Möte\r\n" in cases.client.get(path).text
    own = next(
        one for one in case["consents"] if one["person"] == case["guardians"][1]["id"]
    )  # the other's withdrawal is enough
    cases.post(f"cases/{case['id']}/consents/{own['id']}/withdraw")
    assert cases.client.get(path).status_code == 404


def test_X13_what_shares_a_mailbox_is_apart_behind_the_code(cases: CasesHouse) -> None:
    shared = {"email": "familjen@hemma.example"}
    both = [guardian("Kim Exempel", **shared), guardian("Robin Exempel", **shared)]
    case = cases.signed_case(guardians=both)
    meeting = cases.booked(case)
    visitor, (mine, other) = visit(cases, case, meeting), names_of(cases, case)
    page = visitor.get().text
    keys = {
        part.split("> ")[1].split("</label>")[0].strip(): part.split('"')[0]
        for part in page.split('name="who" value="')[1:]
    }
    code = a_code(cases, case, case["guardians"][1]["id"])
    assert visitor.send("kod", code=code, who=keys[f"{mine[0]}…"]).status_code == 422
    inside_page = visitor.opens(code, who=keys[f"{other[0]}…"])
    assert PLACE_IN_WORDS in inside_page
    assert 'name="who"' not in inside_page
    visitor.does("svar", answer="accepted")
    answers = cases.get(f"cases/{case['id']}")["meetings"][0]["attendance"]
    said = {one["person"]: one["answer"] for one in answers}
    assert said[case["guardians"][1]["id"]] == "accepted"
    assert said[case["guardians"][0]["id"]] == "needs-action"


def test_X6_the_place_is_not_shown_where_somebody_is_protected(cases: CasesHouse) -> None:
    hidden = guardian("Robin Exempel", protected=True)
    case = cases.signed_case(guardians=[guardian("Kim Exempel"), hidden])
    open_ones = [one for one in case["guardians"] if one["protected"] is False]
    case["guardians"] = open_ones
    meeting = cases.booked(case)
    text = inside(cases, case, meeting).get().text
    assert PLACE_IN_WORDS not in text
    assert "Fråga den som leder mötet." in text  # it is decided, and they'd wait for it


def test_where_no_place_is_decided_the_page_says_so(cases: CasesHouse) -> None:
    case = cases.signed_case(place=None)
    meeting = cases.booked(case, place=None)
    assert "Platsen är inte bestämd än." in inside(cases, case, meeting).get().text


def test_F11_where_the_look_can_t_be_logged_nothing_is_shown(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = visit(cases, case, meeting)
    cases.execute("ALTER TABLE cases.access_log RENAME TO elsewhere")
    answer = visitor.get()
    assert answer.status_code >= 500
    assert "mars" not in answer.text
