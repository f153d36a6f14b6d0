"""How a case ends, over HTTP: who closes it, and its evaluation (R11, R16, P11)."""

from typing import Any

import pytest

from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json
from tests.integration.test_cases_ownership import CAREWORKER

ACTING = "Samspel-Acting-As"


def close_as(cases: CasesHouse, case: Json, person: str, **more: Any) -> Any:
    body = {"outcome": "completed"} | more
    path = f"/api/v1/cases/{case['id']}/close"
    return cases.client.post(path, json=body, headers={ACTING: person})


def hold(cases: CasesHouse, case: Json, step: str, starts_at: str, ends_at: str) -> None:
    body = {"step": step, "starts_at": starts_at, "minutes": 60}
    meeting = cases.post(f"cases/{case['id']}/meetings", body, 201)
    cases.set_clock(ends_at)
    said = {"secretary": OWNER, "consent_reviewed": True}
    cases.post(f"meetings/{meeting['id']}/held", said)


def two_meetings(cases: CasesHouse) -> Json:
    case = cases.signed_case()
    hold(cases, case, "first", "2027-03-09T13:00:00+01:00", "2027-03-09T14:00:00+01:00")
    assert "evaluate" not in kinds(cases, case)
    hold(cases, case, "second", "2027-03-16T13:00:00+01:00", "2027-03-16T14:00:00+01:00")
    return case


def kinds(cases: CasesHouse, case: Json) -> set[str]:
    shown = cases.get(f"cases/{case['id']}")
    return {task["kind"] for task in shown["tasks"] if task["state"] == "open"}


def test_R16_only_the_process_owner_closes(cases: CasesHouse) -> None:
    case = cases.signed_case()
    refused = close_as(cases, case, THERAPIST)
    assert (refused.status_code, refused.json()["rule"]) == (409, "R16")
    closed = close_as(cases, case, OWNER)
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert close_as(cases, case, OWNER).json() == closed.json()


def test_R16_who_doesnt_see_the_case_doesnt_find_it(cases: CasesHouse) -> None:
    case = cases.open_case()
    assert close_as(cases, case, CAREWORKER).status_code == 404


def test_R16_after_a_handover_it_is_the_new_process_owner_who_closes(cases: CasesHouse) -> None:
    case = cases.signed_case()
    cases.post(f"cases/{case['id']}/handover", {"to": CAREWORKER, "reason": "moved"})
    assert close_as(cases, case, OWNER).status_code == 409
    assert close_as(cases, case, CAREWORKER).status_code == 200


def test_R11_after_the_second_meeting_the_process_owner_is_asked_to_evaluate(
    cases: CasesHouse,
) -> None:
    case = two_meetings(cases)
    assert "evaluate" in kinds(cases, case)
    evaluated = cases.post(f"cases/{case['id']}/evaluation", {"evaluation": "partly"})
    assert evaluated["evaluation"] == "partly"
    assert "evaluate" not in kinds(cases, case)
    closed = cases.post(f"cases/{case['id']}/close", {"outcome": "completed"})
    assert (closed["evaluation"], closed["outcome"]) == ("partly", "completed")


def test_R11_the_evaluation_can_be_given_with_the_closing(cases: CasesHouse) -> None:
    case = two_meetings(cases)
    body = {"outcome": "completed", "evaluation": "reached"}
    closed = cases.post(f"cases/{case['id']}/close", body)
    assert closed["evaluation"] == "reached"
    assert not [task for task in closed["tasks"] if task["state"] == "open"]
    assert cases.post(f"cases/{case['id']}/close", body) == closed


def test_R11_what_nobody_has_evaluated_is_shown_as_not_assessed(cases: CasesHouse) -> None:
    case = two_meetings(cases)
    closed = cases.post(f"cases/{case['id']}/close", {"outcome": "completed"})
    assert closed["evaluation"] == "not-assessed"


def test_P11_a_no_is_a_normal_end_without_an_evaluation(cases: CasesHouse) -> None:
    case = cases.open_case()
    closed = cases.post(f"cases/{case['id']}/close", {"outcome": "declined"})
    assert (closed["outcome"], closed["evaluation"]) == ("declined", None)
    assert not [task for task in closed["tasks"] if task["state"] == "open"]


@pytest.mark.parametrize(
    ("path", "body"),
    [("close", {"outcome": "completed", "evaluation": "good"}), ("evaluation", {"evaluation": 5})],
)
def test_R11_an_evaluation_is_a_code(cases: CasesHouse, path: str, body: Json) -> None:
    case = cases.open_case()
    problem = cases.post(f"cases/{case['id']}/{path}", body, 422)
    assert problem["errors"][0]["field"] == "evaluation"


def test_R16_a_closed_case_is_not_evaluated_anew(cases: CasesHouse) -> None:
    case = cases.open_case()
    cases.post(f"cases/{case['id']}/close", {"outcome": "declined"})
    problem = cases.post(f"cases/{case['id']}/evaluation", {"evaluation": "reached"}, 409)
    assert problem["rule"] == "R16"


def open_again(cases: CasesHouse, case: Json) -> None:
    answer = cases.visitor().post(f"/arenden/{case['id']}/oppna-igen")
    assert answer.status_code == 303


def test_P7_a_consent_withdrawn_while_the_case_was_closed_by_mistake_is_a_no_once_it_is_open(
    cases: CasesHouse,
) -> None:
    """Nobody else is pressed, nor the same person about what they were asked beside."""
    case = cases.open_case()
    signed, other = case["consents"]
    path = f"cases/{case['id']}/consents"
    cases.post(f"{path}/{signed['id']}/sign", {"organisations": ["school"]})
    cases.post(path, {"person": signed["person"]}, 201)  # for all of them
    assert {"inform", "get-consent"} <= kinds(cases, case)
    cases.post(f"cases/{case['id']}/close", {"outcome": "not-needed"})
    cases.post(f"{path}/{signed['id']}/withdraw")
    open_again(cases, case)
    assert kinds(cases, case) == {"consent-withdrawn"}
    cases.post(f"{path}/{other['id']}/sign")
    assert kinds(cases, case) == {"consent-withdrawn"}


def test_P7_a_withdrawal_that_was_answered_before_the_closing_isnt_asked_about_again(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    consent = case["consents"][0]
    path = f"cases/{case['id']}/consents"
    cases.post(f"{path}/{consent['id']}/withdraw")
    anew = cases.post(path, {"person": consent["person"]}, 201)
    cases.post(f"{path}/{anew['id']}/sign")
    before = kinds(cases, case)
    cases.post(f"cases/{case['id']}/close", {"outcome": "not-needed"})
    open_again(cases, case)
    assert kinds(cases, case) == before
    assert "consent-withdrawn" not in before
