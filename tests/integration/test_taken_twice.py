"""A message can be under way twice in one worker, which took it up again itself: its lease ran out
by a clock that was set, or while the database was away. One of the two is for nothing (F4, F9).
"""

import threading

from services.notifier.domain.messages import Sending
from services.notifier.domain.outcomes import Verdict
from tests.integration.test_one_mail_a_day import alerts, claimed, life
from tests.support.facts import Facts
from tests.support.notifier import Worker, booked
from tests.support.smtp import ScriptedServer

_EXPIRED = "UPDATE notifier.messages SET lease_until = '-infinity'"


def test_of_two_takings_at_the_gate_the_newer_alone_gets_the_content(
    facts: Facts, worker: Worker
) -> None:
    older, newer = taken_twice(facts, worker)
    nothing, content = worker.sender.gate.clear([older, newer])
    assert nothing is None
    assert content is not None


def test_of_two_takings_the_newer_alone_is_marked_and_noted_whatever_both_ended_in(
    facts: Facts, worker: Worker
) -> None:
    older, newer = taken_twice(facts, worker)
    again = Verdict("retry", "rcpt-451")
    worker.claims.mark([(older, again), (newer, again)])
    with worker.database.plain() as connection:
        noted = "SELECT times FROM notifier.attempts WHERE reason = 'rcpt-451'"
        assert [row["times"] for row in connection.execute(noted)] == [1]


def test_the_newer_taking_alone_keeps_its_lease(facts: Facts, worker: Worker) -> None:
    older, newer = taken_twice(facts, worker)
    assert worker.claims.renew([older, newer]) == {newer.claim}


def test_what_one_worker_takes_up_from_itself_leaves_once(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    go_on = threading.Event()
    server.before_354 = lambda: go_on.wait(5)
    facts.publish(booked(facts, facts.book("mother")))
    worker.a_round()
    facts.run(_EXPIRED)
    worker.a_round()
    assert worker.sender.under_way == 2
    go_on.set()
    worker.rounds()
    (message,) = worker.messages()
    assert (message["state"], message["doubts"], len(server.accepted)) == ("accepted", 0, 1)
    worker.sender.wait(5)
    assert worker.sender.under_way == 0


def test_what_a_mail_was_to_carry_goes_on_by_itself_when_the_mail_goes_elsewhere(
    facts: Facts, worker: Worker
) -> None:
    alerts(facts, "2027-03-12", "2027-03-15")
    first = claimed(worker)
    worker.sender.gate.clear([first])
    worker.claims.mark([(first, Verdict("retry", "content-451"))])
    elsewhere = "UPDATE notifier.messages SET mailbox = %s, address = %s WHERE id = %s"
    facts.run(elsewhere, *["elsewhere@other.example"] * 2, first.id)
    worker.claims.recover()
    assert [carried for _, _, carried in life(worker)] == [False, False]


def test_what_is_shown_of_a_mail_that_is_written_anew_is_what_it_says_now(
    facts: Facts, worker: Worker
) -> None:
    alerts(facts, "2027-03-12")
    worker.sender.gate.clear([first := claimed(worker)])
    worker.claims.mark([(first, Verdict("retry", "content-451"))])
    facts.run("UPDATE notifier.sent_words SET text = 'to another'")
    facts.run("UPDATE notifier.messages SET content = NULL, try_at = '-infinity'")
    (again,) = worker.claims.claim(10)
    worker.sender.gate.clear([again])
    with worker.database.plain() as connection:
        (row,) = connection.execute("SELECT text FROM notifier.sent_words").fetchall()
    assert "Du har en uppgift" in row["text"]


def taken_twice(facts: Facts, worker: Worker) -> tuple[Sending, Sending]:
    facts.publish(booked(facts, facts.book("mother")))
    worker.deliveries.drain_batch()
    (older,) = worker.claims.claim(10)
    facts.run(_EXPIRED)
    worker.claims.recover()
    (newer,) = worker.claims.claim(10)
    return older, newer
