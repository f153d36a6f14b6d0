"""Tasks that belong to no case: an inquiry reaches whoever coordinates (P3, X2)."""

from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic import command
from psycopg.errors import CheckViolation
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from services.cases.adapters.duties import SqlDuties
from services.cases.handlers.duty_ports import Unanswered
from shared import migrations
from shared.bus.events import DutyArose, MessageBounced, MessageFailed
from shared.domain.days import at
from shared.ids import staff_id
from tests.integration.cases_house import CasesHouse, Json
from tests.integration.test_cases_inquiries import ACTING, made
from tests.integration.test_cases_opening import SPINDEL, SSPF, TEACHER, sspf_case
from tests.support.facts import NOW, START, Facts
from tests.support.notifier import Worker
from tests.support.smtp import ScriptedServer
from tests.support.town import Town

POST = "koordinator-sspf"
_ABOVE = """
    WITH RECURSIVE above AS (
      SELECT reports_to AS code FROM cases.posts WHERE code = %s
      UNION SELECT p.reports_to FROM cases.posts p JOIN above USING (code))
    SELECT code FROM above WHERE code IS NOT NULL
"""


@pytest.fixture
def cases(cases_alone: CasesHouse) -> CasesHouse:
    return cases_alone


def ident(code: str) -> str:
    return str(staff_id(code))


def acting(cases: CasesHouse, person: str, path: str, method: str = "GET") -> Any:
    return cases.client.request(method, f"/api/v1/{path}", headers={ACTING: person})


def the_task(cases: CasesHouse, state: str = "open") -> Json:
    (task,) = cases.get(f"tasks?state={state}")
    found: Json = task
    return found


# whose it is


def test_P3_an_inquiry_is_a_task_of_the_coordinator_within_some_working_days(
    cases: CasesHouse,
) -> None:
    one = made(cases)
    task = the_task(cases)
    assert (task["case"], task["inquiry"], task["kind"], task["rule"]) == (
        None, one["id"], "answer-inquiry", "P3",
    )  # fmt: skip
    assert (task["owner"], task["due_on"], task["about"]) == (SSPF, "2027-03-04", None)
    (event,) = cases.rows("SELECT type, subject, data FROM bus.events")
    assert (event["type"], str(event["subject"])) == ("duty.arose", task["id"])
    assert event["data"] == {
        "task_id": task["id"], "person_id": SSPF, "rule": "P3", "again": False,
    }  # fmt: skip


@pytest.mark.parametrize("way", ["accept", "decline", "point-elsewhere"])
def test_P13_the_answer_ends_it_and_nothing_else_does(cases: CasesHouse, way: str) -> None:
    one = made(cases)
    task = the_task(cases)
    refused = cases.post(f"tasks/{task['id']}/done", status=409)
    assert (refused["rule"], refused["type"].rpartition(":")[2]) == ("P3", "task-not-done")
    bodies: dict[str, Json] = {"accept": sspf_case(), "point-elsewhere": {"to": "kontaktcenter"}}
    path = f"inquiries/{one['id']}/{way}"
    cases.post(path, bodies.get(way), 201 if way == "accept" else 200)
    assert the_task(cases, "done")["id"] == task["id"]
    assert all(one["case"] for one in cases.get("tasks"))
    assert cases.post(f"tasks/{task['id']}/done")["state"] == "done"


def test_P3_what_cant_be_opened_leaves_the_task_as_it_was(cases: CasesHouse) -> None:
    one = made(cases)
    cases.post(f"inquiries/{one['id']}/accept", sspf_case(grade=2), 409)
    assert the_task(cases)["state"] == "open"


def test_P3_R21_whoever_acts_for_a_vacant_post_has_its_task_and_may_answer(
    cases: CasesHouse,
) -> None:
    chief = ident("jonas-ekdahl")
    cases.post(f"posts/{POST}/holders/end", {"person": SSPF, "last_day": "2027-02-28"})
    assert acting(cases, chief, "inquiries").status_code == 200
    one = made(cases)
    task = the_task(cases)
    assert (task["owner"], one["coordinator"]) == (chief, chief)
    path = f"inquiries/{one['id']}/decline"
    assert acting(cases, SSPF, path, "POST").status_code == 404
    assert acting(cases, chief, path, "POST").status_code == 200


def test_P3_a_post_that_changes_hands_takes_its_task_with_it(cases: CasesHouse) -> None:
    made(cases)
    cases.post(f"posts/{POST}/holders/end", {"person": SSPF, "last_day": "2027-02-28"})
    between = the_task(cases)["owner"]
    cases.post(f"posts/{POST}/holders", {"person": TEACHER, "first_day": "2027-03-01"}, 201)
    assert the_task(cases)["owner"] == TEACHER
    told = [row["data"]["person_id"] for row in arisen(cases)]
    assert told == [SSPF, between, TEACHER]


def test_P3_a_post_changes_hands_by_its_date_too(cases: CasesHouse) -> None:
    made(cases)
    cases.post(f"posts/{POST}/holders/end", {"person": SSPF, "last_day": "2027-03-02"})
    cases.post(f"posts/{POST}/holders", {"person": TEACHER, "first_day": "2027-03-03"}, 201)
    for now, owner in (("2027-03-02T22:30:00Z", SSPF), ("2027-03-02T23:30:00Z", TEACHER)):
        cases.set_clock(now)
        cases.worker.work()
        assert the_task(cases)["owner"] == owner


def test_P3_an_inquiry_that_nobody_could_be_asked_to_answer_waits_for_somebody(
    cases: CasesHouse,
) -> None:
    """Nobody acts for the post, or it came before inquiries were tasks: nothing is lost."""
    cases.execute("DELETE FROM cases.holders WHERE post = ANY (%s)", [POST, *above(cases, POST)])
    one = made(cases)
    assert (the_task(cases)["owner"], one["coordinator"]) == (None, None)
    cases.execute("DELETE FROM cases.tasks")
    cases.execute(
        "INSERT INTO cases.holders (post, person_id, first_day) VALUES (%s, %s, '2027-03-02')",
        POST, UUID(SSPF),
    )  # fmt: skip
    for _ in range(2):
        cases.set_clock("2027-03-02T06:00:00Z")
        cases.worker.work()
        task = the_task(cases)
        assert (task["owner"], task["due_on"]) == (SSPF, "2027-03-05")


def arisen(cases: CasesHouse) -> list[Json]:
    return cases.rows("SELECT data FROM bus.events WHERE type = 'duty.arose' ORDER BY id")


def above(cases: CasesHouse, post: str) -> list[str]:
    return [row["code"] for row in cases.rows(_ABOVE, post)]


# who sees it


def test_X16_of_people_only_whose_it_is_sees_it(cases: CasesHouse) -> None:
    made(cases)
    task = the_task(cases)
    for person, seen in ((SSPF, [task]), (SPINDEL, []), (TEACHER, [])):
        assert acting(cases, person, "tasks").json() == seen
        about = [one["case"] for one in acting(cases, person, "limits").json()]
        assert about == [None] * len(seen)
    for person, status in ((TEACHER, 404), (SPINDEL, 404), (SSPF, 409)):
        assert acting(cases, person, f"tasks/{task['id']}/done", "POST").status_code == status


def test_X2_X16_the_manager_sees_that_there_is_something_by_a_day(cases: CasesHouse) -> None:
    made(cases)
    (limit,) = cases.get(f"limits?person={SSPF}")
    assert (limit["case"], limit["reference"], limit["kind"]) == (None, None, "answer-inquiry")
    assert limit["what"] == "Svara på en intresseanmälan, senast torsdagen den 4 mars 2027."
    chief = ident("jonas-ekdahl")
    (counted,) = acting(cases, chief, f"limits?manager={chief}").json()
    assert counted | {"what": ""} == {
        "owner": SSPF, "due_on": "2027-03-04", "state": "coming", "count": 1, "what": "",
    }  # fmt: skip
    assert cases.get(f"limits?manager={ident('margareta-sandstrom')}") == []


def test_tasks_come_page_by_page(cases: CasesHouse) -> None:
    for _ in range(3):
        made(cases)
    page = cases.client.get("/api/v1/tasks?limit=2")
    following = page.headers["link"].split(";")[0].strip("<>")
    rest = cases.client.get(following).json()
    assert len({one["id"] for one in (*page.json(), *rest)}) == 3
    assert cases.get(f"tasks?owner={SPINDEL}") == []


def test_the_start_page_shows_it_among_what_is_to_be_done(cases: CasesHouse) -> None:
    made(cases)
    page = cases.visitor(UUID(SSPF)).get("/").text
    assert "Svara på en intresseanmälan" in page
    assert "senast torsdag 4 mars 2027" in page


# what the database keeps to


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cases.tasks SET inquiry_id = NULL",
        "UPDATE cases.tasks SET case_id = (SELECT id FROM cases.cases LIMIT 1)",
        "UPDATE cases.tasks SET year = 2027",
        "UPDATE cases.tasks SET post = NULL, owner = NULL",
    ],
)
def test_a_duty_is_about_one_thing_and_of_a_post_or_a_person(facts: Facts, change: str) -> None:
    facts.add_duty("rektor")
    with pytest.raises(CheckViolation):
        facts.run(change)


# the mail about it


def told(facts: Facts, worker: Worker) -> list[tuple[str, str, str | None]]:
    """The messages about the rektor's duty after a round: kind, state and why."""
    worker.rounds()
    rows = facts.run("SELECT kind, state, reason, case_id FROM notifier.messages")
    assert {row["case_id"] for row in rows} <= {None}
    return [(row["kind"], row["state"], row["reason"]) for row in rows]


def arise(facts: Facts, task: UUID, owner: str = "rektor") -> None:
    facts.publish(DutyArose(task_id=task, person_id=facts.people[owner], rule="P3"))


def test_P3_one_mail_however_often_it_is_said(facts: Facts, worker: Worker) -> None:
    task = facts.add_duty("rektor")
    for _ in range(2):
        arise(facts, task)
        assert told(facts, worker) == [("task", "accepted", None)]


def test_R41_X6_nobody_else_is_told(facts: Facts, worker: Worker) -> None:
    task = facts.add_duty("mother")
    arise(facts, task, "mother")  # as if the register were wrong
    arise(facts, task, "rektor")  # it is somebody else's by now
    arise(facts, uuid4())
    assert told(facts, worker) == []


def test_X5_whose_address_changes_before_it_leaves_is_told_at_the_new_one(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    new = "rektorn@skola.example"
    task = facts.add_duty("rektor")
    changed = f"UPDATE cases.people SET email = '{new}' WHERE id = '{facts.people['rektor']}'"  # noqa: S608
    server.before_354 = lambda: facts.run(changed)
    arise(facts, task)
    assert told(facts, worker) == [("task", "accepted", None)]
    assert [mail.recipient for mail in server.accepted] == [new]


def test_X5_what_is_done_before_the_content_leaves_is_told_to_nobody(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    task = facts.add_duty("rektor")
    server.before_354 = lambda: facts.run("UPDATE cases.tasks SET state = 'done'")
    arise(facts, task)
    assert told(facts, worker) == [("task", "suppressed", "done")]
    assert server.accepted == []


def test_X2_a_failed_mail_is_the_managers_task_once_and_no_chain(cases: CasesHouse) -> None:
    one = made(cases)
    task = the_task(cases)

    def fail(about: str, person: str) -> None:
        said = {"case_id": None, "task_id": about, "meeting_id": None, "person_id": person}
        said |= {"kind": "task", "rule": "P3"}
        back = {"message_id": uuid4(), "final": True, "dead": False}
        cases.hear(
            MessageFailed.model_validate({**said, "key": "k"}),
            MessageBounced.model_validate({**said, **back}),
        )

    fail(task["id"], SSPF)
    reach = next(one for one in cases.get("tasks") if one["kind"] == "reach-otherwise")
    chief = ident("jonas-ekdahl")
    assert (reach["owner"], reach["about"], reach["inquiry"]) == (chief, SSPF, one["id"])
    fail(reach["id"], chief)
    assert len(cases.get("tasks")) == 2
    assert acting(cases, chief, f"tasks/{reach['id']}/done", "POST").status_code == 200
    cases.post(f"inquiries/{one['id']}/decline")
    assert cases.get("tasks") == []


def test_P3_X2_an_inquiry_from_the_form_to_the_answer(town: Town) -> None:
    form = {"who": "guardian", "phone": "070-123 45 67", "unit": "bjorkskolan"}
    assert town.client.post("/intresseanmalan", data=form).status_code == 200
    town.quiet()
    coordinator, chief = "stefan.norrby", "jonas.ekdahl"
    assert mailed(town) == [("2027-03-01", coordinator)]
    text = town.mail_to(f"{coordinator}@exempelkommun.example").get_body(("plain",))
    assert text is not None
    assert "Du har en uppgift som ska vara klar senast torsdagen den 4 mars 2027. Logga in" in (
        " ".join(text.get_content().split())
    )
    # A week after its day it is late, and that is told once to both.
    town.move_clock("2027-03-10T12:00:00+01:00")
    assert len(mailed(town)) == 1
    town.move_clock("2027-04-01T12:00:00+02:00")
    assert mailed(town)[1:] == [("2027-03-11", chief), ("2027-03-11", coordinator)]
    late = town.mail_to(f"{chief}@exempelkommun.example").get_body(("plain",))
    assert late is not None
    assert "En av dina medarbetare har en uppgift som skulle ha varit klar" in late.get_content()
    (one,) = town.get("inquiries")
    assert {message["case"] for message in town.get("messages")} == {None}
    town.do(f"inquiries/{one['id']}/decline")
    town.move_clock("2027-06-01T12:00:00+02:00")
    assert len(mailed(town)) == 3
    assert town.get("tasks") == []


def becomes(town: Town, **values: Any) -> None:
    town.do(f"people/{ident('stefan-norrby')}", values)
    town.quiet()


def asks_from_the_form(town: Town) -> None:
    form = {"who": "guardian", "phone": "070-123 45 67", "unit": "bjorkskolan"}
    assert town.client.post("/intresseanmalan", data=form).status_code == 200
    town.quiet()


def test_X2_who_can_be_mailed_again_is_told_once_of_what_they_have_to_do(town: Town) -> None:
    becomes(town, no_mail=True)
    asks_from_the_form(town)
    assert mailed(town) == []
    becomes(town, no_mail=False)
    assert mailed(town) == [("2027-03-01", "stefan.norrby")]
    becomes(town, email="s.norrby@exempelkommun.example")
    town.move_clock("2027-03-09T12:00:00+01:00")  # late, and not yet told as such
    becomes(town, email="norrby@exempelkommun.example")
    assert mailed(town) == [("2027-03-01", "stefan.norrby")]


def test_X2_who_wanted_no_mail_while_it_waited_is_told_once_they_do(town: Town) -> None:
    town.move_clock("2027-03-01T21:00:00+01:00")  # it waits for the morning
    asks_from_the_form(town)
    becomes(town, no_mail=True)
    town.move_clock("2027-03-02T12:00:00+01:00")
    assert mailed(town) == []
    becomes(town, no_mail=False)
    assert mailed(town) == [("2027-03-02", "stefan.norrby")]


def mailed(town: Town) -> list[tuple[str, str]]:
    return sorted((mail.on, mail.to.split("@")[0]) for mail in town.mails())


def test_what_was_under_way_before_this_revision_goes_on(empty_url: str) -> None:
    """Upgraded with a case, a task, a message and an inquiry that nobody was asked to answer."""
    url = empty_url
    command.upgrade(migrations._config(url), "0002")
    facts = Facts(url)
    facts.set_clock()
    facts.open_case()
    rektor = facts.people["rektor"]
    facts.run(
        "INSERT INTO cases.tasks (id, case_id, key, kind, owner, rule, created_at)"
        " VALUES (%s, %s, 'k', 'inform', %s, 'R4', %s)",
        uuid4(), facts.case_id, rektor, NOW,
    )  # fmt: skip
    facts.run(
        "INSERT INTO notifier.messages (id, key, kind, ground, case_id, person_id, party,"
        " mailbox, address, language, rule, payload, message_id, due_at, useful_until,"
        " created_at) VALUES (%s, 'k', 'alert', 'duty', %s, %s, 'staff', %s, %s, 'sv', 'R9',"
        " '{}', '<k@x.example>', %s, %s, %s)",
        uuid4(), facts.case_id, rektor, facts.address("rektor"), facts.address("rektor"),
        NOW, START, NOW,
    )  # fmt: skip
    facts.run(
        "INSERT INTO cases.inquiries (id, procedure, source, received_at)"
        " VALUES (%s, 'sspf', 'child', %s)",
        uuid4(), NOW,
    )  # fmt: skip
    migrations.upgrade(url)
    migrations.upgrade(url)
    (task,) = facts.run("SELECT case_id, inquiry_id, post FROM cases.tasks")
    assert task == {"case_id": facts.case_id, "inquiry_id": None, "post": None}
    (message,) = facts.run("SELECT case_id, task_id, state FROM notifier_api.messages")
    assert message == {"case_id": facts.case_id, "task_id": None, "state": "due"}
    assert [one.procedure for one in unanswered(url)] == ["sspf"]


def test_X2_what_the_scheduler_was_to_ask_about_before_this_revision_is_told_all_the_same(
    empty_url: str,
) -> None:
    """Minutes past their day, what comes again, a task put off, and one that has been told of.

    Due days and the day on which it is asked: a Friday, and by the procedure some working days on.
    """
    command.upgrade(migrations._config(empty_url), "0002")
    facts, meeting = Facts(empty_url), uuid4()
    facts.set_clock()
    facts.open_case()
    facts.run("INSERT INTO scheduler.plans (case_id) VALUES (%s)", facts.case_id)

    def at_work(kind: str, rule: str, turn: int, due_on: str, asked_at: str | None) -> None:
        planned = f"{meeting}/{rule}/{kind}/0/{turn}"
        key = planned if turn else f"{meeting}/{rule}/{kind}"
        event = {"meeting_id": str(meeting), "rule": rule, "kind": kind, "late": True}
        facts.run(
            "INSERT INTO cases.tasks (id, case_id, key, kind, owner, rule, due_on, created_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            uuid4(), facts.case_id, key, kind, facts.people["rektor"], rule, due_on, NOW,
        )  # fmt: skip
        facts.run(
            "INSERT INTO scheduler.due (key, case_id, event_type, event, due_at, useful_until,"
            " state) VALUES (%s, %s, 'chore.due', %s, %s, %s, %s)",
            f"{planned}/late", facts.case_id, Jsonb(event), asked_at or NOW, START,
            "planned" if asked_at else "fired",
        )  # fmt: skip

    at_work("file-minutes", "R15", 0, "2027-02-19", "2027-02-26T09:00:00+01:00")
    at_work("check-in", "P12", 2, "2027-03-05", "2027-03-12T09:00:00+01:00")
    at_work("tell-who-comes", "S6", 0, "2027-03-01", "2027-02-26T09:00:00+01:00")
    at_work("contact-family", "S12", 0, "2027-02-12", None)
    migrations.upgrade(empty_url)
    rows = facts.run("SELECT kind, late_at FROM cases.tasks")
    assert {row["kind"]: row["late_at"] for row in rows} == {
        "file-minutes": at(date(2027, 2, 26), time(9)),
        "check-in": at(date(2027, 3, 12), time(9)),
        "tell-who-comes": at(date(2027, 3, 2), time(9)),
        "contact-family": None,
    }
    assert facts.run("SELECT state FROM scheduler.due") == [{"state": "fired"}]


def unanswered(url: str) -> list[Unanswered]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return SqlDuties(connection, NOW).unanswered()
