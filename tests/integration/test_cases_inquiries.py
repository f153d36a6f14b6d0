"""What comes before a case, over HTTP: inquiries and considerations (P2, P3, P13, R18, X11)."""

from typing import Any

import pytest

from tests.integration.cases_house import CasesHouse, Json, new_case
from tests.integration.test_cases_opening import SPINDEL, SSPF, TEACHER, sspf_case
from tests.support.town import Town

NOBODY = "00000000-0000-4000-8000-000000000000"
ACTING = "Samspel-Acting-As"


def inquiry(**changes: Any) -> Json:
    fields = {
        "procedure": "sspf",
        "source": "guardian",
        "name": "Kim Exempel",
        "phone": "070-123 45 67",
        "email": "kim@hemma.example",
        "unit": "bjorkskolan",
        "reason": "free-time",
    }
    return fields | changes


def made(cases: CasesHouse, **changes: Any) -> Json:
    answer: Json = cases.post("inquiries", inquiry(**changes), 201)
    return answer


def test_P3_an_inquiry_goes_to_the_coordinator_of_the_procedure(cases: CasesHouse) -> None:
    one = made(cases)
    assert (one["state"], one["coordinator"], one["case"]) == ("new", SSPF, None)
    assert one["received_at"] == "2027-03-01T08:00:00+01:00"
    assert cases.get("inquiries?state=new") == [one]
    assert cases.get("inquiries?state=declined") == []


def test_P3_each_of_the_three_sources_can_ask(cases: CasesHouse) -> None:
    made(cases)
    child = made(cases, source="child", name=None, email=None)
    staff = made(cases, source="staff", by=TEACHER, name=None, phone=None, email=None)
    assert (child["tell_guardians_first"], staff["tell_guardians_first"]) == (False, True)
    assert staff["by"] == TEACHER
    assert len(cases.get("inquiries")) == 3


def test_P13_an_inquiry_can_be_nameless(cases: CasesHouse) -> None:
    one = cases.post("inquiries", {"procedure": "sspf", "source": "guardian"}, 201)
    assert (one["name"], one["phone"], one["email"], one["unit"]) == (None, None, None, None)


WRONG_INQUIRIES: list[tuple[Json, str]] = [
    ({"procedure": "sspx"}, "procedure"),
    ({"source": "neighbour"}, "source"),
    ({"unit": "ifo"}, "unit"),
    ({"reason": "words"}, "reason"),
    ({"procedure": "samverkansmote"}, "reason"),
    ({"by": TEACHER}, "by"),
    ({"source": "staff", "by": NOBODY}, "by"),
    ({"phone": "ring mig"}, "phone"),
    ({"email": "kim"}, "email"),
    ({"words": "about the child"}, "body (?)"),
]


def test_P3_what_is_wrong_in_an_inquiry_is_named_and_nothing_is_kept(cases: CasesHouse) -> None:
    for changes, field in WRONG_INQUIRIES:
        problem = cases.post("inquiries", inquiry(**changes), 422)
        assert [error["field"] for error in problem["errors"]] == [field]
    assert cases.get("inquiries") == []


def test_P13_an_accepted_inquiry_is_a_case_and_how_to_reach_anybody_is_forgotten(
    cases: CasesHouse,
) -> None:
    one = made(cases)
    path = f"inquiries/{one['id']}/accept"
    case = cases.post(path, sspf_case(), 201)
    assert (case["state"], case["procedure"], case["held_back"]) == ("open", "sspf", False)
    (kept,) = cases.get("inquiries?state=accepted")
    assert (kept["case"], kept["name"], kept["phone"], kept["email"]) == (
        case["id"], None, None, None,
    )  # fmt: skip
    before = cases.saved()
    assert cases.post(path, sspf_case(), 201)["id"] == case["id"]
    assert cases.saved() == before
    assert cases.post(f"inquiries/{one['id']}/decline", status=409)["rule"] == "P13"


def test_P13_what_cant_be_opened_leaves_the_inquiry_as_it_was(cases: CasesHouse) -> None:
    one = made(cases)
    path = f"inquiries/{one['id']}/accept"
    assert cases.post(path, sspf_case(grade=2), 409)["rule"] == "P1"
    assert cases.get("inquiries") == [one]
    assert cases.get("cases")["cases"] == []


def test_F11_the_case_that_an_inquiry_becomes_is_shown_only_where_that_is_written_down(
    cases: CasesHouse,
) -> None:
    first, second = made(cases), made(cases)
    case = cases.post(f"inquiries/{first['id']}/accept", sspf_case(), 201)
    (row,) = cases.rows("SELECT case_id::text, what FROM cases.access_log")
    assert row == {"case_id": case["id"], "what": "case"}
    cases.execute("REVOKE INSERT ON cases.access_log FROM samspel_cases")
    before = cases.saved()
    path = f"/api/v1/inquiries/{second['id']}/accept"
    assert cases.client.post(path, json=sspf_case()).status_code == 500
    assert cases.saved() == before


def test_P13_an_inquiry_is_declined_or_pointed_elsewhere(cases: CasesHouse) -> None:
    first, second = made(cases), made(cases, reason="other-absence")
    declined = cases.post(f"inquiries/{first['id']}/decline")
    assert (declined["state"], declined["phone"]) == ("declined", None)
    assert cases.post(f"inquiries/{first['id']}/decline") == declined
    path = f"inquiries/{second['id']}/point-elsewhere"
    pointed = cases.post(path, {"to": "skolsocionom"})
    assert (pointed["state"], pointed["pointed_to"]) == ("pointed-elsewhere", "skolsocionom")
    assert cases.post(path, {"to": "skolsocionom"}) == pointed
    assert cases.post(path, {"to": "kontaktcenter"}, 409)["rule"] == "P13"
    assert cases.post(path, {"to": "somewhere"}, 422)["errors"][0]["field"] == "to"
    cases.post(f"inquiries/{NOBODY}/decline", status=404)
    assert cases.rows("SELECT name FROM cases.inquiries WHERE name IS NOT NULL") == []


def test_P13_the_database_keeps_nobodys_address_after_the_answer(cases: CasesHouse) -> None:
    one = made(cases)
    cases.post(f"inquiries/{one['id']}/decline")
    with pytest.raises(Exception, match="check constraint"):
        cases.execute("UPDATE cases.inquiries SET phone = '112' WHERE id = %s", one["id"])


def test_P3_of_people_only_coordinators_see_inquiries(cases: CasesHouse) -> None:
    one = made(cases)
    for person, status in ((SSPF, 200), (SPINDEL, 200), (TEACHER, 404)):
        answer = cases.client.get("/api/v1/inquiries", headers={ACTING: person})
        assert answer.status_code == status
    decline = f"/api/v1/inquiries/{one['id']}/decline"
    assert cases.client.post(decline, headers={ACTING: TEACHER}).status_code == 404
    assert cases.client.post(decline, headers={ACTING: SSPF}).status_code == 200


def test_X3_no_address_of_an_inquiry_stands_in_the_audit_or_an_event(cases: CasesHouse) -> None:
    one = made(cases)
    cases.post(f"inquiries/{one['id']}/accept", sspf_case(), 201)
    for query in ("SELECT details::text FROM cases.audit", "SELECT data::text FROM bus.events"):
        told = str(cases.rows(query))
        assert "kim@hemma" not in told
        assert "070-123" not in told


# --- a child who asks by itself ---------------------------------------------------------------


def childs_case(cases: CasesHouse, body: Json) -> Json:
    one = made(cases, source="child", procedure=body["procedure"], reason=None)
    case: Json = cases.post(f"inquiries/{one['id']}/accept", body, 201)
    return case


def open_kinds(case: Json) -> list[tuple[str, str]]:
    return sorted((t["kind"], t["rule"]) for t in case["tasks"] if t["state"] == "open")


def test_X11_a_child_who_has_asked_is_spoken_with_before_anything_else(cases: CasesHouse) -> None:
    case = childs_case(cases, new_case(procedure="spindelmote", initiator=TEACHER, participants=[]))
    assert case["held_back"] is True
    assert open_kinds(case) == [("talk-with-child", "X11")]
    (task,) = case["tasks"]
    assert (task["owner"], task["due_on"], task["about"]) == (
        SPINDEL, "2027-03-02", case["child"]["id"],
    )  # fmt: skip
    assert case["consents"] == []


def test_X11_no_meeting_is_booked_before_the_talk(cases: CasesHouse) -> None:
    case = childs_case(cases, sspf_case())
    body = {"step": "information", "starts_at": "2027-03-09T13:00:00+01:00", "minutes": 60}
    assert cases.post(f"cases/{case['id']}/meetings", body, 409)["rule"] == "X11"
    cases.post(f"tasks/{case['tasks'][0]['id']}/done")
    cases.post(f"cases/{case['id']}/meetings", body, 201)


def test_X11_after_the_talk_the_case_goes_on_as_any_other(cases: CasesHouse) -> None:
    case = childs_case(cases, new_case(procedure="spindelmote", initiator=TEACHER, participants=[]))
    (talk,) = case["tasks"]
    cases.post(f"tasks/{talk['id']}/done")
    after = cases.get(f"cases/{case['id']}")
    assert after["held_back"] is False
    assert open_kinds(after) == [("first-contact", "S2"), ("first-contact", "S2")]
    assert len(after["consents"]) == 2
    assert cases.told()[-1] == "participants.changed"
    before = cases.saved()
    cases.post(f"tasks/{talk['id']}/done")
    assert cases.saved() == before


def test_X11_no_time_is_sought_and_no_mail_goes_before_the_talk(town: Town) -> None:
    body = inquiry(source="child", name=None, email=None)
    one = town.post("inquiries", body, status=201)
    case = town.do(f"inquiries/{one['id']}/accept", sspf_case(), status=201)
    town.move_clock("2027-03-05T08:00:00+01:00")
    assert town.mails() == []
    assert town.get(f"cases/{case['id']}")["meetings"] == []
    (talk,) = [task for task in town.tasks(case) if task["kind"] == "talk-with-child"]
    town.do(f"tasks/{talk['id']}/done")
    (meeting,) = town.get(f"cases/{case['id']}")["meetings"]
    assert (meeting["step"], meeting["state"]) == ("information", "booked")
    assert town.mails()


# --- considered, without a case ---------------------------------------------------------------


def test_R18_that_a_meeting_was_considered_is_noted_without_a_child(cases: CasesHouse) -> None:
    body = {"unit": "bjorkskolan", "by": TEACHER, "wanted": False, "on": "2027-02-26"}
    first = cases.post("considerations", body, 201)
    second = cases.post("considerations", body | {"wanted": True, "on": None}, 201)
    assert (first["on"], second["on"]) == ("2027-02-26", "2027-03-01")
    assert cases.get("considerations?unit=bjorkskolan") == [second, first]
    assert cases.get("considerations?unit=almskolan") == []


WRONG_CONSIDERATIONS: list[tuple[Json, str]] = [
    ({"unit": "nowhere"}, "unit"),
    ({"by": NOBODY}, "by"),
    ({"on": "2027-03-02"}, "on"),
    ({"child": "a name"}, "body (?)"),
    ({"wanted": "no"}, "wanted"),
]


def test_R18_what_is_wrong_in_a_consideration_is_named(cases: CasesHouse) -> None:
    body: Json = {"unit": "bjorkskolan", "by": TEACHER, "wanted": True}
    for changes, field in WRONG_CONSIDERATIONS:
        problem = cases.post("considerations", body | changes, 422)
        assert [error["field"] for error in problem["errors"]] == [field]
    assert cases.get("considerations") == []


def test_P13_an_inquiry_becomes_one_case_of_its_own_procedure(cases: CasesHouse) -> None:
    one = cases.post("inquiries", {"procedure": "sspf", "source": "guardian"}, 201)
    path = f"inquiries/{one['id']}/accept"
    other = {**sspf_case(), "procedure": "samverkansmote"}
    for name in ("grade", "residence", "reason"):
        other.pop(name)
    assert cases.post(path, other, 409)["type"].endswith(":of-another-procedure")
    cases.post(path, sspf_case(), 201)
    another = sspf_case()
    another["child"] = {**another["child"], "birth_date": "2015-01-07"}
    assert cases.post(path, another, 409)["type"].endswith(":already-a-case")


def test_P13_the_answer_to_an_inquiry_is_kept_without_who_asks(cases: CasesHouse) -> None:
    key = {"Idempotency-Key": "one"}
    one = cases.client.post("/api/v1/inquiries", json=inquiry(), headers=key).json()
    assert cases.client.post("/api/v1/inquiries", json=inquiry(), headers=key).json() == one
    cases.post(f"inquiries/{one['id']}/decline")
    again = cases.client.post("/api/v1/inquiries", json=inquiry(), headers=key)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert (again.json()["state"], again.json()["name"]) == ("declined", None)
    assert cases.rows("SELECT body FROM cases.idempotency") == [{"body": {"id": one["id"]}}]
