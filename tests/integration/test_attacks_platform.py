"""Attacks on the platform, against the real application and PostgreSQL."""

import json
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import unescape
from itertools import cycle
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from shared.bus import delivery
from shared.bus.events import CaseOpened, MeetingProposed
from shared.bus.publishing import publish
from shared.db import Database
from shared.logs import Lines
from tests.conftest import Servers
from tests.integration.cases_house import CasesHouse, Json, cases_house, guardian, new_case

MARKER = "Hemlig-Exempelbarn"
TWELFTH = "121212-1212"  # the tax agency's person for tests
COORDINATION = "701063-2391"  # and a samordningsnummer of theirs
NOBODY = "00000000-0000-4000-8000-000000000000"
ROUNDS = 6


@pytest.fixture(scope="module")
def house(
    registered_of_the_module: str, servers: Servers, worker_number: int, municipality: Path
) -> Iterator[CasesHouse]:
    """One database for the tests that save nothing in it, or something of their own."""
    valkey = servers.valkey.rsplit("/", 1)[0] + f"/{worker_number}"
    with cases_house(registered_of_the_module, valkey, municipality) as made:
        yield made


def send(house: CasesHouse, path: str, body: Any, **headers: str) -> Any:
    """As JSON with escapes, so that half characters can be sent too."""
    content = json.dumps(body).encode()
    more = {"Content-Type": "application/json", **headers}
    return house.client.post(path, content=content, headers=more)


# What is sent wherever anything can be sent


WRONG: tuple[Any, ...] = (
    f"{MARKER}\ud800", f"{MARKER}\0", f"{MARKER}\r\nBcc: x@y.example", f"{MARKER} {TWELFTH}",
    "9999-12-31T23:59:59", "9999-12-31T23:59:59+00:00", [MARKER], 10**400,
)  # fmt: skip


def calls(house: CasesHouse) -> Iterator[tuple[str, list[str]]]:
    """Every call that takes a body: its path, with nobody's ids, and its fields."""
    described = house.app.openapi()
    given = {"{year}": "2027", "{code}": "skolchef"}
    for path, ways in described["paths"].items():
        if (body := ways.get("post", {}).get("requestBody")) and "/clock" not in path:
            schema = body["content"]["application/json"]["schema"]
            name = schema.get("$ref", "").rpartition("/")[2]
            fields = described["components"]["schemas"].get(name, schema).get("properties", {})
            parts = (given.get(one, NOBODY) if "{" in one else one for one in path.split("/"))
            yield "/".join(parts), list(fields)


def test_X3_whatever_stands_in_any_field_of_the_api_is_refused_and_not_repeated(
    house: CasesHouse,
) -> None:
    """A surrogate, NUL, a line break, a time without zone or at the end of days: 4xx, no echo."""
    before = house.saved()
    for path, fields in calls(house):
        for first in (0, len(WRONG) // 2):  # each field has two of them, and not the same
            values = WRONG[first:] + WRONG[:first]
            sent = dict(zip([*fields, MARKER], cycle(values), strict=False))
            answer = send(house, path, sent)
            assert 400 <= answer.status_code < 500, f"{path} {answer.status_code} {answer.text}"
            assert answer.headers["content-type"] == "application/problem+json"
            assert MARKER not in answer.text, path
            assert TWELFTH not in answer.text, path
    assert house.saved() == before


@pytest.mark.parametrize("where", ["path", "query", "cookie", "header", "form"])
def test_half_characters_outside_json_are_no_error_of_ours(house: CasesHouse, where: str) -> None:
    half = "%ED%A0%80"
    anna = house.visitor(None, "administrator")
    paths = {"path": f"/arenden/{half}", "query": f"/installningar/personer?sok={half}&sida=1"}
    if where == "form":
        answer = house.client.post("/stod", data={"name": "A\ufffd" + half, half: half})
    elif where == "cookie":
        answer = house.client.get("/logga-in", headers={b"Cookie": b"samspel=\xed\xa0\x80"})
    elif where == "header":
        odd = {b"Idempotency-Key": b"\xed\xa0\x80", b"Samspel-Acting-As": b"\xed\xa0\x80"}
        answer = house.client.post("/api/v1/cases", json=new_case(), headers=odd)
    else:
        answer = anna.get(paths[where])
    assert answer.status_code < 500


def test_X3_no_personal_number_is_kept_in_a_name_or_a_reference(house: CasesHouse) -> None:
    """Nor a samordningsnummer: where somebody types one, they are told to take it out."""
    before = house.saved()
    for number in (TWELFTH, COORDINATION, TWELFTH.replace("-", ""), "19" + TWELFTH):
        for body, field in (
            (new_case(child=new_case()["child"] | {"name": f"Alva {number}"}), "child.name"),
            (new_case(guardians=[guardian(f"Kim {number}")]), "guardians.0.name"),
            (new_case(guardians=[guardian(phone=number)]), "guardians.0.phone"),
            (new_case(guardians=[guardian(email=f"{number}@hem.example")]), "guardians.0.email"),
            (
                new_case(guardians=[guardian(email=f"kim.{number}@hem.example")]),
                "guardians.0.email",
            ),
        ):
            answer = send(house, "/api/v1/cases", body)
            assert answer.status_code == 422
            (error,) = [one for one in answer.json()["errors"] if one["field"] == field]
            assert "personnummer" in error["message"]
            assert number not in answer.text
    assert house.saved() == before
    case = house.open_case()
    consent = f"/api/v1/cases/{case['id']}/consents/{case['consents'][0]['id']}/sign"
    for between in ("-", "_", "/", ":", "."):
        number = TWELFTH.replace("-", between)
        answer = send(house, consent, {"form_reference": f"BUN/{number}"})
        assert (answer.status_code, number in answer.text) == (422, False)


def test_X3_no_form_keeps_a_personal_number_and_each_says_what_is_wrong(house: CasesHouse) -> None:
    case, anna = house.open_case(), house.visitor()
    before = house.saved()
    said = "Det ser ut att stå ett personnummer här."
    page = anna.post(
        f"/arenden/{case['id']}/vardnadshavare/ny",
        {"name": f"Kim {TWELFTH}", "email": f"{TWELFTH}@hem.example", "phone": TWELFTH,
         "postal_address": f"Storgatan 1, {COORDINATION}"},
    )  # fmt: skip
    assert (page.status_code, unescape(page.text).count(said)) == (422, 4)
    page = house.client.post(
        "/intresseanmalan",
        data={"who": "guardian", "phone": TWELFTH, "email": f"kim.{TWELFTH}@hem.example"},
    )
    assert (page.status_code, unescape(page.text).count(said)) == (422, 2)
    assert house.saved() == before


def test_a_length_of_thousands_of_digits_is_too_large_and_no_error(house: CasesHouse) -> None:
    for digits, status in (("9" * 5_000, 413), ("0" * 5_000 + "2", 422), ("x" * 5_000, 422)):
        answer = send(house, "/api/v1/cases", {}, **{"Content-Length": digits})
        assert answer.status_code == status


def test_a_name_of_ten_megabytes_is_not_even_read(house: CasesHouse) -> None:
    before = house.saved()
    endless = MARKER + "A" * 10_000_000
    answer = send(house, "/api/v1/cases", new_case(child={"name": endless}))
    assert (answer.status_code, MARKER in answer.text) == (413, False)
    chunks = (b"A" * 65_536 for _ in range(160))  # of no declared length
    answer = house.client.post("/api/v1/cases", content=chunks)
    assert answer.status_code == 413
    anna = house.visitor()
    page = anna.post("/arenden/nytt/samverkansmote", {"name": endless})
    assert (page.status_code, MARKER in page.text) == (413, False)
    assert house.saved() == before


MARKUP = '<img src=x onerror=alert(1)>"><script>x</script>{{ 7*7 }}'


def test_a_name_is_text_on_every_page_of_its_case(house: CasesHouse) -> None:
    """Markup and templates in names stand there as they were written."""
    case = house.open_case(
        child=new_case()["child"] | {"name": f"Alva {MARKUP}"},
        guardians=[guardian() | {"name": f"Kim {MARKUP}"}],
    )
    anna, path = house.visitor(), f"/arenden/{case['id']}"
    first = anna.get(path).text
    leads = set(re.findall(rf'href="({path}/[^"#?]+)"', first))
    pages = [first, *(anna.get(lead).text for lead in sorted(leads) if "pdf" not in lead)]
    assert any(f"Alva {MARKUP}" in unescape(page) for page in pages)
    for page in pages:
        assert not re.search(r"<img src=x|<script>x|Alva 49", page)


# The same letters


def test_the_same_person_is_found_by_an_a_with_ring_in_one_sign_or_in_two(
    house: CasesHouse,
) -> None:
    """NFC and NFD: what a Mac types, and what is stored, are the same letters."""
    case = house.open_case()
    anna, admin = house.visitor(), house.visitor(None, "administrator")
    for sought in ("Linn\u00e9a H\u00e4gg", "Linne\u0301a Ha\u0308gg", "linne\u0301a ha\u0308gg"):
        found = anna.get(f"/arenden/{case['id']}/personer/ny", params={"sok": sought})
        listed = admin.get("/installningar/personer", params={"sok": sought})
        for page in (found, listed):
            assert page.status_code == 200
            assert "Linn\u00e9a H\u00e4ggstr\u00f6m" in page.text, sought


def test_names_are_kept_in_one_way_so_they_sort_and_are_filtered_alike(house: CasesHouse) -> None:
    names = ["A\u030asa Exempel", "\u00c5sa Exempel", "\u212bsa Exempel"]  # the last: ångström
    kept = [house.open_case(child=new_case()["child"] | {"name": name}) for name in names]
    rows = house.rows(
        "SELECT DISTINCT name FROM cases.people WHERE id = ANY(%s)",
        [UUID(case["child"]["id"]) for case in kept],
    )
    assert [row["name"] for row in rows] == ["\u00c5sa Exempel"]


# Keys, threads, forged rows


def test_a_key_is_for_one_request_and_never_answers_another(house: CasesHouse) -> None:
    """Another body, another path: refused, and nothing of the first answer is given away."""
    first, second = house.open_case(), house.open_case()
    sign, body = "/api/v1/cases/{}/consents/{}/sign", {"on": "2027-03-01"}
    paths = [sign.format(case["id"], case["consents"][0]["id"]) for case in (first, second)]
    key = {"Idempotency-Key": uuid4().hex}
    assert send(house, paths[0], body, **key).status_code == 200
    again = send(house, paths[0], body, **key)
    assert again.headers["idempotent-replayed"] == "true"
    before = house.saved()
    for path, sent in (
        (paths[0], {}),
        (paths[0], {"on": "2027-02-28"}),
        (paths[1], body),
        ("/api/v1/cases", new_case()),
    ):
        answer = send(house, path, sent, **key)
        assert answer.json()["type"] == "urn:samspel:problem:idempotency-key-reused"
        assert first["id"] not in answer.text
    assert house.saved() == before


def test_P7_a_withdrawal_beside_bookings_and_proposals_leaves_nothing_booked(
    cases: CasesHouse,
) -> None:
    """Many rounds in which all begin at once: by the API, and by the worker."""
    for day in range(ROUNDS):
        case = cases.signed_case()
        at = f"2027-03-{8 + day % 5:02}T{9 + day // 5:02}:00:00+01:00"
        meetings = f"/api/v1/cases/{case['id']}/meetings"
        withdraw = f"/api/v1/cases/{case['id']}/consents/{case['consents'][0]['id']}/withdraw"
        proposed = MeetingProposed.model_validate({
            "case_id": case["id"], "proposal": f"{case['id']}/first/1", "step": "first",
            "starts_at": at, "minutes": 60, "mode": "book",
        })  # fmt: skip
        deeds = [
            partial(send, cases, meetings, {"step": "first", "starts_at": at}),
            partial(send, cases, withdraw, {}),
            partial(cases.hear, proposed),
        ]
        together = Barrier(len(deeds))

        def at_once(deed: Any, together: Barrier = together) -> Any:
            together.wait(30)
            return deed()

        with ThreadPoolExecutor(len(deeds)) as pool:
            booking, withdrawing, _ = pool.map(at_once, deeds)
        assert withdrawing.status_code == 200
        assert booking.status_code in (201, 409)
        cases.worker.work()
        assert [one["state"] for one in cases.get(f"cases/{case['id']}")["meetings"]] in (
            [], ["cancelled"],
        )  # fmt: skip
    assert cases.rows("SELECT person_id FROM cases.engagements") == []
    assert cases.rows("SELECT event_id FROM bus.deliveries WHERE state = 'set-aside'") == []


FORGED: list[tuple[str, Json]] = [
    (f"case.opened\n{MARKER}", {}),
    ("from.the.future", {"name": MARKER}),
    ("case.opened", {"case_id": MARKER}),
    ("case.opened", {}),
    ("consent.signed", {"case_id": NOBODY, "consent_id": NOBODY, "on": "9999-99-99"}),
    ("meeting.proposed", {"case_id": NOBODY, "starts_at": "2027-03-09T13:00:00", "step": MARKER}),
    ("reminder.due", {"case_id": NOBODY, "due_at": MARKER}),
]


def test_F12_forged_events_are_set_aside_without_a_word_of_them_and_the_others_flow(
    house: CasesHouse, caplog: pytest.LogCaptureFixture
) -> None:
    """Of an unknown type, of a shape that no version has: eight tries, an alarm, no content."""
    database = Database(house.database_url, role="samspel_scheduler", demo=True, size=2)
    heard: list[UUID] = []
    deliveries = delivery.Deliveries(
        database, "scheduler", {CaseOpened: lambda event, _: heard.append(event.case_id)}
    )
    house.execute("DELETE FROM bus.deliveries")
    case_id = uuid4()
    try:
        for type_, data in FORGED:
            house.execute(
                "WITH one AS (INSERT INTO bus.events (type, source, subject, time, data)"
                " VALUES (%s, 'forged', %s, now(), %s) RETURNING id)"
                " INSERT INTO bus.deliveries (event_id, subscriber)"
                " SELECT id, 'scheduler' FROM one",
                type_, UUID(NOBODY), json.dumps(data),
            )  # fmt: skip
        with database.unit() as unit:
            publish(unit, CaseOpened(case_id=case_id))
        with caplog.at_level(logging.INFO):
            for _ in range(delivery.ATTEMPTS):
                while deliveries.drain_batch():
                    pass
                house.execute("UPDATE bus.deliveries SET lease_until = '-infinity'")
    finally:
        database.close()
    assert heard == [case_id]
    rows = house.rows("SELECT state, error FROM bus.deliveries WHERE state <> 'done'")
    assert [row["state"] for row in rows] == ["set-aside"] * len(FORGED)
    assert {row["error"] for row in rows} == {"UnknownEvent", "ValidationError"}
    lines = [Lines("scheduler", form).format(one) for one in caplog.records for form in _FORMS]
    assert any("set aside" in line for line in lines)
    assert not any("\n" in line for line in lines)
    assert not any(MARKER in line for line in lines if "case.opened\\n" not in line)


_FORMS: tuple[Any, ...] = ("json", "text")


def test_X3_nothing_that_is_sent_makes_a_line_in_the_log(
    house: CasesHouse, caplog: pytest.LogCaptureFixture
) -> None:
    """Line breaks and control codes in whatever a request holds: none of it is logged."""
    broken = f"{MARKER}\n2027-01-01 CRITICAL forged \x1b[31m"
    quoted = f"{MARKER}%0a%0d2027-01-01%20CRITICAL%1b[31m"
    case = house.open_case()
    with caplog.at_level(logging.DEBUG):
        for path in ("", "api/v1/cases/", "r/", "k/", "arenden/", "static/", "logga-in?till=/"):
            house.client.get(f"/{path}{quoted}")
        house.client.post("/logga-in", data={"login": broken, "password": broken})
        house.client.post("/stod", data={"name": broken, broken: broken})
        send(house, "/api/v1/cases", new_case(procedure=broken))
        send(house, f"/api/v1/cases/{case['id']}/close", {"outcome": broken, broken: broken})
        with psycopg.connect(house.database_url) as other:
            # What nobody has foreseen: an error that quotes what was sent.
            other.execute("ALTER TABLE cases.drafts RENAME TO mislaid")
            other.commit()
            anna = house.visitor()
            page = anna.post("/arenden/nytt/samverkansmote", {"name": broken})
            other.execute("ALTER TABLE cases.mislaid RENAME TO drafts")
    assert page.status_code == 500
    ours = [one for one in caplog.records if not one.name.startswith(("httpx", "asyncio"))]
    lines = [Lines("web", form).format(one) for one in ours for form in _FORMS]
    assert lines
    for line in lines:
        assert MARKER not in line
        assert "forged" not in line
        assert line.isprintable()
