"""What is sent to a page, and by whom: wrong fields, early doors, odd signs, ways back, notices."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import anyio
import psycopg
import pytest
from psycopg.rows import dict_row

from services.cases.adapters.drafts import SqlDrafts
from services.cases.handlers.draft_ports import Draft, DraftKey
from shared.clock import system_now
from shared.ids import staff_id
from tests.integration.cases_house import PLACE, CasesHouse, Json, cases_house, guardian
from tests.integration.reporting import RECEIVER, REPORTER, reported
from tests.support.plain_headers import faults_of
from tests.support.signing_in import COOKIE, Visitor, begin_session, words_of

REPORTS, OPENING = "/orosanmalningar", "/arenden/nytt/samverkansmote"
EVIL = (
    "//evil.example", "/\\evil.example", "javascript:alert(1)", "https://evil.example/x",
    "x/../../evil.example", "1\r\nSet-Cookie: evil=1", '"><evil>',
)  # fmt: skip


@pytest.fixture(scope="module")
def house(registered_of_the_module: str, municipality: Path) -> Iterator[CasesHouse]:
    """One database for all tests here: none counts what others make."""
    broker = "redis://nobody.example"
    with cases_house(registered_of_the_module, broker, municipality) as made:
        yield made


@pytest.fixture
def anna(house: CasesHouse) -> Visitor:
    return house.visitor("anna-lindqvist")


@pytest.fixture(scope="module")
def case(house: CasesHouse) -> Json:
    """One guardian has no address, so no mail reaches them."""
    robin = guardian("Robin Exempel", email=None)
    return house.signed_case(guardians=[guardian("Kim Exempel"), robin])


@pytest.fixture(scope="module")
def meeting(house: CasesHouse, case: Json) -> Json:
    return house.booked(case)


# a field that is wrong


def kept_of(house: CasesHouse) -> str:
    """All that a form about reports can change."""
    tables = ("reports", "tasks", "meetings", "audit", "idempotency")
    rows = [house.rows(f"SELECT t::text FROM cases.{name} t ORDER BY 1") for name in tables]  # noqa: S608
    return str(rows)


@pytest.mark.parametrize(
    ("who", "name", "fields"),
    [
        ("lotta-engstrom", "skriftlig", {"on": "i går"}),
        ("anna-lindqvist", "vardnadshavare", {"by": "någon", "on": "2027-03-01"}),
        ("anna-lindqvist", "vardnadshavare", {"by": REPORTER, "on": "31 februari"}),
        ("lotta-engstrom", "misstanke", {"suspected_abuse": "kanske", "because": "assessed-anew"}),
        ("lotta-engstrom", "aterkoppla", {"code": "allt"}),
        ("lotta-engstrom", "mote", {"dag": "2027-03-09", "tid": "25.00", "plats": "x"}),
        ("lotta-engstrom", "mote", {"start": "snart"}),
        ("lotta-engstrom", "mote", {"dag": "2027-03-09", "tid": "13.00", "kalla": "alla"}),
    ],
)
def test_R42_where_a_field_is_wrong_nothing_else_is_recorded_in_its_place(
    house: CasesHouse, who: str, name: str, fields: dict[str, str]
) -> None:
    """Neither today nor oneself, which stand for a field that is empty."""
    report = reported(house)
    before = kept_of(house)
    answer = house.visitor(who).post(f"{REPORTS}/{report['id']}/{name}", fields)
    assert answer.status_code == 422
    assert kept_of(house) == before


def test_R42_a_report_with_one_wrong_field_is_not_made_and_nothing_typed_is_lost(
    house: CasesHouse,
) -> None:
    fields = {
        "channel": "phone", "unit": "bjorkskolan", "reporter": REPORTER, "received_by": RECEIVER,
        "received_on": "2027-02-30", "suspected_abuse": "no", "wants_feedback": "yes",
    }  # fmt: skip
    before = kept_of(house)
    page = house.visitor("kristina-blom").post(f"{REPORTS}/ny", fields)
    assert page.status_code == 422
    assert kept_of(house) == before
    assert 'value="2027-02-30"' in page.text
    for value in (REPORTER, RECEIVER, "bjorkskolan"):
        assert re.search(f'value="{value}" selected', page.text), value
    for value in ("phone", "no", "yes"):
        assert re.search(f'value="{value}"[^>]* checked', page.text), value


def test_R47_a_talk_at_no_time_is_not_booked(house: CasesHouse) -> None:
    before = kept_of(house)
    answer = house.visitor("kristina-blom").post(f"{REPORTS}/radgor", {"start": "", "med-namn": ""})
    assert answer.status_code == 422
    assert kept_of(house) == before


# the door before the form


def asked_raw(house: CasesHouse, session: str, path: str, length: int) -> tuple[int, int]:
    """The status of a form that is sent in pieces, and how many of them were taken."""
    taken, status = 0, 0
    piece = b"x" * 65536

    async def receive() -> Any:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": piece, "more_body": taken * len(piece) < length}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "scheme": "http", "server": ("samspel.example", 80), "client": ("192.0.2.7", 1),
        "headers": [
            (b"host", b"samspel.example"),
            (b"content-type", b"multipart/form-data; boundary=x"),
            (b"content-length", str(length).encode()),
            (b"cookie", f"{COOKIE}={session}".encode()),
        ],
    }  # fmt: skip
    anyio.run(house.app, scope, receive, send)
    return status, taken


@pytest.mark.parametrize(
    ("who", "length", "status", "most"),
    [
        (None, 2**20, 303, 0),  # led to the door
        ("anna-lindqvist", 2**20, 403, 0),  # hasn't the right
        ("administrator", 2**20, 403, 99),  # may send, but not from elsewhere than the page
        ("administrator", 2**30, 413, 0),  # too much for anybody
        (None, 2**30, 413, 0),
    ],
)
def test_of_who_may_not_come_in_no_file_is_taken_up(
    house: CasesHouse, who: str | None, length: int, status: int, most: int
) -> None:
    """The door stands before the form: who is outside can't fill the house."""
    roles, person = [], None if who is None else staff_id(who)
    if who == "administrator":
        roles, person = ["administrator"], None
    session = "" if who is None else begin_session(house.database_url, person, roles=roles)
    found, taken = asked_raw(house, session, "/installningar/las-in", length)
    assert found == status
    assert taken <= most


# signs that no database holds


def test_a_NUL_in_a_form_is_taken_out_and_in_an_address_leads_nowhere(anna: Visitor) -> None:
    assert anna.post(OPENING, {"name": "Al\0va\0", "unit": "\0"}).status_code in (303, 422)
    page = anna.get(OPENING).text
    assert 'value="Alva"' in page
    for path in (
        "/arenden?sok=%00", "/arenden/%00", "/utskick?arende=a%00", "/orosanmalningar?efter=%00",
        "/r/%00", "/api/v1/people?name=%00", "/static/%00", "/intresseanmalan?x=%00",
    ):  # fmt: skip
        assert anna.get(path).status_code == 404, path
    assert anna.post("/arenden/nytt/%00", {"name": "x"}).status_code == 404


def test_a_NUL_in_any_form_of_the_staff_is_no_error(
    house: CasesHouse, anna: Visitor, case: Json, meeting: Json
) -> None:
    odd = "\0a\0"
    fields = dict.fromkeys(
        ("name", "email", "phone", "dag", "tid", "plats", "referens", "start", "person", "kind",
         "title", "reference", "reason", "unit", "procedure", "by", "till", "day", "time"),
        odd,
    )  # fmt: skip
    here = f"/arenden/{case['id']}"
    for path in (
        f"{here}/vardnadshavare/ny", f"{here}/onskemal/nytt", f"{here}/uppgifter/ny",
        f"{here}/moten/boka", f"/moten/{meeting['id']}/flytta", "/nodlage", f"{REPORTS}/ny",
        "/forfragningar/ny", "/kalender/prenumerera/avsluta",
    ):  # fmt: skip
        assert anna.post(path, fields).status_code < 500, path


# drafts


def test_two_pages_of_a_draft_that_are_kept_at_once_both_stand(house: CasesHouse) -> None:
    """Neither has seen the other's: there was no draft to lock."""
    key = DraftKey(staff_id("eva-lindstrom"), "samverkansmote")
    now = system_now()
    with (
        psycopg.connect(house.database_url, row_factory=dict_row) as one,
        psycopg.connect(house.database_url, row_factory=dict_row) as other,
    ):
        pages = (one, {"name": ["Alva"]}), (other, {"guardian_1_name": ["Kim"]})
        assert [SqlDrafts(connection, now).take(key) for connection, _ in pages] == [None, None]
        for connection, page in pages:
            SqlDrafts(connection, now).keep(Draft(key, page, now), page)
            connection.commit()
        kept = SqlDrafts(one, now).find(key)
    assert kept is not None
    assert kept.said == {"name": ["Alva"], "guardian_1_name": ["Kim"]}


def test_what_was_typed_before_a_page_was_sent_and_arrives_after_it_is_let_go(
    house: CasesHouse,
) -> None:
    visitor, showing = house.visitor("peter-hedman"), {"key": "one-showing-of-the-page"}
    typing = {"HX-Request": "true"}
    visitor.post(f"{OPENING}/kontroll", {"name": "Al"} | showing, headers=typing)
    assert 'value="Al"' in visitor.get(OPENING).text
    visitor.post(OPENING, {"name": "Alva Exempel"} | showing)
    visitor.post(f"{OPENING}/kontroll", {"name": "Alva Ex"} | showing, headers=typing)
    assert 'value="Alva Exempel"' in visitor.get(OPENING).text
    another = {"key": "another-showing"}
    visitor.post(f"{OPENING}/kontroll", {"name": "Alva E"} | another, headers=typing)
    assert 'value="Alva E"' in visitor.get(OPENING).text


# what stands in an address


@pytest.mark.parametrize("about", EVIL)
def test_a_way_back_leads_nowhere_else_whatever_stands_in_the_address(
    anna: Visitor, case: Json, meeting: Json, about: str
) -> None:
    notices = {
        f"/arenden/{case['id']}": (
            "andrad", "tillagd", "borttagen", "klar", "inte-klar", "var-for-sig", "avslutat",
        ),
        f"/moten/{meeting['id']}": ("moved", "booked", "place", "cancelled"),
        "/": ("done",),
        f"{REPORTS}/radgor": ("talk",),
    }  # fmt: skip
    for path, names in notices.items():
        for name in names:
            page = anna.get(path, params={"klart": name, "om": about})
            assert page.status_code == 200
            assert "evil" not in page.text
            assert "alert(1)" not in page.text
            assert "evil" not in str(page.headers)


def test_a_way_back_takes_an_id(anna: Visitor, case: Json) -> None:
    task = case["tasks"][0]["id"]
    page = anna.get(f"/arenden/{case['id']}", params={"klart": "klar", "om": task}).text
    assert f'action="/arenden/{case["id"]}/uppgifter/{task}/inte-klar"' in page


@pytest.mark.parametrize("till", EVIL)
def test_no_form_leads_on_to_another_site(house: CasesHouse, till: str) -> None:
    for path, fields in (("/sprak", {"sprak": "sv"}), ("/demo/clock", {"step": "nothing"})):
        answer = house.client.post(path, data={**fields, "till": till}, follow_redirects=False)
        assert "evil" not in str(answer.headers), path
        assert "javascript" not in str(answer.headers), path


# what a page leads to, and what it says


def test_R12_every_paper_that_a_page_leads_to_is_there(
    anna: Visitor, case: Json, meeting: Json
) -> None:
    found = set()
    for path in (f"/arenden/{case['id']}", f"/moten/{meeting['id']}", "/arshjul/2027"):
        for link in re.findall(r'href="([^"]+\.pdf)"', anna.get(path).text):
            answer = anna.get(unescape(link))
            assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-"), (path, link)
            found.add((path.split("/")[1], "dagordning" in link))
    assert {("arenden", True), ("moten", True)} <= found


def test_Q1_moving_a_meeting_says_what_was_changed(house: CasesHouse, anna: Visitor) -> None:
    case = house.signed_case()
    here = f"/moten/{house.booked(case, '2027-03-12T09:00:00+01:00')['id']}"
    same = {"dag": "2027-03-12", "tid": "09.00", "langd": "60"}
    assert "Inget ändrades" in words_of(anna.follow(anna.post(f"{here}/flytta", same)).text)
    other = house.rows("SELECT code FROM cases.places WHERE code <> %s LIMIT 1", PLACE)[0]["code"]
    elsewhere = anna.post(f"{here}/flytta", same | {"plats": other})
    assert "Platsen är ändrad" in words_of(anna.follow(elsewhere).text)
    moved = anna.post(f"{here}/flytta", same | {"tid": "10.00"})
    assert "Mötet är flyttat" in words_of(anna.follow(moved).text)


def test_X6_a_notice_counts_those_who_get_mail_and_names_those_who_do_not(
    anna: Visitor, house: CasesHouse, case: Json, meeting: Json
) -> None:
    """From what is known of each, before anything has been tried, and with no task about it."""
    shown = house.get(f"cases/{case['id']}")
    assert [task for task in shown["tasks"] if task["kind"] == "reach-otherwise"] == []
    page = anna.get(f"/moten/{meeting['id']}", params={"klart": "booked"}).text
    said = words_of(page)
    assert "Kallelser går ut till 3 personer. 2 nås inte med mejl" in said
    assert said.count("nås inte med mejl: ring eller skriv") == 2  # the child, and Robin


# what surrounds every answer


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/finns-inte", 404),
        ("GET", "/api/v1/finns-inte", 404),
        ("GET", "/r/ingens", 404),
        ("GET", "/arenden/ingens", 404),
        ("DELETE", "/arenden", 405),
        ("GET", "/arenden?x=%00", 404),
        ("POST", "/intresseanmalan", 422),
        ("HEAD", "/intresseanmalan", 200),
    ],
)
def test_what_fails_keeps_to_the_policy_too(
    house: CasesHouse, anna: Visitor, method: str, path: str, status: int
) -> None:
    answer = anna._sent(method, path)
    assert (answer.status_code, faults_of(answer)) == (status, [])


def test_what_is_the_same_for_all_keeps_to_the_policy_but_for_how_long_it_is_kept(
    house: CasesHouse,
) -> None:
    page = house.client.get("/intresseanmalan").text
    found = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert found
    for path in found:
        answer = house.client.get(unescape(path))
        assert answer.status_code == 200
        assert [one for one in faults_of(answer) if not one.startswith("cache-control")] == []


# a role that is taken


def test_a_role_that_is_taken_counts_from_the_next_page_on(house: CasesHouse) -> None:
    """The session goes on: what it may is asked anew each time."""
    administrator = house.visitor(None, "administrator")
    assert administrator.get("/installningar").status_code == 200
    house.execute("UPDATE cases.accounts SET roles = '{it}' WHERE 'administrator' = ANY (roles)")
    assert administrator.get("/installningar").status_code == 403
    assert administrator.get("/drift").status_code == 200
