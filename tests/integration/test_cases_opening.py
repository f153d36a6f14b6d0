"""Who may open what for whom, and who is on it from the start, over HTTP (R2, P1, P2, S8, S9)."""

from typing import Any

import pytest

from shared.ids import staff_id
from tests.integration.cases_house import OWNER, CasesHouse, Json, guardian, new_case

SPINDEL = str(staff_id("therese-backman"))  # koordinator-spindel
SSPF = str(staff_id("stefan-norrby"))  # koordinator-sspf
TEACHER = str(staff_id("kristina-blom"))  # at Björkskolan
RECTOR = str(staff_id("anna-lindqvist"))  # of Björkskolan
INTAKE = str(staff_id("lotta-engstrom"))  # socialsekreterare-mottagningen-1
POLICE = str(staff_id("charlotte-stahl"))  # kommunpolis
LEISURE = str(staff_id("gustav-alm"))  # fritidschef


def sspf_case(**changes: Any) -> Json:
    asked = {"grade": 6, "residence": "Exempelkommun", "reason": "truancy"}
    usual = {"procedure": "sspf", "initiator": TEACHER, "participants": []}
    return new_case(**(usual | asked | changes))


def spindel_case(**changes: Any) -> Json:
    return new_case(**({"procedure": "spindelmote", "initiator": TEACHER} | changes))


def roles(case: Json) -> dict[str, str]:
    return {who["person"]: who["role"] for who in case["participants"]}


def refusal(cases: CasesHouse, body: Json, status: int = 409) -> Json:
    before = cases.saved()
    answer: Json = cases.post("cases", body, status)
    assert cases.saved() == before
    return answer


def test_S5_S8_a_spindelmote_opens_with_its_coordinator_and_the_four_that_are_its_foundation(
    cases: CasesHouse,
) -> None:
    case = cases.post("cases", spindel_case(participants=[], reason="theft"), 201)
    assert (case["process_owner"], case["initiator"]) == (TEACHER, TEACHER)
    assert (case["coordinator"], case["reason"]) == (SPINDEL, "theft")
    assert roles(case) == {
        TEACHER: "larare",  # stands for the school
        SPINDEL: "koordinator",
        INTAKE: "socialsekreterare",  # the posts that the municipality has named
        POLICE: "kommunpolis",
        LEISURE: "fritidschef",
    }
    assert "participants-missing" not in {task["kind"] for task in case["tasks"]}


def test_S8_who_stands_in_for_a_post_comes_to_the_case(cases: CasesHouse) -> None:
    youth = str(staff_id("mona-lahti"))
    cases.execute("DELETE FROM cases.holders WHERE post = 'kommunpolis'")
    cases.execute(
        "INSERT INTO cases.holders (post, person_id, first_day, capacity)"
        " VALUES ('kommunpolis', %s, '2027-01-01', 'deputy')",
        youth,
    )
    case = cases.post("cases", spindel_case(participants=[]), 201)
    assert roles(case)[youth] == "kommunpolis"


def test_S8_who_was_named_for_a_party_comes_instead_of_the_post(cases: CasesHouse) -> None:
    other = str(staff_id("mona-lahti"))  # ungdomspolis
    case = cases.post("cases", spindel_case(participants=[other]), 201)
    assert roles(case)[other] == "ungdomspolis"
    assert POLICE not in roles(case)


def test_P5_an_sspf_case_opens_with_the_coordinator_of_the_post(cases: CasesHouse) -> None:
    case = cases.post("cases", sspf_case(), 201)
    assert case["coordinator"] == SSPF
    assert roles(case) == {TEACHER: "larare", SSPF: "koordinator"}
    assert (case["grade"], case["residence"], case["reason"]) == (6, "Exempelkommun", "truancy")


def test_P5_without_anybody_in_the_post_a_task_asks_for_a_coordinator(cases: CasesHouse) -> None:
    cases.execute(
        "DELETE FROM cases.holders WHERE post IN ('koordinator-spindel', 'koordinator-sspf')"
    )
    case = cases.post("cases", sspf_case(), 201)
    assert case["coordinator"] is None
    (task,) = [task for task in case["tasks"] if task["kind"] == "participants-missing"]
    assert (task["rule"], task["details"], task["owner"]) == (
        "P5",
        {"missing": ["koordinator"]},
        TEACHER,
    )
    cases.execute(
        "INSERT INTO cases.holders (post, person_id, first_day)"
        " VALUES ('koordinator-sspf', %s, '2027-03-01')",
        SSPF,
    )
    case = cases.post(f"cases/{case['id']}/participants", {"person": SSPF}, 201)
    assert case["coordinator"] == SSPF
    assert [t["state"] for t in case["tasks"] if t["kind"] == "participants-missing"] == ["done"]


@pytest.mark.parametrize(
    "changes",
    [
        {"child": new_case()["child"] | {"birth_date": "2018-03-02"}},
        {"grade": 3},
        {"residence": "Grannkommun"},
    ],
)
def test_P1_sspf_is_refused_for_whom_it_isnt_and_nothing_is_saved(
    cases: CasesHouse, changes: Json
) -> None:
    problem = refusal(cases, sspf_case(**changes))
    assert problem["rule"] == "P1"
    assert problem["detail"]
    assert "Grannkommun" not in str(problem)


def test_S9_a_child_of_nineteen_has_no_spindelmote(cases: CasesHouse) -> None:
    child = new_case()["child"] | {"birth_date": "2008-03-01"}
    assert refusal(cases, spindel_case(child=child))["rule"] == "S9"


def test_a_mistyped_year_of_birth_is_named_and_nothing_is_saved(cases: CasesHouse) -> None:
    child = new_case()["child"] | {"birth_date": "1950-01-01"}
    problem = refusal(cases, new_case(child=child), 422)
    assert problem["errors"][0]["field"] == "child.birth_date"
    assert "77" in str(problem["errors"])


def test_P2_other_absence_is_pointed_elsewhere_and_no_case_is_made(cases: CasesHouse) -> None:
    problem = refusal(cases, sspf_case(reason="other-absence"))
    assert problem["rule"] == "P2"
    where = "Vid annan skolfrånvaro: kontakta skolsocionom eller socialsekreterare."
    assert problem["detail"] == where


def test_P1_what_sspf_needs_to_know_is_named_when_left_out(cases: CasesHouse) -> None:
    for field in ("grade", "residence", "reason"):
        problem = refusal(cases, sspf_case(**{field: None}), 422)
        assert [error["field"] for error in problem["errors"]] == [field]
        assert problem["rule"] == "P1"


def test_P9_a_samverkansmote_asks_for_none_of_it(cases: CasesHouse) -> None:
    for field, value in (("grade", 6), ("residence", "Exempelkommun"), ("reason", "truancy")):
        problem = refusal(cases, new_case(**{field: value}), 422)
        assert (problem["errors"][0]["field"], problem["rule"]) == (field, "P9")


def test_X16_the_reason_is_shown_on_the_case_alone(cases: CasesHouse) -> None:
    case = cases.post("cases", sspf_case(reason="drugs"), 201)
    assert cases.get(f"cases/{case['id']}")["reason"] == "drugs"
    assert "drugs" not in str(cases.get("cases"))
    for query in (
        "SELECT data::text FROM bus.events",
        "SELECT details::text FROM cases.audit",
        "SELECT facts::text FROM cases_api.facts(ARRAY(SELECT id FROM cases.cases))",
        "SELECT details::text FROM cases.tasks",
    ):
        assert "drugs" not in str(cases.rows(query))


def test_R2_only_the_roles_of_the_procedure_open_it(cases: CasesHouse) -> None:
    assert refusal(cases, new_case(initiator=TEACHER))["rule"] == "R2"
    boss = str(staff_id("margareta-sandstrom"))  # skolchef
    assert refusal(cases, spindel_case(initiator=boss))["rule"] == "S2"
    assert refusal(cases, sspf_case(initiator=boss))["rule"] == "P3"


def test_R2_the_procedures_say_who_opens_what_for_whom(cases: CasesHouse) -> None:
    found = {one["name"]: one for one in cases.get("procedures")}
    assert list(found) == ["samverkansmote", "spindelmote", "sspf"]
    sspf = found["sspf"]
    assert sspf["version"] == "sspf@2021-08-16"  # as the municipality has changed it
    assert sspf["eligibility"]["age_from"] == 9
    assert {"code": "crime", "words": sspf["eligibility"]["reasons"][2]["words"]} == sspf[
        "eligibility"
    ]["reasons"][2]
    assert sspf["eligibility"]["elsewhere"][0]["code"] == "other-absence"
    assert [step["name"] for step in sspf["steps"]] == ["information", "network", "follow-up"]
    assert {one["code"] for one in sspf["waiver_reasons"]} == {
        "not-mature",
        "harmful",
        "cannot-be-reached",
    }
    assert found["samverkansmote"]["eligibility"] is None
    assert [one["code"] for one in found["samverkansmote"]["openers"]] == [
        "rektor",
        "familjebehandlare",
        "socialsekreterare",
    ]
    assert {"code": "declined", "words": "Familjen tackade nej"} in sspf["outcomes"]


def test_R2_the_owner_opens_a_samverkansmote_as_before(cases: CasesHouse) -> None:
    case = cases.open_case(guardians=[guardian()])
    assert (case["process_owner"], case["initiator"], case["coordinator"]) == (OWNER, OWNER, None)
    assert (case["grade"], case["residence"], case["reason"]) == (None, None, None)
