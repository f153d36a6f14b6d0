"""What keeps a report, and all that is the staff's own, from families and who has left (R41)."""

from uuid import UUID, uuid4

import psycopg
import pytest

from tests.integration.cases_house import CasesHouse, Json, guardian
from tests.integration.reporting import (
    CHIEF,
    RECEIVER,
    REKTOR,
    REPORTER,
    acting,
    duties,
    looks,
    new_report,
    reported,
)
from tests.integration.test_feeds import events, feed_of, read

WANTED = "2027-03-10T13:00:00+01:00"
AS_STAFF = """
    INSERT INTO cases.participants (case_id, person_id, party, role, organisation, added_at)
    VALUES (%s, %s, 'staff', 'rektor', 'school', now())
"""
CALL = "INSERT INTO cases.attendance (meeting_id, person_id) VALUES (%s, %s)"


def reads(cases: CasesHouse) -> list[Json]:
    return cases.rows("SELECT actor, case_id, what FROM cases.access_log ORDER BY id")


def a_meeting(cases: CasesHouse, report: Json) -> str:
    shown = cases.post(f"reports/{report['id']}/meeting", {"starts_at": WANTED}, 201)
    meeting: str = shown["meetings"][0]["id"]
    return meeting


def family(cases: CasesHouse) -> tuple[str, str]:
    """A case, and one of its guardians."""
    case = cases.signed_case()
    return case["id"], case["guardians"][0]["id"]


def refused(cases: CasesHouse, query: str, *values: object) -> str | None:
    """Which constraint refuses it, of what the case service's own role could write."""
    with psycopg.connect(cases.database_url) as connection:
        connection.execute("SET ROLE samspel_cases")
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            connection.execute(query.encode(), values)
        connection.rollback()
    return caught.value.diag.constraint_name


# the log


@pytest.mark.parametrize(
    ("person", "path", "body"),
    [
        (RECEIVER, "written", {}),
        (REPORTER, "meeting/ask", {}),
        (REPORTER, "feedback/ask", {}),
        (REKTOR, "classify", {"suspected_abuse": False}),
        (REKTOR, "guardian-informed", {"by": REKTOR}),
        (CHIEF, "feedback", {"code": "opened"}),
        (RECEIVER, "meeting", {"starts_at": WANTED}),
    ],
)
def test_R41_whoever_is_answered_with_a_report_has_read_it(
    cases: CasesHouse, person: str, path: str, body: Json
) -> None:
    """R41: each time, also when nothing changes; and what is refused shows nothing."""
    report = reported(cases)
    before = len(reads(cases))
    for _ in range(1 if path == "meeting" else 2):
        assert acting(cases, person, f"reports/{report['id']}/{path}", body).status_code < 300
    read_by = {"actor": f"person:{person}", "case_id": None, "what": f"report:{report['id']}"}
    now = reads(cases)[before:]
    assert now == [read_by] * (1 if path == "meeting" else 2)
    acting(cases, REKTOR, f"reports/{report['id']}/written")  # 409
    assert reads(cases)[before:] == now


def test_R41_whoever_makes_a_report_is_in_its_log_and_once_more_with_the_same_key(
    cases: CasesHouse,
) -> None:
    """R41: an answer that is read anew is another reading."""
    headers = {"Samspel-Acting-As": REPORTER, "Idempotency-Key": "once"}
    for count in (1, 2):
        made = cases.client.post("/api/v1/reports", json=new_report(), headers=headers)
        named = {"actor": f"person:{REPORTER}", "what": f"report:{made.json()['id']}"}
        assert reads(cases) == [named | {"case_id": None}] * count


# the database


def test_R41_the_database_takes_nobody_of_a_family_into_a_matter_of_the_staff(
    cases: CasesHouse,
) -> None:
    """R41: whatever they are said to be there, and however it is written."""
    report, (case, parent) = reported(cases), family(cases)
    meeting = a_meeting(cases, report)
    as_guardian = (
        "INSERT INTO cases.participants (case_id, person_id, party, added_at)"
        " VALUES (%s, %s, 'guardian', now())"
    )
    staff_alone = "matters_of_staff_are_for_staff"
    for query, *values in (
        (as_guardian, report["id"], parent),
        (AS_STAFF, report["id"], parent),
        (CALL, meeting, parent),
        ("UPDATE cases.attendance SET person_id = %s WHERE meeting_id = %s AND person_id = %s",
         parent, meeting, REKTOR),
        ("UPDATE cases.participants SET case_id = %s WHERE case_id = %s AND person_id = %s",
         report["id"], case, parent),
        ("UPDATE cases.participants SET person_id = %s WHERE case_id = %s AND person_id = %s",
         parent, report["id"], REKTOR),
        ("UPDATE cases.participants SET party = 'guardian' WHERE case_id = %s", report["id"]),
    ):  # fmt: skip
        assert refused(cases, query, *values) == staff_alone, query


def test_R41_the_database_changes_nobodys_party_and_no_meetings_matter(cases: CasesHouse) -> None:
    """R41: who is staff stays so, and what is about a report stays there."""
    report, (case, parent) = reported(cases), family(cases)
    meeting = a_meeting(cases, report)
    party = "UPDATE cases.people SET party = %s, code = NULL WHERE id = %s"
    assert refused(cases, party, "guardian", REPORTER) == "party_stays"
    assert refused(cases, party, "staff", parent) == "party_stays"
    moved = "UPDATE cases.meetings SET case_id = %s WHERE id = %s"
    assert refused(cases, moved, case, meeting) == "meeting_stays"
    about = "UPDATE cases.cases SET about = 'consultation' WHERE id = %s"
    assert refused(cases, about, report["id"]) == "about_stays"
    cases.execute("UPDATE cases.people SET party = 'guardian' WHERE id = %s", parent)  # the same


def test_R41_a_feed_shows_nobody_of_a_family_what_is_the_staffs(cases: CasesHouse) -> None:
    """R41: even if the database had let them in."""
    report, (_, parent) = reported(cases), family(cases)
    meeting = a_meeting(cases, report)
    with psycopg.connect(cases.database_url) as connection:
        connection.execute("SET session_replication_role = replica")  # no trigger asks
        connection.execute(AS_STAFF.replace("added_at)", "added_at, case_open)").replace(
            "now())", "now(), true)"), [report["id"], parent])  # fmt: skip
        connection.execute(CALL, [meeting, parent])
    assert events(read(cases, feed_of(cases, parent))) == []
    assert len(events(read(cases, feed_of(cases, REKTOR)))) == 1


# who has left


def leaves(cases: CasesHouse, person: str, last_day: str = "2027-03-02") -> None:
    cases.execute("UPDATE cases.holders SET last_day = %s WHERE person_id = %s", last_day, person)
    cases.set_clock("2027-04-06T08:00:00+02:00")
    cases.worker.work()


@pytest.mark.parametrize("person", [RECEIVER, REPORTER])
def test_R41_who_works_there_no_more_sees_no_report_any_more(
    cases: CasesHouse, person: str
) -> None:
    """R41: neither whoever made it nor whoever received it; it is the post's to see to."""
    report = reported(cases, suspected_abuse=True)
    path = f"reports/{report['id']}"
    assert looks(cases, person, path).status_code == 200
    leaves(cases, person)
    assert looks(cases, person, path).status_code == 404
    assert looks(cases, person, f"{path}/feedback").status_code == 404
    assert looks(cases, person, "reports").json() == []
    cleared = {"suspected_abuse": False, "because": "assessed-anew"}
    assert acting(cases, person, f"{path}/classify", cleared).status_code == 404
    assert looks(cases, CHIEF, path).status_code == 200


def test_R41_who_received_it_and_works_for_the_school_now_sees_it_no_more(
    cases: CasesHouse,
) -> None:
    """R41: it was social services that received it."""
    report = reported(cases)
    leaves(cases, RECEIVER)
    cases.execute(
        "INSERT INTO cases.holders (post, person_id, first_day, capacity)"
        " VALUES (%s, %s, '2027-03-03', 'deputy')",
        "larare-bjorkskolan", RECEIVER,
    )  # fmt: skip
    assert looks(cases, RECEIVER, f"reports/{report['id']}").status_code == 404
    assert looks(cases, RECEIVER, "reports").json() == []


# addresses


@pytest.mark.parametrize(
    ("source", "address", "is_theirs"),
    [
        ("guardian", "Kristina.Blom@exempelkommun.example", True),
        ("child", "kristina.blom@EXEMPELKOMMUN.example", True),
        ("staff", "kristina.blom@exempelkommun.example", False),
        ("guardian", "kim@hemma.example", False),
    ],
)
def test_R41_the_address_of_who_has_asked_for_help_is_a_familys_too(
    cases: CasesHouse, source: str, address: str, is_theirs: bool
) -> None:
    """R41: as long as the inquiry is open; then how to reach them is forgotten."""
    made = cases.post("inquiries", {"procedure": "sspf", "source": source, "email": address}, 201)
    for told in (is_theirs, False):
        report = reported(cases)
        assert ("reach-otherwise" in duties(report)) == told
        cases.client.post(f"/api/v1/inquiries/{made['id']}/decline")


def test_R41_an_address_is_the_same_in_letters_of_another_alphabet(cases: CasesHouse) -> None:
    """R41: what is compared is what the forms keep."""
    cases.execute(
        "UPDATE cases.people SET email = 'kim@xn--exmple-cua.example' WHERE id = %s", REPORTER
    )
    made = cases.post(
        "inquiries", {"procedure": "sspf", "source": "guardian", "email": "kim@exämple.example"},
        201,
    )  # fmt: skip
    assert "reach-otherwise" in duties(reported(cases))
    cases.post(f"inquiries/{made['id']}/decline")
    cases.open_case(guardians=[guardian("Kim Exempel", email="Kim@exämple.example")])
    assert "reach-otherwise" in duties(reported(cases))


# consultations


def test_R47_nobody_of_a_family_books_a_consultation_in_no_name(cases: CasesHouse) -> None:
    """R47: without a name it is still somebody of the staff who sits before the calling system."""
    _, parent = family(cases)
    body = {"starts_at": "2027-03-02T09:00:00+01:00"}
    before = cases.saved()
    assert acting(cases, parent, "consultations", body).status_code == 404
    assert acting(cases, str(uuid4()), "consultations", body).status_code == 422
    assert cases.saved() == before
    assert acting(cases, REPORTER, "consultations", body).status_code == 201
    assert UUID(REPORTER).hex not in str(cases.rows("SELECT actor FROM cases.audit"))
