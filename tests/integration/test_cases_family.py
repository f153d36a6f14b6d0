"""The family on a case over HTTP: addresses, custody, guardians who come and go, whom they meet."""

import pytest

from samspel import example
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json, guardian
from tests.integration.test_cases_consents import (
    a_child,
    answer,
    ask,
    inform,
    kommunpolis,
    network,
    open_tasks,
    shown,
    sspf,
)

ADULT = "2009-02-28"


def change(house: CasesHouse, case: Json, person: str, status: int = 200, **fields: object) -> Json:
    path = f"cases/{case['id']}/people/{person}"
    changed: Json = house.post(path, dict(fields), status)
    return changed


def want(house: CasesHouse, case: Json, *guardians: str, status: int = 200) -> Json:
    path = f"cases/{case['id']}/guardians-wanted"
    decided: Json = house.post(path, {"guardians": list(guardians)}, status)
    return decided


def called(meeting: Json) -> set[str]:
    return {one["person"] for one in meeting["attendance"]}


def latest(house: CasesHouse, case: Json) -> Json:
    meeting: Json = shown(house, case)["meetings"][-1]
    return meeting


# --- how they are reached --------------------------------------------------------------------


def test_X12_the_case_shows_how_the_family_is_reached_but_no_name_and_no_address(
    cases: CasesHouse,
) -> None:
    case = cases.open_case()
    assert case["child"] == {
        "id": case["child"]["id"], "language": "sv", "interpreter": None, "no_mail": False,
        "protected": False, "has_mail": False,
    }  # fmt: skip
    one = case["guardians"][0]
    assert {name: one[name] for name in ("custody", "has_mail", "wanted_by_youth")} == {
        "custody": True, "has_mail": True, "wanted_by_youth": False,
    }  # fmt: skip
    assert case["never_together"] is False
    assert "hemma.example" not in str(case)
    assert "Exempel" not in str(case["guardians"])


def test_X7_what_is_changed_is_kept_and_told_once(cases: CasesHouse) -> None:
    case = cases.signed_case()
    person = case["guardians"][0]["id"]
    fields: Json = {
        "name": "Kim Ny Exempel", "email": None, "phone": "070-123 45 67",
        "postal_address": "Storgatan 1, 123 45 Exempelstad", "language": "ar",
        "interpreter": "ar", "no_mail": True, "protected": None,
    }  # fmt: skip
    changed = change(cases, case, person, **fields)
    (now,) = [one for one in changed["guardians"] if one["id"] == person]
    assert (now["has_mail"], now["protected"], now["no_mail"]) == (False, None, True)
    assert (now["language"], now["interpreter"]) == ("ar", "ar")
    (row,) = cases.rows("SELECT * FROM cases.people WHERE id = %s", person)
    assert {name: row[name] for name in fields} == fields
    told = cases.told()
    assert told[-1] == "participants.changed"
    assert change(cases, case, person, **fields) == changed
    assert cases.told() == told


def test_the_audit_trail_names_the_fields_and_never_what_they_say(cases: CasesHouse) -> None:
    case = cases.open_case()
    change(cases, case, case["child"]["id"], email="alva@hemma.example", protected=True)
    (note,) = cases.rows("SELECT details FROM cases.audit WHERE action = 'family.change'")
    assert note["details"]["fields"] == ["email", "protected"]
    assert "alva" not in str(note)


@pytest.mark.parametrize("body", [
    {},
    {"name": ""},
    {"name": None},
    {"email": "not an address"},
    {"no_mail": None},
    {"postal_address": "x" * 201},
    {"birth_date": "2014-05-02"},
])  # fmt: skip
def test_what_nobody_can_be_changed_to_is_refused(cases: CasesHouse, body: Json) -> None:
    case = cases.open_case()
    change(cases, case, case["guardians"][0]["id"], 422, **body)


def test_only_the_family_of_that_case_is_changed_here(cases: CasesHouse) -> None:
    case, other = cases.open_case(), cases.open_case()
    change(cases, case, OWNER, 404, no_mail=True)
    change(cases, case, other["guardians"][0]["id"], 404, no_mail=True)
    change(cases, case, case["child"]["id"], 422, custody=True)
    cases.post(f"cases/{case['id']}/close", {"outcome": "declined"})
    assert change(cases, case, case["child"]["id"], 409, no_mail=True)["rule"] == "R16"


# --- custody ---------------------------------------------------------------------------------


def test_R3_whose_custody_ends_has_no_say_and_whose_begins_is_asked(cases: CasesHouse) -> None:
    without = guardian("Robin Exempel", custody=False)
    case = cases.open_case(guardians=[guardian(), without])
    (consent,) = case["consents"]
    answer(cases, case, consent, "sign")
    meeting = cases.booked(case)
    robin = next(one["id"] for one in case["guardians"] if not one["custody"])

    changed = change(cases, case, robin, custody=True)
    assert latest(cases, case)["state"] == "cancelled"  # it stands once they have signed
    (asked,) = [one for one in changed["consents"] if one["person"] == robin]
    assert (asked["party"], asked["state"]) == ("guardian", "requested")
    assert cases.told()[-2:] == ["meeting.cancelled", "participants.changed"]
    assert meeting["id"] == latest(cases, case)["id"]

    change(cases, case, robin, custody=False)
    (lapsed,) = [one for one in shown(cases, case)["consents"] if one["person"] == robin]
    assert lapsed["state"] == "lapsed"
    assert not [one for one in open_tasks(cases, case) if one[0] == "get-consent"]
    assert latest(cases, case)["state"] == "cancelled"  # and nothing old is revived
    cases.booked(case)


def test_R3_the_child_is_never_left_without_anybody_who_decides(cases: CasesHouse) -> None:
    case = cases.open_case(guardians=[guardian()])
    (only,) = case["guardians"]
    assert change(cases, case, only["id"], 409, custody=False)["rule"] == "R3"
    removed = cases.post(f"cases/{case['id']}/guardians/{only['id']}/remove", status=409)
    assert removed["rule"] == "R3"


def test_S1_who_is_no_longer_covered_is_uncalled_and_called_when_covered_again(
    cases: CasesHouse,
) -> None:
    police = kommunpolis(cases)
    both = [guardian(), guardian("Robin Exempel")]
    case = sspf(cases, guardians=both, participants=[police])
    inform(cases, case)
    wide, narrow = case["consents"]
    answer(cases, case, wide, "sign")
    answer(cases, case, narrow, "sign", organisations=["school", "social_services"])
    meeting = network(cases, case, "2027-03-16")
    assert police not in called(meeting)

    change(cases, case, narrow["person"], custody=False)
    left = called(meeting) - {narrow["person"]}  # without custody not called either (R6)
    assert called(latest(cases, case)) == left | {police}
    change(cases, case, narrow["person"], custody=True)
    assert called(latest(cases, case)) == called(meeting)
    assert latest(cases, case)["state"] == "booked"


def test_S1_somebody_newly_covered_who_is_taken_then_becomes_a_task(cases: CasesHouse) -> None:
    police = kommunpolis(cases)
    both = [guardian(), guardian("Robin Exempel")]
    case = sspf(cases, guardians=both, participants=[police])
    inform(cases, case)
    wide, narrow = case["consents"]
    answer(cases, case, wide, "sign")
    answer(cases, case, narrow, "sign", organisations=["school", "social_services"])
    meeting = network(cases, case, "2027-03-16")
    cases.execute(
        "INSERT INTO cases.engagements (meeting_id, person_id, during)"
        " SELECT id, %s, tstzrange(starts_at, ends_at) FROM cases.meetings"
        " WHERE step = 'information'",
        police,
    )
    cases.execute(
        "UPDATE cases.engagements SET during = tstzrange(%s, %s) WHERE person_id = %s",
        meeting["starts_at"], meeting["ends_at"], police,
    )  # fmt: skip
    change(cases, case, narrow["person"], custody=False)
    assert police not in called(latest(cases, case))
    assert ("is-taken", "P5") in open_tasks(cases, case)


# --- guardians who come and go ---------------------------------------------------------------


def test_R6_a_guardian_who_appears_later_is_asked_and_then_called(cases: CasesHouse) -> None:
    case = cases.open_case(guardians=[guardian()])
    answer(cases, case, case["consents"][0], "sign")
    cases.booked(case)
    new = guardian("Robin Exempel", postal_address="Storgatan 1, 123 45 Exempelstad", no_mail=True)
    added = cases.post(f"cases/{case['id']}/guardians", new, 201)
    (robin,) = [one for one in added["guardians"] if one["id"] != case["guardians"][0]["id"]]
    assert robin["no_mail"] is True
    assert added["meetings"][0]["state"] == "cancelled"
    (asked,) = [one for one in added["consents"] if one["person"] == robin["id"]]
    answer(cases, case, asked, "sign")
    assert robin["id"] in called(cases.booked(case))


def test_R6_a_guardian_without_custody_is_not_called_to_what_stands(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    new = guardian("Sam Exempel", custody=False)
    added = cases.post(f"cases/{case['id']}/guardians", new, 201)
    known = {one["id"] for one in case["guardians"]}
    (sam,) = [one["id"] for one in added["guardians"] if one["id"] not in known]
    assert called(latest(cases, case)) == called(meeting)
    assert latest(cases, case)["sequence"] == 0

    cases.post(f"cases/{case['id']}/guardians/{sam}/remove")
    assert called(latest(cases, case)) == called(meeting)
    assert len(shown(cases, case)["guardians"]) == 2
    cases.post(f"cases/{case['id']}/guardians/{sam}/remove", status=404)
    cases.post(f"cases/{case['id']}/guardians/{THERAPIST}/remove", status=404)


def test_R6_whose_custody_ends_is_taken_off_what_stands(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    other = case["guardians"][1]["id"]
    change(cases, case, other, custody=False)
    assert latest(cases, case)["state"] == "booked"
    assert called(latest(cases, case)) == called(meeting) - {other}


def test_X12_a_meeting_that_guardians_who_never_meet_are_both_called_to_is_off(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    cases.booked(case)
    path = f"cases/{case['id']}/never-together"
    apart = cases.post(path, {"never_together": True})
    assert apart["never_together"] is True
    assert apart["meetings"][0]["state"] == "cancelled"
    assert ("arrange-separately", "X12") in open_tasks(cases, case)
    told = cases.told()
    assert cases.post(path, {"never_together": True}) == apart
    assert cases.told() == told
    assert cases.post(path, {"never_together": False})["never_together"] is False


# --- the adult youth -------------------------------------------------------------------------


def test_R7_the_adult_youth_says_whether_guardians_come(cases: CasesHouse) -> None:
    case = cases.open_case(child=a_child(ADULT, "exempelgymnasiet"))
    assert ("ask-about-guardians", "R7") in open_tasks(cases, case)
    answer(cases, case, case["consents"][0], "sign")
    meeting = cases.booked(case)
    first, second = sorted(one["id"] for one in case["guardians"])
    assert not {first, second} & called(meeting)

    wanted = want(cases, case, first)
    assert {one["id"]: one["wanted_by_youth"] for one in wanted["guardians"]} == {
        first: True, second: False,
    }  # fmt: skip
    assert ("ask-about-guardians", "R7") not in open_tasks(cases, case)
    assert called(latest(cases, case)) == called(meeting) | {first}
    told = cases.told()
    assert want(cases, case, first) == wanted
    assert cases.told() == told

    want(cases, case, second)
    assert called(latest(cases, case)) == called(meeting) | {second}
    want(cases, case)
    assert called(latest(cases, case)) == called(meeting)


def test_R7_nobody_decides_that_before_the_birthday(cases: CasesHouse) -> None:
    case = cases.open_case(child=a_child("2009-03-16", "exempelgymnasiet"))
    refused = want(cases, case, case["guardians"][0]["id"], status=409)
    assert refused["rule"] == "R7"
    assert "16 mars 2027" in refused["detail"]
    cases.set_clock("2027-03-16T08:00:00+01:00")
    assert want(cases, case, OWNER, status=422)["errors"][0]["field"] == "guardians.0"


def test_R17_the_childs_own_word_survives_a_change_of_address(cases: CasesHouse) -> None:
    case = cases.open_case()
    own = ask(cases, case, person=case["child"]["id"])
    answer(cases, case, own, "sign")
    change(cases, case, case["child"]["id"], email="alva@hemma.example")
    (still,) = [one for one in shown(cases, case)["consents"] if one["party"] == "child"]
    assert still["state"] == "signed"


def test_a_half_made_example_is_thrown_away_with_what_was_kept_to_be_taken_back(
    cases: CasesHouse,
) -> None:
    case = cases.open_case()
    wrong = {"name": "Alva Fel", "language": "sv", "protected": "no"}
    cases.visitor().post(f"/arenden/{case['id']}/familj/{case['child']['id']}", wrong)
    assert len(cases.rows("SELECT FROM cases.former_particulars")) == 1
    cases.execute("INSERT INTO bus.heartbeats VALUES ('example', '-infinity')")
    example.begin(cases.database_url, None)
    assert cases.rows("SELECT FROM cases.people WHERE party <> 'staff'") == []
    assert cases.rows("SELECT FROM cases.former_particulars") == []
