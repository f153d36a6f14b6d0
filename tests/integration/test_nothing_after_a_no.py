"""After a no, a withdrawal or the closing nothing goes out but the CANCEL (P7, P11, R16, X5)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.bus.events import AlertDue, ReminderDue
from tests.support.facts import NOW, START, Facts
from tests.support.notifier import Worker, booked
from tests.support.smtp import ScriptedServer
from tests.support.story import open_a_case
from tests.support.town import Town

End = Callable[[Facts], None]
ALERTS = [
    (about, to)
    for about in ("limit-near", "limit-passed", "task-late")
    for to in ("process_owner", "manager")
]


def closed(facts: Facts) -> None:
    facts.run(
        "UPDATE cases.cases SET state = 'closed', closed_at = %s, outcome = 'declined'"
        " WHERE id = %s",
        NOW,
        facts.case_id,
    )
    _cancel_all(facts, "closing")


def withdrawn(facts: Facts) -> None:
    facts.withdraw("mother")
    _cancel_all(facts, "consent")


def refused(facts: Facts) -> None:
    facts.run(
        "UPDATE cases.consents SET state = 'refused', signed_on = NULL, refused_on = '2027-03-01'"
        " WHERE case_id = %s AND person_id = %s",
        facts.case_id,
        facts.people["father"],
    )
    _cancel_all(facts, "consent")


def _cancel_all(facts: Facts, because: str) -> None:
    facts.run(
        "UPDATE cases.meetings SET state = 'cancelled', cancelled_because = %s,"
        " sequence = sequence + 1 WHERE case_id = %s",
        because,
        facts.case_id,
    )


ENDS = pytest.mark.parametrize("end", [closed, withdrawn, refused])


def reminder(facts: Facts, meeting: object) -> ReminderDue:
    return ReminderDue(
        case_id=facts.case_id,
        key=f"{meeting}/R8/2",
        meeting_id=meeting,
        sequence=0,
        rule="R8",
        due_at=NOW,
        useful_until=START,
    )


def alert(facts: Facts, about: str, to: str) -> AlertDue:
    return AlertDue.model_validate(
        {
            "case_id": facts.case_id,
            "key": f"{facts.case_id}/first/{about}",
            "step": "first",
            "rule": "X2",
            "to": to,
            "about": about,
            "limit_on": "2027-03-15",
            "due_at": NOW,
            "useful_until": NOW + timedelta(days=30),
        }
    )


def chief_of_the_rektor(facts: Facts) -> None:
    """The rektor's manager: without one there is nobody to alert."""
    chief = facts.add_person("chief", "staff")
    facts.run("INSERT INTO cases.posts VALUES ('chef', 'skolchef', 'skolan', NULL)")
    facts.run("INSERT INTO cases.posts VALUES ('rektor', 'rektor', 'skolan', 'chef')")
    for post, person in (("chef", chief), ("rektor", facts.people["rektor"])):
        facts.run(
            "INSERT INTO cases.holders (post, person_id, first_day) VALUES (%s, %s, '2020-01-01')",
            post,
            person,
        )


def sent(server: ScriptedServer) -> list[str]:
    """The methods of the calendar mails and «mail» for others, in the order they were taken."""
    texts = [mail.content.decode() for mail in server.accepted]
    return [
        next((m for m in ("REQUEST", "CANCEL") if f"method={m}" in text), "mail") for text in texts
    ]


@ENDS
def test_P11_R16_a_call_that_waits_never_goes(
    facts: Facts, worker: Worker, server: ScriptedServer, end: End
) -> None:
    facts.publish(booked(facts, facts.book()))
    worker.deliveries.drain_batch()
    assert worker.states() == {("call", "due"): 4}
    end(facts)
    worker.rounds()
    assert server.accepted == []
    assert set(worker.states()) == {("call", "suppressed")}


@ENDS
def test_P11_R16_a_change_that_waits_never_goes_and_the_cancel_does(
    facts: Facts, worker: Worker, server: ScriptedServer, end: End
) -> None:
    meeting = facts.book()
    facts.publish(booked(facts, meeting))
    worker.rounds()
    assert sent(server) == ["REQUEST"] * 4
    facts.move(meeting, START + timedelta(days=1))
    facts.publish(booked(facts, meeting))
    worker.deliveries.drain_batch()
    end(facts)
    facts.publish(booked(facts, meeting))
    worker.rounds()
    assert sent(server) == ["REQUEST"] * 4 + ["CANCEL"] * 4


@ENDS
def test_P11_R16_a_reminder_goes_neither_from_before_nor_from_after_the_end(
    facts: Facts, worker: Worker, server: ScriptedServer, end: End
) -> None:
    meeting = facts.book()
    facts.publish(booked(facts, meeting))
    worker.rounds()
    facts.publish(reminder(facts, meeting))
    worker.deliveries.drain_batch()
    assert worker.states()["reminder", "due"] == 4
    end(facts)
    facts.publish(reminder(facts, meeting).model_copy(update={"key": "later"}))
    facts.publish(booked(facts, meeting))
    worker.rounds()
    assert "mail" not in sent(server)
    assert sent(server).count("CANCEL") == 4


@ENDS
@pytest.mark.parametrize(("about", "to"), ALERTS)
def test_P11_R16_an_alert_goes_neither_from_before_nor_from_after_the_end(
    facts: Facts, worker: Worker, server: ScriptedServer, end: End, about: str, to: str
) -> None:
    chief_of_the_rektor(facts)
    facts.publish(alert(facts, about, to))
    worker.deliveries.drain_batch()
    assert worker.states() == {("alert", "due"): 1}
    end(facts)
    facts.publish(alert(facts, about, to).model_copy(update={"key": "later"}))
    worker.rounds()
    assert server.accepted == []
    assert {state for _, state in worker.states()} == {"suppressed"}


def test_P11_after_a_no_the_whole_of_samspel_is_quiet_for_months(town: Town) -> None:
    case = open_a_case(town)
    town.quiet()
    first, second = case["consents"]
    town.post(f"cases/{case['id']}/consents/{first['id']}/sign")
    town.move_clock("2027-03-04T10:00:00+01:00")
    town.post(f"cases/{case['id']}/consents/{second['id']}/refuse")
    town.quiet()
    before = town.mails()
    town.move_clock("2027-05-31T10:00:00+02:00")
    assert town.mails() == before


def test_R16_after_the_closing_the_whole_of_samspel_is_quiet_for_months(town: Town) -> None:
    case = open_a_case(town)
    for consent in case["consents"]:
        town.post(f"cases/{case['id']}/consents/{consent['id']}/sign")
    town.quiet()
    assert town.mails()
    town.post(f"cases/{case['id']}/close", {"outcome": "declined"})
    town.quiet()
    before = town.mails()
    assert {mail.kind.split()[0] for mail in before} == {"REQUEST", "CANCEL"}
    town.move_clock("2027-05-31T10:00:00+02:00")
    assert town.mails() == before
    left = [task["kind"] for task in town.tasks(case)]
    assert left == ["tell-by-hand"]  # the child, who was told of the meeting, is told it is off
