"""Guardians who never meet have meetings of their own (X12)."""

from shared.bus import events as e
from tests.integration.cases_house import OWNER, CasesHouse, Json
from tests.integration.spindel import book, states

TUESDAY, WEDNESDAY = "2027-03-09T13:00:00+01:00", "2027-03-10T13:00:00+01:00"
MONDAY = "2027-03-08T13:00:00+01:00"


def apart(cases: CasesHouse) -> tuple[Json, list[str], list[str]]:
    """A signed case whose guardians never meet; everybody but them, and the two."""
    case = cases.signed_case()
    cases.post(f"cases/{case['id']}/never-together", {"never_together": True})
    guardians = [one["id"] for one in case["guardians"]]
    others = [case["child"]["id"], *(one["person"] for one in case["participants"])]
    return case, others, guardians


def called(meeting: Json) -> set[str]:
    return {one["person"] for one in meeting["attendance"]}


def test_X12_both_at_one_meeting_is_refused_one_at_a_time_is_booked(cases: CasesHouse) -> None:
    case, others, (one, other) = apart(cases)
    path = f"cases/{case['id']}/meetings"
    body = {"step": "first", "starts_at": TUESDAY}
    assert cases.post(path, body, 409)["rule"] == "X12"
    assert cases.post(path, body | {"participants": [*others, one, other]}, 409)["rule"] == "X12"
    first = book(cases, case, "first", TUESDAY, participants=[*others, one])
    assert called(first) == {*others, one}
    again = body | {"participants": [*others, one], "starts_at": WEDNESDAY}
    assert cases.post(path, again, 409)["rule"] == "R9"
    second = book(cases, case, "first", WEDNESDAY, participants=[*others, other])
    assert called(second) == {*others, other}


def test_X12_a_moved_meeting_still_leaves_the_other_out(cases: CasesHouse) -> None:
    case, others, (one, _) = apart(cases)
    meeting = book(cases, case, "first", TUESDAY, participants=[*others, one])
    moved = cases.post(f"meetings/{meeting['id']}/move", {"starts_at": WEDNESDAY})
    assert called(moved) == {*others, one}


def test_X12_the_task_stands_until_each_has_a_meeting(cases: CasesHouse) -> None:
    case, others, (one, other) = apart(cases)
    fields = {"case_id": case["id"], "step": "first", "rule": "X12", "due_on": "2027-03-15"}
    cases.hear(e.SlotMissing.model_validate(fields | {"reason": "separate-meetings"}))
    assert states(cases, case, "arrange-separately") == [("open", "2027-03-15")]
    first = book(cases, case, "first", TUESDAY, participants=[*others, one])
    assert states(cases, case, "arrange-separately") == [("open", "2027-03-15")]
    book(cases, case, "first", WEDNESDAY, participants=[*others, other])
    assert states(cases, case, "arrange-separately") == [("done", "2027-03-15")]
    cases.post(f"meetings/{first['id']}/cancel")
    assert states(cases, case, "arrange-separately") == [("open", "2027-03-02")]


def test_X12_votes_about_one_do_not_touch_the_other(cases: CasesHouse) -> None:
    case, others, (one, other) = apart(cases)
    path = f"cases/{case['id']}/proposals"
    proposal = {"step": "first", "options": [MONDAY], "participants": [*others, one]}
    proposed = cases.post(path, proposal, 201)
    booked = book(cases, case, "first", WEDNESDAY, participants=[*others, other])
    assert booked["id"] != proposed["id"]
    confirmed = cases.post(f"meetings/{proposed['id']}/confirm")
    assert (confirmed["state"], called(confirmed)) == ("booked", {*others, one})


def test_R6_by_choice_nobody_is_left_out_who_is_always_called(cases: CasesHouse) -> None:
    case = cases.signed_case()
    body = {"step": "first", "starts_at": TUESDAY, "participants": [OWNER]}
    refused = cases.post(f"cases/{case['id']}/meetings", body, 409)
    assert refused["rule"] == "R6"
    assert "vårdnadshavare" in refused["detail"]
    named = body | {"participants": [OWNER, OWNER]}
    assert cases.post(f"cases/{case['id']}/meetings", named, 422)["errors"][0]["field"]
