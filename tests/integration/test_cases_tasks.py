"""When a task that is done is needed again, and when it isn't."""

from typing import Any

import pytest

from shared.bus import events as e
from tests.integration.cases_house import THERAPIST, CasesHouse, Json


@pytest.fixture
def cases(cases_alone: CasesHouse) -> CasesHouse:
    """Nothing comes by itself: to begin the years takes a worker longer than all else here."""
    return cases_alone


def slot_missing(case: Json, reason: str = "no-free-time", **changes: Any) -> e.SlotMissing:
    fields = {"step": "first", "rule": "X1", "reason": reason, "due_on": "2027-03-15"}
    return e.SlotMissing.model_validate(fields | {"case_id": case["id"]} | changes)


def tasks(cases: CasesHouse, case: Json, kind: str) -> list[tuple[str, str | None]]:
    """State and last day of every task of a kind."""
    shown = cases.get(f"cases/{case['id']}")["tasks"]
    return [(task["state"], task["due_on"]) for task in shown if task["kind"] == kind]


def done(cases: CasesHouse, case: Json, kind: str) -> None:
    shown = cases.get(f"cases/{case['id']}")["tasks"]
    (task,) = (one for one in shown if one["kind"] == kind)
    cases.post(f"tasks/{task['id']}/done")


def test_R6_who_is_missing_again_is_asked_for_again(cases: CasesHouse) -> None:
    case = cases.signed_case(participants=[])
    people = f"cases/{case['id']}/participants"
    assert tasks(cases, case, "participants-missing") == [("open", "2027-03-01")]
    cases.post(people, {"person": THERAPIST}, 201)
    assert tasks(cases, case, "participants-missing") == [("done", "2027-03-01")]
    cases.set_clock("2027-03-03T08:00:00+01:00")
    cases.post(f"{people}/{THERAPIST}/remove")
    assert tasks(cases, case, "participants-missing") == [("open", "2027-03-03")]


def test_X1_no_free_time_again_is_told_again_and_for_the_newest_reason(cases: CasesHouse) -> None:
    case = cases.signed_case()
    cases.hear(slot_missing(case))
    meeting = cases.booked(case)
    assert tasks(cases, case, "no-slot") == [("done", "2027-03-15")]
    cases.post(f"meetings/{meeting['id']}/cancel")
    uncovered = slot_missing(
        case, "organisation-not-covered", rule="S1", missing=["school"], due_on="2027-03-12"
    )
    cases.hear(slot_missing(case), uncovered)
    (task,) = (t for t in cases.get(f"cases/{case['id']}")["tasks"] if t["kind"] == "no-slot")
    assert (task["state"], task["rule"]) == ("open", "S1")
    assert task["details"] == {
        "step": "first",
        "reason": "organisation-not-covered",
        "missing": ["school"],
    }


def passed(case: Json) -> e.AlertDue:
    fields = {
        "case_id": case["id"], "key": "passed", "step": "first", "rule": "X2",
        "to": "process_owner", "about": "limit-passed", "limit_on": "2027-03-15",
        "due_at": "2027-03-16T08:00:00Z", "useful_until": "2027-05-15T08:00:00Z",
    }  # fmt: skip
    return e.AlertDue.model_validate(fields)


def test_X1_X2_a_passed_limit_ends_what_asked_for_a_time_within_it_and_stays_to_be_seen(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    cases.post(f"meetings/{meeting['id']}/cancel")
    cases.hear(slot_missing(case, "cancelled", rule="R9"), slot_missing(case, "no-day-left"))
    cases.set_clock("2027-03-16T09:00:00+01:00")
    cases.hear(passed(case))
    for kind in ("book-anew", "no-slot"):
        assert tasks(cases, case, kind) == [("done", "2027-03-15")]
    cases.hear(slot_missing(case, "cancelled", rule="R9"), slot_missing(case, "no-day-left"))
    for kind in ("book-anew", "no-slot"):  # said late, and no longer true
        assert tasks(cases, case, kind) == [("done", "2027-03-15")]
    cases.set_clock("2027-04-20T09:00:00+02:00")
    cases.worker.work()
    told = cases.rows("SELECT data FROM bus.events WHERE type = 'alert.due'")
    assert [one["data"]["about"] for one in told] == ["limit-passed"]  # no task presses any more
    (task,) = (t for t in cases.get(f"cases/{case['id']}")["tasks"] if t["kind"] == "limit-passed")
    assert cases.post(f"tasks/{task['id']}/done", {}, 409)["rule"] == "X2"
    (window, _) = cases.get(f"cases/{case['id']}")["windows"]
    assert (task["state"], window["state"]) == ("open", "missed")


def test_a_meeting_cancelled_again_is_to_be_booked_again(cases: CasesHouse) -> None:
    case = cases.signed_case()
    last = cases.booked(case, "2027-03-10T13:00:00+01:00")
    cases.post(f"meetings/{last['id']}/cancel")
    cases.hear(slot_missing(case, "cancelled", rule="R9"))
    earlier = cases.booked(case, "2027-03-09T13:00:00+01:00")
    assert tasks(cases, case, "book-anew") == [("done", "2027-03-15")]
    cases.post(f"meetings/{earlier['id']}/cancel")
    cases.hear(slot_missing(case, "cancelled", rule="R9"))
    assert tasks(cases, case, "book-anew") == [("open", "2027-03-15")]


def test_X6_who_is_called_again_after_having_been_told_is_to_be_told_again(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    by_hand = e.HandDeliveryNeeded.model_validate(
        {
            "case_id": case["id"],
            "key": "by-hand",
            "meeting_id": meeting["id"],
            "person_id": case["guardians"][0]["id"],
            "kind": "call",
            "rule": "X6",
        }
    )
    cases.hear(by_hand, by_hand)
    assert tasks(cases, case, "tell-by-hand") == [("open", "2027-03-01")]
    done(cases, case, "tell-by-hand")
    cases.set_clock("2027-03-02T08:00:00+01:00")
    cases.hear(by_hand)
    assert tasks(cases, case, "tell-by-hand") == [("open", "2027-03-02")]


def test_X6_what_was_to_be_told_of_a_time_that_has_moved_asks_nobody_any_more(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    person = case["guardians"][0]["id"]
    values = {"case_id": case["id"], "meeting_id": meeting["id"], "person_id": person, "rule": "X6"}
    first, then = (
        e.HandDeliveryNeeded.model_validate(
            {**values, "kind": kind, "key": f"by-hand/{meeting['id']}/{person}/{kind}/{told}"}
        )
        for kind, told in (("call", 0), ("change", 1))
    )
    cases.hear(first)
    cases.post(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-11T13:00:00+01:00"})
    cases.hear(then, first)
    assert [state for state, _ in tasks(cases, case, "tell-by-hand")] == ["done", "open"]


def test_what_has_been_done_once_is_not_opened_again(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    failed = e.MessageFailed.model_validate(
        {
            "case_id": case["id"],
            "key": "failed",
            "meeting_id": meeting["id"],
            "person_id": case["guardians"][0]["id"],
            "kind": "call",
            "rule": "R6",
        }
    )
    cases.hear(failed)
    done(cases, case, "reach-otherwise")
    cases.hear(failed)
    assert tasks(cases, case, "reach-otherwise") == [("done", "2027-03-01")]


def test_R11_a_cancelled_follow_up_asks_for_the_next_date_again(cases: CasesHouse) -> None:
    case = cases.signed_case()
    for step, starts_at, after in (
        ("first", "2027-03-02T10:00:00+01:00", "2027-03-02T12:00:00+01:00"),
        ("second", "2027-03-11T10:00:00+01:00", "2027-03-11T12:00:00+01:00"),
    ):
        body = {"step": step, "starts_at": starts_at}
        meeting = cases.post(f"cases/{case['id']}/meetings", body, 201)
        cases.set_clock(after)
        cases.post(f"meetings/{meeting['id']}/held")
    follow_up = {"step": "follow-up", "starts_at": "2027-05-20T10:00:00+02:00"}
    booked = cases.post(f"cases/{case['id']}/meetings", follow_up, 201)
    assert tasks(cases, case, "next-date") == [("done", "2027-03-25")]  # ten working days
    cases.set_clock("2027-03-12T08:00:00+01:00")
    cases.post(f"meetings/{booked['id']}/cancel")
    assert tasks(cases, case, "next-date") == [("open", "2027-03-30")]  # Easter lies between


def test_a_proposal_whose_time_has_come_makes_room_for_the_next(cases: CasesHouse) -> None:
    case = cases.signed_case()

    def propose(starts_at: str, number: int) -> None:
        fields = {"step": "first", "minutes": 60, "mode": "propose", "starts_at": starts_at}
        fields |= {"case_id": case["id"], "proposal": f"{case['id']}/first/{number}"}
        cases.hear(e.MeetingProposed.model_validate(fields))

    propose("2027-03-04T13:00:00+01:00", 1)
    cases.set_clock("2027-03-04T14:00:00+01:00")
    cases.hear(slot_missing(case))
    assert tasks(cases, case, "no-slot") == [("open", "2027-03-15")]
    propose("2027-03-09T13:00:00+01:00", 2)
    lapsed, meeting = cases.get(f"cases/{case['id']}")["meetings"]
    assert (lapsed["state"], meeting["state"]) == ("cancelled", "proposed")
    assert meeting["starts_at"] == "2027-03-09T13:00:00+01:00"
    assert tasks(cases, case, "no-slot") == [("done", "2027-03-15")]
    assert tasks(cases, case, "confirm-time") == [("done", "2027-03-01"), ("open", "2027-03-04")]
    assert tasks(cases, case, "book-anew") == [("open", "2027-03-15")]  # until somebody says yes
    assert cases.post(f"meetings/{meeting['id']}/confirm")["state"] == "booked"
    assert tasks(cases, case, "book-anew") == [("done", "2027-03-15")]


def test_R13_a_case_is_not_closed_over_a_meeting_that_nobody_has_marked(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    cases.set_clock("2027-03-09T13:30:00+01:00")
    before = cases.saved()
    refused = cases.post(f"cases/{case['id']}/close", {"outcome": "completed"}, 409)
    assert refused["rule"] == "R13"
    assert "tisdag 9 mars 2027 kl. 13.00" in refused["detail"]
    assert cases.saved() == before
    cases.post(f"meetings/{meeting['id']}/held")
    closed = cases.post(f"cases/{case['id']}/close", {"outcome": "completed"})
    assert [one["state"] for one in closed["meetings"]] == ["held"]


def test_R16_closing_ends_a_proposal_whose_time_has_come(cases: CasesHouse) -> None:
    case = cases.signed_case()
    fields = {"step": "first", "minutes": 60, "mode": "propose"}
    fields |= {"starts_at": "2027-03-04T13:00:00+01:00", "proposal": "one", "case_id": case["id"]}
    cases.hear(e.MeetingProposed.model_validate(fields))
    cases.set_clock("2027-03-05T08:00:00+01:00")
    closed = cases.post(f"cases/{case['id']}/close", {"outcome": "declined"})
    assert [one["state"] for one in closed["meetings"]] == ["cancelled"]


def test_P7_whoever_withdraws_one_of_two_forms_has_to_sign_anew(cases: CasesHouse) -> None:
    case = cases.open_case()
    first, second = case["consents"]
    of_case, person = f"cases/{case['id']}/consents", first["person"]
    cases.post(f"{of_case}/{second['id']}/sign")
    cases.post(f"{of_case}/{first['id']}/refuse")
    forms = []
    for organisations in (["school"], ["school", "social_services"]):
        body = {"person": person, "organisations": organisations}
        forms.append(cases.post(of_case, body, 201))
        cases.post(f"{of_case}/{forms[-1]['id']}/sign")
    meeting = cases.booked(case)
    effect = cases.post(f"{of_case}/{forms[0]['id']}/withdraw")
    assert effect["cancelled_meetings"] == [meeting["id"]]
    body = {"step": "first", "starts_at": "2027-03-10T13:00:00+01:00"}
    assert cases.post(f"cases/{case['id']}/meetings", body, 409)["rule"] == "R3"

    anew = cases.post(of_case, {"person": person}, 201)
    cases.post(f"{of_case}/{anew['id']}/sign")  # on the day of the withdrawal
    cases.post(f"cases/{case['id']}/meetings", body, 201)
