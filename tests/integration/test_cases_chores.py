"""What follows from meetings: tasks in time, told of when late, past with the meeting (S4-S12)."""

import pytest

from shared.bus import events as e
from tests.integration.cases_house import OWNER, CasesHouse, Json
from tests.integration.spindel import (
    COORDINATOR,
    LEISURE,
    OTHER_SOCIAL,
    POLICE,
    SOCIAL,
    book,
    chore,
    done,
    family_meeting,
    states,
    tasks,
)


@pytest.fixture
def cases(cases_alone: CasesHouse) -> CasesHouse:
    """Nothing comes by itself: to begin the years takes a worker longer than all else here."""
    return cases_alone


def test_S6_who_comes_is_to_be_told_by_the_coordinator_before_the_family_meeting(
    cases: CasesHouse,
) -> None:
    case, meeting = family_meeting(cases)
    cases.hear(chore(case, meeting))
    (task,) = tasks(cases, case, "tell-who-comes")
    assert (task["owner"], task["due_on"], task["rule"]) == (COORDINATOR, "2027-03-12", "S6")
    assert task["meeting"] == meeting["id"]
    cases.hear(chore(case, meeting))
    assert states(cases, case, "tell-who-comes") == [("open", "2027-03-12")]


def test_S6_a_change_of_who_comes_is_told_again(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    cases.hear(chore(case, meeting))
    people = f"cases/{case['id']}/participants"
    answers = f"meetings/{meeting['id']}/answers"

    def told_again() -> bool:
        again = states(cases, case, "tell-who-comes") == [("open", "2027-03-12")]
        if again:
            done(cases, case, "tell-who-comes")
        return again

    assert told_again()
    cases.post(people, {"person": OTHER_SOCIAL}, 201)
    assert told_again()
    cases.post(answers, {"person": POLICE, "answer": "accepted"})
    assert not told_again()
    cases.post(answers, {"person": POLICE, "answer": "declined"})
    assert told_again()
    cases.post(answers, {"person": case["guardians"][0]["id"], "answer": "declined"})
    assert not told_again()  # X12: of one another they learn nothing
    cases.post(f"{people}/{OTHER_SOCIAL}/remove")
    assert told_again()


def test_S6_when_the_meeting_moves_so_does_what_precedes_it(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    cases.hear(chore(case, meeting))
    late = chore(case, meeting, due_on="2027-03-01")
    moved = cases.post(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-23T13:00:00+01:00"})
    cases.hear(chore(case, moved, due_on="2027-03-19"), late)  # the old time is told too late
    assert states(cases, case, "tell-who-comes") == [("open", "2027-03-19")]


def test_S12_the_contact_that_was_had_stays_had_when_the_meeting_moves(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    contact = {"chore": "contact-family", "kind": "contact-family", "rule": "S12"}
    cases.hear(chore(case, meeting, due_on="2027-03-11", **contact))
    done(cases, case, "contact-family")
    moved = cases.post(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-23T13:00:00+01:00"})
    cases.hear(chore(case, moved, due_on="2027-03-18", **contact))
    assert states(cases, case, "contact-family") == [("done", "2027-03-11")]


@pytest.mark.parametrize("end", ["cancel", "held", "close"])
def test_what_precedes_a_meeting_is_past_when_it_is_held_or_off(
    cases: CasesHouse, end: str
) -> None:
    case, meeting = family_meeting(cases)
    cases.hear(chore(case, meeting))
    if end == "close":
        cases.post(f"cases/{case['id']}/close", {"outcome": "declined"})
    else:
        if end == "held":
            cases.set_clock("2027-03-16T15:00:00+01:00")
        cases.post(f"meetings/{meeting['id']}/{end}")
    assert states(cases, case, "tell-who-comes") == [("done", "2027-03-12")]
    cases.hear(chore(case, meeting))
    assert states(cases, case, "tell-who-comes") == [("done", "2027-03-12")]


def test_a_task_is_never_due_on_a_day_that_has_been(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    cases.hear(chore(case, meeting, due_on="2027-03-02"))
    assert states(cases, case, "tell-who-comes") == [("open", "2027-03-03")]


def test_X2_what_an_earlier_scheduler_asks_about_a_late_task_makes_no_new_one(
    cases: CasesHouse,
) -> None:
    case = sspf_case(cases)
    network = book(cases, case, "network", "2027-03-09T13:00:00+01:00")
    cases.set_clock("2027-03-09T15:00:00+01:00")
    held = cases.post(f"meetings/{network['id']}/held")
    check_in = {"chore": "check-in", "kind": "check-in", "rule": "P12", "due_on": "2027-04-06"}
    key = f"{network['id']}/P12/check-in/0/1"
    cases.hear(chore(case, held, **check_in, key=key))
    cases.hear(chore(case, held, **check_in, key=f"{key}/late"))
    assert states(cases, case, "check-in") == [("open", "2027-04-06")]


def test_X2_X16_what_is_late_is_told_to_whoever_has_it_and_to_their_own_manager(
    cases: CasesHouse,
) -> None:
    """The case is the school's, its coordinator of social services: theirs is the manager told.

    Late by the procedure's `late_working_days`, which are one.
    """
    case, meeting = family_meeting(cases)
    cases.hear(chore(case, meeting))
    cases.set_clock("2027-03-15T08:59:00+01:00")
    cases.worker.work()
    assert alerts(cases) == []  # it isn't late yet
    cases.set_clock("2027-03-15T09:00:00+01:00")
    cases.worker.work()
    cases.worker.work()
    assert alerts(cases) == [
        ("owner", "task-late", "2027-03-12"),
        ("owner_manager", "task-late", "2027-03-12"),
    ]
    told = cases.rows("SELECT data FROM bus.events WHERE type = 'alert.due'")
    assert {one["data"]["person_id"] for one in told} == {COORDINATOR}
    assert "task-late" not in {task["kind"] for task in cases.get(f"cases/{case['id']}")["tasks"]}


def test_X2_what_has_been_done_is_not_late(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    cases.hear(chore(case, meeting))
    done(cases, case, "tell-who-comes")
    cases.set_clock("2027-03-15T09:00:00+01:00")
    cases.worker.work()
    assert alerts(cases) == []


def test_X2_what_is_put_off_with_its_meeting_is_late_by_its_new_day(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    cases.hear(chore(case, meeting))
    moved = cases.post(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-23T13:00:00+01:00"})
    cases.hear(chore(case, moved, due_on="2027-03-19"))
    cases.set_clock("2027-03-15T09:00:00+01:00")
    cases.worker.work()
    assert alerts(cases) == []
    cases.set_clock("2027-03-22T09:00:00+01:00")
    cases.worker.work()
    assert {on for *_, on in alerts(cases)} == {"2027-03-19"}


def test_R15_minutes_are_chased_until_they_are_filed(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    cases.set_clock("2027-03-09T15:00:00+01:00")
    held = cases.post(f"meetings/{meeting['id']}/held", {"consent_reviewed": True})
    minutes = {
        "chore": "minutes", "kind": "file-minutes", "rule": "R15", "owner": "keeper",
        "due_on": "2027-03-16",
    }  # fmt: skip
    cases.hear(chore(case, held, **minutes))
    (task,) = tasks(cases, case, "file-minutes")
    assert (task["owner"], task["due_on"], task["state"]) == (OWNER, "2027-03-16", "open")
    cases.set_clock("2027-03-23T09:00:00+01:00")
    cases.worker.work()
    assert [to for to, *_ in alerts(cases)] == ["owner", "owner_manager"]
    cases.post(f"meetings/{meeting['id']}/minutes-filed", {"reference": "EA-2027/14"})
    assert states(cases, case, "file-minutes") == [("done", "2027-03-16")]
    cases.hear(chore(case, held, **minutes))
    assert states(cases, case, "file-minutes") == [("done", "2027-03-16")]


def test_S4_goals_and_plan_are_filed_after_the_family_meeting(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    path = f"meetings/{meeting['id']}/plan-filed"
    assert cases.post(path, {}, 409)["type"].endswith(":plan-before-held")
    cases.set_clock("2027-03-16T15:00:00+01:00")
    held = cases.post(f"meetings/{meeting['id']}/held", {"outcome": "plan-made"})
    assert held["outcome"] == "plan-made"
    plan = {"chore": "plan", "kind": "file-plan", "rule": "S4", "due_on": "2027-03-30"}
    cases.hear(chore(case, held, **plan))
    assert [task["owner"] for task in tasks(cases, case, "file-plan")] == [COORDINATOR]
    filed = cases.post(path, {"reference": "SP-2027/3"})
    assert filed["plan_reference"] == "SP-2027/3"
    assert states(cases, case, "file-plan") == [("done", "2027-03-30")]
    assert cases.post(path) == filed


def test_S4_a_meeting_that_sets_no_plan_has_none_to_file(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    refused = cases.post(f"meetings/{meeting['id']}/plan-filed", {}, 409)
    assert refused["type"].endswith(":no-plan-here")
    assert refused["rule"] == "S4"


def test_S8_the_four_are_there_and_who_declines_is_substituted(cases: CasesHouse) -> None:
    case, meeting = family_meeting(cases)
    called = {one["person"] for one in meeting["attendance"]}
    assert {OWNER, SOCIAL, POLICE, LEISURE, COORDINATOR} <= called
    answers = f"meetings/{meeting['id']}/answers"
    cases.post(answers, {"person": POLICE, "answer": "declined"})
    (task,) = tasks(cases, case, "find-substitute")
    assert (task["rule"], task["owner"], task["details"]) == (
        "S8",
        COORDINATOR,
        {"party": "police"},
    )
    cases.post(answers, {"person": POLICE, "answer": "accepted"})
    assert [task["state"] for task in tasks(cases, case, "find-substitute")] == ["done"]


def test_S8_the_coordinator_of_social_services_is_no_substitute_a_colleague_is(
    cases: CasesHouse,
) -> None:
    case, meeting = family_meeting(cases)
    answer = {"person": SOCIAL, "answer": "declined"}
    cases.post(f"meetings/{meeting['id']}/answers", answer)
    (task,) = tasks(cases, case, "find-substitute")
    assert (task["state"], task["details"]) == ("open", {"party": "social_services"})
    cases.post(f"cases/{case['id']}/participants", {"person": OTHER_SOCIAL}, 201)
    assert [task["state"] for task in tasks(cases, case, "find-substitute")] == ["done"]


def test_an_answer_by_phone_counts_and_says_where_it_came_from(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    path = f"meetings/{meeting['id']}/answers"
    for answer in ("declined", "declined", "accepted"):
        shown = cases.post(path, {"person": OWNER, "answer": answer})
        assert {"person": OWNER, "answer": answer}.items() <= shown["attendance"][
            _of(shown)
        ].items()
    noted = cases.rows("SELECT action, details FROM cases.audit WHERE action LIKE 'answer.%%'")
    assert [one["action"] for one in noted] == ["answer.declined", "answer.accepted"]
    assert {one["details"]["source"] for one in noted} == {"by-phone"}
    nobody = {"person": case["id"], "answer": "accepted"}
    assert cases.post(path, nobody, 422)["errors"][0]["field"] == "person"
    cases.post(f"meetings/{meeting['id']}/cancel")
    assert cases.post(path, {"person": OWNER, "answer": "accepted"}, 409)["rule"] == "R9"


def _of(meeting: Json) -> int:
    return [one["person"] for one in meeting["attendance"]].index(OWNER)


def alerts(cases: CasesHouse) -> list[tuple[str, str, str]]:
    rows = cases.rows("SELECT data FROM bus.events WHERE type = 'alert.due' ORDER BY id")
    told = [row["data"] for row in rows]
    return [(one["to"], one["about"], one["limit_on"]) for one in told]


def test_P12_every_check_in_between_the_meetings_is_a_task_of_its_own(cases: CasesHouse) -> None:
    case = sspf_case(cases)
    network = book(cases, case, "network", "2027-03-09T13:00:00+01:00")
    cases.set_clock("2027-03-09T15:00:00+01:00")
    held = cases.post(f"meetings/{network['id']}/held")

    def check_in(turn: int, due_on: str) -> e.ChoreDue:
        return chore(
            case,
            held,
            chore="check-in",
            kind="check-in",
            rule="P12",
            key=f"{network['id']}/P12/check-in/0/{turn}",
            due_on=due_on,
        )

    cases.set_clock("2027-04-06T09:00:00+02:00")
    cases.hear(check_in(1, "2027-04-06"))
    done(cases, case, "check-in")
    cases.set_clock("2027-05-04T09:00:00+02:00")
    cases.hear(check_in(2, "2027-05-04"))
    assert states(cases, case, "check-in") == [("done", "2027-04-06"), ("open", "2027-05-04")]
    cases.set_clock("2027-05-12T09:00:00+02:00")
    cases.worker.work()
    told = {on for _, _, on in alerts(cases)}
    assert "2027-05-04" in told
    assert "2027-04-06" not in told  # it was done


def sspf_case(cases: CasesHouse) -> Json:
    """The information meeting has been held, and everybody has signed."""
    child = {
        "name": "Alva Exempel", "birth_date": "2013-05-20", "unit": "bjorkskolan",
        "email": None, "protected": False,
    }  # fmt: skip
    case = cases.open_case(
        procedure="sspf", participants=[], child=child, grade=7, residence="exempelkommun",
        reason="truancy",
    )  # fmt: skip
    information = book(cases, case, "information", "2027-03-02T09:00:00+01:00")
    assert information["organizer"] == OWNER  # P14: the initiator invites
    cases.set_clock("2027-03-02T12:00:00+01:00")
    cases.post(f"meetings/{information['id']}/held")
    shown = cases.get(f"cases/{case['id']}")
    assert {task["kind"] for task in shown["tasks"] if task["state"] == "open"} == {"get-consent"}
    cases.sign_all(shown)
    return case
