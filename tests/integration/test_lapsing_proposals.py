"""Proposed times that pass: nobody votes about them; a proposal without any is off (R6, R11)."""

from collections.abc import Callable
from uuid import UUID

import pytest

from services.cases import app
from shared.bus import events as e
from tests.integration.cases_house import CasesHouse, Json
from tests.integration.spindel import states
from tests.integration.test_cases_votes import (
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    everybody,
    found,
    proposed,
    vote,
)

AFTER_TUESDAY, AFTER_THURSDAY = "2027-03-09T13:00:00+01:00", "2027-03-11T13:00:00+01:00"


def passes(cases: CasesHouse, instant: str) -> None:
    cases.set_clock(instant)
    cases.worker.work()


def notes(done: list[str], look: str) -> Callable[..., tuple[UUID, ...]]:
    """A look that only notes that it was had."""

    def has_a_look(*_: object) -> tuple[UUID, ...]:
        done.append(look)
        return ()

    return has_a_look


def meetings(cases: CasesHouse, case: Json) -> list[tuple[str, str]]:
    shown = cases.get(f"cases/{case['id']}")["meetings"]
    return [(one["state"], one["starts_at"]) for one in shown]


def test_R9_nobody_votes_about_or_chooses_a_time_that_has_passed(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = proposed(cases, case, TUESDAY, WEDNESDAY)
    cases.set_clock(AFTER_TUESDAY)  # nobody has looked at it yet
    yes = [{"starts_at": day, "answer": "yes"} for day in (WEDNESDAY, TUESDAY)]
    before = cases.saved()
    path = f"meetings/{meeting['id']}"
    said = cases.post(f"{path}/votes", {"person": everybody(meeting)[0], "answers": yes}, 409)
    assert (said["rule"], said["type"].rpartition(":")[2]) == ("R9", "option-passed")
    assert "tisdag 9 mars 2027 kl. 13.00" in said["detail"]
    assert cases.post(f"{path}/confirm", {"starts_at": TUESDAY}, 409)["rule"] == "R9"
    assert cases.saved() == before
    (shown,) = cases.get(f"cases/{case['id']}")["meetings"]
    assert [one["starts_at"] for one in shown["options"]] == [WEDNESDAY]
    booked = cases.post(f"{path}/confirm")  # the best of those that are left
    assert (booked["state"], booked["starts_at"]) == ("booked", WEDNESDAY)


def test_R6_the_other_times_are_still_to_choose_from_and_who_voted_neednt_again(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = proposed(cases, case, TUESDAY, WEDNESDAY, THURSDAY)
    *others, last = everybody(meeting)
    for person in others:
        vote(cases, meeting, person, tuesday="yes", wednesday="if-need-be", thursday="yes")
    vote(cases, meeting, last, wednesday="yes", thursday="yes")
    passes(cases, "2027-03-09T12:59:00+01:00")
    assert meetings(cases, case) == [("proposed", TUESDAY)]
    passes(cases, AFTER_TUESDAY)
    assert meetings(cases, case) == [("booked", THURSDAY)]  # all have voted about what is left
    assert states(cases, case, "confirm-time")[0][0] == "done"


def test_R6_a_proposal_stands_for_the_best_time_that_is_left(cases: CasesHouse) -> None:
    case = cases.signed_case()
    proposed(cases, case, TUESDAY, THURSDAY, WEDNESDAY)
    passes(cases, AFTER_TUESDAY)
    assert meetings(cases, case) == [("proposed", THURSDAY)]
    refused = found(case, "2027-03-12T13:00:00+01:00")
    cases.hear(refused, refused.model_copy(update={"mode": "book", "proposal": "another"}))
    assert meetings(cases, case) == [("proposed", THURSDAY)]
    assert cases.told().count("proposal.refused") == 2
    (meeting,) = cases.get(f"cases/{case['id']}")["meetings"]
    assert meeting["sequence"] == 0  # nobody has been invited


def test_R9_when_no_time_is_left_the_proposal_is_off_and_a_time_is_to_be_found(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    proposed(cases, case, TUESDAY, WEDNESDAY)
    passes(cases, AFTER_THURSDAY)
    assert meetings(cases, case) == [("cancelled", TUESDAY)]
    assert states(cases, case, "confirm-time")[0][0] == "done"
    assert states(cases, case, "book-anew") == [("open", "2027-03-15")]
    assert cases.told()[-1] == "meeting.cancelled"  # so the scheduler looks, and may seek again
    (row,) = cases.rows("SELECT cancelled_because FROM cases.meetings")
    assert row["cancelled_because"] == "lapsed"
    before = cases.saved()
    passes(cases, "2027-03-11T14:00:00+01:00")
    assert cases.saved() == before


def test_X2_proposals_that_nobody_answers_are_told_of_however_often_new_ones_are_found(
    cases: CasesHouse,
) -> None:
    case = cases.open_case(procedure="spindelmote", participants=[])
    cases.sign_all(case)
    for number, day in enumerate((8, 15, 22)):
        cases.set_clock(f"2027-03-{day - 5:02}T08:00:00+01:00")
        time = e.MeetingProposed.model_validate(
            {
                "case_id": case["id"], "proposal": str(number), "step": "preparation",
                "starts_at": f"2027-03-{day:02}T13:00:00+01:00", "minutes": 60, "mode": "propose",
            }
        )  # fmt: skip
        cases.hear(time)
        assert meetings(cases, case)[-1][0] == "proposed"
        passes(cases, f"2027-03-{day:02}T13:00:00+01:00")
    assert [state for state, _ in meetings(cases, case)] == ["cancelled"] * 3
    assert states(cases, case, "book-anew") == [("open", "2027-03-22")]  # ten working days
    passes(cases, "2027-03-30T12:00:00+02:00")
    told = cases.rows("SELECT data FROM bus.events WHERE type = 'alert.due'")
    assert {one["data"]["about"] for one in told} == {"task-late"}
    assert "2027-03-22" in {one["data"]["limit_on"] for one in told}


def test_R11_a_follow_up_that_nobody_said_yes_to_asks_for_the_next_date_again(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    for step, starts_at, after in (
        ("first", "2027-03-02T10:00:00+01:00", "2027-03-02T12:00:00+01:00"),
        ("second", "2027-03-11T10:00:00+01:00", "2027-03-11T12:00:00+01:00"),
    ):
        body = {"step": step, "starts_at": starts_at}
        meeting = cases.post(f"cases/{case['id']}/meetings", body, 201)
        cases.set_clock(after)
        cases.post(f"meetings/{meeting['id']}/held")
    options = {"step": "follow-up", "options": ["2027-03-18T10:00:00+01:00"]}
    cases.post(f"cases/{case['id']}/proposals", options, 201)
    (task,) = (
        one
        for one in cases.get(f"cases/{case['id']}")["tasks"]
        if one["kind"] == "next-date" and one["state"] == "open"
    )
    cases.post(f"tasks/{task['id']}/done")  # there is a proposal
    passes(cases, "2027-03-18T10:00:00+01:00")
    assert states(cases, case, "next-date") == [("open", "2027-04-05")]  # over Easter
    assert states(cases, case, "book-anew") == []


def test_X1_past_the_limit_no_time_is_asked_for_any_more(cases: CasesHouse) -> None:
    case = cases.signed_case()
    proposed(cases, case, TUESDAY)
    passes(cases, "2027-03-16T08:00:00+01:00")  # nobody looked at it for a week
    assert meetings(cases, case) == [("cancelled", TUESDAY)]
    assert states(cases, case, "book-anew") == []


def test_R9_a_case_whose_procedure_nobody_uses_any_more_keeps_no_other_and_no_letter_away(
    cases: CasesHouse, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again after a while, not with each bell; the log names nobody."""
    broken, sound = cases.signed_case(), cases.signed_case()
    for case, day in ((broken, TUESDAY), (sound, "2027-03-09T15:00:00+01:00")):
        proposed(cases, case, day)
    cases.execute("UPDATE cases.cases SET procedure = 'stopped' WHERE id = %s", broken["id"])
    counted = list[str]()
    monkeypatch.setattr(app, "count_letters", notes(counted, "letters"))
    for _ in range(3):
        passes(cases, "2027-03-09T16:00:00+01:00")
    assert meetings(cases, sound) == [("cancelled", "2027-03-09T15:00:00+01:00")]
    assert counted == ["letters"] * 3
    said = [one.getMessage() for one in caplog.records if "Passed times" in one.getMessage()]
    assert said == [f"Passed times stay, case {broken['id']}: UnknownProcedure"]
    cases.execute("UPDATE cases.cases SET procedure = 'samverkansmote' WHERE id = %s", broken["id"])
    cases.worker._lapse_again_at.clear()  # ten minutes later
    cases.worker.work()
    assert meetings(cases, broken) == [("cancelled", TUESDAY)]


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("tell_of_late", "late tasks"),
        ("tell_of_near", "near duties"),
        ("let_proposals_lapse", "passed times"),
        ("plan_weeks", "weeks"),
        ("let_go", "retention"),
    ],
)
def test_X2_a_look_that_fails_keeps_no_other_away(
    cases: CasesHouse,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    look: str,
) -> None:
    def fails(*_: object) -> None:
        raise LookupError("Anna Lindqvist")

    reached = list[str]()
    monkeypatch.setattr(app, "tell_of_late", notes(reached, "late tasks"))
    monkeypatch.setattr(app, "count_letters", notes(reached, "letters"))
    monkeypatch.setattr(app, name, fails)
    cases.worker.work()
    assert reached == ["letters"] if name == "tell_of_late" else ["late tasks", "letters"]
    assert (*cases.worker.failed_today, *cases.worker.failed_looks) == (look,)
    assert f"The look '{look}' failed: LookupError" in caplog.text
    assert "Lindqvist" not in caplog.text
