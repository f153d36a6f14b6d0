"""A meeting was held: the next time, the consent gone through, what came of it (R11, R13, R19)."""

import pytest

from tests.integration.cases_house import OWNER, PLACE, CasesHouse, Json
from tests.integration.spindel import COORDINATOR, family_meeting, states, tasks

HELD_AT = "2027-03-09T15:00:00+01:00"


def held_path(cases: CasesHouse, case: Json) -> str:
    """The first meeting of the case has been; its path to mark it."""
    meeting = cases.booked(case)
    cases.set_clock(HELD_AT)
    return f"meetings/{meeting['id']}/held"


def of_step(cases: CasesHouse, case: Json, step: str) -> list[Json]:
    return [one for one in cases.get(f"cases/{case['id']}")["meetings"] if one["step"] == step]


def test_R13_the_next_time_is_booked_as_the_meeting_is_marked_as_held(cases: CasesHouse) -> None:
    case = cases.signed_case()
    path = held_path(cases, case)
    following = {"starts_at": "2027-03-18T10:00:00+01:00", "place": PLACE}
    cases.post(path, {"consent_reviewed": True, "next_time": following})
    (second,) = of_step(cases, case, "second")
    assert (second["state"], second["starts_at"], second["place"]) == (
        "booked",
        "2027-03-18T10:00:00+01:00",
        PLACE,
    )
    cases.post(path, {"next_time": following})  # once more changes nothing
    assert len(of_step(cases, case, "second")) == 1


@pytest.mark.parametrize(
    ("following", "status", "rule", "field"),
    [
        ({"starts_at": "2027-03-25T10:00:00+01:00"}, 409, "R10", None),  # past the limit, the 23rd
        ({"starts_at": "2027-03-20T10:00:00+01:00"}, 409, "X1", None),  # a Saturday
        ({"starts_at": "2027-03-18T10:00:00+01:00", "place": "x"}, 422, None, "next_time.place"),
        ({"starts_at": "2027-03-18T10:00:00+01:00", "step": "x"}, 422, None, "next_time.step"),
    ],
)
def test_R13_a_next_time_that_can_not_be_leaves_the_meeting_unmarked(
    cases: CasesHouse, following: Json, status: int, rule: str | None, field: str | None
) -> None:
    case = cases.signed_case()
    path = held_path(cases, case)
    before = cases.saved()
    refused = cases.post(path, {"next_time": following}, status)
    assert refused.get("rule") == rule
    assert [one["field"] for one in refused.get("errors", [])] == ([field] if field else [])
    assert cases.saved() == before
    assert [one["state"] for one in of_step(cases, case, "first")] == ["booked"]


def test_R11_a_follow_up_is_followed_by_another_or_asked_for(cases: CasesHouse) -> None:
    case = cases.signed_case()
    path = held_path(cases, case)
    cases.post(path, {"next_time": {"starts_at": "2027-03-11T10:00:00+01:00"}})
    (second,) = of_step(cases, case, "second")
    cases.set_clock("2027-03-11T12:00:00+01:00")
    follow_up = {"starts_at": "2027-05-20T10:00:00+02:00", "minutes": 30}
    cases.post(f"meetings/{second['id']}/held", {"next_time": follow_up})
    assert tasks(cases, case, "next-date") == []
    (third,) = of_step(cases, case, "follow-up")
    cases.set_clock("2027-05-20T12:00:00+02:00")
    cases.post(f"meetings/{third['id']}/held")
    (task,) = tasks(cases, case, "next-date")
    assert (task["state"], task["rule"], task["owner"]) == ("open", "R11", OWNER)


def test_S5_after_the_family_meeting_the_coordinator_is_asked_for_the_follow_up(
    cases: CasesHouse,
) -> None:
    case, meeting = family_meeting(cases)
    assert meeting["organizer"] == COORDINATOR
    cases.set_clock("2027-03-16T15:00:00+01:00")
    cases.post(f"meetings/{meeting['id']}/held")
    (task,) = tasks(cases, case, "next-date")
    assert (task["rule"], task["owner"]) == ("S5", COORDINATOR)
    assert task["details"] == {"step": "follow-up"}


def test_R19_whether_the_consent_was_gone_through_is_asked_for_until_it_is_said(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    path = held_path(cases, case)
    cases.post(path)
    (task,) = tasks(cases, case, "review-consent")
    assert (task["owner"], task["rule"], task["due_on"]) == (OWNER, "R19", "2027-03-10")
    said = {"consent_reviewed": False, "secretary": OWNER, "present": [OWNER]}
    held = cases.post(path, said)
    assert (held["consent_reviewed"], held["secretary"]) == (False, OWNER)
    assert states(cases, case, "review-consent") == [("done", "2027-03-10")]
    assert cases.post(path, {"consent_reviewed": True, "present": []}) == held
    assert cases.told().count("meeting.held") == 1


def test_a_meeting_that_needs_no_consent_reviews_none(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)  # R19 is no rule of this procedure
    cases.set_clock("2027-03-16T15:00:00+01:00")
    cases.post(f"meetings/{meeting['id']}/held")
    assert tasks(cases, case, "review-consent") == []
