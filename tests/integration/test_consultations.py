"""Anonymous consultations: no child, no unit, and nothing that leads to a report (R47)."""

from tests.integration.cases_house import CasesHouse, Json
from tests.integration.reporting import CHIEF, COLLEAGUE, REPORTER, acting, looks, reported


def booked(cases: CasesHouse, by: str | None = None, **changes: object) -> Json:
    first = cases.get("consultations/slots")[0]["starts_at"]
    body = {"starts_at": first, "by": by} | changes
    made: Json = cases.post("consultations", body, 201)
    return made


def test_R47_the_slots_are_those_of_whoever_receives_reports(cases: CasesHouse) -> None:
    """R47: half an hour each, in the next ten working days, the soonest first."""
    slots = cases.get("consultations/slots")
    assert slots[0] == {
        "starts_at": "2027-03-01T08:30:00+01:00", "ends_at": "2027-03-01T09:00:00+01:00",
    }  # fmt: skip
    assert slots == sorted(slots, key=lambda one: str(one["starts_at"]))
    assert slots[-1]["starts_at"].startswith("2027-03-15")
    booked(cases, starts_at="2027-03-01T09:00:00+01:00")
    left = [one["starts_at"] for one in cases.get("consultations/slots")]
    assert "2027-03-01T09:00:00+01:00" not in left
    assert looks(cases, COLLEAGUE, "consultations/slots").status_code == 200


def test_R47_a_consultation_names_no_child_no_unit_and_no_one_who_wont_be_named(
    cases: CasesHouse,
) -> None:
    """R47: nor is it written down who sat before the calling system."""
    body = {"starts_at": "2027-03-02T09:00:00+01:00"}
    answer = acting(cases, REPORTER, "consultations", body)
    made = answer.json()
    assert (answer.status_code, made["with"], made["by"]) == (201, CHIEF, None)
    (row,) = cases.rows("SELECT about, child, unit FROM cases.cases")
    assert row == {"about": "consultation", "child": None, "unit": "ifo"}
    people = cases.rows("SELECT person_id::text FROM cases.participants")
    assert people == [{"person_id": CHIEF}]
    kept = cases.rows("SELECT actor FROM cases.audit")
    kept += cases.rows("SELECT actor FROM cases.idempotency")
    kept += cases.rows("SELECT actor FROM cases.access_log")
    assert REPORTER not in str(kept)
    cases.post("consultations", body | {"unit": "bjorkskolan"}, 422)
    cases.post("consultations", body | {"report": made["id"]}, 422)


def test_R47_both_who_are_to_talk_see_it_and_nobody_else(cases: CasesHouse) -> None:
    """R47: no list, no path and no report leads to it."""
    made = booked(cases, by=REPORTER)
    report = reported(cases)
    assert made["by"] == REPORTER
    assert acting(cases, COLLEAGUE, f"consultations/{made['id']}/cancel").status_code == 404
    assert acting(cases, COLLEAGUE, f"meetings/{made['meeting']}/cancel").status_code == 404
    assert cases.client.get(f"/api/v1/cases/{made['id']}").status_code == 404
    assert cases.get("cases")["cases"] == []
    assert made["id"] not in str(cases.get("reports")) + str(cases.get(f"reports/{report['id']}"))
    assert acting(cases, REPORTER, f"consultations/{made['id']}/cancel").status_code == 200


def test_R47_nobody_books_in_anothers_name(cases: CasesHouse) -> None:
    """R47: in one's own or in none; whoever receives reports books for whoever phones."""
    body = {"starts_at": "2027-03-02T09:00:00+01:00", "by": REPORTER}
    refused = acting(cases, COLLEAGUE, "consultations", body)
    assert (refused.status_code, refused.json()["rule"]) == (409, "R47")
    assert acting(cases, CHIEF, "consultations", body).status_code == 201


def test_R47_one_at_a_time(cases: CasesHouse) -> None:
    """R47: a time that is taken is refused."""
    booked(cases, starts_at="2027-03-02T09:00:00+01:00")
    refused = cases.post("consultations", {"starts_at": "2027-03-02T09:15:00+01:00"}, 409)
    assert refused["type"].endswith("double-booked")


def test_R47_it_is_called_off_or_it_is_over_by_itself(cases: CasesHouse) -> None:
    """R47: nobody is asked whether it was held, and cancelling twice changes nothing."""
    first = booked(cases, starts_at="2027-03-02T09:00:00+01:00")
    second = booked(cases, starts_at="2027-03-02T10:00:00+01:00")
    for _ in range(2):
        assert cases.post(f"consultations/{first['id']}/cancel")["state"] == "cancelled"
    cases.set_clock("2027-03-03T00:10:00+01:00")
    cases.worker.work()
    rows = cases.rows(
        "SELECT m.id::text, m.state, c.state AS matter FROM cases.meetings m"
        " JOIN cases.cases c ON c.id = m.case_id WHERE c.about = 'consultation'"
        " ORDER BY m.starts_at"
    )
    assert rows == [
        {"id": first["meeting"], "state": "cancelled", "matter": "closed"},
        {"id": second["meeting"], "state": "held", "matter": "closed"},
    ]
    assert cases.rows("SELECT kind FROM cases.tasks WHERE case_id IS NOT NULL") == []


def test_R47_only_a_consultation_is_called_off_there(cases: CasesHouse) -> None:
    """R47: neither a case nor a report."""
    for thing in (cases.open_case(), reported(cases)):
        assert acting(cases, CHIEF, f"consultations/{thing['id']}/cancel").status_code == 404
        cases.post(f"consultations/{thing['id']}/cancel", status=404)
