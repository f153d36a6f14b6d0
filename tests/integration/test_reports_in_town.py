"""A report of concern from the phone call to the answer, with all its mails (R40-R46, R51)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.reporting import ABOVE, CHIEF, RECEIVER, REKTOR, REPORTER, new_report
from tests.support.town import Json, Town, a_town

REPORTERS = "kristina.blom@exempelkommun.example"


@pytest.fixture
def town(registered_url: str, municipality: Path) -> Iterator[Town]:
    """On Monday 1 March 2027 at 08.00, with reports and the yearly cycle."""
    with a_town(registered_url, municipality, year=True) as made:
        made.quiet()
        yield made


def mailed(town: Town, address: str, since: int = 0) -> list[tuple[str, str]]:
    return [(one.on, one.kind) for one in town.mails()[since:] if one.to == address]


def test_R44_a_report_from_the_oral_receipt_to_the_answer(town: Town) -> None:
    """R42-R45: three mails to the reporter that name nothing, and none about the answer."""
    before = len(town.mails())
    report = town.do("reports", new_report())
    town.move_clock("2027-03-04T10:00:00+01:00")
    town.do(f"reports/{report['id']}/written")
    town.move_clock("2027-03-15T23:30:00+01:00")
    until = mailed(town, REPORTERS, before)
    town.move_clock("2027-03-16T09:00:00+01:00")
    nudged = mailed(town, REPORTERS, before)[len(until) :]
    assert [day for day, _ in nudged] == ["2027-03-16"]
    assert town.get("tasks?state=open&owner=" + REPORTER)[-1]["kind"] == "ask-for-feedback"
    town.do(f"reports/{report['id']}/feedback/ask")
    town.do(f"reports/{report['id']}/feedback", {"code": "opened"})
    town.move_clock("2027-04-05T09:00:00+02:00")
    assert mailed(town, REPORTERS, before)[len(until) + 1 :] == []
    for raw in (one for one in town.mails()[before:] if one.to == REPORTERS):
        assert not raw.kind.startswith("anm")
    texts = str(town.mail_to(REPORTERS)).lower()
    assert not any(word in texts for word in ("anmäl", "björkskolan", "oro", report["id"]))


def test_R42_a_written_report_that_doesnt_come_is_told_to_those_who_have_to_know(
    town: Town,
) -> None:
    """R42, R41: the reporter, the receiver's post and its manager; not the school's."""
    before = len(town.mails())
    report = town.do("reports", new_report(suspected_abuse=None))
    town.move_clock("2027-03-12T12:00:00+01:00")
    about = town.rows(
        "SELECT DISTINCT p.email FROM notifier.messages m"
        " JOIN cases.tasks t ON t.id = m.task_id JOIN cases.people p ON p.id = m.person_id"
        " WHERE t.report_id = %s ORDER BY p.email",
        report["id"],
    )
    assert [row["email"] for row in about] == [
        "birgitta.nordlund@exempelkommun.example",
        "jonas.ekdahl@exempelkommun.example",
        REPORTERS,
    ]
    assert len(mailed(town, REPORTERS, before)) >= 2
    assert mailed(town, "birgitta.nordlund@exempelkommun.example", before)


def test_R41_a_manager_who_is_told_isnt_told_what_it_is_about(town: Town) -> None:
    """R41: of another's duty they see that a mail came, neither its rule nor its task."""
    report = town.do("reports", new_report())
    town.move_clock("2027-03-12T12:00:00+01:00")
    tasks = {one["id"] for one in town.get(f"reports/{report['id']}")["tasks"]}
    about = [one for one in town.get("messages") if one["task"] in tasks]
    copies = [one for one in about if one["recipient"] == ABOVE]
    assert copies
    assert {one["rule"] for one in copies} == {"R42"}  # the calling system sees it
    for person, sees in ((ABOVE, False), (CHIEF, True)):
        headers = {"Samspel-Acting-As": person}
        own = town.client.get("/api/v1/messages", headers=headers).json()
        its = [one for one in about if one["recipient"] == person]
        shown = [one for one in own if one["id"] in {x["id"] for x in its}]
        shown += [
            town.client.get(f"/api/v1/messages/{one['id']}", headers=headers).json() for one in its
        ]
        assert len(shown) == 2 * len(its) > 0
        assert {(one["rule"], one["task"]) == (None, None) for one in shown} == {not sees}
        again = town.client.post(f"/api/v1/messages/{its[0]['id']}/repeat", headers=headers)
        assert again.status_code == 409
        assert (again.json().get("rule") is None) != sees


def test_R41_an_address_that_is_also_of_a_family_gets_no_mail_about_a_report(town: Town) -> None:
    """R41: neither about the report nor about its meeting; a person tells each time, once."""
    a_family_with(REPORTERS, town)
    before = len(town.mails())
    report = town.do("reports", new_report(suspected_abuse=True))
    town.do(f"reports/{report['id']}/meeting", {"starts_at": "2027-03-09T13:00:00+01:00"})
    town.move_clock("2027-03-17T12:00:00+01:00")
    assert mailed(town, REPORTERS, before) == []
    tasks = town.get(f"reports/{report['id']}")["tasks"]
    told = [task for task in tasks if task["kind"] == "reach-otherwise"]
    kinds = ("see-receipt", "send-written-report", "ask-for-feedback")
    assert len(told) == sum(task["kind"] in kinds for task in tasks) == len(kinds)
    assert {(task["owner"], task["about"]) for task in told} == {(CHIEF, REPORTER)}


def test_R46_those_whose_meeting_gives_way_hear_of_a_new_time_and_nothing_else(town: Town) -> None:
    """R46: the family gets an ordinary change, and no word of why."""
    case = a_family_with("petra@hemma.example", town)
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign")
    (meeting,) = town.get(f"cases/{case['id']}")["meetings"]
    report = town.do("reports", new_report(suspected_abuse=True))
    before = len(town.mails())
    town.do(f"reports/{report['id']}/meeting", {"starts_at": meeting["starts_at"]})
    moved = the_meeting(town, case)
    assert (moved["sequence"], moved["state"]) == (1, "booked")
    assert moved["starts_at"] != meeting["starts_at"]
    told = [one for one in town.mails()[before:] if one.to == "petra@hemma.example"]
    assert [one.kind for one in told] == ["REQUEST 1"]
    text = str(town.mail_to("petra@hemma.example"))
    assert not any(word in text.lower() for word in ("anmäl", "social", "r46", report["id"]))
    called = {one.to for one in town.mails()[before:] if one.kind == "REQUEST 0"}
    assert called == {
        REPORTERS, "lotta.engstrom@exempelkommun.example", "anna.lindqvist@exempelkommun.example",
    }  # fmt: skip


def test_R47_a_consultation_is_called_to_and_is_over_by_itself(town: Town) -> None:
    """R47: an ordinary invitation to whoever receives reports, and nothing to mark afterwards."""
    before = len(town.mails())
    made = town.do("consultations", {"starts_at": "2027-03-10T09:00:00+01:00"})
    assert made["with"] == CHIEF
    assert {one.to for one in town.mails()[before:]} == {"jonas.ekdahl@exempelkommun.example"}
    town.move_clock("2027-03-12T12:00:00+01:00")
    (row,) = town.rows("SELECT state FROM cases.cases WHERE about = 'consultation'")
    assert row["state"] == "closed"
    kinds = town.rows("SELECT kind FROM cases.tasks WHERE case_id = %s", made["id"])
    assert kinds == []


def test_R51_a_report_meeting_is_marked_by_whoever_called_it(town: Town) -> None:
    """R51: as any meeting; then the matter is over."""
    report = town.do("reports", new_report())
    town.do(f"reports/{report['id']}/meeting", {"starts_at": "2027-03-09T13:00:00+01:00"})
    town.move_clock("2027-03-11T12:00:00+01:00")
    (task,) = town.rows(
        "SELECT kind, owner::text FROM cases.tasks WHERE case_id = %s AND state = 'open'",
        report["id"],
    )
    assert task == {"kind": "mark-as-held", "owner": RECEIVER}
    (meeting,) = town.get(f"reports/{report['id']}")["meetings"]
    town.do(f"meetings/{meeting['id']}/held")
    town.move_clock("2027-03-12T12:00:00+01:00")
    (row,) = town.rows("SELECT state FROM cases.cases WHERE about = 'report'")
    assert row["state"] == "closed"


def a_family_with(address: str, town: Town) -> Json:
    """A case at the school, of which a guardian has that address."""
    body = {
        "procedure": "samverkansmote",
        "known_on": "2027-03-01",
        "initiator": REKTOR,
        "child": {
            "name": "Alva Exempel", "birth_date": "2014-05-02", "unit": "bjorkskolan",
            "protected": False,
        },
        "guardians": [
            {"name": "Petra Exempel", "email": address, "custody": True, "protected": False}
        ],
        "participants": [town.people("familjebehandlare")[0]["id"]],
    }  # fmt: skip
    return town.do("cases", body)


def the_meeting(town: Town, case: Json) -> Json:
    (meeting,) = town.get(f"cases/{case['id']}")["meetings"]
    found: Json = meeting
    return found
