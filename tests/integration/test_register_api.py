"""People and posts changed by hand over HTTP: at once, once, and refused in plain words."""

from uuid import UUID, uuid4

import pytest

from shared.ids import staff_id
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json, new_case

POLICE = str(staff_id("charlotte-stahl"))
DEPUTY = str(staff_id("niklas-hagg"))
SARA = str(staff_id("sara-abdi"))
VACANT = "posts/kurator-tallasskolan/holders"


def post_of(cases: CasesHouse, code: str) -> Json:
    found: Json = next(post for post in cases.get("posts") if post["code"] == code)
    return found


def noted(cases: CasesHouse) -> list[tuple[str, Json]]:
    """What the audit trail says of people and posts, which is about nobody's case."""
    rows = cases.rows(
        "SELECT action, details FROM cases.audit"
        " WHERE case_id IS NULL AND actor <> 'import' ORDER BY id"
    )
    return [(row["action"], row["details"]) for row in rows]


def test_R21_a_post_shows_who_acts_and_the_vacancy_that_is_to_come(cases: CasesHouse) -> None:
    shown: Json = {"state": "held", "holder": POLICE, "deputy": DEPUTY, "acting": POLICE}
    shown |= {"held_until": "2027-05-31", "vacant_from": "2027-06-01"}
    assert post_of(cases, "kommunpolis").items() >= shown.items()
    cases.set_clock("2027-06-01T08:00:00+02:00")
    shown |= {"state": "deputy", "holder": None, "acting": DEPUTY, "held_until": None}
    assert post_of(cases, "kommunpolis").items() >= shown.items()
    empty = post_of(cases, "kurator-tallasskolan")
    chief = str(staff_id("karin-bergqvist"))
    assert (empty["state"], empty["acting"], empty["vacant_from"]) == ("manager", chief, None)


def test_who_is_in_a_role_are_those_who_hold_it_not_their_deputies(cases: CasesHouse) -> None:
    def in_role() -> list[str]:
        return [person["id"] for person in cases.get("people?role=kommunpolis")]

    assert in_role() == [POLICE]
    cases.set_clock("2027-06-01T08:00:00+02:00")
    assert in_role() == []
    (deputy,) = (one for one in cases.get("people") if one["id"] == DEPUTY)
    assert deputy["roles"] == ["ungdomspolis"]
    assert [(post["post"], post["capacity"]) for post in deputy["posts"]] == [
        ("kommunpolis", "deputy"),
        ("ungdomspolis-1", "holder"),
    ]


def test_R2_a_deputy_opens_cases_once_the_post_is_vacant(cases: CasesHouse) -> None:
    deputy = {"person": SARA, "first_day": "2027-03-01", "capacity": "deputy"}
    cases.post("posts/rektor-bjorkskolan/holders", deputy, 201)
    refused = cases.post("cases", new_case(initiator=SARA), 409)
    assert refused["rule"] == "R2"
    cases.post("posts/rektor-bjorkskolan/holders/end", {"person": OWNER, "last_day": "2027-02-28"})
    case = cases.open_case(initiator=SARA)
    (opener,) = (one for one in case["participants"] if one["person"] == SARA)
    assert (opener["role"], opener["organisation"]) == ("rektor", "school")


def test_a_changed_address_counts_at_once_in_open_cases(cases: CasesHouse) -> None:
    cases.open_case()
    other = cases.open_case()
    cases.post(f"cases/{other['id']}/close", {"outcome": "other"})
    events = len(cases.told())
    body = {"email": "anna@exempelkommun.example", "phone": None, "no_mail": True}
    answer = cases.post(f"people/{OWNER}", body)
    assert (answer["id"], answer["roles"]) == (OWNER, ["rektor"])
    assert cases.told()[events:] == ["participants.changed"]
    row = "SELECT email, phone, no_mail, language FROM cases.people WHERE id = %s"
    assert cases.rows(row, OWNER) == [body | {"language": "sv"}]
    cases.post(f"people/{OWNER}", body)
    assert cases.told()[events:] == ["participants.changed"]
    assert noted(cases) == [
        ("person.change", {"person": OWNER, "fields": ["email", "no_mail", "phone"]})
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"email": None}, "email"),
        ({"email": "anna@@hemligt"}, "email"),
        ({"phone": "ring mig"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"language": "svenska"}, "language"),
        ({"no_mail": "true"}, "no_mail"),
        ({"name": "Anna"}, "body (?)"),
    ],
)
def test_what_is_wrong_about_a_person_is_told_by_field(
    cases: CasesHouse, body: Json, field: str
) -> None:
    refused = cases.post(f"people/{OWNER}", body, 422)
    assert [error["field"] for error in refused["errors"]] == [field]
    assert "hemligt" not in str(refused)
    assert all(error["message"] != "stämmer inte" for error in refused["errors"])


def test_only_staff_are_changed_here(cases: CasesHouse) -> None:
    case = cases.open_case()
    child, guardian = case["child"]["id"], case["guardians"][0]["id"]
    for nobody in (child, guardian, str(uuid4()), "nobody"):
        cases.post(f"people/{nobody}", {"no_mail": True}, 404)


def test_X4_two_colleagues_have_no_mailbox_in_common(cases: CasesHouse) -> None:
    body = {"email": "Asa.Hallberg@exempelkommun.example"}
    assert cases.post(f"people/{OWNER}", body, 409)["rule"] == "X4"
    cases.post(f"people/{THERAPIST}", body)


def test_somebody_comes_into_a_vacant_post_and_leaves_it(cases: CasesHouse) -> None:
    body = {"person": SARA, "first_day": "2027-03-01"}
    taken = cases.post(VACANT, body, 201)
    assert (taken["state"], taken["holder"], taken["held_until"]) == ("held", SARA, None)
    ended = cases.post(f"{VACANT}/end", {"person": SARA, "last_day": "2027-06-18"})
    assert (ended["held_until"], ended["vacant_from"]) == ("2027-06-18", "2027-06-19")
    coming = body | {"first_day": "2027-08-16", "last_day": "2028-06-14"}
    cases.post(VACANT, coming, 201)
    cases.post(f"{VACANT}/end", {"person": SARA, "last_day": "2027-08-01"})
    about = {"person": SARA, "post": "kurator-tallasskolan"}
    assert noted(cases) == [
        ("post.begin", about | {"from": "2027-03-01", "as": "holder"}),
        ("post.end", about | {"until": "2027-06-18"}),
        ("post.begin", about | {"from": "2027-08-16", "as": "holder"}),
        ("post.end", about | {"until": "2027-08-01"}),
    ]
    rows = "SELECT last_day::text FROM cases.holders WHERE post = 'kurator-tallasskolan'"
    assert cases.rows(rows) == [{"last_day": "2027-06-18"}]


@pytest.mark.parametrize(
    ("path", "changes", "status", "code", "says"),
    [
        ("rektor-bjorkskolan/holders", {}, 409, "post-taken", "från måndag 7 januari 2019 tills"),
        ("kommunpolis/holders", {}, 409, "post-taken", "till och med måndag 31 maj 2027"),
        ("kommunpolis/holders", {"capacity": "deputy"}, 409, "post-taken", "1 januari 2027"),
        ("nowhere/holders", {}, 404, "not-found", ""),
        ("Nowhere%00/holders", {}, 404, "not-found", ""),
        ("kurator-tallasskolan/holders", {"person": str(uuid4())}, 422, "unknown-person", ""),
        (
            "kurator-tallasskolan/holders",
            {"last_day": "2027-02-28"},
            422,
            "ends-before-it-begins",
            "måndag 1 mars 2027",
        ),
        ("kurator-tallasskolan/holders", {"capacity": "boss"}, 422, "unprocessable", ""),
        ("kommunpolis/holders/end", {"first_day": None, "last_day": "2027-03-31"}, 409,
         "not-in-post", "efter onsdag 31 mars 2027"),
        ("nowhere/holders/end", {"first_day": None, "last_day": "2027-03-31"}, 404,
         "not-found", ""),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_and_changes_nothing(
    cases: CasesHouse, path: str, changes: Json, status: int, code: str, says: str
) -> None:
    everything = "SELECT * FROM cases.holders ORDER BY post, first_day, person_id"
    before, saved = cases.rows(everything), cases.saved()
    given: Json = {"person": SARA, "first_day": "2027-03-01", **changes}
    body = {name: value for name, value in given.items() if value is not None}
    refused = cases.post(f"posts/{path}", body, status)
    assert code in refused["type"]
    assert says in refused["detail"]
    assert (cases.rows(everything), cases.saved()) == (before, saved)


def test_a_call_with_the_same_key_has_its_effect_once(cases: CasesHouse) -> None:
    body = {"person": SARA, "first_day": "2027-03-01"}
    headers = {"Idempotency-Key": "one"}
    answers = [cases.client.post(f"/api/v1/{VACANT}", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("day", ["2026-12-31", "2027-03-01", "2027-06-01", "2027-02-01"])
def test_R21_the_database_and_the_pages_agree_about_who_acts(cases: CasesHouse, day: str) -> None:
    """With some posts emptied, so that deputies and managers in place are among them."""
    cases.execute("DELETE FROM cases.holders WHERE post IN ('elevhalsochef', 'enhetschef-ifo')")
    cases.execute(
        "INSERT INTO cases.holders VALUES ('enhetschef-ifo', %s, '2027-01-01', NULL, 'deputy')",
        THERAPIST,
    )
    cases.set_clock(f"{day}T08:00:00+01:00")
    acting = cases.rows("SELECT code, cases.acting(code, %s) AS person FROM cases.posts", day)
    by_post = {row["code"]: _text(row["person"]) for row in acting}
    shown = cases.get("posts")
    assert {post["code"]: post["acting"] for post in shown} == by_post
    assert {post["state"] for post in shown} >= {"held", "manager"}


def _text(person: UUID | None) -> str | None:
    return None if person is None else str(person)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"people/{OWNER}", {"email": "nagon.annan@post.example"}),
        (VACANT, {"person": SARA, "first_day": "2027-03-01"}),
        ("posts/kommunpolis/holders/end", {"person": POLICE, "last_day": "2027-03-31"}),
    ],
)
def test_X13_nobody_who_acts_for_themselves_changes_the_register(
    cases: CasesHouse, path: str, body: Json
) -> None:
    """Mail could be led elsewhere, and sight given: also one's own row is the register's."""
    before = cases.saved()
    for person in (OWNER, SARA):
        headers = {"Samspel-Acting-As": person}
        answer = cases.client.post(f"/api/v1/{path}", json=body, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:samspel:problem:register-kept-by-systems"
        assert "personalregister" in answer.json()["detail"]
    assert cases.saved() == before
    assert cases.client.post(f"/api/v1/{path}", json=body).is_success
