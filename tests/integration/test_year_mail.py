"""The mail of the yearly cycle: what a year's meeting says, and what is to be done by a day."""

from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.notifier.domain.arriving import Arrival
from shared.bus import events as e
from shared.ids import PAGE, signed_token, staff_id
from tests.support.facts import NOW, Facts
from tests.support.notifier import SECRET, Worker, booked, event_in, parsed
from tests.support.replies.answering import Answering
from tests.support.replies.clients import outlook_desktop as outlook
from tests.support.smtp import Received, ScriptedServer
from tests.support.town import a_town

_TASK = """
    INSERT INTO cases.tasks (id, year, key, kind, owner, due_on, rule, created_at, link)
    VALUES (%s, 2027, %s, %s, %s, %s, 'R24', %s, %s)
"""

_HAVING = """
    SELECT count(*) AS n FROM cases.tasks WHERE kind = 'evaluate-year' AND owner = %s
"""
_DAYS = """
    SELECT count(*) AS n FROM notifier.messages
    WHERE person_id = %s AND state = 'accepted' AND task_id IS NOT NULL
      AND payload -> 'calendar' ->> 'token' IS NOT NULL
"""


def of_the_year(facts: Facts, kind: str, due_on: str | None, link: UUID | None = None) -> UUID:
    """A task of the year that the rektor has."""
    task = uuid4()
    facts.run(_TASK, task, str(task), kind, facts.people["rektor"], due_on, NOW, link)
    return task


def arise(facts: Facts, task: UUID) -> None:
    owner = facts.people["rektor"]
    facts.publish(e.DutyArose(task_id=task, person_id=owner, rule="R24"))


def near(facts: Facts, task: UUID, on: str) -> None:
    facts.publish(e.DutyNear(task_id=task, rule="R24", on=date.fromisoformat(on)))


def text_of(mail: Received, kind: str = "plain") -> str:
    body = parsed(mail).get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def named(facts: Facts, who: str, name: str) -> None:
    facts.run("UPDATE cases.people SET name = %s WHERE id = %s", name, facts.people[who])


def page(link: UUID) -> str:
    return f"http://samspel.example/u/{signed_token(SECRET, PAGE, link)}"


@pytest.fixture
def meeting(facts: Facts) -> UUID:
    named(facts, "therapist", "Karin Bergqvist")
    named(facts, "rektor", "Jonas Ekdahl")
    facts.change_person("rektor", language="en")
    facts.open_matter("year", "arshjul", "therapist", "rektor")
    return facts.book("therapist", "rektor", step="april")


# the year's meetings


def test_R21_R23_the_call_says_who_calls_and_what_is_suggested_to_be_talked_about(
    facts: Facts, worker: Worker, server: ScriptedServer, meeting: UUID
) -> None:
    facts.publish(booked(facts, meeting))
    worker.rounds()
    assert worker.states() == {("call", "accepted"): 2}
    swedish, english = sorted(server.accepted, key=lambda one: "therapist" not in one.recipient)
    text = text_of(swedish)
    assert "Karin Bergqvist och Jonas Ekdahl bjuder in till samverkansmöte" in text
    assert "svara" in text
    assert "senast tisdagen den 9 mars" in text  # five working days before
    method, event = event_in(swedish)
    assert (method, str(event["SUMMARY"])[:5]) == ("REQUEST", "Möte ")
    for point in ("Uppföljning av föregående möte", "Tid för nytt möte"):
        assert f"– {point}" in text
        assert f"– {point}" in str(event["DESCRIPTION"])
        assert f"<li>{point}</li>" in text_of(swedish, "html")
    assert text.count("\n– ") == 6
    assert "– Analysis of needs" in text_of(english)
    for mail in server.accepted:
        assert "Bergqvist" not in mail.content.decode().partition("\r\n\r\n")[0]  # X13


def test_R21_who_has_taken_over_meanwhile_is_named_and_nobody_else(
    facts: Facts, worker: Worker, server: ScriptedServer, meeting: UUID
) -> None:
    facts.publish(booked(facts, meeting))
    worker.deliveries.drain_batch()
    facts.add_person("eva", "staff")
    named(facts, "eva", "Eva Nyman")
    facts.run("UPDATE cases.cases SET coordinator = %s WHERE id = %s",
              facts.people["eva"], facts.case_id)  # fmt: skip
    facts.publish(e.ParticipantsChanged(case_id=facts.case_id))
    worker.rounds()
    assert worker.states() == {("call", "accepted"): 2, ("call", "suppressed"): 2}
    for mail in server.accepted:
        assert "Ekdahl" not in text_of(mail)
        assert "Eva Nyman" in text_of(mail)


# what is to be done by a day


def test_R24_a_reminder_is_one_mail_and_stops_when_it_is_done(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    task = of_the_year(facts, "send-material", "2027-03-15")
    near(facts, task, "2027-03-01")
    near(facts, task, "2027-03-01")
    worker.rounds()
    (mail,) = server.accepted
    assert parsed(mail)["Subject"] == "Påminnelse: du har en uppgift i Samspel"
    assert "som ska vara klar senast måndagen den 15 mars 2027" in text_of(mail)
    facts.set_clock(datetime.fromisoformat("2027-03-22T09:00:00+01:00"))
    near(facts, task, "2027-03-22")
    worker.rounds()
    assert "som skulle ha varit klar senast måndagen den 15 mars" in text_of(server.accepted[1])
    facts.run("UPDATE cases.tasks SET state = 'done', done_at = %s", NOW)
    near(facts, task, "2027-03-23")
    worker.rounds()
    assert len(server.accepted) == 2


def test_R25_R29_the_pages_of_all_that_is_gathered_stand_in_the_mail(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    first, second = uuid4(), uuid4()
    tasks = [
        of_the_year(facts, "answer-evaluation", "2027-03-15", first),
        of_the_year(facts, "pass-on", "2027-03-12", second),
        of_the_year(facts, "send-material", None),
    ]
    for task in tasks:
        arise(facts, task)
    near(facts, tasks[0], "2027-03-01")
    worker.rounds()
    (mail,) = server.accepted
    text = text_of(mail)
    assert "Du har 3 uppgifter. Den första ska vara klar senast fredagen den 12 mars" in text
    assert text.count("http") == 2
    for link in (first, second):
        assert page(link) in text
        assert page(link) in text_of(mail, "html")


def test_R29_what_is_to_be_passed_on_leads_to_its_page(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    link = uuid4()
    arise(facts, of_the_year(facts, "pass-on", "2027-03-12", link))
    worker.rounds()
    (mail,) = server.accepted
    assert parsed(mail)["Subject"] == "Material att sprida vidare"
    assert f"läsa det:\n{page(link)}" in text_of(mail)


# the limit of the year in the calendar


@pytest.fixture
def limit(facts: Facts, worker: Worker, server: ScriptedServer) -> Received:
    """The mail with the last day of the evaluation."""
    arise(facts, of_the_year(facts, "evaluate-year", "2027-06-30"))
    arise(facts, of_the_year(facts, "send-material", "2027-06-30"))
    worker.rounds()
    assert worker.states() == {("task", "accepted"): 2}
    return next(mail for mail in server.accepted if b"text/calendar" in mail.content)


def test_O14_the_last_day_of_the_evaluation_is_a_whole_day_in_the_owners_calendar(
    limit: Received,
) -> None:
    method, event = event_in(limit)
    assert method == "REQUEST"  # the one that calendars take up by themselves
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2027, 6, 30), date(2027, 7, 1))
    assert str(event["TRANSP"]) == "TRANSPARENT"
    assert str(event["SUMMARY"]) == "Sista dag för en uppgift"
    assert "onsdagen den 30 juni 2027" in str(event["DESCRIPTION"])
    reply_to = parsed(limit)["Reply-To"].addresses[0].addr_spec
    assert event["ORGANIZER"] == f"mailto:{reply_to}"
    assert event["ATTENDEE"] == f"mailto:{limit.recipient}"


def methods(server: ScriptedServer) -> list[tuple[str, str, int]]:
    """Of each calendar object that was sent, to whom, and its SEQUENCE."""
    found = []
    for mail in server.accepted:
        if b"text/calendar" in mail.content:
            method, event = event_in(mail)
            found.append((method, mail.recipient.partition(".")[0], int(event["SEQUENCE"])))
    return found


def test_O14_the_day_is_taken_out_once_when_the_evaluation_is_done(
    facts: Facts, worker: Worker, server: ScriptedServer, limit: Received
) -> None:
    (row,) = facts.run("SELECT id FROM cases.tasks WHERE kind = 'evaluate-year'")
    facts.run("UPDATE cases.tasks SET state = 'done', done_at = %s", NOW)
    for _ in range(2):
        facts.publish(e.DutyEnded(task_id=row["id"], rule="R24"))
        worker.rounds()
    assert methods(server) == [("REQUEST", "rektor", 0), ("CANCEL", "rektor", 1)]
    uids = {str(event_in(mail)[1]["UID"]) for mail in (limit, server.accepted[-1])}
    assert len(uids) == 1


def test_O14_the_day_follows_the_post(
    facts: Facts, worker: Worker, server: ScriptedServer, limit: Received
) -> None:
    (row,) = facts.run("SELECT id FROM cases.tasks WHERE kind = 'evaluate-year'")
    rektor, therapist = facts.people["rektor"], facts.people["therapist"]
    facts.run("INSERT INTO cases.posts (code, role, unit) VALUES ('kallar', 'rektor', 'skolan')")
    facts.run(
        "INSERT INTO cases.holders (post, person_id, first_day, last_day)"
        " VALUES ('kallar', %s, '2026-08-01', '2027-02-28')", rektor
    )  # fmt: skip
    facts.run("UPDATE cases.tasks SET owner = %s, post = 'kallar' WHERE id = %s",
              therapist, row["id"])  # fmt: skip
    facts.publish(e.DutyArose(task_id=row["id"], person_id=therapist, rule="R24"))
    worker.rounds()
    assert sorted(methods(server)) == [
        ("CANCEL", "rektor", 1), ("REQUEST", "rektor", 0), ("REQUEST", "therapist", 0),
    ]  # fmt: skip
    assert limit.recipient == facts.address("rektor")


def hand_over(facts: Facts, worker: Worker, task: UUID, to: str) -> None:
    """The post changes hands, and the duty with it."""
    facts.run("UPDATE cases.tasks SET owner = %s WHERE id = %s", facts.people[to], task)
    facts.publish(e.DutyArose(task_id=task, person_id=facts.people[to], rule="R24"))
    worker.rounds()


def holding(facts: Facts, post: str, *who: str) -> None:
    """Who has had the post, one after the other or not at all by now."""
    facts.run("INSERT INTO cases.posts (code, role, unit) VALUES (%s, 'rektor', 'skolan')", post)
    for turn, person in enumerate(who):
        facts.run(
            "INSERT INTO cases.holders (post, person_id, first_day, last_day)"
            " VALUES (%s, %s, %s, %s)",
            post, facts.people[person], date(2026, 8, 1 + turn), date(2026, 8, 1 + turn),
        )  # fmt: skip
    facts.run("UPDATE cases.tasks SET post = %s WHERE kind = 'evaluate-year' AND post IS NULL",
              post)  # fmt: skip


@pytest.fixture
def both(facts: Facts, worker: Worker) -> tuple[UUID, UUID]:
    """The rektor has both callers' posts, and is told of both."""
    tasks = []
    for post in ("kallar-1", "kallar-2"):
        tasks.append(of_the_year(facts, "evaluate-year", "2027-06-30"))
        holding(facts, post, "rektor", "therapist")
    for task in tasks:
        arise(facts, task)
        arise(facts, task)
    worker.rounds()
    return tasks[0], tasks[1]


def test_O14_who_has_both_callers_posts_has_the_day_once(
    facts: Facts, worker: Worker, server: ScriptedServer, both: tuple[UUID, UUID]
) -> None:
    assert methods(server) == [("REQUEST", "rektor", 0)]
    assert len(server.accepted) == 2  # the other one is told without it
    facts.run("UPDATE cases.tasks SET state = 'done', done_at = %s", NOW)
    for task in both:
        facts.publish(e.DutyEnded(task_id=task, rule="R24"))
    worker.rounds()
    assert methods(server)[1:] == [("CANCEL", "rektor", 1)]


def test_O14_who_leaves_one_of_both_posts_keeps_the_day_until_they_leave_the_other(
    facts: Facts, worker: Worker, server: ScriptedServer, both: tuple[UUID, UUID]
) -> None:
    first, second = both
    hand_over(facts, worker, first, "therapist")
    assert methods(server)[1:] == [("REQUEST", "therapist", 0)]
    hand_over(facts, worker, second, "therapist")
    assert methods(server)[2:] == [("CANCEL", "rektor", 1)]


def test_O14_who_gets_the_post_back_gets_the_day_back(
    facts: Facts, worker: Worker, server: ScriptedServer, limit: Received
) -> None:
    (row,) = facts.run("SELECT id FROM cases.tasks WHERE kind = 'evaluate-year'")
    holding(facts, "kallar", "rektor", "therapist")
    for who in ("therapist", "rektor", "therapist"):
        hand_over(facts, worker, row["id"], who)
    revisions = [(method, number) for method, who, number in methods(server) if who == "rektor"]
    assert revisions == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2), ("CANCEL", 3)]
    events = [event_in(m)[1] for m in server.accepted if b"text/calendar" in m.content]
    uids = {str(one["UID"]) for one in events if str(one["ATTENDEE"]).endswith(limit.recipient)}
    assert len(uids) == 1


def test_O14_who_acted_for_the_post_from_one_above_loses_the_day_with_it(
    facts: Facts, worker: Worker, server: ScriptedServer, limit: Received
) -> None:
    (row,) = facts.run("SELECT id FROM cases.tasks WHERE kind = 'evaluate-year'")
    holding(facts, "kallar", "therapist")
    facts.run("INSERT INTO cases.posts (code, role, unit) VALUES ('chef', 'rektor', 'skolan')")
    facts.run("INSERT INTO cases.holders (post, person_id, first_day) VALUES ('chef', %s, %s)",
              facts.people["rektor"], date(2026, 8, 1))  # fmt: skip
    facts.run("UPDATE cases.posts SET reports_to = 'chef' WHERE code = 'kallar'")
    hand_over(facts, worker, row["id"], "therapist")
    assert ("CANCEL", limit.recipient.partition(".")[0], 1) in methods(server)


def test_O14_in_a_whole_town_one_person_with_both_posts_has_one_day(
    registered_url: str, municipality: Path
) -> None:
    with a_town(registered_url, municipality, clock="2027-03-22T08:00:00+01:00", year=True) as town:
        karin, jonas = (str(staff_id(code)) for code in ("karin-bergqvist", "jonas-ekdahl"))
        town.do("posts/elevhalsochef/holders/end", {"person": karin, "last_day": "2027-03-22"})
        town.do("posts/elevhalsochef/holders", {"person": jonas, "first_day": "2027-03-23"})
        town.move_clock("2027-05-03T12:00:00+02:00")
        assert [row["n"] for row in town.rows(_HAVING, jonas)] == [2]
        assert [row["n"] for row in town.rows(_DAYS, jonas)] == [1]
        town.do("years/2027/evaluation/done")
        town.move_clock("2027-05-05T12:00:00+02:00")
        assert [row["n"] for row in town.rows(_DAYS, jonas)] == [2]


@pytest.mark.parametrize("partstat", ["ACCEPTED", "DECLINED"])
def test_O14_an_answer_to_it_asks_nobody_to_do_anything(
    limit: Received, worker: Worker, partstat: str
) -> None:
    _, event = event_in(limit)
    organizer = str(event["ORGANIZER"]).removeprefix("mailto:")
    said = Answering(
        uid=str(event["UID"]), attendee=limit.recipient, organizer=organizer,
        sequence=0, stamp=NOW, partstat=partstat,
    )  # fmt: skip
    raw = outlook(said)
    worker.inbox.store([Arrival(organizer, limit.recipient, raw, len(raw))], "smtp")
    worker.rounds()
    with worker.database.plain() as connection:
        rows = connection.execute("SELECT state, kind, reason FROM notifier.inbound").fetchall()
    assert [tuple(row.values()) for row in rows] == [("handled", "reply", "nothing-asked")]
