"""What can wait comes in one mail a day, and each thing in it ends by itself (X2, F2, F4)."""

import email
import email.policy
from datetime import date, datetime, timedelta
from typing import Any

from services.notifier.domain.arriving import Arrival
from services.notifier.domain.outcomes import Verdict
from shared.bus import events as e
from tests.support.facts import NOW, START, Facts
from tests.support.notifier import Worker, parsed
from tests.support.replies.servers import delivery_report
from tests.support.smtp import ScriptedServer


def alert(facts: Facts, name: str, **more: Any) -> None:
    usual: dict[str, Any] = {
        "case_id": facts.case_id,
        "key": f"{facts.case_id}/{name}",
        "step": "first",
        "rule": "X2",
        "to": "process_owner",
        "about": "limit-near",
        "limit_on": date(2027, 3, 15),
        "due_at": NOW,
        "useful_until": START,
    }
    facts.publish(e.AlertDue.model_validate(usual | more))


def alerts(facts: Facts, *limits: str) -> None:
    for limit in limits:
        alert(facts, limit, limit_on=date.fromisoformat(limit))


def life(worker: Worker) -> list[tuple[str, str | None, bool]]:
    """State, reason and whether another one's mail says it, of each alert by its limit."""
    with worker.database.plain() as connection:
        rows = connection.execute(
            "SELECT state, reason, carried_by FROM notifier.messages"
            " ORDER BY payload ->> 'limit_on'"
        ).fetchall()
    return [(row["state"], row["reason"], row["carried_by"] is not None) for row in rows]


def said(server: ScriptedServer) -> list[str]:
    bodies = (parsed(mail).get_body(("plain",)) for mail in server.accepted)
    return [str(body.get_content()) for body in bodies if body is not None]


def test_X2_three_things_that_are_due_are_one_mail_and_each_is_accepted(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    alerts(facts, "2027-03-15", "2027-03-12", "2027-03-19")
    worker.rounds()
    (text,) = said(server)
    assert "Du har 3 uppgifter. Den första ska vara klar senast fredagen den 12 mars" in text
    ends = life(worker)
    assert [state for state, _, _ in ends] == ["accepted"] * 3
    assert [carried for _, _, carried in ends].count(True) == 2


def test_X2_what_comes_later_on_the_day_waits_for_the_next_unless_that_is_too_late(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    alerts(facts, "2027-03-12")
    worker.rounds()
    alerts(facts, "2027-03-15", "2027-03-19")
    worker.deliveries.drain_batch()
    worker.one_round()
    worker.one_round()
    assert len(server.accepted) == 1
    alert(facts, "soon", limit_on=date(2027, 3, 22), useful_until=NOW + timedelta(hours=20))
    worker.one_round()
    worker.one_round()
    assert len(server.accepted) == 2, "tomorrow it would be of no use"
    facts.set_clock(datetime.fromisoformat("2027-03-02T06:59:00+01:00"))
    worker.one_round()
    assert len(server.accepted) == 2
    facts.set_clock(datetime.fromisoformat("2027-03-02T07:00:00+01:00"))
    worker.rounds()
    assert "Du har 2 uppgifter" in said(server)[2]


def test_X2_what_is_no_longer_true_stops_by_itself_and_the_others_go(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    duty = facts.add_duty("rektor", "2027-03-10")
    facts.publish(e.DutyArose(task_id=duty, person_id=facts.people["rektor"], rule="P3"))
    alerts(facts, "2027-03-12", "2027-03-15")
    worker.deliveries.drain_batch()
    facts.run("UPDATE cases.tasks SET state = 'done', done_at = %s WHERE id = %s", NOW, duty)
    worker.rounds()
    assert worker.states() == {("task", "suppressed"): 1, ("alert", "accepted"): 2}
    (text,) = said(server)
    assert "Du har 2 uppgifter" in text


def claimed(worker: Worker) -> Any:
    worker.deliveries.drain_batch()
    (first,) = worker.claims.claim(10)
    assert not worker.claims.claim(10), "the others wait for its mail"
    return first


def test_F4_a_worker_that_died_in_the_content_leaves_all_of_the_mail_unknown(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    alerts(facts, "2027-03-12", "2027-03-15", "2027-03-19")
    first = claimed(worker)
    (content,) = worker.sender.gate.clear([first])
    assert [state for state, _, _ in life(worker)] == ["data"] * 3
    facts.run("UPDATE notifier.messages SET lease_until = '-infinity'")
    worker.claims.recover()
    assert [state for state, _, _ in life(worker)] == ["unknown"] * 3
    alerts(facts, "2027-03-26")  # comes too late for this mail: its bytes stand
    worker.deliveries.drain_batch()
    facts.run("UPDATE notifier.messages SET try_at = '-infinity'")
    worker.one_round()
    worker.one_round()
    assert server.accepted[0].content == content
    assert [state for state, _, _ in life(worker)][:3] == ["accepted"] * 3
    assert len(server.accepted) == 1, "the fourth waits for the next day"
    worker.claims.mark([(first, Verdict("failed", "of a dead worker"))])
    assert [state for state, _, _ in life(worker)][:3] == ["accepted"] * 3


def test_F2_a_worker_that_died_before_the_content_costs_nothing(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    alerts(facts, "2027-03-12", "2027-03-15")
    claimed(worker)
    facts.run("UPDATE notifier.messages SET lease_until = '-infinity'")
    worker.rounds()
    assert [state for state, _, _ in life(worker)] == ["accepted"] * 2
    assert len(server.accepted) == 1


def test_what_a_refused_mail_carried_fails_with_it_and_each_becomes_a_task(
    facts: Facts, worker: Worker
) -> None:
    alerts(facts, "2027-03-12", "2027-03-15")
    first = claimed(worker)
    worker.sender.gate.clear([first])
    worker.claims.mark([(first, Verdict("failed", "content-554"))])
    assert [state for state, _, _ in life(worker)] == ["failed"] * 2
    assert len({one["key"] for one in worker.events("message.failed")}) == 2


def test_B9_what_a_mail_carried_comes_back_with_it_and_each_is_told(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    alerts(facts, "2027-03-12", "2027-03-15", "2027-03-19")
    worker.rounds()
    (mail,) = server.accepted
    raw = delivery_report("failed", "5.2.2", recipient=f"rfc822; {mail.recipient}")
    for _ in range(2):
        worker.inbox.store([Arrival(mail.sender, "", raw, len(raw))], "smtp")
        worker.one_round()
    assert {state for state, _, _ in life(worker)} == {"failed"}
    told = [one["message_id"] for one in worker.events("message.bounced")]
    assert (len(told), len(set(told))) == (3, 3)


def test_what_failed_with_its_mail_is_repeated_with_it_or_by_itself(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    alerts(facts, "2027-03-12", "2027-03-15", "2027-03-19")
    first = claimed(worker)
    worker.sender.gate.clear([first])
    worker.claims.mark([(first, Verdict("failed", "content-554"))])
    facts.publish(e.RepeatAsked(message_id=first.id))
    worker.rounds()
    (text,) = said(server)
    assert "Du har 3 uppgifter" in text
    facts.run("UPDATE notifier.messages SET state = 'failed', accepted_at = NULL")
    alone = facts.run("SELECT id FROM notifier.messages WHERE carried_by IS NOT NULL LIMIT 1")
    facts.publish(e.RepeatAsked(message_id=alone[0]["id"]))
    worker.rounds()
    assert "Du har en uppgift" in said(server)[1]
    assert sorted(state for state, _, _ in life(worker)) == ["accepted", "failed", "failed"]


def test_F14_what_is_carried_has_the_lease_of_its_mail(facts: Facts, worker: Worker) -> None:
    """Else a worker of the version before took it up, which knows of no mail that carries."""
    alerts(facts, "2027-03-12", "2027-03-15")
    first = claimed(worker)
    worker.sender.gate.clear([first])
    expired = "SELECT FROM notifier.messages WHERE lease_until <= clock_timestamp()"
    assert not facts.run(expired)
    facts.run("UPDATE notifier.messages SET lease_until = '-infinity'")
    assert worker.claims.renew([first]) == {first.claim}
    assert not facts.run(expired)


def test_F14_what_only_a_newer_version_can_read_holds_back_no_other(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    alerts(facts, "2027-03-12")
    worker.deliveries.drain_batch()
    facts.run("""UPDATE notifier.messages SET payload = payload || '{"limit_on": "soon"}'""")
    worker.one_round()
    alerts(facts, "2027-03-15")
    for _ in range(2):
        worker.one_round()
    assert worker.states() == {("alert", "retry"): 1, ("alert", "accepted"): 1}
    assert "Du har en uppgift" in said(server)[0]


def test_what_was_carried_goes_on_its_own_when_the_mail_is_stopped(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    alerts(facts, "2027-03-12", "2027-03-15")
    first = claimed(worker)
    worker.sender.gate.clear([first])
    worker.claims.mark([(first, Verdict("retry", "content-451"))])
    assert [state for state, _, _ in life(worker)] == ["retry"] * 2
    stop = "UPDATE notifier.messages SET state = 'suppressed', content = NULL WHERE id = %s"
    facts.run(stop, first.id)
    worker.rounds()
    assert sorted(state for state, _, _ in life(worker)) == ["accepted", "suppressed"]
    (text,) = said(server)
    assert "Du har en uppgift" in text


def test_X2_in_the_evening_it_waits_for_the_morning(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.set_clock(datetime.fromisoformat("2027-03-05T19:00:00+01:00"))  # a Friday
    alerts(facts, "2027-03-12")
    worker.one_round()
    worker.one_round()
    assert not server.accepted
    with worker.database.plain() as connection:
        row = connection.execute("SELECT due_at, state FROM notifier.messages").fetchone()
    assert row is not None
    assert row["due_at"] == datetime.fromisoformat("2027-03-08T07:00:00+01:00")
    # one that waited for the server till the evening is put off as well
    facts.run("UPDATE notifier.messages SET due_at = %s", NOW)
    worker.one_round()
    worker.one_round()
    assert (not server.accepted, life(worker)) == (True, [("retry", "quiet-hours", False)])
    monday = datetime.fromisoformat("2027-03-08T07:00:00+01:00")
    facts.set_clock(monday)
    worker.rounds()
    (mail,) = server.accepted
    assert parsed(mail)["Date"].datetime == monday  # when it leaves, not when it was made


def test_what_is_tried_again_another_day_has_the_date_of_the_first_time(
    facts: Facts, worker: Worker
) -> None:
    """Also of a mail that says several things: the same to the byte (invariant 3)."""
    alerts(facts, "2027-03-12", "2027-03-15")
    facts.set_clock(friday := datetime.fromisoformat("2027-03-05T09:00:00+01:00"))
    first = claimed(worker)
    (written,) = worker.sender.gate.clear([first])
    worker.claims.mark([(first, Verdict("unknown", "no-answer", wait=0, doubt=True))])
    facts.set_clock(datetime.fromisoformat("2027-03-08T09:00:00+01:00"))
    (again,) = worker.claims.claim(10)
    assert worker.sender.gate.clear([again]) == [written]
    assert written is not None
    date_of = email.message_from_bytes(written, policy=email.policy.default)["Date"]
    assert date_of.datetime == friday
