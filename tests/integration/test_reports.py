"""Reports of concern: that there is one, and what is to be done about it (R40-R45, R48-R51)."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import CheckViolation

from shared.bus.events import MessageFailed
from tests.integration.cases_house import CasesHouse, Json
from tests.integration.reporting import (
    ABOVE,
    CHIEF,
    COLLEAGUE,
    OTHER_REKTOR,
    RECEIVER,
    REKTOR,
    REPORTER,
    SKOLCHEF,
    acting,
    duties,
    looks,
    new_report,
    reported,
)


def code(refused: Json) -> tuple[str, str]:
    return refused["rule"], refused["type"].rpartition(":")[2]


def kept(cases: CasesHouse) -> int:
    (row,) = cases.rows("SELECT count(*) AS count FROM cases.reports")
    count: int = row["count"]
    return count


# it has come


def test_R42_an_oral_report_is_sent_and_noted_in_writing_before_both_are_done(
    cases: CasesHouse,
) -> None:
    """R42: an oral report leaves a task open with both, until the written one is in."""
    report = reported(cases)
    assert duties(report) == {
        "see-receipt": REPORTER,
        "send-written-report": REPORTER,
        "note-written-report": CHIEF,
        "inform-guardian": REKTOR,
    }
    due = {task["kind"]: task["due_on"] for task in report["tasks"]}
    assert (due["send-written-report"], due["note-written-report"]) == ("2027-03-04",) * 2
    for task in report["tasks"]:
        if "written" in task["kind"]:
            refused = cases.post(f"tasks/{task['id']}/done", status=409)
            assert code(refused) == ("R42", "task-not-done")
    written = cases.post(f"reports/{report['id']}/written")
    assert written["written_on"] == "2027-03-01"
    assert set(duties(written, "done")) == {"send-written-report", "note-written-report"}
    assert cases.post(f"reports/{report['id']}/written", {"on": "2027-03-01"}) == written


def test_R42_a_written_report_needs_no_other(cases: CasesHouse) -> None:
    """R42: what has come in writing is in."""
    report = reported(cases, oral=False, suspected_abuse=None)
    assert (report["channel"], report["written_on"]) == ("letter", "2027-03-01")
    assert duties(report) == {"see-receipt": REPORTER}


@pytest.mark.parametrize(
    ("oral", "channel", "status"),
    [
        (True, "phone", 201),
        (True, "in-person", 201),
        (True, "letter", 422),
        (False, "letter", 201),
        (False, "e-service", 201),
        (False, "phone", 422),
        (False, "e-mail", 422),
        (True, "e-mail", 422),
    ],
)
def test_R50_a_report_comes_by_phone_in_person_by_letter_or_e_service_never_by_mail(
    cases: CasesHouse, channel: str, status: int, *, oral: bool
) -> None:
    """R50: a code says by which channel; there is none for e-mail."""
    answer = cases.post("reports", new_report(oral=oral, channel=channel), status)
    assert kept(cases) == (status == 201), answer


def test_R43_only_the_report_itself_tells_by_whom_it_was_received(cases: CasesHouse) -> None:
    """R43: the receipt is a task of the reporter; the name stands where they see the report."""
    report = reported(cases, oral=False, suspected_abuse=None)
    tasks = looks(cases, REPORTER, "tasks").json()
    assert [task["kind"] for task in tasks] == ["see-receipt"]
    assert RECEIVER not in str(tasks)
    seen = looks(cases, REPORTER, f"reports/{report['id']}").json()
    assert seen["received_by"] == RECEIVER
    assert looks(cases, REPORTER, "tasks").json() == []  # it has been seen


def test_R43_whoever_receives_works_for_social_services(cases: CasesHouse) -> None:
    """R43: the school doesn't receive its own reports."""
    refused = cases.post("reports", new_report(received_by=REKTOR), 422)
    assert refused["errors"][0]["field"] == "received_by"
    assert refused["rule"] == "R43"


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit": "ifo"},
        {"unit": "ingenstans"},
        {"reporter": "0b6f6ff6-7a32-5f1e-9a50-2b8e2d1f6a10"},
        {"received_on": "2027-03-02"},
        {"oral": "yes"},
        {"child": "somebody"},
        {"comment": "words about a child"},
    ],
)
def test_R41_no_field_takes_words_or_leads_to_a_child(cases: CasesHouse, wrong: Json) -> None:
    """R41: codes and dates alone, and nothing is half-saved."""
    before = cases.saved()
    cases.post("reports", new_report(**wrong), 422)
    assert (cases.saved(), kept(cases)) == (before, 0)


# abuse


@pytest.mark.parametrize("suspected", [True, None])
def test_R41_of_suspected_abuse_or_what_isnt_marked_no_guardian_is_told(
    cases: CasesHouse, *, suspected: bool | None
) -> None:
    """R41: nobody is asked to tell them, and noting that somebody did is refused."""
    report = reported(cases, suspected_abuse=suspected)
    assert report["kept_from_the_family"] is True
    assert "inform-guardian" not in duties(report)
    refused = cases.post(f"reports/{report['id']}/guardian-informed", {"by": REKTOR}, 409)
    assert code(refused) == ("R41", "kept-from-the-family")
    assert "classify" in refused["detail"]


def test_R40_the_rektor_notes_who_has_told_the_guardians_and_when(cases: CasesHouse) -> None:
    """R40: by whom and when; also before the report was made, but not in days to come."""
    report = reported(cases)
    path = f"reports/{report['id']}/guardian-informed"
    cases.post(path, {"by": REKTOR, "on": "2027-03-02"}, 422)
    told = cases.post(path, {"by": REKTOR, "on": "2027-02-26"})
    assert (told["guardian_informed_by"], told["guardian_informed_on"]) == (REKTOR, "2027-02-26")
    assert "inform-guardian" in duties(told, "done")
    assert cases.post(path, {"by": REPORTER}) == told


def test_R41_a_suspicion_can_always_be_marked_and_ends_the_telling(cases: CasesHouse) -> None:
    """R41: from then on nobody is asked to tell a guardian; twice changes nothing."""
    report = reported(cases)
    path = f"reports/{report['id']}/classify"
    marked = cases.post(path, {"suspected_abuse": True})
    assert (marked["suspected_abuse"], marked["kept_from_the_family"]) == (True, True)
    assert "inform-guardian" in duties(marked, "done")
    assert cases.post(path, {"suspected_abuse": True}) == marked


def test_R41_a_suspicion_after_a_guardian_was_told_keeps_what_was_done(cases: CasesHouse) -> None:
    """R41: it can be marked then too, and what has been done stays written down."""
    report = reported(cases)
    cases.post(f"reports/{report['id']}/guardian-informed", {"by": REKTOR})
    marked = cases.post(f"reports/{report['id']}/classify", {"suspected_abuse": True})
    assert (marked["suspected_abuse"], marked["guardian_informed_by"]) == (True, REKTOR)
    assert cases.post(f"reports/{report['id']}/feedback", {"code": "ongoing"})["feedback"]


def test_R41_a_suspicion_is_taken_back_by_social_services_with_a_reason(cases: CasesHouse) -> None:
    """R41: then the rektor is asked to see to it that the guardians know (R40)."""
    report = reported(cases, suspected_abuse=True)
    path = f"reports/{report['id']}/classify"
    refused = cases.post(path, {"suspected_abuse": False}, 409)
    assert code(refused) == ("R41", "needs-a-reason")
    because = {"suspected_abuse": False, "because": "assessed-anew"}
    assert acting(cases, REPORTER, path, because).json()["type"].endswith("by-social-services")
    cleared = acting(cases, RECEIVER, path, because)
    assert cleared.json()["suspected_abuse"] is False
    assert duties(cases.get(f"reports/{report['id']}"))["inform-guardian"] == REKTOR


def test_R41_what_nobody_had_marked_is_marked_by_whoever_knows(cases: CasesHouse) -> None:
    """R41: until then it counts as suspected."""
    report = reported(cases, suspected_abuse=None)
    answer = acting(cases, REPORTER, f"reports/{report['id']}/classify", {"suspected_abuse": False})
    assert answer.json()["kept_from_the_family"] is False
    assert duties(cases.get(f"reports/{report['id']}"))["inform-guardian"] == REKTOR


def test_R41_a_telling_that_was_ended_comes_again_when_it_may_be_done(cases: CasesHouse) -> None:
    """R41, R40: marked by mistake and cleared, the rektor is asked once more."""
    report = reported(cases)
    path = f"reports/{report['id']}/classify"
    cases.post(path, {"suspected_abuse": True})
    cleared = cases.post(path, {"suspected_abuse": False, "because": "marked-by-mistake"})
    assert duties(cleared)["inform-guardian"] == REKTOR


@pytest.mark.parametrize("suspected", [True, None])
def test_R41_the_database_refuses_that_a_guardian_was_told(
    cases: CasesHouse, *, suspected: bool | None
) -> None:
    """R41: whoever writes it, and however."""
    report = reported(cases, suspected_abuse=suspected)
    told = (
        "UPDATE cases.reports SET guardian_informed_on = '2027-03-01', guardian_informed_by = %s"
        " WHERE id = %s"
    )
    with psycopg.connect(cases.database_url) as connection, pytest.raises(CheckViolation) as no:
        connection.execute(told, [REKTOR, report["id"]])
    assert no.value.diag.constraint_name == "nobody_of_the_family_is_told"


# feedback


@pytest.mark.parametrize(
    ("received", "nudged"),
    [
        ("2027-03-01", "2027-03-16"),  # day 14 is a Monday: the next working day after it
        ("2027-02-26", "2027-03-15"),  # day 14 is a Friday: over the weekend
        ("2027-02-24", "2027-03-11"),
    ],
)
def test_R44_who_wished_for_it_may_ask_on_the_working_day_after_day_14_not_before(
    cases: CasesHouse, received: str, nudged: str
) -> None:
    """R44: counted from the first receipt, the oral one too."""
    report = reported(cases, received_on=received)
    assert report["feedback_from"] == nudged
    before = date.fromisoformat(nudged).replace(day=int(nudged[-2:]) - 1)
    cases.set_clock(f"{before}T12:00:00+01:00")
    cases.worker.work()
    assert "ask-for-feedback" not in duties(cases.get(f"reports/{report['id']}"))
    cases.set_clock(f"{nudged}T00:30:00+01:00")
    cases.worker.work()
    assert duties(cases.get(f"reports/{report['id']}"))["ask-for-feedback"] == REPORTER


def test_R44_a_report_that_is_entered_weeks_late_is_asked_about_at_once(cases: CasesHouse) -> None:
    """R44: the two weeks count from the receipt, whenever it was entered."""
    report = reported(cases, received_on="2027-02-01")
    assert duties(report)["ask-for-feedback"] == REPORTER


def test_R48_nobody_elses_affairs_stand_in_the_way_of_a_report(cases: CasesHouse) -> None:
    """R48: not even a consultation that has just ended, which whoever reports doesn't see."""
    cases.post("consultations", {"starts_at": "2027-03-01T09:00:00+01:00"}, 201)
    cases.set_clock("2027-03-01T10:00:00+01:00")
    assert acting(cases, REPORTER, "reports", new_report()).status_code == 201


@pytest.mark.parametrize("why", ["not wished", "asked already", "answered already"])
def test_R44_nobody_is_nudged_who_neednt_ask(cases: CasesHouse, why: str) -> None:
    """R44: who didn't wish for it, has asked, or whose answer is there, isn't nudged."""
    report = reported(cases, wants_feedback=why != "not wished")
    if why == "asked already":
        cases.post(f"reports/{report['id']}/feedback/ask")
    if why == "answered already":
        cases.post(f"reports/{report['id']}/feedback", {"code": "ongoing"})
    cases.set_clock("2027-04-01T08:00:00+02:00")
    cases.worker.work()
    assert "ask-for-feedback" not in duties(cases.get(f"reports/{report['id']}"))


def test_R44_a_worker_that_was_down_for_two_months_nudges_once(cases: CasesHouse) -> None:
    """R44: late is better than never, and once is enough."""
    report = reported(cases)
    for now in ("2027-05-10T08:00:00+02:00", "2027-05-11T08:00:00+02:00"):
        cases.set_clock(now)
        cases.worker.work()
    kinds = [task["kind"] for task in cases.get(f"reports/{report['id']}")["tasks"]]
    assert kinds.count("ask-for-feedback") == 1


def test_R45_the_answer_is_a_code_that_stands_there_for_the_reporter_who_asks(
    cases: CasesHouse,
) -> None:
    """R45: given when the reporter asks; neither the rektor nor anybody else sees the code."""
    report = reported(cases)
    path = f"reports/{report['id']}"

    def told() -> Any:
        return looks(cases, REPORTER, f"{path}/feedback").json()

    assert told() == {"state": "not-asked", "asked_on": None, "code": None, "on": None}
    asked = acting(cases, REPORTER, f"{path}/feedback/ask")
    assert asked.status_code == 200
    task = next(one for one in cases.get(path)["tasks"] if one["kind"] == "give-feedback")
    assert (task["owner"], task["due_on"], task["rule"]) == (CHIEF, "2027-03-16", "R45")
    assert code(cases.post(f"tasks/{task['id']}/done", status=409)) == ("R45", "task-not-done")
    assert told()["state"] == "asked"
    assert acting(cases, REPORTER, f"{path}/feedback", {"code": "opened"}).status_code == 409
    assert acting(cases, RECEIVER, f"{path}/feedback", {"code": "opened"}).status_code == 200
    assert "give-feedback" in duties(cases.get(path), "done")
    assert told() == {
        "state": "answered", "asked_on": "2027-03-01", "code": "opened", "on": "2027-03-01",
    }  # fmt: skip
    assert looks(cases, REKTOR, path).json()["feedback"] is None
    assert looks(cases, REKTOR, f"{path}/feedback").json()["code"] is None


def test_R45_an_answer_is_never_pushed(cases: CasesHouse) -> None:
    """R45: giving it tells nobody; the reporter who hasn't asked doesn't see it."""
    report = reported(cases)
    before = cases.told()
    cases.post(f"reports/{report['id']}/feedback", {"code": "not-opened"})
    assert cases.told() == before
    assert looks(cases, REPORTER, f"reports/{report['id']}").json()["feedback"] is None
    assert looks(cases, REPORTER, f"reports/{report['id']}/feedback").json()["code"] is None
    acting(cases, REPORTER, f"reports/{report['id']}/feedback/ask")
    assert looks(cases, REPORTER, f"reports/{report['id']}/feedback").json()["code"] == "not-opened"
    assert "give-feedback" not in duties(cases.get(f"reports/{report['id']}"))


def test_R45_nobody_asks_in_the_reporters_stead(cases: CasesHouse) -> None:
    """R45: the information is for whoever made the report."""
    report = reported(cases)
    refused = acting(cases, REKTOR, f"reports/{report['id']}/feedback/ask")
    assert (refused.status_code, refused.json()["rule"]) == (409, "R45")


def test_R45_an_answer_has_no_words(cases: CasesHouse) -> None:
    """R45: codes only."""
    report = reported(cases)
    path = f"reports/{report['id']}/feedback"
    cases.post(path, {"code": "we spoke with the family"}, 422)
    cases.post(path, {"code": "opened", "comment": "…"}, 422)


# who sees it


def test_R41_a_report_is_seen_by_those_it_concerns_and_by_nobody_else(cases: CasesHouse) -> None:
    """R41: the reporter, whoever received it, the receiver's post and the unit's rektor."""
    report = reported(cases)
    people = {
        REPORTER: 200, RECEIVER: 200, CHIEF: 200, REKTOR: 200,
        OTHER_REKTOR: 404, COLLEAGUE: 404, ABOVE: 404, SKOLCHEF: 404,
    }  # fmt: skip
    paths = (f"reports/{report['id']}", f"reports/{report['id']}/feedback")
    for person, status in people.items():
        assert [looks(cases, person, path).status_code for path in paths] == [status] * 2
        listed = looks(cases, person, "reports").json()
        assert [one["id"] for one in listed] == ([report["id"]] if status == 200 else [])
    commands: dict[str, Json] = {
        "written": {}, "guardian-informed": {"by": REKTOR}, "classify": {"suspected_abuse": True},
        "feedback": {"code": "opened"}, "feedback/ask": {}, "meeting/ask": {},
        "meeting": {"starts_at": "2027-03-09T13:00:00+01:00"},
    }  # fmt: skip
    for path, body in commands.items():
        for person in (OTHER_REKTOR, COLLEAGUE, ABOVE, SKOLCHEF):
            answer = acting(cases, person, f"reports/{report['id']}/{path}", body)
            assert answer.status_code == 404, (path, answer.text)


def test_R41_a_deputy_sees_what_comes_to_the_post_while_it_is_vacant(cases: CasesHouse) -> None:
    """R41, R21: who acts for the post sees it; who doesn't any more, doesn't."""
    report = reported(cases)
    cases.post("posts/enhetschef-ifo/holders/end", {"person": CHIEF, "last_day": "2027-02-28"})
    assert looks(cases, ABOVE, f"reports/{report['id']}").status_code == 200
    assert looks(cases, CHIEF, f"reports/{report['id']}").status_code == 404


def test_R41_no_list_tells_anybody_else_that_there_is_a_report(cases: CasesHouse) -> None:
    """R41: tasks, messages and limits show a report's to their owners alone."""
    reported(cases)
    for person in (OTHER_REKTOR, COLLEAGUE, ABOVE, SKOLCHEF):
        for path in ("tasks", "messages", "limits", "cases", "reports"):
            assert looks(cases, person, path).json() in ([], {"cases": [], "next": None}), path
    kinds = {
        person: sorted(task["kind"] for task in looks(cases, person, "tasks").json())
        for person in (REPORTER, RECEIVER, CHIEF, REKTOR)
    }
    assert kinds == {
        REPORTER: ["see-receipt", "send-written-report"],
        RECEIVER: [],
        CHIEF: ["note-written-report"],
        REKTOR: ["inform-guardian"],
    }
    assert duties(looks(cases, REKTOR, f"reports/{cases.get('reports')[0]['id']}").json()) == {
        "inform-guardian": REKTOR
    }


def test_R41_who_reads_a_report_is_logged_before_it_is_shown(cases: CasesHouse) -> None:
    """R41: which report, by whom; with no case."""
    report = reported(cases)
    looks(cases, RECEIVER, f"reports/{report['id']}")
    making, row = cases.rows("SELECT actor, case_id, what FROM cases.access_log ORDER BY id")
    assert making["actor"] == "api"
    assert row == {
        "actor": f"person:{RECEIVER}", "case_id": None, "what": f"report:{report['id']}",
    }  # fmt: skip


def test_R43_nobody_makes_a_report_who_has_no_part_in_it(cases: CasesHouse) -> None:
    """R43: the reporter does, or whoever received it."""
    answers = {
        person: acting(cases, person, "reports", new_report()).status_code
        for person in (REPORTER, RECEIVER, CHIEF, REKTOR, COLLEAGUE)
    }
    assert answers == {REPORTER: 201, RECEIVER: 201, CHIEF: 201, REKTOR: 201, COLLEAGUE: 409}
    assert kept(cases) == 4


def test_R41_the_page_of_reports_goes_on_where_the_last_one_ended(cases: CasesHouse) -> None:
    """R41: also of those that somebody sees."""
    ids = sorted(reported(cases)["id"] for _ in range(3))
    reported(cases, unit="almskolan")
    first = looks(cases, REKTOR, "reports?limit=2")
    assert [one["id"] for one in first.json()] == ids[:2]
    following = first.headers["Link"].split(";")[0].strip("<>").removeprefix("/api/v1/")
    assert [one["id"] for one in looks(cases, REKTOR, following).json()] == ids[2:]


# from a case


@pytest.mark.parametrize("state", ["unsigned", "closed"])
def test_R48_one_step_leads_from_a_case_to_a_report_and_leaves_no_trace_on_it(
    cases: CasesHouse, state: str
) -> None:
    """R48, R41: it waits for no consent (P10) and no opening; nobody on the case learns of it."""
    case = cases.open_case()
    if state == "closed":
        cases.post(f"cases/{case['id']}/close", {"outcome": "not-needed"})
    before = cases.get(f"cases/{case['id']}"), cases.get(f"cases/{case['id']}/timeline")
    body = new_report(reporter=REKTOR)
    del body["unit"]
    report = cases.post(f"cases/{case['id']}/report", body, 201)
    assert report["unit"] == "bjorkskolan"
    assert (cases.get(f"cases/{case['id']}"), cases.get(f"cases/{case['id']}/timeline")) == before
    found = cases.rows("SELECT to_jsonb(r)::text AS row FROM cases.reports r")
    found += cases.rows(
        "SELECT to_jsonb(t)::text AS row FROM cases.tasks t WHERE report_id NOTNULL"
    )
    found += cases.rows("SELECT to_jsonb(a)::text AS row FROM cases.audit a WHERE case_id IS NULL")
    assert found
    assert not any(case["id"] in row["row"] or case["reference"] in row["row"] for row in found)


def test_R48_the_unit_of_a_report_from_a_case_is_the_cases(cases: CasesHouse) -> None:
    """R48: nothing else is taken from it, so nothing else is given."""
    case = cases.open_case()
    cases.post(f"cases/{case['id']}/report", new_report(), 422)
    assert kept(cases) == 0


# the same twice, and who can't be mailed


def test_R42_the_same_key_makes_one_report(cases: CasesHouse) -> None:
    """R42: a request that is sent again has its effect once."""
    answers = [
        cases.client.post("/api/v1/reports", json=new_report(), headers={"Idempotency-Key": "once"})
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert kept(cases) == 1
    (row,) = cases.rows("SELECT body FROM cases.idempotency")
    assert set(row["body"]) == {"id"}


def test_R41_whose_address_is_also_of_a_family_is_told_by_a_person(cases: CasesHouse) -> None:
    """R41: for each duty of theirs there is one for the receiver's post, to tell them."""
    cases.open_case(
        guardians=[{"name": "Kim", "email": "KRISTINA.BLOM@exempelkommun.example", "custody": True}]
    )
    report = reported(cases, suspected_abuse=True)
    told = [task for task in report["tasks"] if task["kind"] == "reach-otherwise"]
    told.sort(key=lambda task: str(task["rule"]))
    assert [(task["owner"], task["about"], task["rule"]) for task in told] == [
        (CHIEF, REPORTER, "R42"),
        (CHIEF, REPORTER, "R43"),
    ]
    assert [task["details"]["kind"] for task in told] == ["task", "receipt"]


def test_R41_a_mail_about_a_report_that_bounces_is_told_of_to_the_receivers_post(
    cases: CasesHouse,
) -> None:
    """R41: the reporter's own manager doesn't learn that there is a report."""
    report = reported(cases)
    receipt = next(task for task in report["tasks"] if task["kind"] == "see-receipt")
    failed = MessageFailed(
        case_id=None, task_id=UUID(receipt["id"]), meeting_id=None, key="a-mail",
        person_id=UUID(REPORTER), kind="receipt", rule="R43",
    )  # fmt: skip
    cases.hear(failed)
    assert duties(cases.get(f"reports/{report['id']}"))["reach-otherwise"] == CHIEF
    assert "reach-otherwise" not in str(looks(cases, REKTOR, "tasks").json())


def test_R41_a_report_that_isnt_seen_answers_as_one_that_there_isnt(cases: CasesHouse) -> None:
    """R41: in the same words."""
    report = reported(cases)
    hidden = looks(cases, COLLEAGUE, f"reports/{report['id']}")
    missing = looks(cases, COLLEAGUE, f"reports/{uuid4()}")
    assert (hidden.status_code, hidden.text) == (404, missing.text)


# guidance


def test_R49_the_phone_number_stands_first(cases: CasesHouse) -> None:
    """R49: before every form, in the answer and on the page."""
    guidance = cases.get("reports/guidance")
    assert next(iter(guidance)) == "phone"
    assert guidance["channels"] == ["phone", "in-person", "letter", "e-service"]
    assert all(one["url"].startswith("https://") for one in guidance["documents"])
    assert looks(cases, COLLEAGUE, "reports/guidance").json() == guidance
    cases.client.headers.pop("Authorization")
    for language in ("sv", "en"):
        page = cases.client.get(f"/orosanmalan?lang={language}")
        inside = page.text[page.text.index("<main") :]
        assert page.status_code == 200
        assert inside.index(guidance["phone"]) < min(
            inside.index(one) for one in ("112", "<ul", "https://", guidance["phone_after_hours"])
        )
        assert all(one["url"] in inside for one in guidance["documents"])
        assert "<form" not in page.text
        assert "<script" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]


def test_R49_the_page_takes_nothing_in(cases: CasesHouse) -> None:
    """R49: it has no form, so nothing about a child can be sent to it."""
    assert cases.client.post("/orosanmalan", data={"who": "somebody"}).status_code == 405


# a meeting is wished for


def test_R51_a_meeting_is_asked_for_once_until_it_is_booked(cases: CasesHouse) -> None:
    """R51: of the receiver's post; asking again changes nothing."""
    report = reported(cases)
    for person in (REPORTER, REKTOR):
        asked = acting(cases, person, f"reports/{report['id']}/meeting/ask")
        assert asked.status_code == 200
    tasks = [
        one for one in cases.get(f"reports/{report['id']}")["tasks"]
        if one["kind"] == "call-report-meeting"
    ]  # fmt: skip
    assert [(one["owner"], one["due_on"]) for one in tasks] == [(CHIEF, "2027-03-03")]
