"""Whom a family wishes for, and the list of who comes (S6, S7, X12)."""

from typing import Any

from tests.integration.cases_house import OWNER, CasesHouse, Json
from tests.integration.spindel import (
    COORDINATOR,
    POLICE,
    chore,
    done,
    family_meeting,
    prepared,
    spindel_case,
    states,
    tasks,
)
from tests.support.links import Visitor, link_to


def a_wish(case: Json, **changes: Any) -> Json:
    return {
        "by": case["guardians"][0]["id"],
        "name": "Mormor Exempel",
        "relation": "relative",
        "email": "mormor@hemma.example",
        "phone": "070-174 06 05",
        "protected": False,
    } | changes


def wish(cases: CasesHouse, case: Json, **changes: Any) -> Json:
    made: Json = cases.post(f"cases/{case['id']}/wishes", a_wish(case, **changes), 201)
    return made


def decide(cases: CasesHouse, made: Json, how: str, status: int = 200) -> Json:
    shown: Json = cases.post(f"cases/{made['case']}/wishes/{made['id']}/{how}", {}, status)
    return shown


def listed(cases: CasesHouse, case: Json, meeting: Json, person: str) -> list[tuple[Any, str]]:
    path = f"cases/{case['id']}/meetings/{meeting['id']}/who-comes?for={person}"
    return [(one["name"], one["function"]) for one in cases.get(path)["people"]]


def test_S7_the_coordinator_decides_and_whom_they_accept_is_called_to_the_family_meeting(
    cases: CasesHouse,
) -> None:
    case, meeting = family_meeting(cases)
    made = wish(cases, case)
    assert made["state"] == "asked"
    (task,) = tasks(cases, case, "decide-wish")
    assert (task["owner"], task["rule"], task["about"]) == (COORDINATOR, "S7", made["person"])
    accepted = decide(cases, made, "accept")
    assert accepted["state"] == "accepted"
    assert decide(cases, made, "accept") == accepted
    shown = cases.get(f"cases/{case['id']}")
    assert shown["externals"] == [{"person": made["person"]}]
    (family,) = (one for one in shown["meetings"] if one["id"] == meeting["id"])
    assert made["person"] in {one["person"] for one in family["attendance"]}
    assert states(cases, case, "decide-wish")[0][0] == "done"
    assert cases.told()[-1] == "participants.changed"
    assert decide(cases, made, "decline", 409)["rule"] == "S7"


def test_S3_whom_the_family_wished_for_is_not_at_the_preparation(cases: CasesHouse) -> None:
    case = spindel_case(cases)
    made = wish(cases, case)
    decide(cases, made, "accept")
    prepared(cases, case)
    (preparation,) = cases.get(f"cases/{case['id']}")["meetings"]
    assert made["person"] not in {one["person"] for one in preparation["attendance"]}


def test_S7_nothing_is_kept_of_somebody_who_is_not_invited(cases: CasesHouse) -> None:
    case = spindel_case(cases)
    made = wish(cases, case)
    declined = decide(cases, made, "decline")
    assert (declined["state"], declined["name"], declined["email"], declined["phone"]) == (
        "declined",
        None,
        None,
        None,
    )
    assert decide(cases, made, "decline") == declined
    assert cases.get(f"cases/{case['id']}/wishes") == [declined]
    kept = cases.rows("SELECT * FROM cases.people WHERE id = %s", made["person"])
    assert "ormor" not in str(kept)


def test_S7_the_family_alone_can_wish_and_not_on_a_closed_case(cases: CasesHouse) -> None:
    case = spindel_case(cases)
    path = f"cases/{case['id']}/wishes"
    for by in (OWNER, case["id"]):
        refused = cases.post(path, a_wish(case, by=by), 422)
        assert (refused["rule"], refused["errors"][0]["field"]) == ("S7", "by")
    wish(cases, case, by=case["child"]["id"])
    cases.post(path, a_wish(case, relation="her mother"), 422)
    cases.post(f"cases/{case['id']}/close", {"outcome": "declined"})
    assert cases.post(path, a_wish(case), 409)["rule"] == "R16"


def test_whom_the_family_wished_for_can_be_removed_again(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    made = wish(cases, case)
    decide(cases, made, "accept")
    shown = cases.post(f"cases/{case['id']}/participants/{made['person']}/remove")
    assert shown["externals"] == []
    (family,) = (one for one in shown["meetings"] if one["id"] == meeting["id"])
    assert made["person"] not in {one["person"] for one in family["attendance"]}


def test_S6_X12_guardians_are_told_who_comes_and_nothing_of_one_another(
    cases: CasesHouse,
) -> None:
    case, meeting = family_meeting(cases)
    one, other = (guardian["id"] for guardian in case["guardians"])
    told = listed(cases, case, meeting, one)
    assert ("Alva Exempel", "barnet") in told
    assert ("Anna Lindqvist", "rektor, skola") in told
    assert ("Charlotte Ståhl", "kommunpolis, polis") in told
    assert told == listed(cases, case, meeting, other)
    assert not {"Kim Exempel", "Robin Exempel"} & {name for name, _ in told}
    cases.post(f"meetings/{meeting['id']}/answers", {"person": POLICE, "answer": "declined"})
    assert "kommunpolis, polis" not in {
        function for _, function in listed(cases, case, meeting, one)
    }


def test_X6_the_name_of_somebody_protected_is_said_to_who_wished_for_them_alone(
    cases: CasesHouse,
) -> None:
    case, meeting = family_meeting(cases)
    one, other = (guardian["id"] for guardian in case["guardians"])
    decide(cases, wish(cases, case, protected=None), "accept")
    assert ("Mormor Exempel", "anhörig") in listed(cases, case, meeting, one)
    assert (None, "anhörig") in listed(cases, case, meeting, other)


def test_X11_guardians_learn_nothing_of_what_a_child_answers_by_who_comes(
    cases: CasesHouse,
) -> None:
    case, meeting = family_meeting(cases)
    cases.hear(chore(case, meeting))
    done(cases, case, "tell-who-comes")
    guardian = case["guardians"][0]["id"]
    before = listed(cases, case, meeting, guardian)
    said = {"person": case["child"]["id"], "answer": "declined"}
    cases.post(f"meetings/{meeting['id']}/answers", said)
    assert listed(cases, case, meeting, guardian) == before
    assert ("Alva Exempel", "barnet") in before
    assert {state for state, _ in states(cases, case, "tell-who-comes")} == {"done"}


def test_X6_protected_staff_come_as_somebody_from_their_organisation(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    cases.execute("UPDATE cases.people SET protected = true WHERE id = %s", POLICE)
    told = listed(cases, case, meeting, case["guardians"][0]["id"])
    assert (None, "en person från polisen") in told
    assert "Charlotte Ståhl" not in str(told)
    assert "kommunpolis" not in str(told)


def test_S6_who_is_accepted_is_a_change_of_who_comes(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    cases.hear(chore(case, meeting))
    done(cases, case, "tell-who-comes")
    decide(cases, wish(cases, case), "accept")
    assert states(cases, case, "tell-who-comes") == [("open", "2027-03-12")]


def test_the_list_of_who_comes_is_the_family_s_alone(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    path = f"/api/v1/cases/{case['id']}/meetings/{meeting['id']}/who-comes"
    assert cases.client.get(f"{path}?for={OWNER}").status_code == 404
    assert cases.client.get(path).status_code == 422
    elsewhere = f"/api/v1/cases/{meeting['id']}/meetings/{meeting['id']}/who-comes?for={OWNER}"
    assert cases.client.get(elsewhere).status_code == 404


def test_X6_nobody_gets_a_place_in_the_mailbox_of_somebody_on_the_case_by_a_wish(
    cases: CasesHouse,
) -> None:
    """Else one guardian could close the other's mailbox. Who wishes isn't told why."""
    case, meeting = family_meeting(cases)
    (theirs,) = cases.rows(
        "SELECT email FROM cases.people WHERE id = %s", case["guardians"][1]["id"]
    )
    taken = wish(cases, case, email=theirs["email"].upper(), protected=None)
    assert (taken["state"], taken["email"], taken["phone"]) == ("asked", None, "070-174 06 05")
    assert decide(cases, taken, "accept")["email"] is None
    free = wish(cases, case, name="Morfar Exempel")
    cases.post(
        f"cases/{case['id']}/people/{case['guardians'][1]['id']}",
        {"email": "Mormor@hemma.example"},
    )
    assert decide(cases, free, "accept")["email"] is None
    visitor = Visitor(cases, link_to(cases, meeting, case["guardians"][1]["id"]))
    assert visitor.get().status_code == 200


def test_S7_the_answer_to_a_wish_is_kept_without_its_name(cases: CasesHouse) -> None:
    case, _ = family_meeting(cases)
    path, key = f"/api/v1/cases/{case['id']}/wishes", {"Idempotency-Key": "one"}
    made = cases.client.post(path, json=a_wish(case), headers=key).json()
    assert cases.client.post(path, json=a_wish(case), headers=key).json() == made
    decide(cases, made, "decline")
    again = cases.client.post(path, json=a_wish(case), headers=key)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert (again.json()["state"], again.json()["name"]) == ("declined", None)
    assert "mormor" not in str(cases.rows("SELECT * FROM cases.idempotency")).lower()
