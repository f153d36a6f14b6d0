"""Bad input on each call: a problem that names what is wrong, nothing echoed, nothing saved."""
# ruff: noqa: E501 — a table reads best with one case a line

import json
from typing import Any

import pytest

from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json, guardian, new_case

NOBODY = "00000000-0000-4000-8000-000000000000"
SECRET = "hemligt-ord"


def child(**changes: Any) -> Json:
    fields: Json = new_case()["child"]
    return fields | changes


BAD_CASES: list[tuple[str, Any, int, str | None]] = [
    # what is wrong, the body, the status, and the field or rule that is named
    ("no body", None, 422, "body"),
    ("a list", [], 422, "body"),
    ("nothing in it", {}, 422, "procedure"),
    ("an unknown field", new_case(role=SECRET), 422, "body (?)"),
    ("an unknown field of the child", new_case(child=child(school=SECRET)), 422, "child (?)"),
    ("an unknown procedure", new_case(procedure="hemligt-ord"), 422, "procedure"),
    ("known tomorrow", new_case(known_on="2027-03-02"), 422, "known_on"),
    ("known in the year 9999", new_case(known_on="9999-12-31"), 422, "known_on"),
    ("known on a day that is none", new_case(known_on="2027-02-29"), 422, "known_on"),
    ("known at a time", new_case(known_on="2027-03-01T00:00:00Z"), 422, "known_on"),
    ("known as a number", new_case(known_on=20270301), 422, "known_on"),
    ("an initiator nobody knows", new_case(initiator=NOBODY), 422, "initiator"),
    ("an initiator who is no id", new_case(initiator=SECRET), 422, "initiator"),
    ("a participant nobody knows", new_case(participants=[NOBODY]), 422, "participants.0"),
    ("a participant twice", new_case(participants=[THERAPIST] * 2), 422, "participants.1"),
    ("participants that are no list", new_case(participants=THERAPIST), 422, "participants"),
    ("too many participants", new_case(participants=[OWNER] * 51), 422, "participants"),
    ("a child of an unknown unit", new_case(child=child(unit="hemligt-ord")), 422, "child.unit"),
    ("a child of an office", new_case(child=child(unit="ifo")), 422, "child.unit"),
    ("a child born later", new_case(child=child(birth_date="2027-03-02")), 422, "child.birth_date"),
    ("a child without a name", new_case(child=child(name="")), 422, "child.name"),
    ("a name of spaces", new_case(child=child(name="  ")), 422, "child.name"),
    ("a name with a line break", new_case(child=child(name="A\r\nBcc: x")), 422, "child.name"),
    ("a name after a line break", new_case(child=child(name="\r\nBcc: x")), 422, "child.name"),
    ("a name before a line break", new_case(child=child(name="Alva\n")), 422, "child.name"),
    ("a name with NUL", new_case(child=child(name="A\0B")), 422, "child.name"),
    ("a name with U+0085", new_case(child=child(name="A\x85B")), 422, "child.name"),
    ("a name with U+2028", new_case(child=child(name="A\u2028B")), 422, "child.name"),
    ("a name turned around", new_case(child=child(name="A\u202eB")), 422, "child.name"),
    ("a name of half a character", new_case(child=child(name="A\ud800")), 422, "child.name"),
    ("a name too long", new_case(child=child(name="A" * 201)), 422, "child.name"),
    ("protected as a number", new_case(child=child(protected=0)), 422, "child.protected"),
    ("protected as text", new_case(child=child(protected="false")), 422, "child.protected"),
    ("guardians missing", {k: v for k, v in new_case().items() if k != "guardians"}, 422, "guardians"),
    ("custody as text", new_case(guardians=[guardian(custody="yes")]), 422, "guardians.0.custody"),
    ("nobody with custody", new_case(guardians=[guardian(custody=False)]), 409, "R3"),
    ("no guardian at all", new_case(guardians=[]), 409, "R3"),
    ("a language in words", new_case(guardians=[guardian(language="svenska")]), 422, "guardians.0.language"),
    ("a reason nobody asked for", new_case(reason="crime"), 422, "reason"),
    ("a grade as text", new_case(grade="6"), 422, "grade"),
]  # fmt: skip

BAD_ADDRESSES = [
    "kim", "kim@", "@hemma.example", "kim@hemma", "kim@hemma.example\r\nBcc: a@b.example",
    "kim,robin@hemma.example", '"kim x"@hemma.example', "åsa@hemma.example", "kim@[127.0.0.1]",
    "kim@hemma..example", "kim@hemma.example ", "Kim <kim@hemma.example>", "k" * 65 + "@a.example",
    "kim@" + "a" * 250 + ".example", "kim\x00@hemma.example", 7,
]  # fmt: skip


def send(cases: CasesHouse, path: str, body: Any) -> Any:
    """As JSON with escapes, so that half characters can be sent too."""
    content = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    return cases.client.post(f"/api/v1/{path}", content=content, headers=headers)


def check(answer: Any, status: int, named: str | None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail"} <= problem.keys()
    assert problem["status"] == status
    if status == 409:
        assert problem.get("rule") == named
    elif named is not None:
        assert named in [error["field"] for error in problem["errors"]]
    assert SECRET not in answer.text


def test_bad_input_when_opening_a_case_is_named_and_nothing_is_saved(cases: CasesHouse) -> None:
    before = cases.saved()
    for what, body, status, named in BAD_CASES:
        answer = send(cases, "cases", body)
        assert answer.status_code == status, f"{what}: {answer.text}"
        check(answer, status, named)
    for address in BAD_ADDRESSES:
        answer = send(cases, "cases", new_case(guardians=[guardian(email=address)]))
        assert answer.status_code == 422, f"{address!r}: {answer.text}"
        check(answer, 422, "guardians.0.email")
    assert cases.saved() == before


def test_what_is_unusual_but_right_is_taken(cases: CasesHouse) -> None:
    decomposed = "A\u030asa D'Arc-O\u0308berg نگار\u200cنیا"
    opened = cases.open_case(
        child=child(name=f" {decomposed} ", email=None, protected=None),
        guardians=[guardian(email="kim+skola@xn--lvsta-kra.example"), guardian(email=None)],
    )
    (row,) = cases.rows(
        "SELECT name, protected FROM cases.people WHERE id = %s", opened["child"]["id"]
    )
    assert row == {"name": "Åsa D'Arc-Öberg نگار\u200cنیا", "protected": None}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"nonsense", b"\xff\xfe", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"],
    ids=["empty", "half", "nonsense", "no UTF-8", "deep", "a long number"],
)
def test_what_is_no_json_is_a_4xx_problem(cases: CasesHouse, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = cases.client.post("/api/v1/cases", content=content, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_ten_megabytes_are_too_much_whether_declared_or_not(cases: CasesHouse) -> None:
    body = json.dumps(new_case(child=child(name="A" * 10_000_000))).encode()
    declared = cases.client.post("/api/v1/cases", content=body)
    streamed = cases.client.post(
        "/api/v1/cases",
        content=(body[at : at + 65_536] for at in range(0, len(body), 65_536)),
        headers={"Content-Type": "application/json"},
    )
    assert (declared.status_code, streamed.status_code) == (413, 413)


def test_bad_input_about_meetings_and_consents_is_named(cases: CasesHouse) -> None:
    unsigned = cases.open_case()
    case = cases.signed_case()
    meeting = cases.booked(case)
    mine, to_sign = f"cases/{case['id']}", f"cases/{unsigned['id']}"
    consent = f"{to_sign}/consents/{unsigned['consents'][0]['id']}"
    signed = f"{mine}/consents/{case['consents'][0]['id']}"
    at = "2027-03-10T13:00:00+01:00"
    first = {"step": "first", "starts_at": at, "minutes": 60}
    before = cases.saved()
    table: list[tuple[str, Any, int, str | None]] = [
        (f"{to_sign}/meetings", first, 409, "R3"),
        (f"{mine}/meetings", first, 409, "R9"),  # it has one
        (f"{mine}/meetings", first | {"step": "third"}, 422, "step"),
        (f"{mine}/meetings", first | {"step": "second"}, 409, "R10"),
        (f"{mine}/meetings", first | {"starts_at": "2027-03-10T13:00:00"}, 422, "starts_at"),
        (f"{mine}/meetings", first | {"starts_at": "9999-12-31T23:59:00Z"}, 422, "starts_at"),
        (f"{mine}/meetings", first | {"starts_at": "2027-03-10T13:00:30Z"}, 422, "starts_at"),
        (f"{mine}/meetings", first | {"starts_at": 1804766400}, 422, "starts_at"),
        (f"{to_sign}/meetings", first | {"starts_at": "2027-02-26T13:00:00+01:00"}, 409, "R9"),
        (f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-10T03:00:00+01:00"}, 409, "R9"),
        (f"{mine}/meetings", first | {"minutes": 14}, 422, "minutes"),
        (f"{mine}/meetings", first | {"minutes": 481}, 422, "minutes"),
        (f"{mine}/meetings", first | {"minutes": 60.0}, 422, "minutes"),
        (f"{mine}/meetings", first | {"minutes": True}, 422, "minutes"),
        (f"{mine}/meetings", first | {"place": "hemligt-ord"}, 422, "place"),
        (f"{mine}/meetings", first | {"note": SECRET}, 422, "body (?)"),
        (f"cases/{NOBODY}/meetings", first, 404, None),
        ("cases/hemligt-ord/meetings", first, 404, None),
        (f"meetings/{meeting['id']}/move", {}, 422, "body"),
        (f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-13T10:00:00+01:00"}, 409, "X1"),
        (f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-16T10:00:00+01:00"}, 409, "R9"),
        (f"meetings/{meeting['id']}/move", {"place": "hemligt-ord"}, 422, "place"),
        (f"meetings/{NOBODY}/move", {"minutes": 30}, 404, None),
        (f"meetings/{meeting['id']}/cancel", {"reason": SECRET}, 422, "body (?)"),
        (f"meetings/{NOBODY}/cancel", {}, 404, None),
        (f"meetings/{meeting['id']}/held", {}, 409, "R10"),  # it hasn't begun
        (f"meetings/{meeting['id']}/held", {"present": [SECRET]}, 422, "present.0"),
        (f"meetings/{meeting['id']}/minutes-filed", {}, 409, "R15"),
        (f"meetings/{meeting['id']}/minutes-filed", {"reference": "a b"}, 422, "reference"),
        (f"meetings/{meeting['id']}/confirm", {"x": 1}, 422, "body (?)"),
        (f"{consent}/sign", {"on": "2027-03-02"}, 409, "X14"),
        (f"{consent}/sign", {"on": "2027-02-28"}, 409, "R3"),
        (f"{consent}/sign", {"on": "i dag"}, 422, "on"),
        (f"{consent}/sign", {"on": "2027-03-01", "by": SECRET}, 422, "body (?)"),
        (f"{consent}/withdraw", {}, 409, "P7"),
        (f"{signed}/refuse", {}, 409, "P7"),
        (f"{signed}/withdraw", {"on": "2027-03-02"}, 409, "X14"),
        (f"{mine}/consents/{NOBODY}/sign", {}, 404, None),
        (f"{mine}/consents/{unsigned['consents'][0]['id']}/sign", {}, 404, None),  # another case's
        (f"{mine}/consents", {"person": NOBODY}, 409, "R3"),
        (f"{mine}/consents", {"person": case["guardians"][0]["id"]}, 409, "R4"),
        (f"{mine}/consents", {"person": case["guardians"][0]["id"], "organisations": ["police"]}, 422, "organisations"),
        (f"{mine}/close", {}, 422, "outcome"),
        (f"{mine}/close", {"outcome": "because"}, 422, "outcome"),
        (f"{mine}/participants", {"person": NOBODY}, 422, "person"),
        (f"{mine}/participants", {"person": OWNER}, 409, "R5"),
        (f"{mine}/participants/{OWNER}/remove", {}, 409, "R6"),
        (f"{mine}/participants/{THERAPIST}/remove", {}, 409, "R6"),  # a meeting stands
        (f"{mine}/participants/{NOBODY}/remove", {}, 404, None),
        (f"tasks/{NOBODY}/done", {}, 404, None),
    ]  # fmt: skip
    for path, body, status, named in table:
        answer = send(cases, path, body)
        assert answer.status_code == status, f"{path} {body}: {answer.text}"
        check(answer, status, named)
    assert cases.saved() == before


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("cases?limit=0", 422, "limit"),
        ("cases?limit=many", 422, "limit"),
        ("cases?order=hemligt-ord", 422, "query (?)"),
        ("cases?after=hemligt-ord", 422, "after"),
        (f"cases/{NOBODY}", 404, None),
        ("cases/hemligt-ord", 404, None),
        (f"cases/{NOBODY}/slots?step=first", 404, None),
        (f"cases/{NOBODY}/slots", 422, "step"),
        (f"cases/{NOBODY}/slots?step=first&limit=0", 422, "limit"),
        ("messages?state=hemligt-ord", 422, "state"),
        ("messages?case=hemligt-ord", 422, "case"),
        ("people?role=Hemligt-ord", 422, "role"),
        ("hemligt-ord", 404, None),
    ],
)
def test_bad_queries_are_named(
    cases: CasesHouse, path: str, status: int, field: str | None
) -> None:
    check(cases.client.get(f"/api/v1/{path}"), status, field)


def test_without_the_token_there_is_nothing_to_see(cases: CasesHouse) -> None:
    case = cases.open_case()
    for headers in (
        {"Authorization": ""},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic eA=="},
    ):
        answer = cases.client.get(f"/api/v1/cases/{case['id']}", headers=headers)
        check(answer, 401, None)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    answer = cases.client.post(
        "/api/v1/cases", json=new_case(), headers={b"Authorization": b"Bearer \xe5"}
    )
    assert answer.status_code == 401


def test_problems_come_in_swedish_or_in_english(cases: CasesHouse) -> None:
    path = f"/api/v1/cases/{cases.open_case()['id']}/meetings"
    body = {"step": "first", "starts_at": "2027-03-10T13:00:00+01:00"}

    def title(languages: str) -> Any:
        answer = cases.client.post(path, json=body, headers={"Accept-Language": languages})
        return answer.json()["title"]

    assert title("") == title("de") == title("sv, en;q=0.8") == "Samtycke saknas"
    assert title("en") == title("en-GB,sv;q=0.5") == "The consent is missing"


def test_a_wrong_method_is_a_problem_too(cases: CasesHouse) -> None:
    check(cases.client.delete("/api/v1/cases"), 405, None)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 200), (b"{}", 200), (b'{"unknown": 1}', 422), (b"[]", 422), (b"{", 400), (b"\xff", 400)],
)
def test_settling_takes_no_fields(cases: CasesHouse, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    path = "/api/v1/clock/settle?timeout=0"
    assert cases.client.post(path, content=body, headers=headers).status_code == status
