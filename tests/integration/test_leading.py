"""Who changes the meetings of the staff's own, and answers for others (R21, R26, R47, R51)."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.cases_house import CasesHouse, Json
from tests.integration.reporting import (
    ABOVE,
    CHIEF,
    COLLEAGUE,
    RECEIVER,
    REKTOR,
    REPORTER,
    acting,
    reported,
)
from tests.integration.test_consultations import booked
from tests.integration.test_parent_meetings import in_post, invitation
from tests.integration.test_year_matters import (
    ANNA,
    JANUARY,
    JONAS,
    KARIN,
    PETER,
    called,
    leaves,
    meeting,
)
from tests.support.beginnings import Beginnings
from tests.support.town import Town

LATER = {"starts_at": "2027-04-21T13:00:00+02:00"}


@pytest.fixture
def town(beginnings: Beginnings) -> Iterator[Town]:
    """The year's meetings are booked, and on 29 March everybody is called to that of April."""
    with beginnings.town(JANUARY, until="2027-03-29T12:00:00+02:00") as made:
        yield made


def acts(town: Town, person: str, path: str, body: Json | None = None) -> Any:
    headers = {"Samspel-Acting-As": person}
    return town.client.post(f"/api/v1/{path}", json=body or {}, headers=headers)


def said(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("rule")


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("move", LATER),
        ("cancel", {}),
        ("held", {}),
        ("remind", {}),
        ("confirm", {}),
        ("plan-filed", {}),
        ("answers", {"person": PETER, "answer": "declined"}),
    ],
)
def test_R21_of_people_only_the_two_who_call_change_a_years_meeting(
    town: Town, door: str, body: Json
) -> None:
    """R21: everybody else who is called sees it, and is told who can."""
    april = meeting(town, "april")
    assert ANNA in called(town, april)
    refused = acts(town, ANNA, f"meetings/{april['id']}/{door}", body)
    assert said(refused) == (409, "R21")
    assert refused.json()["type"].endswith("led-by-the-callers")
    assert "Elevhälsochefen och enhetschefen IFO" in refused.json()["detail"]
    assert meeting(town, "april") == april


def test_R21_who_calls_moves_cancels_reminds_and_answers_for_others(town: Town) -> None:
    """R21: either of the two; a system answers for itself."""
    path = f"meetings/{meeting(town, 'april')['id']}"
    body = {"person": PETER, "answer": "tentative"}
    assert acts(town, KARIN, f"{path}/answers", body).status_code == 200
    assert acts(town, JONAS, f"{path}/remind").status_code == 200
    assert acts(town, JONAS, f"{path}/move", LATER).status_code == 200
    assert acts(town, ANNA, "years/2027/meetings", LATER | {"step": "april"}).status_code == 409
    assert acts(town, KARIN, f"{path}/cancel").status_code == 200
    refused = acts(town, ANNA, "years/2027/meetings", LATER | {"step": "april"})
    assert said(refused) == (409, "R21")
    assert acts(town, JONAS, "years/2027/meetings", LATER | {"step": "april"}).status_code == 201
    town.do(f"meetings/{meeting(town, 'april')['id']}/cancel")


def test_R22_whoever_is_called_answers_for_themselves(town: Town) -> None:
    """R22: and for nobody else."""
    april = meeting(town, "april")
    for person, status in ((ANNA, 200), (PETER, 409)):
        body = {"person": person, "answer": "accepted"}
        assert acts(town, ANNA, f"meetings/{april['id']}/answers", body).status_code == status


def test_R21_another_time_that_was_wished_for_is_decided_by_who_calls(town: Town) -> None:
    """R21: accepting it would move the meeting."""
    april = meeting(town, "april")["id"]
    path = f"meetings/{april}/counters/{april}"
    for person, status in ((ANNA, 409), (KARIN, 404)):
        for verdict in ("accept", "decline"):
            assert acts(town, person, f"{path}/{verdict}").status_code == status


def test_R21_who_has_left_the_post_calls_no_more(town: Town) -> None:
    """R21: the two are those of today."""
    path = f"meetings/{meeting(town, 'april')['id']}/remind"
    leaves(town, "enhetschef-ifo", "jonas-ekdahl", "2027-03-29")
    town.move_clock("2027-03-30T12:00:00+02:00")
    assert acts(town, JONAS, path).status_code in (404, 409)
    assert acts(town, KARIN, path).status_code == 200


def test_R26_of_people_only_the_rektor_changes_a_parent_meeting(cases: CasesHouse) -> None:
    """R26: who is invited says whether they come, and moves nothing."""
    made = cases.post("parent-meetings", invitation(), 201)
    path, chief = f"meetings/{made['id']}", in_post(cases, "avdelningschef-ifo")
    moved = {"starts_at": "2027-03-17T18:00:00+01:00"}
    for door, body in (("move", moved), ("cancel", {}), ("remind", {})):
        assert said(acting(cases, chief, f"{path}/{door}", body)) == (409, "R26")
    for_another = {"person": REKTOR, "answer": "declined"}
    assert said(acting(cases, chief, f"{path}/answers", for_another)) == (409, "R26")
    themselves = {"person": chief, "answer": "accepted"}
    assert acting(cases, chief, f"{path}/answers", themselves).status_code == 200
    assert acting(cases, REKTOR, f"{path}/move", moved).status_code == 200
    assert acting(cases, REKTOR, f"{path}/cancel").status_code == 200


def test_R51_of_people_only_social_services_change_the_meeting_after_a_report(
    cases: CasesHouse,
) -> None:
    """R51: neither the reporter nor the rektor; who received it, or acts for the post."""
    report = reported(cases)
    body = {"starts_at": "2027-03-09T13:00:00+01:00", "participants": [REPORTER, REKTOR, CHIEF]}
    shown = cases.post(f"reports/{report['id']}/meeting", body, 201)
    path, moved = f"meetings/{shown['meetings'][0]['id']}", {
        "starts_at": "2027-03-10T13:00:00+01:00"
    }  # fmt: skip
    for person in (REPORTER, REKTOR):
        for door, sent in (("move", moved), ("cancel", {}), ("remind", {}), ("held", {})):
            assert said(acting(cases, person, f"{path}/{door}", sent)) == (409, "R51")
        for_another = {"person": RECEIVER, "answer": "declined"}
        assert said(acting(cases, person, f"{path}/answers", for_another)) == (409, "R51")
        themselves = {"person": person, "answer": "accepted"}
        assert acting(cases, person, f"{path}/answers", themselves).status_code == 200
    assert acting(cases, CHIEF, f"{path}/move", moved).status_code == 200
    assert acting(cases, RECEIVER, f"{path}/cancel").status_code == 200


def test_R47_either_of_those_who_are_to_talk_calls_it_off(cases: CasesHouse) -> None:
    """R47: and nobody else sees that there is one."""
    for person in (CHIEF, REPORTER):
        made = booked(cases, by=REPORTER)
        for other in (COLLEAGUE, ABOVE):
            assert acting(cases, other, f"consultations/{made['id']}/cancel").status_code == 404
        assert acting(cases, person, f"consultations/{made['id']}/cancel").status_code == 200
