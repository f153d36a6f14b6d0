"""Attacks on who may see and do what, beside those of `test_who_gets_what.py`."""

import logging
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.cases.web.staff.visits import KEY, TOKEN
from shared.ids import FEED, LINK, PAGE, signed_token, staff_id
from tests.fuzz.known import known_in
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json, new_case
from tests.support.links import SECRET, Forms, a_code, link_to
from tests.support.links import Visitor as AtLink
from tests.support.signing_in import words_of

HEADER = "Samspel-Acting-As"
STRANGER = "lotta-engstrom"  # socialsekreterare, on no case
# What nobody says of themselves: each is worked out, or given by somebody else.
PRIVILEGES: Json = {
    "role": "administrator",
    "state": "signed",
    "process_owner": OWNER,
    "scopes": "*",
}
ROOT = Path(__file__).parents[2]


@pytest.fixture
def case(cases: CasesHouse) -> Json:
    return cases.signed_case()


@pytest.fixture
def meeting(cases: CasesHouse, case: Json) -> Json:
    return cases.booked(case)


def test_no_call_takes_a_role_a_state_or_an_owner_that_it_does_not_ask_for(
    cases: CasesHouse,
) -> None:
    """Mass assignment: on every call, at the top and inside; nothing is saved."""
    known, document = known_in(cases), cases.app.openapi()
    before, sent = cases.saved(), 0
    for path, item in document["paths"].items():
        content = item.get("post", {}).get("requestBody", {}).get("content", {})
        if "application/json" not in content or "/clock" in path:
            continue
        to = re.sub(r"{(\w+)}", lambda found: known.get(found[1], ["2027"])[0], path)
        for body in _with_privileges(content["application/json"]["example"]):
            answer = cases.client.post(to, json=body)
            sent += 1
            assert answer.status_code == 422, (to, body, answer.text)
            assert "(?)" in answer.text, (to, body, answer.text)
    assert cases.saved() == before
    assert sent > 60


def _with_privileges(body: Any) -> list[Any]:
    """The body with them in each of its objects."""
    if isinstance(body, list):
        return [[one] for one in _with_privileges(body[0])] if body else []
    if not isinstance(body, dict):
        return []
    inside = [
        {**deepcopy(body), name: one}
        for name, value in body.items()
        if name != "answers" or isinstance(value, list)  # by the names of questions
        for one in _with_privileges(value)
    ]
    return [{**deepcopy(body), **PRIVILEGES}, *inside]


def test_no_form_takes_what_it_does_not_show(cases: CasesHouse, case: Json) -> None:
    """Of one guardian's form, nothing reaches the other, the consents or who leads the case."""
    one, other = (guardian["id"] for guardian in case["guardians"])
    path = f"/arenden/{case['id']}/familj/{one}"
    visitor = cases.visitor()
    shown = _fields(visitor.get(path).text)
    before = _about(cases, case["id"], other)
    answer = visitor.post(
        path,
        shown
        | {"phone": "070-123 45 67", "person_id": other, "case_id": other, "party": "staff"}
        | {"role": "rektor", "state": "withdrawn", "process_owner": THERAPIST, "signed_on": ""},
    )
    assert answer.status_code == 303, words_of(answer.text)
    assert _about(cases, case["id"], other) == before
    (changed,) = cases.rows("SELECT party, phone FROM cases.people WHERE id = %s", one)
    assert changed == {"party": "guardian", "phone": "070-123 45 67"}


def _about(cases: CasesHouse, case_id: str, person: str) -> Json:
    return {
        "case": cases.rows("SELECT * FROM cases.cases WHERE id = %s", case_id),
        "consents": cases.rows("SELECT * FROM cases.consents ORDER BY id"),
        "on it": cases.rows("SELECT * FROM cases.participants ORDER BY person_id"),
        "other": cases.rows("SELECT * FROM cases.people WHERE id = %s", person),
    }


def _fields(page: str) -> dict[str, str]:
    """What a browser would send of the page's largest form as it stands, without token and key."""
    form = max(re.findall(r"<form.*?</form>", page, re.DOTALL), key=len)
    said: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        values = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        ticked = values.get("type") not in ("radio", "checkbox") or " checked" in tag
        if ticked and values.get("name") not in (None, TOKEN, KEY):
            said[values["name"]] = values.get("value", "")
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)"[^>]*selected', options)
        said[name] = chosen[1] if chosen else ""
    return said


def test_X13_a_link_answers_for_whose_it_is_whoever_else_its_form_names(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    one, other = (guardian["id"] for guardian in case["guardians"])
    visitor = AtLink(cases, link_to(cases, meeting, one))
    more = {"person": other, "person_id": other, "as": OWNER, "state": "held", "sequence": "0"}
    assert visitor.send("svar", answer="declined", **more).status_code == 303
    rows = cases.rows("SELECT person_id::text AS person, answer FROM cases.attendance")
    said = {row["person"]: row["answer"] for row in rows}
    assert (said[one], said[other]) == ("declined", "needs-action")
    (stands,) = cases.rows("SELECT state FROM cases.meetings")
    assert stands["state"] == "booked"


def test_X13_no_method_but_POST_does_anything_at_a_link(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    """Scanners that prefetch, and headers that would make a GET a POST."""
    person = case["guardians"][0]["id"]
    feed = cases.post(f"people/{OWNER}/feed", {}, 201)["url"]
    addresses = [
        link_to(cases, meeting, person) + below
        for below in ("", "/mote.ics", "/svar", "/kod", "/annan-tid", "/samtycke", "/tillbaka")
    ]
    addresses.append(re.sub(r"^https?://[^/]+", "", feed))
    before = cases.saved()
    override = {
        "X-HTTP-Method-Override": "POST",
        "X-HTTP-Method": "POST",
        "X-Method-Override": "POST",
    }
    for address in addresses:
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
            headers = override | {"Purpose": "prefetch", "Authorization": ""}
            answer = cases.client.request(
                method, f"{address}?answer=declined&_method=POST", headers=headers,
                follow_redirects=False,
            )  # fmt: skip
            expected = (200, 303, 404) if method in ("GET", "HEAD") else (404, 405)
            assert answer.status_code in expected, (method, address)
    assert cases.saved() == before


def test_X13_no_log_line_holds_a_token_a_code_or_a_session(
    cases: CasesHouse, case: Json, meeting: Json, caplog: pytest.LogCaptureFixture
) -> None:
    """Of links that work, that are refused and that fail; every logger, as much as it says."""
    person = case["guardians"][0]["id"]
    feed = cases.post(f"people/{OWNER}/feed", {}, 201)["url"]
    path, code = link_to(cases, meeting, person), a_code(cases, case, person)
    visitor, staff = AtLink(cases, path), cases.visitor()
    forged = [
        f"/r/{signed_token(SECRET, LINK, staff_id('x'))}",
        f"/u/{'a' * 42}",
        f"/f/{'b' * 42}.ics",
    ]
    with caplog.at_level(logging.DEBUG):
        visitor.opens(code)
        visitor.send("svar", answer="perhaps")
        visitor.send("kod", code="000000")
        staff.get("/arenden")
        for address in (*forged, re.sub(r"^https?://[^/]+", "", feed)):
            cases.client.get(address)
        cases.execute("ALTER TABLE cases.access_log RENAME TO away")
        for address in (path, "/arenden"):  # what fails is logged
            cases.client.get(address, follow_redirects=False)
            staff.get(address)
        cases.execute("ALTER TABLE cases.away RENAME TO access_log")
    secrets = [one.rpartition("/")[2].removesuffix(".ics") for one in (path, feed, *forged)]
    ours = [
        one for one in caplog.records if not one.name.startswith(("httpx", "httpcore", "asyncio"))
    ]
    lines = "\n".join(one.getMessage() + str(one.exc_text or "") for one in ours)
    assert "failed" in lines
    for secret in (*secrets, code, staff.token, staff._session, *visitor.cookies.values()):
        assert secret not in lines


@pytest.mark.parametrize("name", ["samspel/house.py", "compose.yaml", "Dockerfile"])
def test_X13_no_web_server_of_ours_writes_the_addresses_it_is_asked_for(name: str) -> None:
    """A link is in its address: the access log of uvicorn would keep it."""
    text = (ROOT / name).read_text("utf-8")
    assert text.count("uvicorn") <= text.count("--no-access-log") + text.count("uvicorn[")


def test_another_hosts_name_leads_nobody_there(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    """What is answered or given out is ours, whatever name we were asked by."""
    lies = {
        "Host": "elsewhere.example",
        "X-Forwarded-Host": "elsewhere.example",
        "Forwarded": "host=elsewhere.example",
    }
    path = link_to(cases, meeting, case["guardians"][0]["id"])
    for address in ("/", "/arenden", "/logga-in", f"{path}/svar", "/arenden/", path + "/"):
        answer = cases.client.get(address, headers=lies, follow_redirects=False)
        said = answer.text + str(dict(answer.headers))
        assert "elsewhere.example" not in said, address
    made = cases.client.post(f"/api/v1/people/{OWNER}/feed", headers=lies, json={})
    assert made.json()["url"].startswith("http://samspel.example/f/")


def test_X10_a_header_for_systems_makes_nobody_another_on_a_page(
    cases: CasesHouse, case: Json
) -> None:
    visitor = cases.visitor(STRANGER)
    answer = visitor.get(f"/arenden/{case['id']}", headers={HEADER: OWNER})
    assert answer.status_code == 404
    assert visitor.get("/arenden", headers={HEADER: OWNER}).text.count(case["reference"]) == 0


def test_X10_the_key_of_anothers_request_gives_nobody_their_answer(cases: CasesHouse) -> None:
    key = {"Idempotency-Key": "one"}

    def opened(person: str) -> httpx2.Response:
        body = new_case(initiator=person)
        return cases.client.post("/api/v1/cases", headers={HEADER: person} | key, json=body)

    first, second = opened(OWNER), opened(str(staff_id("peter-hedman")))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    stolen = cases.client.post(
        "/api/v1/cases",
        headers={HEADER: str(staff_id(STRANGER))} | key,
        json=new_case(),
    )
    assert stolen.status_code == 409  # R2: it would be in another's name
    assert first.json()["reference"] not in stolen.text


def test_X10_no_search_finds_what_is_not_seen(cases: CasesHouse, case: Json, meeting: Json) -> None:
    """By reference, by case, by person: the same as what there isn't."""
    visitor, acting = cases.visitor(STRANGER), {HEADER: str(staff_id(STRANGER))}
    pages = (
        f"/arenden?referens={case['reference']}", "/arenden?lage=all&rutin=samverkansmote",
        f"/utskick?arende={case['id']}", f"/kalender?vems={OWNER}", "/kalender?vems=anna-lindqvist",
        f"/personer?sok={case['reference']}",
    )  # fmt: skip
    for page in pages:
        answer = visitor.get(page)
        assert answer.status_code in (200, 404), page
        main = answer.text.partition("<main")[2].replace(f'value="{case["reference"]}"', "")
        assert case["id"] not in main.replace(page.partition("=")[2], ""), page
        assert f"/arenden/{case['id']}" not in main, page
    calls = (
        f"messages?case={case['id']}", f"tasks?owner={OWNER}", "tasks", f"limits?person={OWNER}",
        "cases?state=open", f"cases?after={case['id']}", "inbound",
    )  # fmt: skip
    for call in calls:
        found = cases.client.get(f"/api/v1/{call}", headers=acting)
        assert found.status_code in (200, 404), call
        for told in (case["reference"], meeting["id"], case["tasks"][0]["id"]):
            assert told not in found.text, call


def test_X10_who_is_a_guardian_in_a_case_sees_nothing_more_of_it_as_staff(
    cases: CasesHouse,
) -> None:
    """One and the same address is two people here: a parent by link, a socialsekreterare signed
    in. Neither opens the other's door."""
    (row,) = cases.rows("SELECT email FROM cases.people WHERE code = %s", STRANGER)
    parent = {"name": "Kim Exempel", "email": row["email"], "custody": True, "protected": False}
    case = cases.signed_case(guardians=[parent])
    meeting = cases.booked(case)
    guardian = case["guardians"][0]["id"]
    staff = cases.visitor(STRANGER)
    for path in ("/", "/arenden", "/kalender", "/utskick", "/inkommet"):
        shown = staff.get(path).text
        assert case["reference"] not in shown, path
        assert case["id"] not in shown, path
    assert staff.get(f"/arenden/{case['id']}").status_code == 404
    opened = staff.post(
        "/nodlage",
        {"reference": case["reference"], "reason": "Samtal i natt om en sak.", "understood": "yes"},
    )
    assert opened.status_code == 403
    assert cases.rows("SELECT FROM cases.glass") == []
    link = link_to(cases, meeting, guardian)
    session = {"cookie": f"samspel={staff._session}"}
    page = cases.client.get(link, headers=session | {"Authorization": ""})
    assert page.status_code == 200
    assert case["reference"] not in page.text  # as bare as for any parent
    assert Forms(page.text).found.keys() == Forms(AtLink(cases, link).get().text).found.keys()


def test_X10_reading_much_is_counted_case_by_case_and_shown_to_the_manager(
    cases: CasesHouse,
) -> None:
    """Nobody is stopped, but nothing is read unseen: by page, by call, as a paper."""
    opened = [cases.signed_case() for _ in range(6)]
    reader = cases.visitor("asa-hallberg")
    for one in opened:
        assert reader.get(f"/arenden/{one['id']}").status_code == 200
    acting = {HEADER: THERAPIST}
    for one in opened:
        path = f"/api/v1/cases/{one['id']}/consents/{one['consents'][0]['id']}/form.pdf"
        assert cases.client.get(path, headers=acting).status_code == 200
    rows = cases.rows(
        "SELECT count(*) AS readings, count(DISTINCT case_id) AS cases FROM cases.access_log"
        " WHERE actor = %s AND case_id IS NOT NULL",
        f"person:{staff_id('asa-hallberg')}",
    )
    assert rows[0]["cases"] == 6
    assert rows[0]["readings"] == 12
    manager = cases.visitor("jonas-ekdahl").get("/lasningar")
    assert "Åsa Hallberg måndag 1 mars 2027 6 0" in words_of(manager.text)


@pytest.mark.parametrize("kind", [LINK, PAGE, FEED])
def test_X13_a_seal_of_one_kind_opens_no_other_door(
    cases: CasesHouse, case: Json, meeting: Json, kind: str
) -> None:
    """The ids of links, duties and feeds under each other's seals, and under none."""
    (row,) = cases.rows(
        "SELECT link FROM cases.attendance WHERE meeting_id = %s AND person_id = %s",
        meeting["id"],
        case["guardians"][0]["id"],
    )
    token = signed_token(SECRET, kind, row["link"])
    doors = {LINK: f"/r/{token}", PAGE: f"/u/{token}", FEED: f"/f/{token}.ics"}
    found = {name: cases.client.get(door).status_code for name, door in doors.items()}
    assert found == {name: 200 if name == kind == LINK else 404 for name in doors}
    assert cases.client.get(f"/r/{row['link']}").status_code == 404


def test_text_that_is_not_in_utf_8_is_refused_unread(cases: CasesHouse, case: Json) -> None:
    """UTF-7 makes half characters of plain ASCII, which can neither be kept nor shown."""
    part = '--zq\r\nContent-Disposition: form-data; name="phone"\r\n\r\n+2AA-\r\n--zq--\r\n'
    path, before = f"/arenden/{case['id']}/familj/{case['guardians'][0]['id']}", cases.saved()
    for charset in ("utf-7", "utf-16", "zq"):
        headers = {"Content-Type": f"multipart/form-data; boundary=zq; charset={charset}"}
        for to in (path, "/intresseanmalan", "/logga-in"):
            answer = cases.client.post(to, content=part.encode(), headers=headers)
            assert answer.status_code == 415, (to, charset)
            assert answer.headers["content-type"].startswith("text/html")
    headers = {"Content-Type": 'multipart/form-data; boundary=zq; charset="UTF-8"'}
    read = cases.client.post("/intresseanmalan", content=part.encode(), headers=headers)
    assert read.status_code == 422
    headers = {"Content-Type": "application/json; charset=utf-16"}
    sent = cases.client.post("/api/v1/cases", content=b"{}", headers=headers)
    assert sent.status_code == 415
    assert sent.headers["content-type"] == "application/problem+json"
    assert cases.saved() == before


def test_a_break_for_what_no_unit_could_be_called_is_named_at_its_field(cases: CasesHouse) -> None:
    visitor = cases.visitor(None, "administrator")
    shown = _fields(visitor.get("/installningar/lasar/2026-27").text)
    for units in ("Å skola", "x y", "-", "a\nb", "9" * 300):
        answer = visitor.post("/installningar/lasar", shown | {"break-0-units": units})
        assert answer.status_code == 422, units
        assert 'href="#break-0-units"' in answer.text
    assert cases.rows("SELECT FROM cases.rule_changes") == []
