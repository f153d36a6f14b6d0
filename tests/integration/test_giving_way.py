"""A meeting in connection with a report goes before others (R46, R51)."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from shared.ids import staff_id
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json
from tests.integration.reporting import (
    CHIEF,
    COLLEAGUE,
    RECEIVER,
    REKTOR,
    REPORTER,
    acting,
    duties,
    looks,
    reported,
)

WANTED = "2027-03-09T13:00:00+01:00"
OTHER_THERAPIST = str(staff_id("mattias-gran"))


def called(cases: CasesHouse, report: Json, status: int = 201, **changes: object) -> Json:
    body = {"starts_at": WANTED} | changes
    answer: Json = cases.post(f"reports/{report['id']}/meeting", body, status)
    return answer


def the_meeting(cases: CasesHouse, case: Json) -> Json:
    (meeting,) = cases.get(f"cases/{case['id']}")["meetings"]
    found: Json = meeting
    return found


def test_R51_social_services_call_the_reporter_the_receiver_and_the_rektor(
    cases: CasesHouse,
) -> None:
    """R51: what was asked for is done with it; the matter has only staff and its own reference."""
    report = reported(cases)
    cases.post(f"reports/{report['id']}/meeting/ask")
    shown = called(cases, report, place="forvaltningshuset-eken")
    (meeting,) = shown["meetings"]
    assert {one["person"] for one in meeting["attendance"]} == {REPORTER, RECEIVER, REKTOR}
    assert (meeting["state"], meeting["organizer"]) == ("booked", RECEIVER)
    assert "call-report-meeting" in duties(shown, "done")
    (row,) = cases.rows("SELECT about, child, reference FROM cases.cases")
    assert (row["about"], row["child"]) == ("report", None)
    assert row["reference"] != report["reference"]
    assert cases.get("cases")["cases"] == []
    assert cases.client.get(f"/api/v1/cases/{report['id']}").status_code == 404


def test_R51_the_school_asks_for_it_and_social_services_call(cases: CasesHouse) -> None:
    """R51: neither the reporter nor the rektor books it."""
    report = reported(cases)
    for person in (REPORTER, REKTOR):
        refused = acting(cases, person, f"reports/{report['id']}/meeting", {"starts_at": WANTED})
        assert (refused.status_code, refused.json()["rule"]) == (409, "R51")
    for person in (CHIEF,):
        path = f"reports/{report['id']}/meeting"
        assert acting(cases, person, path, {"starts_at": WANTED}).status_code == 201


def test_R51_others_are_called_by_name_and_the_receiver_is_always_there(cases: CasesHouse) -> None:
    """R51: one that was held or cancelled is followed by another, with others."""
    report = reported(cases)
    first = called(cases, report, participants=[COLLEAGUE])
    (meeting,) = first["meetings"]
    assert {one["person"] for one in meeting["attendance"]} == {RECEIVER, COLLEAGUE}
    refused = called(cases, report, 409, starts_at="2027-03-10T13:00:00+01:00")
    assert refused["type"].endswith("already-booked")
    cases.post(f"meetings/{meeting['id']}/cancel")
    cases.set_clock("2027-03-02T08:00:00+01:00")
    cases.worker.work()
    (row,) = cases.rows("SELECT state FROM cases.cases WHERE about = 'report'")
    assert row["state"] == "closed"
    again = called(cases, report, starts_at="2027-03-10T13:00:00+01:00")
    booked = next(one for one in again["meetings"] if one["state"] == "booked")
    assert {one["person"] for one in booked["attendance"]} == {REPORTER, RECEIVER, REKTOR}
    (row,) = cases.rows("SELECT state FROM cases.cases WHERE about = 'report'")
    assert row["state"] == "open"


def test_R51_a_held_meeting_asks_for_nothing_more_and_the_matter_is_over(
    cases: CasesHouse,
) -> None:
    """R51: no next date, no minutes, no consent to review."""
    report = reported(cases)
    (meeting,) = called(cases, report)["meetings"]
    cases.set_clock("2027-03-09T14:00:00+01:00")
    cases.post(f"meetings/{meeting['id']}/held")
    cases.set_clock("2027-03-10T08:00:00+01:00")
    cases.worker.work()
    (row,) = cases.rows("SELECT state FROM cases.cases WHERE about = 'report'")
    assert row["state"] == "closed"
    assert cases.rows("SELECT kind FROM cases.tasks WHERE case_id = %s", report["id"]) == []


def test_R46_a_cases_meeting_gives_way_within_its_own_window_and_its_notice(
    cases: CasesHouse,
) -> None:
    """R46: to the best free time after the school break; SEQUENCE rises, and nobody learns why."""
    case = cases.signed_case()
    cases.booked(case, WANTED)
    report = reported(cases)
    path = f"reports/{report['id']}/meeting"
    assert acting(cases, CHIEF, path, {"starts_at": WANTED}).status_code == 201
    moved = the_meeting(cases, case)
    assert (moved["starts_at"], moved["sequence"]) == ("2027-03-08T09:00:00+01:00", 1)
    assert (moved["state"], moved["place"]) == ("booked", "forvaltningshuset-eken")
    assert cases.told()[-3:].count("meeting.moved") == 1
    last = cases.get(f"cases/{case['id']}/timeline")[-1]
    assert (last["who"], last["rule"]) == ("Samspel", "R9")
    told = str(cases.get(f"cases/{case['id']}/timeline")) + str(cases.get(f"cases/{case['id']}"))
    assert not any(one in told for one in ("R46", "R51", report["id"], report["reference"], "anm"))
    (note,) = cases.rows("SELECT * FROM cases.audit WHERE rule = 'R46'")
    assert (note["case_id"], note["actor"]) == (None, f"person:{CHIEF}")
    assert note["details"] == {"meeting": moved["id"]}


def test_R46_what_cant_be_moved_within_its_window_stays_and_other_times_are_named(
    cases: CasesHouse,
) -> None:
    """R46: too near to keep the notice; the nearest times stand in the answer, in both forms."""
    case = cases.signed_case(known_on="2027-02-19")  # the window closes on Friday 5 March
    cases.booked(case, "2027-03-03T13:00:00+01:00")
    for person in (OWNER, THERAPIST):  # taken on the two days that would be left
        for day in ("2027-03-04", "2027-03-05"):
            engage(cases, person, f"{day}T07:00:00+01:00", f"{day}T20:00:00+01:00")
    report = reported(cases)
    before = cases.saved()
    refused = called(cases, report, 409, starts_at="2027-03-03T13:00:00+01:00")
    assert (refused["rule"], refused["type"].rpartition(":")[2]) == ("R46", "wont-give-way")
    assert refused["alternatives"] == [
        "2027-03-03T10:30:00+01:00", "2027-03-03T11:00:00+01:00", "2027-03-03T14:00:00+01:00",
        "2027-03-03T14:30:00+01:00", "2027-03-03T15:00:00+01:00",
    ]  # fmt: skip
    assert "onsdagen den 3 mars 2027 kl. 14.00" in refused["detail"]
    assert cases.saved() == before
    assert the_meeting(cases, case)["starts_at"] == "2027-03-03T13:00:00+01:00"
    called(cases, report, starts_at=refused["alternatives"][0])


def test_R46_two_that_are_in_the_way_both_move_or_neither(cases: CasesHouse) -> None:
    """R46: in one transaction; they don't end at the same time as each other either."""
    first, second = cases.signed_case(), cases.signed_case(participants=[OTHER_THERAPIST])
    cases.booked(first, "2027-03-09T13:00:00+01:00")
    cases.booked(second, "2027-03-09T14:00:00+01:00")
    called(cases, reported(cases), minutes=120)
    times = [the_meeting(cases, one)["starts_at"] for one in (first, second)]
    assert sorted(times) == ["2027-03-08T09:00:00+01:00", "2027-03-08T10:00:00+01:00"]


def test_R46_one_that_goes_first_doesnt_give_way_to_another(cases: CasesHouse) -> None:
    """R46: the first that was called stands."""
    called(cases, reported(cases))
    refused = called(cases, reported(cases), 409)
    assert refused["rule"] == "R46"


@pytest.mark.parametrize("about", ["year", "parents"])
def test_R46_the_years_meetings_and_parent_meetings_stand(cases: CasesHouse, about: str) -> None:
    """R46, R20, R26: many come to them, from outside too; the answer says so."""
    engage(cases, REKTOR, "2027-03-09T13:00:00+01:00", "2027-03-09T15:00:00+01:00", about)
    refused = called(cases, reported(cases), 409)
    assert (refused["rule"], refused["type"].rpartition(":")[2]) == ("R46", "year-stands")
    assert refused["alternatives"]


def test_R46_a_refused_time_moves_nothing(cases: CasesHouse) -> None:
    """R46: outside the hours, nothing has given way."""
    case = cases.signed_case()
    cases.booked(case, WANTED)
    called(cases, reported(cases), 409, starts_at="2027-03-09T06:00:00+01:00", minutes=480)
    assert the_meeting(cases, case)["sequence"] == 0


def test_R46_the_moved_meeting_of_a_case_that_the_caller_sees_reads_the_same(
    cases: CasesHouse,
) -> None:
    """R46, R41: those on the case see a new time and no more; the report isn't theirs to see."""
    case = cases.signed_case()
    cases.booked(case, WANTED)
    report = reported(cases)
    called(cases, report)
    assert looks(cases, THERAPIST, f"cases/{case['id']}").status_code == 200
    assert looks(cases, THERAPIST, f"reports/{report['id']}").status_code == 404
    assert looks(cases, THERAPIST, f"cases/{report['id']}").status_code == 404


def test_R46_of_two_reports_that_want_the_same_time_at_once_one_gets_it(
    cases: CasesHouse,
) -> None:
    """R46: the matters are locked in one order: nobody waits in a ring, nothing moves twice."""
    first, second = cases.signed_case(), cases.signed_case(participants=[OTHER_THERAPIST])
    cases.booked(first, "2027-03-09T13:00:00+01:00")
    cases.booked(second, "2027-03-09T14:00:00+01:00")
    reports = [reported(cases) for _ in range(4)]
    body = {"starts_at": WANTED, "minutes": 120}

    def send(report: Json) -> int:
        path = f"/api/v1/reports/{report['id']}/meeting"
        return cases.client.post(path, json=body).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, reports)) == [201, 409, 409, 409]
    assert [the_meeting(cases, one)["sequence"] for one in (first, second)] == [1, 1]


def engage(
    cases: CasesHouse, person: str, starts_at: str, ends_at: str, about: str = "parents"
) -> None:
    """A meeting of the staff's own that takes somebody."""
    step = {"year": "april", "parents": "parent-meeting"}[about]
    matter, meeting = uuid4(), uuid4()
    cases.execute(
        "INSERT INTO cases.cases (id, reference, procedure, procedure_on, known_on, opened_at,"
        " process_owner, initiator, unit, about) VALUES (%s, %s, 'arshjul', '2027-01-01',"
        " '2027-01-01', '2027-01-01', %s, %s, 'bjorkskolan', %s)",
        matter, str(matter)[:8], person, person, about,
    )  # fmt: skip
    cases.execute(
        "INSERT INTO cases.meetings (id, case_id, step, starts_at, ends_at, local_start, state,"
        " created_at, changed_at)"
        " VALUES (%s, %s, %s, %s, %s, '2027-01-01', 'booked', '2027-01-01', '2027-01-01')",
        meeting, matter, step, starts_at, ends_at,
    )  # fmt: skip
    cases.execute(
        "INSERT INTO cases.engagements (meeting_id, person_id, during)"
        " VALUES (%s, %s, tstzrange(%s, %s))",
        meeting, person, starts_at, ends_at,
    )  # fmt: skip
