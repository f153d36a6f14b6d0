"""Whoever is called is told of it, in true words, by the right rule, at their own address."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.bus import events as e
from tests.support.facts import START, Facts
from tests.support.notifier import Worker, booked, event_in, parsed
from tests.support.smtp import Received, ScriptedServer


def looked_at(facts: Facts, worker: Worker) -> None:
    facts.publish(e.ParticipantsChanged(case_id=facts.case_id))
    worker.rounds()


def text_of(mail: Received) -> str:
    return str(parsed(mail).get_body(("plain",)).get_content())  # type: ignore[union-attr]


def said(server: ScriptedServer) -> list[tuple[str, str]]:
    return [(mail.recipient, event_in(mail)[0]) for mail in server.accepted]


def test_who_loses_the_address_is_called_by_hand_once_and_the_mailbox_is_emptied(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    address = facts.address("mother")
    facts.publish(booked(facts, facts.book("mother")))
    worker.rounds()
    facts.change_person("mother", email=None)
    for _ in range(2):
        looked_at(facts, worker)
        assert said(server) == [(address, "REQUEST"), (address, "CANCEL")]
        assert worker.by_hand() == [(facts.people["mother"], "call", "X7")]


def test_who_loses_a_shared_address_is_called_by_hand_at_once(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.change_person("father", email=facts.address("mother"))
    facts.publish(booked(facts, facts.book("mother", "father")))
    worker.rounds()
    facts.change_person("mother", no_mail=True)
    looked_at(facts, worker)
    assert worker.by_hand() == [(facts.people["mother"], "call", "X7")]


@pytest.mark.parametrize(
    ("email", "kinds", "mailed"), [(None, ["call"], 0), ("ny@hem.example", [], 1)]
)
def test_who_is_still_called_after_a_failed_mail_is_never_told_that_it_is_off(
    facts: Facts,
    worker: Worker,
    server: ScriptedServer,
    email: str | None,
    kinds: list[str],
    mailed: int,
) -> None:
    server.faults.append("rcpt-550")
    facts.publish(booked(facts, facts.book("mother")))
    worker.rounds()
    facts.change_person("mother", email=email)
    looked_at(facts, worker)
    assert [kind for _, kind, _ in worker.by_hand()] == kinds
    assert len(server.accepted) == mailed


def test_who_is_removed_and_invited_again_at_once_is_called_and_asked_to_answer(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book("mother", "father", "rektor")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    server.accepted.clear()
    facts.uncall(meeting, "father")
    facts.publish(e.ParticipantsChanged(case_id=facts.case_id))
    worker.deliveries.drain_batch()
    facts.call(meeting, "father")
    looked_at(facts, worker)
    (mail,) = server.accepted
    method, event = event_in(mail)
    assert (method, int(event["SEQUENCE"])) == ("REQUEST", 2)
    assert parsed(mail)["Subject"] == "Möte tisdag 16 mars 2027 kl. 13.00"
    assert "gäller fortfarande" not in text_of(mail)
    assert "Öppna din personliga länk och svara" in text_of(mail)


def moved(facts: Facts, meeting: Any, starts_at: datetime, sequence: int) -> None:
    facts.move(meeting, starts_at)
    facts.publish(e.MeetingMoved(case_id=facts.case_id, meeting_id=meeting, sequence=sequence))


def another_room(facts: Facts, text: str = "Biblioteket") -> None:
    facts.run("UPDATE cases.places SET public_text = %s", text)


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [
        ("sv", "Ny plats: möte tisdag 16 mars 2027 kl. 13.00",
         "13.00–14.00 har fått en ny plats. Har du svarat förut gäller det svaret inte längre."),
        ("en", "New place: meeting Tuesday 16 March 2027, 13:00",
         "has a new place. If you have answered before, that answer no longer counts."),
    ],
)  # fmt: skip
def test_another_place_alone_is_announced_as_that_and_asks_anew(
    facts: Facts,
    worker: Worker,
    server: ScriptedServer,
    language: str,
    subject: str,
    sentence: str,
) -> None:
    facts.change_person("mother", language=language)
    meeting = facts.book("mother")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    another_room(facts)
    moved(facts, meeting, START, 1)
    worker.rounds()
    _, mail = server.accepted
    assert int(event_in(mail)[1]["SEQUENCE"]) == 1
    assert parsed(mail)["Subject"] == subject
    assert sentence in text_of(mail)
    assert "Biblioteket" in text_of(mail)


def test_a_time_that_is_moved_and_moved_back_unseen_only_asks_anew(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book("mother")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    moved(facts, meeting, START + timedelta(days=1), 1)
    worker.deliveries.drain_batch()
    moved(facts, meeting, START, 2)
    worker.rounds()
    _, mail = server.accepted
    assert parsed(mail)["Subject"].startswith("Uppdaterad inbjudan: ")
    assert "har uppdaterats. Har du svarat förut gäller det svaret inte längre." in text_of(mail)


def test_the_words_of_a_place_alone_leave_the_answer_as_it_is(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.publish(booked(facts, facts.book("mother")))
    worker.rounds()
    another_room(facts)
    looked_at(facts, worker)
    _, mail = server.accepted
    assert int(event_in(mail)[1]["SEQUENCE"]) == 0
    assert "har fått en ny plats. Tiden är densamma." in text_of(mail)
    assert "Ditt svar gäller fortfarande." in text_of(mail)


def test_an_address_that_hides_a_line_break_is_told_by_hand(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.change_person("mother", email="=?utf-8?q?=0d=0a?=@x.example")
    facts.publish(booked(facts, facts.book("mother")))
    worker.rounds()
    assert worker.by_hand() == [(facts.people["mother"], "call", "X7")]
    assert server.recipients == []


def test_what_cannot_be_written_is_a_task_and_not_tried_again(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book("mother")
    another_room(facts, "Rum\u20281")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    looked_at(facts, worker)
    (row,) = worker.messages()
    assert (row["state"], row["reason"]) == ("failed", "unsafe-text")
    (failed,) = worker.events("message.failed")
    assert (failed["kind"], failed["person_id"]) == ("call", str(facts.people["mother"]))
    facts.cancel(meeting)
    looked_at(facts, worker)
    assert [kind for _, kind, _ in worker.by_hand()] == ["cancel"]


def test_mail_goes_to_the_address_as_it_was_entered_also_after_it_is_written_otherwise(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    """What stands before the @ may be case-sensitive; that it's one mailbox is our decision."""
    facts.change_person("mother", email="O'Br&{x}%41@Hem.example")
    meeting = facts.book("mother")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    facts.change_person("mother", email="o'br&{x}%41@hem.example")
    looked_at(facts, worker)
    facts.change_person("mother", email="ny@hem.example")
    looked_at(facts, worker)
    entered = "O'Br&{x}%41@hem.example"
    assert sorted(said(server)) == sorted(
        [(entered, "REQUEST"), (entered, "CANCEL"), ("ny@hem.example", "REQUEST")]
    )
    assert parsed(server.accepted[0])["To"].addresses[0].addr_spec == entered
    attendee = event_in(server.accepted[0])[1]["ATTENDEE"]
    assert attendee == "mailto:O'Br%26%7Bx%7D%2541@hem.example"


def protect(facts: Facts) -> None:
    facts.change_person("mother", protected=True)


def call_off_for(reason: str) -> Callable[[Facts, Any], None]:
    def call_off(facts: Facts, meeting: Any) -> None:
        facts.cancel(meeting)
        facts.run("UPDATE cases.meetings SET cancelled_because = %s", reason)

    return call_off


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (call_off_for("by-hand"), "R8"),
        (call_off_for("consent"), "P7"),
        (call_off_for("closing"), "R16"),
        (lambda facts, meeting: facts.uncall(meeting, "mother"), "R5"),
    ],
)
def test_a_cancel_cites_the_rule_by_which_it_is_off(
    facts: Facts, worker: Worker, change: Callable[[Facts, Any], None], rule: str
) -> None:
    meeting = facts.book("mother", "rektor")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    change(facts, meeting)
    looked_at(facts, worker)
    cancels = [row["rule"] for row in worker.messages() if row["kind"] == "cancel"]
    assert set(cancels) == {rule}


@pytest.mark.parametrize("reason", ["by-hand", "consent"])
def test_what_is_off_is_told_by_hand_by_the_rule_that_the_call_was_told_by(
    facts: Facts, worker: Worker, reason: str
) -> None:
    protect(facts)
    meeting = facts.book("mother", "child")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    if reason == "consent":
        facts.withdraw("father")
    call_off_for(reason)(facts, meeting)
    looked_at(facts, worker)
    for name, rule in (("mother", "X6"), ("child", "X11")):
        told = [(kind, by) for who, kind, by in worker.by_hand() if who == facts.people[name]]
        assert told == [("call", rule), ("cancel", rule)]


def test_who_is_removed_is_told_by_hand_by_the_rule_that_the_call_was_told_by(
    facts: Facts, worker: Worker
) -> None:
    meeting = facts.book("child", "rektor")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    facts.uncall(meeting, "child")
    looked_at(facts, worker)
    assert [(kind, rule) for _, kind, rule in worker.by_hand()] == [
        ("call", "X11"),
        ("cancel", "X11"),
    ]
