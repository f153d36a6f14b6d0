"""Times that are proposed are voted about; the best is booked (R6, R8)."""

import pytest

from shared.bus import events as e
from tests.integration.cases_house import OWNER, CasesHouse, Json
from tests.integration.spindel import states, tasks

TUESDAY, WEDNESDAY, THURSDAY = (f"2027-03-{day:02}T13:00:00+01:00" for day in (9, 10, 11))
SATURDAY = "2027-03-13T13:00:00+01:00"


def proposed(cases: CasesHouse, case: Json, *times: str) -> Json:
    """By hand."""
    body = {"step": "first", "options": list(times)}
    meeting: Json = cases.post(f"cases/{case['id']}/proposals", body, 201)
    return meeting


def found(case: Json, *times: str) -> e.MeetingProposed:
    """By the scheduler."""
    first, *others = times
    fields = {
        "case_id": case["id"], "proposal": f"{case['id']}/first/1", "step": "first",
        "starts_at": first, "minutes": 60, "mode": "propose", "alternatives": others,
    }  # fmt: skip
    return e.MeetingProposed.model_validate(fields)


def vote(cases: CasesHouse, meeting: Json, person: str, **answers: str) -> Json:
    """Of Tuesday, Wednesday and Thursday, by their names."""
    days = {"tuesday": TUESDAY, "wednesday": WEDNESDAY, "thursday": THURSDAY}
    said = [{"starts_at": days[day], "answer": answer} for day, answer in answers.items()]
    body = {"person": person, "answers": said}
    shown: Json = cases.post(f"meetings/{meeting['id']}/votes", body)
    return shown


def everybody(meeting: Json) -> list[str]:
    return [one["person"] for one in meeting["attendance"]]


def all_vote(cases: CasesHouse, meeting: Json, **answers: str) -> Json:
    """What is shown to the last of them."""
    return [vote(cases, meeting, person, **answers) for person in everybody(meeting)][-1]


def test_the_scheduler_s_times_are_shown_with_how_many_said_what_and_not_who(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    cases.hear(found(case, TUESDAY, SATURDAY, WEDNESDAY))  # a Saturday can't be booked
    (meeting,) = cases.get(f"cases/{case['id']}")["meetings"]
    assert (meeting["state"], meeting["organizer"]) == ("proposed", OWNER)
    assert [one["starts_at"] for one in meeting["options"]] == [TUESDAY, WEDNESDAY]
    shown = vote(cases, meeting, OWNER, tuesday="no", wednesday="if-need-be")
    assert shown["options"] == [
        {"starts_at": TUESDAY, "yes": 0, "no": 1, "if_need_be": 0},
        {"starts_at": WEDNESDAY, "yes": 0, "no": 0, "if_need_be": 1},
    ]
    shown = vote(cases, meeting, OWNER, tuesday="yes")
    assert shown["options"][0] == {"starts_at": TUESDAY, "yes": 1, "no": 0, "if_need_be": 0}
    assert cases.rows("SELECT * FROM cases.engagements") == []


def test_when_the_last_has_voted_the_best_is_booked(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = proposed(cases, case, TUESDAY, WEDNESDAY)
    *others, last = everybody(meeting)
    for person in others:
        assert vote(cases, meeting, person, tuesday="if-need-be", wednesday="yes")["state"] == (
            "proposed"
        )
    booked = vote(cases, meeting, last, tuesday="yes", wednesday="yes")
    assert (booked["state"], booked["starts_at"], booked["options"]) == ("booked", WEDNESDAY, [])
    assert states(cases, case, "confirm-time")[0][0] == "done"
    assert cases.told()[-1] == "meeting.booked"
    assert cases.rows("SELECT * FROM cases.votes") == []


def test_R6_where_no_time_fits_a_person_chooses(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = proposed(cases, case, TUESDAY, WEDNESDAY)
    shown = all_vote(cases, meeting, tuesday="no", wednesday="no")
    assert shown["state"] == "proposed"
    (task,) = tasks(cases, case, "confirm-time")
    assert (task["state"], task["details"]) == ("open", {"reason": "no-time-fits"})
    path = f"meetings/{meeting['id']}/confirm"
    assert cases.post(path, {}, 409)["type"].endswith(":no-time-fits")
    assert cases.post(path, {"starts_at": THURSDAY}, 422)["errors"][0]["field"] == "starts_at"
    anew = proposed(cases, case, THURSDAY)
    assert (anew["id"], [one["no"] for one in anew["options"]]) == (meeting["id"], [0])
    booked = cases.post(path, {"starts_at": THURSDAY})
    assert (booked["state"], booked["starts_at"]) == ("booked", THURSDAY)
    assert cases.post(path, {"starts_at": THURSDAY}) == booked
    assert cases.post(path, {"starts_at": TUESDAY}, 409)["rule"] == "R9"


def test_a_time_that_somebody_has_lost_since_makes_room_for_the_next_best(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = proposed(cases, case, TUESDAY, WEDNESDAY)
    cases.booked(cases.signed_case(), TUESDAY)  # the same staff
    shown = all_vote(cases, meeting, tuesday="yes", wednesday="if-need-be")
    assert (shown["state"], shown["starts_at"]) == ("booked", WEDNESDAY)


def test_the_answer_is_due_while_there_still_is_notice_of_the_first_time(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    proposed(cases, case, THURSDAY, WEDNESDAY)
    assert states(cases, case, "confirm-time") == [("open", "2027-03-05")]


@pytest.mark.parametrize(
    ("times", "status"), [([TUESDAY, SATURDAY], 409), ([TUESDAY, TUESDAY], 422), ([], 422)]
)
def test_by_hand_every_proposed_time_is_one_that_can_be_booked(
    cases: CasesHouse, times: list[str], status: int
) -> None:
    case = cases.signed_case()
    before = cases.saved()
    cases.post(f"cases/{case['id']}/proposals", {"step": "first", "options": times}, status)
    assert cases.saved() == before


def test_only_who_is_called_votes_and_only_about_what_is_proposed(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = proposed(cases, case, TUESDAY)
    path = f"meetings/{meeting['id']}/votes"
    yes = {"starts_at": TUESDAY, "answer": "yes"}
    other = {"starts_at": WEDNESDAY, "answer": "yes"}

    def field(person: str, *answers: Json) -> str:
        refused = cases.post(path, {"person": person, "answers": list(answers)}, 422)
        return str(refused["errors"][0]["field"])

    assert field(case["id"], yes) == "person"
    assert field(OWNER, yes, other) == "answers.1.starts_at"
    field(OWNER, yes, yes | {"answer": "no"})
    cases.post(f"meetings/{meeting['id']}/confirm")
    assert cases.post(path, {"person": OWNER, "answers": [yes]}, 409)["rule"] == "R9"
